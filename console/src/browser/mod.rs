//! Browser features behind small plain functions. The console works without those that the
//! browser refuses.

mod clock;
mod intl;
mod page;
mod sound;
mod storage;
mod voice;

pub(crate) use clock::{clock, day_number};
pub(crate) use intl::{Form, format, language_name, zone_name};
pub(crate) use page::{
    copy, focus, hash, is_looking, is_mac, is_wide, later, prefers, reload, reveal, root, set_hash,
    set_language, set_title, stroke,
};
pub(crate) use sound::{Tone, play, unlock};
pub(crate) use storage::{Shelf, forget, keep, kept, keys};
pub(crate) use voice::{open_voice, place_voice, tell_voice};
