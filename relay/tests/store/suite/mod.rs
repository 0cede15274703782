//! The cases, by what they are about.

pub(crate) mod callbacks;
pub(crate) mod calls;
pub(crate) mod desk;
pub(crate) mod greeting;
pub(crate) mod logs;
pub(crate) mod nodes;
pub(crate) mod people;
pub(crate) mod records;
pub(crate) mod talk;
pub(crate) mod voice;
