//! What is on the screen: one column, card or dialog per file. Components hold what lasts no longer
//! than they do; everything else is in [`App`](crate::control::App).

mod account;
mod banner;
mod bubble;
mod call_card;
mod calls;
mod chat_row;
mod composer;
mod decline;
mod desk;
mod dialog;
mod face;
mod gate;
mod icon;
mod keys_table;
mod line;
mod list;
mod log;
mod menu;
mod offer;
mod palette;
mod person;
mod phone;
mod rail;
mod ring;
mod root;
mod talk;
mod talk_head;
mod toasts;
mod transfer;
mod trouble;
mod unsent;
mod voice_ring;
mod voice_sum;
pub(crate) mod words;

pub(crate) use root::Root;
