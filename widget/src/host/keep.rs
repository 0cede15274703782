//! What outlives the page.

use heard_client::Keeper;
use heard_protocol::codec::{from_postcard, to_postcard};
use heard_protocol::{CommandId, Envelope, Visitor, VisitorCommand};

use super::page::Host;

/// The visitor's token.
pub(crate) const TOKEN: &str = "";
/// What is in the text field.
pub(crate) const DRAFT: &str = "draft";
/// The page was got anew because its version was not served.
pub(crate) const RELOADED: &str = "reloaded";

/// The call that this tab is on.
pub(crate) const VOICE: &str = "voice";

/// What the keys of unanswered commands start with: one key each, so that tabs do not write over
/// one another.
const COMMAND: &str = "out.";

/// Keeps unanswered commands wherever the page keeps things.
pub(crate) struct HostKeeper(pub(crate) Host);

impl Keeper<Visitor> for HostKeeper {
    fn load(&mut self) -> Vec<Envelope<Visitor>> {
        load(&self.0)
    }

    fn keep(&mut self, envelope: &Envelope<Visitor>) {
        if let Ok(bytes) = to_postcard(envelope) {
            let text: String = bytes.into_iter().map(char::from).collect();
            self.0.keep(&key(envelope.id), Some(&text), false);
        }
    }

    fn forget(&mut self, id: CommandId) {
        self.0.keep(&key(id), None, false);
    }
}

/// The messages among the unanswered commands, oldest first.
pub(crate) fn kept_messages(host: &Host) -> impl Iterator<Item = (CommandId, String)> {
    load(host)
        .into_iter()
        .filter_map(|envelope| match envelope.command {
            VisitorCommand::Send { text } => Some((envelope.id, text)),
            _ => None,
        })
}

fn key(id: CommandId) -> String {
    [COMMAND, &id.to_string()].concat()
}

fn load(host: &Host) -> Vec<Envelope<Visitor>> {
    let mut kept: Vec<_> = host
        .kept_keys()
        .iter()
        .filter(|key| key.starts_with(COMMAND))
        .filter_map(|key| host.kept(key))
        .filter_map(|text| {
            // One byte each; anything else was not written by `keep`.
            let bytes: Option<Vec<u8>> = text
                .chars()
                .map(|letter| u8::try_from(letter).ok())
                .collect();
            from_postcard::<Envelope<Visitor>>(&bytes?).ok()
        })
        .collect();
    // Ids grow in the order they were made.
    kept.sort_unstable_by_key(|envelope| envelope.id);
    kept
}
