//! Where everything is kept.

use std::convert::Infallible;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A file of the embedded store, or a database of a PostgreSQL server.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Data {
    /// A file, created if it is not there.
    File(PathBuf),
    /// The address of a database (`postgres://user:password@host/database`). Shown without its
    /// password wherever it is shown.
    Postgres(String),
}

impl From<String> for Data {
    fn from(text: String) -> Self {
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Self::Postgres(text)
        } else {
            Self::File(text.into())
        }
    }
}

impl From<Data> for String {
    fn from(data: Data) -> Self {
        data.to_string()
    }
}

impl From<PathBuf> for Data {
    fn from(path: PathBuf) -> Self {
        Self::File(path)
    }
}

impl FromStr for Data {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self::from(text.to_owned()))
    }
}

impl fmt::Display for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Postgres(url) => f.write_str(&without_secrets(url)),
        }
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The address without who signs in, and without its parameters, of which a password may be one.
pub(super) fn without_secrets(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", ""));
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    // A password may hold an `@` of its own.
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    format!("{scheme}://{place}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_from_a_path() {
        let data = |text: &str| Data::from(text.to_owned());
        assert_eq!(data("heard.db"), Data::File("heard.db".into()));
        assert!(matches!(data("postgres://db/heard"), Data::Postgres(_)));
        assert!(matches!(data("postgresql://db/heard"), Data::Postgres(_)));
    }

    #[test]
    fn a_password_is_never_shown() {
        for (url, shown) in [
            (
                "postgres://anna:s3@cret@db:5433/heard",
                "postgres://db:5433/heard",
            ),
            (
                "postgresql://db/heard?password=s3@cret",
                "postgresql://db/heard",
            ),
        ] {
            let data = Data::from(url.to_owned());
            assert_eq!(
                (data.to_string(), format!("{data:?}")),
                (shown.to_owned(), shown.to_owned())
            );
            assert_eq!(String::from(data), shown);
        }
    }
}
