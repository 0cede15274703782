//! What is wrong with the files.

use std::error::Error;
use std::fmt;
use std::path::Path;

/// Everything that is wrong, each with its file.
#[derive(Default, PartialEq, Eq)]
pub struct Faults(Vec<String>);

impl Faults {
    /// Makes an error of a file a fault.
    pub(super) fn of<E: fmt::Display>(path: &Path) -> impl Fn(E) -> Self {
        move |error| Self(vec![format!("{}: {error}", path.display())])
    }

    pub(super) fn add(&mut self, file: &str, what: impl fmt::Display) {
        self.0.push(format!("words/{file}: {what}"));
    }

    pub(super) fn join(&mut self, mut others: Self) {
        self.0.append(&mut others.0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// As it is displayed: this is what a build script that fails shows.
impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the languages have faults\n{self}")
    }
}

impl Error for Faults {}
