//! Makes code of the console's words in every language.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use heard_words::build::{Code, Languages, Variants};

/// The groups of sentences that are functions of an enum.
const VARIANTS: &[Variants<'_>] = &[
    of("act", "Act").besides("Act::Speak(lang) => lang.text().menu.speak"),
    of("availability", "heard_protocol::Availability"),
    of("availability_hint", "heard_protocol::Availability"),
    of("calls.leg", "heard_protocol::CallLeg"),
    of("disposition", "heard_protocol::Disposition"),
    of("refusal", "heard_protocol::RefusalCode"),
    of("talk.queued", "heard_protocol::QueueReason"),
    of("trouble.answered", "heard_protocol::CallAnswer"),
    of("trouble.hurdle", "heard_fold::call_offer::Hurdle"),
    of("trouble.reason", "heard_protocol::CallReason"),
    of("voice.ended", "heard_protocol::VoiceEnding"),
];

const fn of<'a>(group: &'a str, of: &'a str) -> Variants<'a> {
    Variants::new(group, of)
}

fn main() -> Result<(), Box<dyn Error>> {
    let languages = Languages::watched()?;
    let out = env::var("OUT_DIR")?;
    let out = Path::new(&out);
    fs::write(out.join("lang.rs"), languages.lang("pub(crate)"))?;
    let code = languages.code(&Code {
        section: "console",
        name: "Text",
        method: "text",
        visibility: "pub(crate)",
        variants: VARIANTS,
    });
    fs::write(out.join("words.rs"), code)?;
    Ok(())
}
