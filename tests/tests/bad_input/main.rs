//! What happens to clients that send what they should not, and that nobody else notices.
//!
//! In every case here a visitor and an agent talk through the same relay the whole time. After each
//! bad client they must get through another exchange on the connection they have; in the end the
//! checker looks at all they said and saw.

mod crowds;
mod floods;
mod frames;
mod identity;
mod scene;
