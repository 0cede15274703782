//! The relay over HTTP: sessions, callbacks, pages, and its life as a server and as a program.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod callbacks;
mod calls;
mod form;
mod pages;
mod program;
mod rig;
mod serving;
mod sessions;
