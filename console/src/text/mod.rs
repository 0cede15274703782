//! Every word a person reads, in each language there is a file of (`words/en.toml` and its like,
//! `[console]`).

mod evidence;
mod time;

use crate::lang::Lang;
use crate::model::act::Act;

include!(concat!(env!("OUT_DIR"), "/words.rs"));
