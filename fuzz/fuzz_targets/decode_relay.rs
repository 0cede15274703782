#![no_main]

use heard_fuzz::{choice, round_trip};
use heard_protocol::{RelayFrame, Staff, Visitor};

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    if let Some((first, bytes)) = input.split_first() {
        match choice(*first) {
            (codec, true) => round_trip::<RelayFrame<Visitor>>(codec, bytes),
            (codec, false) => round_trip::<RelayFrame<Staff>>(codec, bytes),
        }
    }
});
