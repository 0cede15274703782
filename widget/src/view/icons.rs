//! Icons, each drawn by one path in a square of 24.

pub(super) const SEND: &str = "M12 19V5M6 11l6-6 6 6";
pub(super) const CLOSE: &str = "M6 9l6 6 6-6";
pub(super) const DOWN: &str = "M12 5v14M6 13l6 6 6-6";
pub(super) const PHONE: &str = "M21 16.5v2.6a2 2 0 0 1-2.2 2A17.6 17.6 0 0 1 3 5.2 2 2 0 0 1 5 3h2.6a1.6 1.6 0 0 1 1.6 1.3c.2 1 \
    .4 1.9.8 2.8a1.6 1.6 0 0 1-.4 1.7L8.5 9.9a14 14 0 0 0 5.6 5.6l1.1-1.1a1.6 1.6 0 0 1 1.7-.4c.9.4 1.8.6 2.8.8a1.6 1.6 0 0 1 1.3 1.7z";
