//! Reaching the server.

use std::str::FromStr;
use std::time::Duration;

use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};

use crate::store::StoreError;

/// How many look-ups run at once.
const READERS: u32 = 8;
/// How long a look-up waits for a connection: a server that restarts is back by then.
const ACQUIRE: Duration = Duration::from_secs(10);
/// What every session is bound by. A process that died, or hangs, must not keep the others from a
/// row for long.
const BOUNDS: [(&str, &str); 7] = [
    ("statement_timeout", "15s"),
    ("lock_timeout", "5s"),
    // Between two statements of ours there is a millisecond: whoever is silent for longer is cut
    // off, and holds locks.
    ("idle_in_transaction_session_timeout", "2s"),
    // A node that was cut off without a word is given up by the server too.
    ("tcp_keepalives_idle", "5"),
    ("tcp_keepalives_interval", "2"),
    ("tcp_keepalives_count", "3"),
    ("tcp_user_timeout", "8s"),
];

/// Where the server is and how to sign in to it.
#[derive(Clone)]
pub(super) struct Address {
    pub(super) options: PgConnectOptions,
    /// For people: without the name and the password.
    pub(super) server: String,
}

impl Address {
    pub(super) fn read(url: &str) -> Result<Self, StoreError> {
        let options = PgConnectOptions::from_str(url).map_err(|error| StoreError::Address {
            reason: match error {
                // Nothing of the address itself may be in there.
                sqlx::Error::Configuration(reason) => reason.to_string(),
                _ => "it cannot be read".to_owned(),
            },
        })?;
        let options = options.application_name("heard-relay").options(BOUNDS);
        let host = options.get_socket().map_or_else(
            || options.get_host().to_owned(),
            |socket| socket.display().to_string(),
        );
        let server = format!(
            "postgres://{host}:{}/{}",
            options.get_port(),
            options.get_database().unwrap_or_default()
        );
        Ok(Self { options, server })
    }

    /// Connections for look-ups, made when they are needed.
    pub(super) fn pool(&self) -> PgPool {
        PgPoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(ACQUIRE)
            .connect_lazy_with(self.options.clone())
    }

    /// The error for whoever starts a relay.
    pub(super) fn fault(&self, error: &sqlx::Error) -> StoreError {
        StoreError::Server {
            server: self.server.clone(),
            reason: error.to_string(),
        }
    }
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.server)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_never_shown() {
        let address = Address::read("postgres://anna:s3cret@db.example:5433/heard").unwrap();
        assert_eq!(address.server, "postgres://db.example:5433/heard");
        assert_eq!(format!("{address:?}"), address.server);
        let refused = Address::read("postgres://anna:s3cret@db.example:port/heard").unwrap_err();
        assert!(!format!("{refused} {refused:?}").contains("s3cret"));
    }
}
