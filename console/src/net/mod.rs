//! The relay, from the console's side: signing in over HTTP, everything else over the socket.

mod http;
mod updates;

pub(crate) use http::{SignInError, sign_in, sign_out, who};
pub(crate) use updates::connect;
