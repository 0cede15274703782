//! What holds for any frame and for any bytes.

use heard_protocol::{Codec, CodecError};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use crate::kind::{Frame, Kind};

fn comes_back(frame: &Frame) -> Result<(), TestCaseError> {
    for codec in Codec::ALL {
        let bytes = frame.encode(codec);
        let read = frame.kind().decode(codec, &bytes);
        prop_assert_eq!(read.as_ref().ok(), Some(frame), "{:?}: {:?}", codec, read);
    }
    Ok(())
}

fn any_frame() -> impl Strategy<Value = Frame> {
    (0..4_usize, any::<u64>()).prop_map(|(kind, seed)| Kind::ALL[kind].any(seed))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_024))]

    #[test]
    fn every_frame_comes_back_as_it_went(frame in any_frame()) {
        comes_back(&frame)?;
    }

    #[test]
    fn a_frame_is_no_heavier_than_it_says(frame in any_frame()) {
        for codec in Codec::ALL {
            let bytes = frame.encode(codec).len();
            prop_assert!(bytes <= frame.weight(), "{:?}: {} > {}", codec, bytes, frame.weight());
        }
    }

    #[test]
    fn a_frame_cut_short_is_no_frame(frame in any_frame(), at in any::<prop::sample::Index>()) {
        for codec in Codec::ALL {
            let bytes = frame.encode(codec);
            let cut = &bytes[..at.index(bytes.len())];
            prop_assert!(frame.kind().decode(codec, cut).is_err(), "{:?}", codec);
        }
    }

    #[test]
    fn what_is_left_over_is_counted(frame in any_frame(), more in prop::collection::vec(any::<u8>(), 1..9)) {
        let bytes = [frame.encode(Codec::Postcard), more.clone()].concat();
        let read = frame.kind().decode(Codec::Postcard, &bytes);
        prop_assert!(
            matches!(read, Err(CodecError::Trailing(count)) if count == more.len()),
            "{:?}", read
        );
    }

    /// Only white space may follow a frame in JSON.
    #[test]
    fn nothing_follows_a_frame_in_json(frame in any_frame(), more in "\\PC{1,8}") {
        let bytes = [frame.encode(Codec::Json), more.clone().into_bytes()].concat();
        let read = frame.kind().decode(Codec::Json, &bytes);
        let white = more.bytes().all(|byte| b" \t\r\n".contains(&byte));
        prop_assert_eq!(read.is_ok(), white, "{:?}", more);
    }

    #[test]
    fn any_bytes_are_a_frame_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        for (kind, codec) in Kind::ALL.into_iter().flat_map(|kind| Codec::ALL.map(|codec| (kind, codec))) {
            if let Ok(frame) = kind.decode(codec, &bytes) {
                comes_back(&frame)?;
            }
        }
    }

    /// A length that promises more than there is must not make anybody set memory aside for it:
    /// that would end the process.
    #[test]
    fn a_promised_length_is_not_believed(frame in any_frame(), at in any::<prop::sample::Index>()) {
        let huge = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        let bytes = frame.encode(Codec::Postcard);
        let promise = [&bytes[..at.index(bytes.len())], &huge].concat();
        if let Ok(frame) = frame.kind().decode(Codec::Postcard, &promise) {
            comes_back(&frame)?;
        }
    }
}
