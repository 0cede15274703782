//! What the client promises: the session one rule at a time, and all of them at once against a
//! small relay on a bad network; the native transport against the same relay over TCP.

mod commands;
mod link;
mod logs;
mod model;
mod native;
mod rig;
mod storm;
