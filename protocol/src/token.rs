//! Secrets on the wire.

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::wire::Wire;

/// A bearer secret: a visitor's token or an agent's session. Never printed by `Debug`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
#[serde(transparent)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
