//! Small texts kept by the browser. Where it refuses, nothing is kept and all else works.

use web_sys::Storage;

/// Where a text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shelf {
    /// For this browser, until cleared.
    Browser,
    /// For this tab, until it is closed.
    Tab,
}

fn storage(shelf: Shelf) -> Option<Storage> {
    let window = web_sys::window()?;
    match shelf {
        Shelf::Browser => window.local_storage(),
        Shelf::Tab => window.session_storage(),
    }
    .ok()
    .flatten()
}

/// What is kept under a name.
pub(crate) fn kept(shelf: Shelf, key: &str) -> Option<String> {
    storage(shelf)?.get_item(key).ok().flatten()
}

/// Keeps a text under a name.
pub(crate) fn keep(shelf: Shelf, key: &str, value: &str) {
    if let Some(storage) = storage(shelf) {
        // A full storage keeps nothing.
        let _ = storage.set_item(key, value);
    }
}

/// Forgets what is kept under a name.
pub(crate) fn forget(shelf: Shelf, key: &str) {
    if let Some(storage) = storage(shelf) {
        let _ = storage.remove_item(key);
    }
}

/// Every name something is kept under.
pub(crate) fn keys(shelf: Shelf) -> Vec<String> {
    let Some(storage) = storage(shelf) else {
        return Vec::new();
    };
    let count = storage.length().unwrap_or(0);
    (0..count)
        .filter_map(|index| storage.key(index).ok().flatten())
        .collect()
}
