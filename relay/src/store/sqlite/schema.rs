//! The file: how it is laid out, opened and recognised.

use std::fs::File;
use std::path::{Path, PathBuf};

use heard_protocol::Epoch;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};

use crate::store::StoreError;
use crate::store::rows::{PRESENCE, TABLES};
pub(super) use crate::store::stored::Identity;
use crate::store::table::{Dialect, layout};

/// How much of the file readers see through the system's own cache instead of copying it page by
/// page, in bytes. The messages of one conversation are strewn over the file: when everybody came
/// back at once, a third of the time was spent copying pages.
const READ_MAPPED: i64 = 256 * 1024 * 1024;

/// The layout this program reads and writes, kept in `PRAGMA user_version`.
pub(super) const SCHEMA: u32 = 1;

/// `HRDC`: how a database says that it is ours (`PRAGMA application_id`).
const APPLICATION_ID: i32 = 0x4852_4443;
/// `HERD`: how one said so before the first release.
const BEFORE_RELEASE: i32 = 0x4845_5244;

/// What is measured is written by hand. The log is a rowid table with nothing but appends and an
/// index that grows almost in order; a clustered table was measured at a fifth of the rows per
/// second. Where a conversation's entries stand is told by `places.rs`.
const LOG: &str = "
CREATE TABLE entries (
  row INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL REFERENCES conversations(row),
  seq INTEGER NOT NULL,
  public_seq INTEGER,
  at INTEGER NOT NULL,
  command BLOB,
  actor BLOB,
  body TEXT NOT NULL
) STRICT;
CREATE TABLE fresh (
  conversation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  public_seq INTEGER,
  row INTEGER NOT NULL,
  PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE places (
  conversation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  public_seq INTEGER,
  row INTEGER NOT NULL,
  PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
";

/// What the file says about itself.
const META: &str = "CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;";

/// Version 1, from the tables' declarations.
fn tables() -> String {
    let declared = TABLES.iter().chain(PRESENCE);
    let declared = declared.map(|table| layout(table, Dialect::Sqlite));
    [META, LOG]
        .map(str::to_owned)
        .into_iter()
        .chain(declared)
        .collect()
}

/// Holds the right to write to a file, for as long as it lives.
#[derive(Debug)]
pub(super) struct WriteLock(
    #[expect(dead_code, reason = "the lock ends when the file closes")] File,
);

/// Claims the file for this process. A separate lock file, since closing any handle of the database
/// itself would drop SQLite's own locks.
pub(super) fn lock(path: &Path) -> Result<WriteLock, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let lock_path = PathBuf::from(name);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&lock_path)
        .map_err(|error| StoreError::Path {
            path: lock_path,
            reason: error.to_string(),
        })?;
    match file.try_lock() {
        Ok(()) => Ok(WriteLock(file)),
        Err(_) => Err(StoreError::InUse {
            path: path.to_owned(),
        }),
    }
}

/// Opens the file for its one writer, creating or recognising what is in it.
pub(super) fn open_writer(path: &Path) -> Result<(Connection, Identity), StoreError> {
    let connection = Connection::open(path).map_err(|error| path_error(path, &error))?;
    let identity = prepare(&connection, path).map_err(|error| match error {
        StoreError::Database(error) => path_error(path, &error),
        other => other,
    })?;
    Ok((connection, identity))
}

/// Opens a file that is to be there, and to be ours.
pub(super) fn open_existing(path: &Path) -> Result<(Connection, Identity), StoreError> {
    let connection = Connection::open(path).map_err(|error| path_error(path, &error))?;
    let application = connection.pragma_query_value(None, "application_id", |row| row.get(0));
    let application: i32 = application.map_err(|error| path_error(path, &error))?;
    if application != APPLICATION_ID && application != BEFORE_RELEASE {
        return Err(StoreError::Corrupt {
            path: path.to_owned(),
            reason: "it is empty or belongs to another program".to_owned(),
        });
    }
    drop(connection);
    open_writer(path)
}

/// Refuses a file that holds only a part of another store: a move leaves its mark until it is done.
pub(super) fn refuse_half_moved(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    if connection.table_exists(None, "heard_move")? {
        return Err(StoreError::HalfMoved {
            place: path.display().to_string(),
        });
    }
    Ok(())
}

/// Opens the file for reading alone.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    keep_statements(&connection)?;
    connection.pragma_update(None, "cache_size", -256)?;
    connection.pragma_update(None, "mmap_size", READ_MAPPED)?;
    connection.busy_timeout(std::time::Duration::from_secs(5))?;
    Ok(connection)
}

/// A store in memory, with the same tables: for tests and the simulation.
pub(super) fn open_in_memory() -> Result<(Connection, Identity), StoreError> {
    let connection = Connection::open_in_memory()?;
    let identity = prepare(&connection, Path::new(":memory:"))?;
    Ok((connection, identity))
}

fn prepare(connection: &Connection, path: &Path) -> Result<Identity, StoreError> {
    keep_statements(connection)?;
    let application: i32 =
        connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    connection.pragma_update(None, "foreign_keys", false)?;
    connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    // FULL: a commit is on disk before it returns. This is the first point of the delivery
    // contract.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -4_096)?;
    if tables == 0 {
        create(connection)?;
    } else if application == BEFORE_RELEASE {
        return Err(StoreError::BeforeRelease {
            place: path.display().to_string(),
        });
    } else if application != APPLICATION_ID {
        let reason = "it belongs to another program".to_owned();
        return Err(StoreError::Corrupt {
            path: path.to_owned(),
            reason,
        });
    } else if found != SCHEMA {
        return Err(StoreError::Schema {
            found,
            known: SCHEMA,
            advice: "start the newer program that wrote it",
        });
    }
    lay_out(connection)?;
    identity(connection, path)
}

/// Creates the declared tables that are not there. A table that is added needs nothing else.
fn lay_out(connection: &Connection) -> Result<(), StoreError> {
    for table in TABLES.iter().chain(PRESENCE) {
        if !connection.table_exists(None, table.name)? {
            connection.execute_batch(&layout(table, Dialect::Sqlite))?;
        }
    }
    Ok(())
}

/// Statements are prepared once. Left to itself, SQLite plans a statement anew whenever its plan
/// could depend on a bound value, such as every `LIMIT ?`: that was measured at a sixth of all the
/// time a store takes.
fn keep_statements(connection: &Connection) -> Result<(), StoreError> {
    connection.set_prepared_statement_cache_capacity(64);
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    Ok(())
}

fn create(connection: &Connection) -> Result<(), StoreError> {
    let mut drawn = [0_u8; 36];
    getrandom::fill(&mut drawn).map_err(|error| StoreError::Value {
        what: "random number",
        reason: error.to_string(),
    })?;
    let (key, epoch) = drawn.split_at(32);
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(&tables())?;
    let put = "INSERT INTO meta (key, value) VALUES (?1, ?2)";
    connection.execute(put, params!["token_key", key])?;
    connection.execute(put, params!["epoch", epoch])?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", SCHEMA)?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}

fn identity(connection: &Connection, path: &Path) -> Result<Identity, StoreError> {
    let get = |key: &str| -> Result<Vec<u8>, StoreError> {
        connection
            .query_row("SELECT value FROM meta WHERE key = ?1", [key], |row| {
                row.get(0)
            })
            .optional()?
            .ok_or_else(|| StoreError::Corrupt {
                path: path.to_owned(),
                reason: format!("its {key} is missing"),
            })
    };
    let damaged = |_| StoreError::Corrupt {
        path: path.to_owned(),
        reason: "its identity has the wrong length".to_owned(),
    };
    let token_key = <[u8; 32]>::try_from(get("token_key")?).map_err(damaged)?;
    let epoch = <[u8; 4]>::try_from(get("epoch")?).map_err(damaged)?;
    Ok(Identity {
        epoch: Epoch(u32::from_be_bytes(epoch)),
        token_key,
    })
}

fn path_error(path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.to_owned();
    let reason = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => {
            StoreError::Corrupt { path, reason }
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => StoreError::InUse { path },
        _ => StoreError::Path { path, reason },
    }
}
