//! Frames with bytes changed, cut, copied and spliced: the short form of the fuzz targets,
//! for the stable toolchain.
//!
//! `HEARD_MUTATIONS` makes it longer, `HEARD_SEED` starts it elsewhere.

use std::env;

use heard_protocol::Codec;

use crate::kind::Kind;
use crate::rng::Rng;

const MUTATIONS: u64 = 200_000;
/// Frames of each kind to start from, beside one of each variant.
const FRAMES: u64 = 100;
/// What decoders trip over: ends of ranges, signs, quotes, brackets, continuation bits.
const PIECES: [&[u8]; 12] = [
    b"\0",
    b"\x7f",
    b"\x80",
    b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01",
    b"\"",
    b"{",
    b"[[[[[[[[[[[[[[[[",
    b"-1",
    b"1e999",
    b"\\ud800",
    b"null",
    b"18446744073709551616",
];

fn setting(name: &str, usual: u64) -> u64 {
    match env::var(name) {
        Ok(text) => text.parse().expect("a number"),
        Err(_) => usual,
    }
}

fn mutate(rng: &mut Rng, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..=rng.below(4) {
        let at = rng.below(bytes.len() + 1);
        let end = at + rng.below(bytes.len() - at + 1);
        match rng.below(7) {
            0 if at < bytes.len() => bytes[at] ^= 1 << rng.below(8),
            1 if at < bytes.len() => bytes[at] = rng.byte(),
            2 => bytes.truncate(at),
            3 => drop(bytes.drain(at..end)),
            4 => {
                let copy = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, copy));
            }
            5 => drop(bytes.splice(
                at..end.min(at + 2),
                PIECES[rng.below(PIECES.len())].iter().copied(),
            )),
            _ => {
                let from = rng.below(other.len() + 1);
                bytes.truncate(at);
                bytes.extend_from_slice(&other[from..]);
            }
        }
        bytes.truncate(64 * 1024);
    }
}

#[test]
fn a_damaged_frame_is_another_frame_or_an_error() {
    let mut rng = Rng::new(setting("HEARD_SEED", 1));
    let frames: Vec<_> = Kind::ALL
        .into_iter()
        .flat_map(|kind| {
            let any = (0..FRAMES).map(move |seed| kind.any(seed));
            kind.samples().into_iter().chain(any)
        })
        .flat_map(|frame| Codec::ALL.map(|codec| (frame.kind(), codec, frame.encode(codec))))
        .collect();
    let mut readable = 0_u64;
    let mutations = setting("HEARD_MUTATIONS", MUTATIONS);
    for round in 0..mutations {
        let (kind, codec, whole) = &frames[rng.below(frames.len())];
        let (_, _, other) = &frames[rng.below(frames.len())];
        let mut bytes = whole.clone();
        mutate(&mut rng, &mut bytes, other);
        // Now and then somebody else reads it.
        let (kind, codec) = match rng.below(8) {
            0 => (Kind::ALL[rng.below(4)], Codec::ALL[rng.below(2)]),
            _ => (*kind, *codec),
        };
        if let Ok(frame) = kind.decode(codec, &bytes) {
            readable += 1;
            for codec in Codec::ALL {
                let again = kind.decode(codec, &frame.encode(codec));
                assert_eq!(
                    again.ok(),
                    Some(frame.clone()),
                    "round {round}, from {whole:?}"
                );
            }
        }
    }
    // If hardly anything or nearly everything were readable, the mutations would not be testing the
    // decoders.
    assert!(
        (mutations / 50..mutations / 2).contains(&readable),
        "{readable} of {mutations}"
    );
}
