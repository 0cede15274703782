//! The browser's clock and its calendar.

use heard_protocol::UnixMillis;

/// This device's clock.
pub(crate) fn clock() -> UnixMillis {
    heard_client::web::now()
}

/// The number of the day a moment lies in, where this device is.
pub(crate) fn day_number(at: UnixMillis) -> i64 {
    let date = js_sys::Date::new(&(at.0 as f64).into());
    let local = at.0 as f64 - date.get_timezone_offset() * 60_000.0;
    #[expect(clippy::cast_possible_truncation, reason = "days since 1970 fit")]
    let day = (local / 86_400_000.0).floor() as i64;
    day
}
