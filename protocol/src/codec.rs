//! The two subprotocols over the same types.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Room for a message and its surroundings, in bytes.
const USUAL: usize = 256;

/// How frames are written on a socket, agreed on in the WebSocket handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Codec {
    /// `heard.v1.postcard`: binary messages; compact, for our own clients.
    Postcard,
    /// `heard.v1.json`: text messages; for everybody else.
    Json,
}

/// Why bytes are not a frame.
#[derive(Debug, thiserror::Error)]
pub enum CodecError {
    /// Not valid postcard of this shape.
    #[error("not a heard.v1.postcard frame: {0}")]
    Postcard(#[from] postcard::Error),
    /// Not valid JSON of this shape.
    #[error("not a heard.v1.json frame: {0}")]
    Json(#[from] serde_json::Error),
    /// A whole frame was read and bytes were left over.
    #[error("{0} bytes are left over after the frame")]
    Trailing(usize),
}

impl Codec {
    /// Both, in the order the relay prefers them.
    pub const ALL: [Self; 2] = [Self::Postcard, Self::Json];

    /// The name in `Sec-WebSocket-Protocol`.
    pub const fn subprotocol(self) -> &'static str {
        match self {
            Self::Postcard => "heard.v1.postcard",
            Self::Json => "heard.v1.json",
        }
    }

    /// The codec of a subprotocol's name.
    pub fn from_subprotocol(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|codec| codec.subprotocol() == name)
    }

    /// Writes a frame.
    ///
    /// # Errors
    /// Only if the type cannot be written at all, which for the types of this crate does not
    /// happen.
    pub fn encode<T: Serialize>(self, frame: &T) -> Result<Vec<u8>, CodecError> {
        match self {
            Self::Postcard => to_postcard(frame),
            Self::Json => Ok(serde_json::to_vec(frame)?),
        }
    }

    /// Reads a frame; the bytes must be one frame and nothing else.
    ///
    /// # Errors
    /// If the bytes are anything else.
    pub fn decode<T: DeserializeOwned>(self, bytes: &[u8]) -> Result<T, CodecError> {
        match self {
            Self::Postcard => from_postcard(bytes),
            Self::Json => Ok(serde_json::from_slice(bytes)?),
        }
    }
}

/// Writes a frame as postcard. Wasm clients call this directly, which keeps the JSON code out of
/// their download.
///
/// # Errors
/// As [`Codec::encode`].
pub fn to_postcard<T: Serialize>(frame: &T) -> Result<Vec<u8>, CodecError> {
    // Growing towards that from nothing was measured at a fiftieth of what relaying a message
    // costs.
    Ok(postcard::to_extend(frame, Vec::with_capacity(USUAL))?)
}

/// Reads a frame from postcard, as [`to_postcard`].
///
/// # Errors
/// As [`Codec::decode`].
pub fn from_postcard<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, CodecError> {
    let (frame, rest) = postcard::take_from_bytes(bytes)?;
    if rest.is_empty() {
        Ok(frame)
    } else {
        Err(CodecError::Trailing(rest.len()))
    }
}
