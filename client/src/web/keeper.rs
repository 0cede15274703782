//! Commands kept in the page's storage.

use std::marker::PhantomData;

use heard_protocol::codec::{from_postcard, to_postcard};
use heard_protocol::{CommandId, Envelope, Role};
use web_sys::Storage;

use super::browser::window;
use crate::keeper::Keeper;

/// Keeps commands in `localStorage`, one item each, under a prefix. Several tabs may share a
/// prefix: each sends what it finds, and the relay carries a command out once.
///
/// Where the browser refuses storage, nothing is kept and all else works.
#[derive(Debug)]
pub struct LocalKeeper<R> {
    storage: Option<Storage>,
    prefix: String,
    role: PhantomData<R>,
}

impl<R: Role> LocalKeeper<R> {
    /// A keeper for the items whose name starts with `prefix`. Use one prefix per site and role.
    pub fn new(prefix: impl Into<String>) -> Self {
        Self {
            storage: window().and_then(|window| window.local_storage().ok().flatten()),
            prefix: prefix.into(),
            role: PhantomData,
        }
    }

    fn key(&self, id: CommandId) -> String {
        let mut key = self.prefix.clone();
        push_hex(&mut key, &id.to_bytes());
        key
    }

    fn keys(&self, storage: &Storage) -> Vec<String> {
        let count = storage.length().unwrap_or(0);
        (0..count)
            .filter_map(|index| storage.key(index).ok().flatten())
            .filter(|key| key.starts_with(&self.prefix))
            .collect()
    }
}

impl<R: Role> Keeper<R> for LocalKeeper<R> {
    fn load(&mut self) -> Vec<Envelope<R>> {
        let Some(storage) = &self.storage else {
            return Vec::new();
        };
        let mut kept: Vec<Envelope<R>> = Vec::new();
        for key in self.keys(storage) {
            let item = storage.get_item(&key).ok().flatten();
            let bytes = item.and_then(|text| read_hex(&text));
            match bytes.and_then(|bytes| from_postcard::<Envelope<R>>(&bytes).ok()) {
                // Ids grow in the order they were made. The few there are need no sorting code in
                // the download.
                Some(envelope) => {
                    let place = kept
                        .iter()
                        .take_while(|other| other.id < envelope.id)
                        .count();
                    kept.insert(place, envelope);
                }
                // Another version's: nobody will ever read it.
                None => drop(storage.remove_item(&key)),
            }
        }
        kept
    }

    fn keep(&mut self, envelope: &Envelope<R>) {
        if let (Some(storage), Ok(bytes)) = (&self.storage, to_postcard(envelope)) {
            let mut text = String::new();
            push_hex(&mut text, &bytes);
            // A full storage keeps nothing.
            let _ = storage.set_item(&self.key(envelope.id), &text);
        }
    }

    fn forget(&mut self, id: CommandId) {
        if let Some(storage) = &self.storage {
            let _ = storage.remove_item(&self.key(id));
        }
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    text.reserve(bytes.len() * 2);
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            let first = if digit < 10 { b'0' } else { b'a' - 10 };
            text.push(char::from(first + digit));
        }
    }
}

fn read_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let pairs = text.as_bytes().chunks_exact(2);
    if !pairs.remainder().is_empty() {
        return None;
    }
    pairs
        .map(|pair| Some(digit(pair[0])? << 4 | digit(pair[1])?))
        .collect()
}
