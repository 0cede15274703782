//! Why a configuration cannot be used, in one sentence that names the place to look at.

use figment::error::Kind;
use figment::{Error, Source};

use super::environment::{ENVIRONMENT, variable};

/// What is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The file that was named is not there.
    #[error("the configuration file {0} cannot be read")]
    NoFile(String),
    /// A field has a value that cannot be used, or there is no such field.
    #[error("{source_name}: {field}: {reason}")]
    Field {
        /// Where the value came from: the file's name, the environment, or the command line.
        source_name: String,
        /// The field, by its path.
        field: String,
        /// What is wrong.
        reason: String,
    },
}

impl ConfigError {
    /// The first of possibly many faults; fixing one at a time is how people do it anyway.
    pub(super) fn from_figment(error: Error) -> Self {
        let first = error.into_iter().last();
        let Some(error) = first else {
            return Self::NoFile("given".to_owned());
        };
        let mut path = error.path.clone();
        let reason = match &error.kind {
            Kind::UnknownField(field, known) => {
                if path.last() != Some(field) {
                    path.push(field.clone());
                }
                format!(
                    "there is no such setting; known here are {}",
                    known.join(", ")
                )
            }
            kind => kind.to_string(),
        };
        let source_name = source_name(&error);
        let field = if path.is_empty() {
            "the whole".to_owned()
        } else if source_name == ENVIRONMENT {
            variable(&path)
        } else {
            path.join(".")
        };
        Self::Field {
            source_name,
            field,
            reason,
        }
    }
}

fn source_name(error: &Error) -> String {
    match &error.metadata {
        Some(metadata) => match &metadata.source {
            Some(Source::File(path)) => path.display().to_string(),
            _ => metadata.name.to_string(),
        },
        None => "configuration".to_owned(),
    }
}
