//! What the page around the wasm does for it: `page/boot.js`.

mod keep;
mod page;

pub(crate) use keep::{DRAFT, HostKeeper, RELOADED, TOKEN, VOICE, kept_messages};
pub(crate) use page::{Booking, Host};
