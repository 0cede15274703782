//! The wire as others see it: bytes that must not move, values that must come back, input that must
//! not hurt, and the document that integrators read.

mod document;
mod golden;
mod kind;
mod mutation;
mod properties;
mod rng;
mod types;
