//! One frame, at least, for every variant of every type on the wire.

mod client;
mod log;
mod people;
mod relay;

use crate::coverage::{Variants, bare, every};
use crate::kind::Frame;

/// What the samples greet with. The number is the client's own and no shape depends on it, so their
/// golden files need not follow the versions.
pub(crate) const FIRST_VERSION: u16 = 1;

type Named<T> = Vec<(String, T)>;

fn named<T>(name: &str, frame: T) -> (String, T) {
    (name.to_owned(), frame)
}

/// The samples as frames of any kind, after making sure that every variant of the frame is among
/// them.
fn checked<T: Variants + Clone>(all: Named<T>, wrap: fn(T) -> Frame) -> Named<Frame> {
    every(bare(all.iter().map(|(_, frame)| frame.clone()).collect()));
    all.into_iter()
        .map(|(name, frame)| (name, wrap(frame)))
        .collect()
}

/// A frame and what its golden files are called.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) frame: Frame,
}

/// All of them, by name.
pub(crate) fn samples() -> Vec<Sample> {
    let mut all: Vec<Sample> = [
        client::visitor(),
        client::staff(),
        relay::visitor(),
        relay::staff(),
    ]
    .into_iter()
    .flatten()
    .map(|(name, frame)| Sample {
        name: format!("{}.{name}", frame.kind().prefix()),
        frame,
    })
    .collect();
    all.sort_by(|one, other| one.name.cmp(&other.name));
    for pair in all.windows(2) {
        assert_ne!(pair[0].name, pair[1].name, "two samples of one name");
    }
    all
}
