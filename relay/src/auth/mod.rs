//! Who is calling: visitors by a signed token, agents by a session, everybody by their address for
//! the sake of limits.

mod address;
mod call_link;
mod cookie;
mod origin;
mod password;
mod session;
mod throttle;
mod visitor;

pub use address::{AddressKey, caller};
pub use call_link::{call_of, call_path};
pub use cookie::{cookie_token, forget_cookie, session_cookie};
pub use origin::{OriginVerdict, allowed, own_origin};
pub use password::{PasswordError, Passwords};
pub use session::{
    AuthError, BOT_SESSION_MS, Intent, NewSession, SESSION_MS, authenticate, hash_token, presented,
    staff_by_token,
};
pub use throttle::{Throttle, TooFast};
pub use visitor::{contact_of_command, mint, new_contact, verify};
