//! The embedded store's home, and what only a file can suffer.

use std::path::PathBuf;
use std::sync::Arc;

use heard_relay::store::sqlite::SqliteStore;
use heard_relay::store::{Listener, Store, StoreError};
use tempfile::TempDir;

use crate::bench::{Home, Notebook};

pub(crate) struct File {
    folder: TempDir,
}

impl File {
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("heard.db")
    }
}

impl Home for File {
    async fn make() -> Self {
        Self {
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    async fn open(&self, listener: Arc<dyn Listener>) -> Arc<dyn Store> {
        Arc::new(SqliteStore::open(&self.path(), listener).expect("the file opens"))
    }
}

fn open(path: &std::path::Path) -> Result<SqliteStore, StoreError> {
    SqliteStore::open(path, Arc::new(Notebook::default()))
}

#[tokio::test]
async fn a_file_has_one_writer() {
    let home = File::make().await;
    let first = open(&home.path()).expect("the file opens");
    assert!(matches!(open(&home.path()), Err(StoreError::InUse { .. })));
    drop(first);
    assert!(open(&home.path()).is_ok());
}

#[tokio::test]
async fn a_file_that_is_no_database_is_left_alone() {
    let home = File::make().await;
    let text = "this is a letter, not a database\n".repeat(100);
    std::fs::write(home.path(), &text).expect("the file is written");
    assert!(matches!(
        open(&home.path()),
        Err(StoreError::Corrupt { .. })
    ));
    assert_eq!(
        std::fs::read_to_string(home.path()).expect("the file is there"),
        text
    );
}

#[tokio::test]
async fn another_programs_database_is_left_alone() {
    let home = File::make().await;
    let other = rusqlite::Connection::open(home.path()).expect("a database");
    other
        .execute_batch("CREATE TABLE theirs (x)")
        .expect("a table");
    drop(other);
    assert!(matches!(
        open(&home.path()),
        Err(StoreError::Corrupt { .. })
    ));
}

#[tokio::test]
async fn another_versions_database_is_refused() {
    let home = File::make().await;
    drop(open(&home.path()).expect("the file opens"));
    let file = rusqlite::Connection::open(home.path()).expect("a database");
    file.pragma_update(None, "user_version", 4_000)
        .expect("a pragma");
    drop(file);
    let refused = open(&home.path()).expect_err("it is of the future");
    assert!(
        matches!(refused, StoreError::Schema { found: 4_000, .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn a_file_from_before_the_first_release_is_refused() {
    let home = File::make().await;
    let older = rusqlite::Connection::open(home.path()).expect("a database");
    older
        .execute_batch("CREATE TABLE sites (id BLOB)")
        .expect("a table");
    older
        .pragma_update(None, "application_id", 0x4845_5244)
        .expect("a pragma");
    older
        .pragma_update(None, "user_version", 3)
        .expect("a pragma");
    drop(older);
    let refused = open(&home.path()).expect_err("nothing reads it");
    assert!(
        matches!(refused, StoreError::BeforeRelease { .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn a_folder_that_is_not_there_is_said() {
    let home = File::make().await;
    let refused = open(&home.folder.path().join("no/such/heard.db")).expect_err("no folder");
    assert!(matches!(refused, StoreError::Path { .. }), "{refused}");
}
