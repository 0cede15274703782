//! The file: how it is laid out, opened and recognised.

use std::fs::File;
use std::path::{Path, PathBuf};

use heard_protocol::Epoch;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, OptionalExtension, params};

use crate::store::StoreError;
pub(super) use crate::store::stored::Identity;

/// How much of the file readers see through the system's own cache instead of copying it page by
/// page, in bytes. The messages of one conversation are strewn over the file: when everybody came
/// back at once, a third of the time was spent copying pages.
const READ_MAPPED: i64 = 256 * 1024 * 1024;

/// The layout this program reads and writes, kept in `PRAGMA user_version`.
pub(super) const SCHEMA: u32 = 3;

/// `HERD`: how a database says that it is ours (`PRAGMA application_id`).
const APPLICATION_ID: i32 = 0x4845_5244;

/// The log is a rowid table with nothing but appends and an index that grows almost in order; a
/// clustered table was measured at a fifth of the rows per second.
const TABLES: &str = "
CREATE TABLE meta (
  key TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT;
CREATE TABLE sites (
  id BLOB PRIMARY KEY,
  name TEXT NOT NULL,
  origins TEXT NOT NULL,            -- JSON array of origins
  offer_ms INTEGER NOT NULL,
  grace_ms INTEGER NOT NULL,
  reopen_ms INTEGER NOT NULL,
  callback_ahead_ms INTEGER NOT NULL
) STRICT;
CREATE TABLE agents (
  id BLOB PRIMARY KEY,
  site BLOB NOT NULL REFERENCES sites(id),
  name TEXT NOT NULL,
  bot INTEGER NOT NULL,
  email TEXT NOT NULL UNIQUE COLLATE NOCASE,
  password_hash TEXT NOT NULL,
  capacity INTEGER NOT NULL,
  availability INTEGER NOT NULL DEFAULT 2,
  gone_since INTEGER DEFAULT 0,     -- NULL while a socket is open
  idle_since INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX agents_by_site ON agents(site);
CREATE TABLE sessions (
  token_hash BLOB PRIMARY KEY,
  agent BLOB NOT NULL REFERENCES agents(id),
  expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE contacts (
  id BLOB PRIMARY KEY,
  site BLOB NOT NULL REFERENCES sites(id),
  name TEXT NOT NULL,
  locale TEXT NOT NULL,
  page_url TEXT,
  page_title TEXT
) STRICT;
CREATE TABLE conversations (
  row INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  site BLOB NOT NULL REFERENCES sites(id),
  contact BLOB NOT NULL REFERENCES contacts(id),
  status INTEGER NOT NULL,          -- 0 waiting, 1 offered, 2 assigned, 3 resolved
  since INTEGER NOT NULL,           -- waits since, assigned since, resolved at
  agent BLOB,                       -- offered to, owned by
  until INTEGER,                    -- the offer ends
  front INTEGER NOT NULL,
  passed TEXT NOT NULL,             -- JSON array of [agent, when]
  issue TEXT NOT NULL,
  visitor_read INTEGER NOT NULL DEFAULT 0,
  staff_read INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX conversations_by_contact ON conversations(contact, row);
CREATE INDEX conversations_open ON conversations(site, status, front DESC, since) WHERE status < 3;
CREATE INDEX conversations_resolved ON conversations(site, since) WHERE status = 3;
CREATE TABLE entries (
  row INTEGER PRIMARY KEY,
  conversation INTEGER NOT NULL REFERENCES conversations(row),
  seq INTEGER NOT NULL,
  public_seq INTEGER,               -- NULL: for staff alone
  at INTEGER NOT NULL,
  command BLOB,                     -- the command that wrote it, on the first entry it wrote
  actor BLOB,                       -- whose command
  body TEXT NOT NULL                -- JSON of PublicBody or StaffBody
) STRICT;
CREATE TABLE fresh (                -- where the latest entries stand: see places.rs
  conversation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  public_seq INTEGER,
  row INTEGER NOT NULL,
  PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE TABLE places (               -- and all the others
  conversation INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  public_seq INTEGER,
  row INTEGER NOT NULL,
  PRIMARY KEY (conversation, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entries_by_command ON entries(command) WHERE command IS NOT NULL;
CREATE TABLE deeds (
  command BLOB PRIMARY KEY,         -- a command that leaves no entry
  agent BLOB NOT NULL REFERENCES agents(id),
  at INTEGER NOT NULL
) STRICT;
CREATE TABLE refusals (
  command BLOB NOT NULL,            -- a command that was refused for good: the latest ones
  actor BLOB NOT NULL,
  code TEXT NOT NULL,               -- JSON of RefusalCode
  PRIMARY KEY (command, actor)
) STRICT;
CREATE TABLE callbacks (
  id BLOB PRIMARY KEY,              -- the bits of the command that asked for it
  site BLOB NOT NULL REFERENCES sites(id),
  contact BLOB NOT NULL REFERENCES contacts(id),
  conversation BLOB,
  requested_at INTEGER NOT NULL,
  phone TEXT NOT NULL,
  form TEXT NOT NULL,               -- JSON of CallbackForm
  closed_by BLOB,                   -- NULL: open
  closed_at INTEGER,
  disposition TEXT,
  note TEXT
) STRICT;
CREATE UNIQUE INDEX callbacks_one_open ON callbacks(site, phone) WHERE closed_by IS NULL;
CREATE INDEX callbacks_closed ON callbacks(site, closed_at) WHERE closed_by IS NOT NULL;
";

/// What was added later, oldest first: the first of these makes version 2 of version 1. One that
/// was released is never edited.
const MIGRATIONS: [&str; 2] = [
    "
CREATE TABLE nodes (
  id BLOB PRIMARY KEY,              -- a life of a process
  beat INTEGER NOT NULL             -- a number it raises while it lives
) STRICT;
CREATE TABLE agent_sockets (
  agent BLOB NOT NULL,
  node BLOB NOT NULL,               -- where they have a socket open
  PRIMARY KEY (agent, node)
) STRICT, WITHOUT ROWID;
",
    // A request from before has no life; what its own columns say stands for one.
    "
ALTER TABLE sites ADD COLUMN calls TEXT;                            -- JSON of CallPolicy; NULL: as by default
ALTER TABLE conversations ADD COLUMN talk TEXT;                     -- JSON of Talk; NULL: nothing yet
ALTER TABLE agents ADD COLUMN takes_calls INTEGER NOT NULL DEFAULT 1;
ALTER TABLE agents ADD COLUMN phone TEXT NOT NULL DEFAULT '';       -- a sip: address
ALTER TABLE agents ADD COLUMN headset INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN called_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE agents ADD COLUMN on_call INTEGER NOT NULL DEFAULT 0;   -- 1: by phone, 2: in the browser, 3: both
ALTER TABLE agents ADD COLUMN skills TEXT NOT NULL DEFAULT '{}';    -- JSON of Skills
ALTER TABLE callbacks ADD COLUMN life TEXT;                         -- JSON of Life
ALTER TABLE callbacks ADD COLUMN ended_at INTEGER;                  -- NULL: open
UPDATE callbacks SET ended_at = closed_at;
DROP INDEX callbacks_one_open;
DROP INDEX callbacks_closed;
CREATE UNIQUE INDEX callbacks_one_open ON callbacks(site, phone) WHERE ended_at IS NULL;
CREATE INDEX callbacks_ended ON callbacks(site, ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX callbacks_by_number ON callbacks(site, phone, requested_at);
CREATE INDEX callbacks_by_contact ON callbacks(contact, requested_at);
CREATE INDEX callbacks_by_time ON callbacks(site, requested_at);
",
];

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
    if application != APPLICATION_ID {
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
        migrate(connection, 1)?;
    } else if application != APPLICATION_ID {
        let reason = "it belongs to another program".to_owned();
        return Err(StoreError::Corrupt {
            path: path.to_owned(),
            reason,
        });
    } else if found > SCHEMA {
        return Err(StoreError::Schema {
            found,
            known: SCHEMA,
            advice: "start the newer program that wrote it",
        });
    } else {
        migrate(connection, found)?;
    }
    identity(connection, path)
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
    connection.execute_batch(TABLES)?;
    let put = "INSERT INTO meta (key, value) VALUES (?1, ?2)";
    connection.execute(put, params!["token_key", key])?;
    connection.execute(put, params!["epoch", epoch])?;
    connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    connection.pragma_update(None, "user_version", 1)?;
    connection.execute_batch("COMMIT")?;
    Ok(())
}

/// Brings the tables from version `found` up to date.
fn migrate(connection: &Connection, found: u32) -> Result<(), StoreError> {
    for (version, migration) in (2_u32..).zip(MIGRATIONS) {
        if version > found {
            connection.execute_batch("BEGIN IMMEDIATE")?;
            connection.execute_batch(migration)?;
            connection.pragma_update(None, "user_version", version)?;
            connection.execute_batch("COMMIT")?;
        }
    }
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
