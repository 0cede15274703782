//! What is not moved, and what is not started.

use std::sync::Arc;

use heard_protocol::UnixMillis;
use heard_relay::config::Data;
use heard_relay::store::moving::{self, Event, MoveError, Options, Report};
use heard_relay::store::postgres::PostgresStore;
use heard_relay::store::sqlite::SqliteStore;
use heard_relay::store::{Request, Store, StoreError};
use heard_test_postgres::Server;
use tempfile::TempDir;

use crate::content::{self, Nobody, SITES};
use crate::program::{Running, complaint, heard, move_command, printed};

fn store() -> (TempDir, String) {
    let (folder, path) = content::small();
    let path = path.to_str().expect("the path is text").to_owned();
    (folder, path)
}

/// Moves, and stops for good when that many rows have been copied, or when they are to be compared.
fn moved(
    from: &str,
    to: &str,
    replace: bool,
    stop_at: Option<u64>,
) -> Option<Result<Report, MoveError>> {
    let (from, to) = (Data::from(from.to_owned()), Data::from(to.to_owned()));
    let options = Options { replace, batch: 40 };
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let (stop, stopped) = tokio::sync::oneshot::channel();
        let mut stop = Some(stop);
        let mut watch = |event| {
            let far = match event {
                Event::Copied { rows, .. } => stop_at.is_some_and(|at| rows >= at),
                Event::Compared { .. } => stop_at.is_some(),
                _ => false,
            };
            if far && let Some(stop) = stop.take() {
                stop.send(()).expect("somebody waits");
            }
        };
        tokio::select! {
            biased;
            Ok(()) = stopped => None,
            done = moving::run(&from, &to, options, &mut watch) => Some(done),
        }
    })
}

fn refused(from: &str, to: &str, replace: bool) -> MoveError {
    let done = moved(from, to, replace, None).expect("it was not stopped");
    done.expect_err("it is refused")
}

fn serve(data: &str) -> String {
    complaint(heard().args(["serve", "--listen", "127.0.0.1:0", "--data", data]))
}

#[test]
fn a_target_that_is_not_empty_unless_it_is_to_be_replaced() {
    let (_one, from) = store();
    let (_other, another) = store();
    for to in [Server::shared().database(), format!("{from}.moved")] {
        let first = printed(&mut move_command(&another, &to));
        let said = complaint(&mut move_command(&from, &to));
        assert!(said.contains("is not empty; with --replace"), "{said}");
        let second = printed(move_command(&from, &to).arg("--replace"));
        // Its contents are the same, its identity is not.
        assert_eq!(first, second);
        assert!(complaint(&mut move_command(&another, &to)).contains("is not empty"));
        assert_eq!(second, printed(&mut move_command(&from, &to)));
    }
}

#[test]
fn a_store_that_a_relay_is_running_on() {
    let (_folder, path) = store();
    let url = Server::shared().database();
    {
        let _running = Running::on(&path);
        let said = complaint(&mut move_command(&path, &url));
        assert!(
            said.contains("another relay is using") && said.contains("heard.db"),
            "{said}"
        );
        // Nothing was touched.
        assert!(
            complaint(&mut move_command(&url, &format!("{path}.moved"))).contains("it is empty")
        );
    }
    printed(&mut move_command(&path, &url));
    let target = format!("{path}.moved");
    {
        let _running = Running::on(&url);
        let (_other, another) = store();
        for (from, to) in [(&url, &target), (&another, &url)] {
            let said = complaint(move_command(from, to).arg("--replace"));
            assert!(
                said.contains("another relay is using postgres://"),
                "{said}"
            );
        }
    }
    // It was killed and left its number behind; nobody raises it.
    printed(&mut move_command(&url, &target));
}

#[test]
fn a_target_that_is_moved_to_by_halves_is_not_started_nor_moved_on() {
    let (_folder, path) = store();
    let file = format!("{path}.moved");
    for to in [Server::shared().database(), file] {
        assert!(moved(&path, &to, false, Some(100)).is_none());
        assert!(serve(&to).contains("holds an unfinished move: finish it"));
        let site = ["site", "list", "--data", &to];
        assert!(complaint(heard().args(site)).contains("holds an unfinished move"));
        let onward = refused(&to, &format!("{path}.onward"), true);
        assert!(
            matches!(onward, MoveError::Store(StoreError::HalfMoved { .. })),
            "{onward}"
        );
        let (_other, another) = store();
        let other = refused(&another, &to, false);
        assert!(matches!(other, MoveError::OtherMove { .. }), "{other}");
        assert!(moved(&path, &to, false, Some(u64::MAX)).is_none());
        assert!(serve(&to).contains("holds an unfinished move: finish it"));
        let done = moved(&path, &to, false, None).expect("it was not stopped");
        done.expect("it goes on");
        drop(Running::on(&to));
    }
}

#[test]
fn a_source_that_changed_in_the_meantime() {
    let (_folder, path) = store();
    let url = Server::shared().database();
    assert!(moved(&path, &url, false, Some(100)).is_none());
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = SqliteStore::open(path.as_ref(), Arc::new(Nobody)).expect("the file opens");
        let more = store.execute(content::message(1, 500)).await;
        more.expect("the store works");
    });
    let changed = refused(&path, &url, false);
    assert!(matches!(changed, MoveError::Changed { .. }), "{changed}");
    let anew = moved(&path, &url, true, None).expect("it was not stopped");
    anew.expect("it begins again");
}

#[test]
fn a_change_that_cannot_be_seen_from_afar_is_found_in_the_end() {
    let (_folder, path) = store();
    let url = Server::shared().database();
    assert!(moved(&path, &url, false, Some(200)).is_none());
    let file = rusqlite::Connection::open(&path).expect("the file opens");
    let sql = "UPDATE entries SET at = at + 1 WHERE row = (SELECT row FROM places ORDER BY conversation LIMIT 1)";
    let first = "UPDATE sites SET document = replace(document, 'shop', 'another')";
    file.execute_batch(first).expect("it is changed");
    file.execute_batch(sql).expect("it is changed");
    drop(file);
    let differs = refused(&path, &url, false);
    assert!(
        matches!(&differs, MoveError::Differs { tables } if tables.contains("sites")),
        "{differs}"
    );
    assert!(serve(&url).contains("holds an unfinished move"));
}

#[test]
fn what_is_not_there_or_is_another_programs() {
    let (folder, path) = store();
    let url = Server::shared().database();
    let nowhere = folder.path().join("nowhere.db");
    let said = complaint(&mut move_command(nowhere.to_str().expect("text"), &url));
    assert!(said.contains("cannot use the data file"), "{said}");
    assert!(!nowhere.exists());
    assert!(complaint(&mut move_command(&path, &path)).contains("are the same"));
    Server::shared().sql(&url, "CREATE TABLE theirs (x integer)");
    let said = complaint(move_command(&path, &url).arg("--replace"));
    assert!(said.contains("is not a Heard database"), "{said}");
    let secret = "postgres://anna:s3cret@127.0.0.1:1/heard";
    let said = complaint(&mut move_command(&path, secret));
    assert!(said.contains("postgres://127.0.0.1:1/heard"), "{said}");
    assert!(!said.contains("s3cret") && !said.contains("anna"), "{said}");
}

#[tokio::test]
async fn agents_of_a_relay_that_was_killed_are_found_to_be_gone() {
    let (_folder, path) = tokio::task::spawn_blocking(store).await.expect("a store");
    let url = Server::shared().database();
    let (from, to) = (Data::from(path), Data::from(url.clone()));
    let options = Options {
        replace: false,
        batch: 100,
    };
    let done = moving::run(&from, &to, options, &mut drop).await;
    done.expect("everything is moved");
    let store = PostgresStore::open(&url, Arc::new(Nobody)).await;
    let store = store.expect("the database opens");
    let online = async || {
        let team = store.colleagues(SITES[0]).await.expect("a team");
        team.iter().filter(|one| one.online).count()
    };
    assert_eq!(online().await, 2);
    for (node, beat) in store.beats().await.expect("the nodes") {
        let now = UnixMillis(1_900_000_000_000);
        let gone = Request::NodeGone { node, beat, now };
        store.execute(gone).await.expect("the store works");
    }
    assert_eq!(online().await, 0);
}

#[test]
fn a_relay_that_slipped_in_ends_the_move() {
    let (_folder, path) = store();
    let url = Server::shared().database();
    assert!(moved(&path, &url, false, Some(100)).is_none());
    // It had opened the database just before it was marked, and says that it is alive.
    let beats = "INSERT INTO nodes (id, beat) VALUES (gen_random_uuid(), 1)";
    Server::shared().sql(&url, beats);
    let ended = refused(&path, &url, false);
    assert!(
        matches!(ended, MoveError::Store(StoreError::InUse { .. })),
        "{ended}"
    );
    Server::shared().sql(&url, "DELETE FROM nodes");
    let done = moved(&path, &url, false, None).expect("it was not stopped");
    done.expect("it goes on");
}
