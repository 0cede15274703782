//! The home of the store for many nodes, and what only a database can suffer.

use std::collections::HashMap;
use std::sync::Arc;

use heard_protocol::{PublicBody, Receipt, Seq, StaffEntry};
use heard_relay::store::postgres::PostgresStore;
use heard_relay::store::{Answer, Fact, Listener, Request, Store, StoreError};
use heard_test_postgres::Server;
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::bench::{Home, NOW, Notebook, SITE, says, site};

pub(crate) struct Database {
    url: String,
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
        "INSERT INTO heard_schema (version) VALUES (4000)",
    );
    let refused = open(&home.url).await.expect_err("it is of the future");
    assert!(
        matches!(refused, StoreError::Schema { found: 4_000, .. }),
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

/// Visitors who each send one message after another, each once more until it is acknowledged, while the server suffers.
struct Stream {
    server: Server,
    store: Arc<dyn Store>,
    url: String,
    notebook: Arc<Notebook>,
    acked: watch::Receiver<usize>,
    senders: Vec<JoinHandle<Vec<Receipt>>>,
}

const VISITORS: u128 = 4;
const MESSAGES: u128 = 150;

impl Stream {
    async fn start() -> Self {
        // A server of its own: nobody else is to suffer.
        let server = spawn_blocking(Server::start).await.expect("a server");
        let home = Database {
            url: server.database(),
        };
        let url = home.url.clone();
        let notebook = Arc::new(Notebook::default());
        let store = home.open(Arc::clone(&notebook) as Arc<dyn Listener>).await;
        let site = Request::PutSite(site(SITE));
        store.execute(site).await.expect("the store works");
        let (count, acked) = watch::channel(0);
        let senders = (0..VISITORS)
            .map(|visitor| {
                let (store, count) = (Arc::clone(&store), count.clone());
                tokio::spawn(async move {
                    let mut receipts = Vec::new();
                    for n in 0..MESSAGES {
                        let send = says(visitor, 1 + visitor * MESSAGES + n, &n.to_string(), NOW);
                        let receipt = loop {
                            match store.execute(send.clone()).await {
                                Ok(Answer::Receipt(receipt)) => break receipt,
                                Ok(other) => panic!("a receipt was due, not {other:?}"),
                                // What a client is told is "not now", and it tries again.
                                Err(StoreError::Unwritten { .. }) => {}
                                Err(other) => panic!("{other}"),
                            }
                        };
                        receipts.push(receipt);
                        count.send_modify(|acked| *acked += 1);
                    }
                    receipts
                })
            })
            .collect();
        Self {
            server,
            store,
            url,
            notebook,
            acked,
            senders,
        }
    }

    /// Waits until so many messages have been acknowledged, and then does something to the server.
    async fn at(mut self, acked: usize, what: fn(&Server, &str)) -> Self {
        let due = self.acked.wait_for(|now| *now >= acked).await;
        drop(due.expect("somebody still sends"));
        spawn_blocking(move || {
            what(&self.server, &self.url);
            self
        })
        .await
        .expect("the server is there")
    }

    /// Every acknowledged message is there, once, in order, and was told once.
    async fn check(self) {
        let mut told = HashMap::<_, Vec<_>>::new();
        let mut logs = Vec::new();
        for sender in self.senders {
            let receipts = sender.await.expect("no panic");
            let conversation = receipts[0].conversation.expect("a conversation");
            let log = self.store.read_staff(conversation, Seq::START, 10_000);
            let log = log.await.expect("a log").entries;
            let said: Vec<_> = log
                .iter()
                .filter_map(StaffEntry::public)
                .map(|entry| match entry.body {
                    PublicBody::Message { text, .. } => (entry.seq, text),
                    other => panic!("nobody said {other:?}"),
                })
                .collect();
            let acked: Vec<_> = (0..MESSAGES)
                .zip(&receipts)
                .map(|(n, receipt)| (receipt.seq, n.to_string()))
                .collect();
            assert_eq!(said, acked);
            logs.push((conversation, log));
        }
        for fact in self.notebook.take() {
            if let Fact::Entries {
                conversation,
                entries,
                ..
            } = fact
            {
                let heard = told.entry(conversation).or_default();
                heard.extend(entries.iter().cloned());
            }
        }
        for (conversation, log) in logs {
            assert_eq!(told.remove(&conversation), Some(log));
        }
    }
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
