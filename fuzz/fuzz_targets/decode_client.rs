#![no_main]

use heard_fuzz::{choice, round_trip};
use heard_protocol::{ClientFrame, Staff, Visitor};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some((first, bytes)) = input.split_first() {
        match choice(*first) {
            (codec, true) => round_trip::<ClientFrame<Visitor>>(codec, bytes),
            (codec, false) => round_trip::<ClientFrame<Staff>>(codec, bytes),
        }
    }
});
