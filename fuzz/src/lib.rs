//! What both targets do: the first byte of an input chooses codec and role, the rest is what came
//! off a socket.

use heard_protocol::Codec;
use heard_protocol::role::Wire;

/// Reads bytes as a frame. Whatever can be read must come back the same through both codecs.
pub fn round_trip<T: Wire>(codec: Codec, bytes: &[u8]) {
    let Ok(frame) = codec.decode::<T>(bytes) else {
        return;
    };
    for codec in Codec::ALL {
        let written = codec.encode(&frame).expect("what was read can be written");
        let again: T = codec
            .decode(&written)
            .expect("what was written can be read");
        assert_eq!(again, frame, "{codec:?}");
        assert_eq!(
            codec.encode(&again).expect("it was written before"),
            written,
            "{codec:?} writes a frame in one way only"
        );
    }
}

/// The codec and the role (visitor's, staff's) that a first byte chooses.
pub fn choice(first: u8) -> (Codec, bool) {
    let codec = if first & 1 == 0 {
        Codec::Postcard
    } else {
        Codec::Json
    };
    (codec, first & 2 == 0)
}
