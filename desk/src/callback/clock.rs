//! Times of the day as they are written: `21:00`.

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};

use super::policy::Minute;

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the signature is serde's"
)]
pub(super) fn serialize<S: Serializer>(minute: &Minute, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(&format!("{:02}:{:02}", minute / 60, minute % 60))
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Minute, D::Error> {
    let text = String::deserialize(from)?;
    read(&text).ok_or_else(|| D::Error::custom(format!("{text:?} is not a time such as 09:30")))
}

fn read(text: &str) -> Option<Minute> {
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute): (Minute, Minute) = (hour.parse().ok()?, minute.parse().ok()?);
    let all = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && all <= 24 * 60).then_some(all)
}
