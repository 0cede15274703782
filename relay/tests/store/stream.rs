//! Messages that keep coming while a database server suffers.

use std::collections::HashMap;
use std::sync::Arc;

use heard_protocol::{PublicBody, Receipt, Seq, StaffEntry};
use heard_relay::store::{Answer, Edit, Fact, Listener, Request, Store, StoreError};
use heard_test_postgres::Server;
use tokio::sync::watch;
use tokio::task::{JoinHandle, spawn_blocking};

use crate::bench::{Home, NOW, Notebook, SITE, says, site};
use crate::postgres::Database;

/// Visitors who each send one message after another, each once more until it is acknowledged, while
/// the server suffers.
pub(crate) struct Stream {
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
    /// On a server of its own.
    pub(crate) async fn start() -> Self {
        Self::between(|_, url| url).await
    }

    /// The same, by way of the address that `through` makes of the database's.
    pub(crate) async fn between(through: impl FnOnce(&Server, String) -> String) -> Self {
        // A server of its own: nobody else is to suffer.
        let server = spawn_blocking(Server::start).await.expect("a server");
        let url = server.database();
        let home = Database {
            url: through(&server, url.clone()),
        };
        let notebook = Arc::new(Notebook::default());
        let store = home.open(Arc::clone(&notebook) as Arc<dyn Listener>).await;
        let site = Request::PutSite(site(SITE), Edit::default());
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
    pub(crate) async fn at(mut self, acked: usize, what: fn(&Server, &str)) -> Self {
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
    pub(crate) async fn check(self) {
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
