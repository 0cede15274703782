//! Bounds every party keeps to. They are part of the protocol: a client may rely on the relay
//! accepting up to them.

/// The longest text of a message or a note, in bytes of UTF-8.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;

/// The longest short text: a name, a reason, a comment, a page's title, in bytes of UTF-8.
pub const MAX_SHORT_BYTES: usize = 512;

/// The longest matter of a request to be called, in bytes of UTF-8. A list row holds it whole.
pub const MAX_TOPIC_BYTES: usize = 4 * 1024;

/// The largest frame a client may send, in bytes: a full message in JSON, every byte of it escaped,
/// with room to spare.
pub const MAX_CLIENT_FRAME_BYTES: usize = 112 * 1024;

/// The longest word of one page of a call to the other, in bytes: a description of a session, with
/// room to spare.
pub const MAX_VOICE_BYTES: usize = 16 * 1024;

/// The most cursors a client may send in one greeting.
pub const MAX_CURSORS: usize = 512;

/// The most entries one frame from the relay carries.
pub const MAX_ENTRIES_PER_FRAME: usize = 100;

/// The most bytes, as JSON, of the rows or entries that one frame from the relay carries, unless a
/// single one is larger.
pub const MAX_LIST_BYTES: usize = 56 * 1024;

/// The largest frame that a relay sends, in bytes, unless a single entry in it is larger.
pub const MAX_RELAY_FRAME_BYTES: usize = 64 * 1024;
