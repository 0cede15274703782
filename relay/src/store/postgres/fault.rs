//! What an error of the server means for the batch it hit.

use crate::store::StoreError;

/// What to do about an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Another node was in the way: the batch is decided anew from what is there now.
    Conflict,
    /// The connection is gone, or will be: the batch is tried again on another one.
    Lost,
    /// Trying again would not help.
    Broken,
}

/// The server's codes are in appendix A of its manual.
pub(super) fn of(error: &StoreError) -> Fault {
    let StoreError::Postgres(error) = error else {
        return Fault::Broken;
    };
    match error {
        sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) => Fault::Lost,
        sqlx::Error::Database(error) => match error.code().as_deref() {
            // unique_violation, serialization_failure, deadlock_detected, lock_not_available
            Some("23505" | "40001" | "40P01" | "55P03") => Fault::Conflict,
            // idle_in_transaction_session_timeout, too_many_connections, admin_shutdown,
            // crash_shutdown, cannot_connect_now, read_only_sql_transaction (a stand-by, before it
            // is promoted)
            Some("25P03" | "53300" | "57P01" | "57P02" | "57P03" | "25006") => Fault::Lost,
            // connection_exception
            Some(code) if code.starts_with("08") => Fault::Lost,
            _ => Fault::Broken,
        },
        _ => Fault::Broken,
    }
}

/// What happened, for a log: the server's message, without the detail, in which the values of a row
/// may stand.
pub(super) fn reason(error: &StoreError) -> String {
    match error {
        StoreError::Postgres(error) => error.to_string(),
        other => other.to_string(),
    }
}
