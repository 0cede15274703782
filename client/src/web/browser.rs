//! The few things needed of a browser.

use heard_protocol::{Role, UnixMillis};
use web_sys::Window;

/// The page's window, if the program runs in one.
pub(super) fn window() -> Option<Window> {
    web_sys::window()
}

/// The browser's clock.
pub fn now() -> UnixMillis {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole milliseconds since 1970 fit"
    )]
    UnixMillis(js_sys::Date::now() as u64)
}

/// Random bits from the browser's cryptographic source.
pub fn random_bits() -> u128 {
    let mut bytes = [0; 16];
    if let Some(crypto) = window().and_then(|window| window.crypto().ok()) {
        // Fails only for more than 64 KiB at once.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    u128::from_be_bytes(bytes)
}

/// The address of a role's socket on the origin the page came from.
pub fn socket_url<R: Role>() -> String {
    let origin = window()
        .and_then(|window| window.location().origin().ok())
        .unwrap_or_default();
    // `http…` becomes `ws…` and `https…` becomes `wss…`.
    let rest = origin.strip_prefix("http").unwrap_or_default();
    ["ws", rest, R::PATH].concat()
}
