//! The home of the store for many nodes, and what only a database can suffer.

use std::sync::Arc;

use heard_relay::store::postgres::PostgresStore;
use heard_relay::store::{Listener, Store, StoreError};
use heard_test_postgres::Server;

use crate::bench::{Home, Notebook};
use crate::lossy::Lossy;
use crate::stream::Stream;

pub(crate) struct Database {
    pub(crate) url: String,
}

impl Home for Database {
    async fn make() -> Self {
        Self {
            url: Server::shared().database(),
        }
    }

    async fn open(&self, listener: Arc<dyn Listener>) -> Arc<dyn Store> {
        let store = PostgresStore::open(&self.url, listener).await;
        Arc::new(store.expect("the database opens"))
    }
}

async fn open(url: &str) -> Result<PostgresStore, StoreError> {
    PostgresStore::open(url, Arc::new(Notebook::default())).await
}

#[tokio::test]
async fn another_programs_database_is_left_alone() {
    let home = Database::make().await;
    Server::shared().sql(&home.url, "CREATE TABLE theirs (x integer)");
    let refused = open(&home.url).await.expect_err("it is another's");
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
    Server::shared().sql(&home.url, "DROP TABLE theirs");
    assert!(open(&home.url).await.is_ok());
}

#[tokio::test]
async fn another_versions_database_is_refused() {
    let home = Database::make().await;
    drop(open(&home.url).await.expect("the database opens"));
    Server::shared().sql(
        &home.url,
        "INSERT INTO heard_version (version) VALUES (4000)",
    );
    let refused = open(&home.url).await.expect_err("it is of the future");
    assert!(
        matches!(refused, StoreError::Schema { found: 4_000, .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn a_database_from_before_the_first_release_is_refused() {
    let home = Database::make().await;
    let sql = "CREATE TABLE heard_schema (version integer); CREATE TABLE sites (id uuid)";
    Server::shared().sql(&home.url, sql);
    let refused = open(&home.url).await.expect_err("nothing reads it");
    assert!(
        matches!(refused, StoreError::BeforeRelease { .. }),
        "{refused}"
    );
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said() {
    let url = "postgres://anna:s3cret@127.0.0.1:1/heard";
    let refused = open(url).await.expect_err("nobody listens there");
    let said = refused.to_string();
    assert!(said.contains("postgres://127.0.0.1:1/heard"), "{said}");
    assert!(!said.contains("s3cret") && !said.contains("anna"), "{said}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_that_start_at_once_make_one_store() {
    let home = Database::make().await;
    let opening: Vec<_> = (0..6)
        .map(|_| {
            let url = home.url.clone();
            tokio::spawn(async move { open(&url).await.expect("the database opens") })
        })
        .collect();
    let mut identities = std::collections::BTreeSet::new();
    for node in opening {
        let node = node.await.expect("no panic");
        identities.insert((node.epoch().0, node.token_key()));
    }
    assert_eq!(identities.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_crashes_and_restarts_loses_and_doubles_nothing() {
    let mut stream = Stream::start().await;
    for acked in [50, 200, 350] {
        let crash: fn(&Server, &str) = |server, _| {
            server.crash();
            server.resume();
        };
        stream = stream.at(acked, crash).await;
        let stop: fn(&Server, &str) = |server, _| {
            server.stop();
            server.resume();
        };
        stream = stream.at(acked + 75, stop).await;
    }
    stream.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_cut_at_any_moment_lose_and_double_nothing() {
    let mut stream = Stream::start().await;
    for turn in 0..40 {
        let cut: fn(&Server, &str) = |server, url| {
            let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'heard-relay'";
            server.sql(url, cut);
        };
        stream = stream.at(turn * 14, cut).await;
    }
    stream.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_is_lost_is_found_out_about() {
    let lossy = Arc::new(Lossy::default());
    let between = Arc::clone(&lossy);
    let stream = Stream::between(|server, url| between.listen(server.socket(), &url)).await;
    lossy.begin();
    stream.check().await;
    let lost = lossy.lost();
    assert!(lost.iter().all(|times| *times >= 5), "{lost:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_recovers_without_a_new_start_loses_and_doubles_nothing() {
    let lossy = Arc::new(Lossy::default());
    let between = Arc::clone(&lossy);
    let mut stream = Stream::between(|server, url| between.listen(server.socket(), &url)).await;
    lossy.begin();
    for turn in 1..=12 {
        let crash: fn(&Server, &str) = |server, url| server.lose_a_session(url, "heard-relay");
        stream = stream.at(turn * 45, crash).await;
    }
    stream.check().await;
    let lost = lossy.lost();
    assert!(lost.iter().all(|times| *times >= 5), "{lost:?}");
}
