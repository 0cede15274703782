//! Requests to be called.

use heard_protocol::{CallbackTold, PublicBody};

/// Takes an entry in; `open` says whether a request to be called is open.
pub fn follow(open: &mut bool, body: &PublicBody) {
    match body {
        PublicBody::Callback(CallbackTold::Requested { .. }) => *open = true,
        PublicBody::Callback(
            CallbackTold::Closed { .. }
            | CallbackTold::Cancelled { .. }
            | CallbackTold::Expired { .. },
        ) => *open = false,
        _ => {}
    }
}
