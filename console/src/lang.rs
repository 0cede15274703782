//! The languages the console speaks: those that there are files of.

include!(concat!(env!("OUT_DIR"), "/lang.rs"));
