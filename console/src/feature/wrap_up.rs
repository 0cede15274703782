//! What is said of a call once it is over.

use heard_protocol::WrapUpTold;

use super::{Say, Told};

pub(super) fn told(say: &Say, told: &WrapUpTold) -> Option<Told> {
    let calls = &say.text.calls;
    Some(match told {
        WrapUpTold::Summed { agent, text } => Told {
            text: (calls.summed)(&say.name(*agent)),
            quote: text.clone(),
        },
        WrapUpTold::Rated { stars, word } => Told {
            text: (calls.rated)(u64::from(*stars)),
            quote: word.clone(),
        },
        WrapUpTold::Other => return None,
    })
}
