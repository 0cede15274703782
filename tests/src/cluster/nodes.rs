//! The nodes, and what they share.

use std::net::SocketAddr;
use std::path::Path;

use heard_test_postgres::Server;
use tokio::net::{TcpListener, UnixStream};
use tokio::task::JoinHandle;

use super::{Nats, Net, Peer};
use crate::real::{Relay, Start};

/// Where each node listens.
const PORT: u16 = 8080;

/// Some relays on one database and one bus.
#[derive(Debug)]
pub struct Cluster {
    /// The networks between them.
    pub net: Net,
    /// The database.
    pub database: Server,
    /// The bus.
    pub bus: Nats,
    /// The nodes; none where one is down.
    pub nodes: Vec<Option<Relay>>,
    url: String,
    env: Vec<(&'static str, String)>,
    door: JoinHandle<()>,
}

impl Cluster {
    /// Makes the networks, the database and the bus. `prepare` is handed the database's address
    /// before the first node starts.
    pub async fn start<P: Future<Output = ()>>(
        nodes: usize,
        env: &[(&'static str, &str)],
        prepare: impl FnOnce(String) -> P,
    ) -> Self {
        let net = Net::new(nodes);
        let database = Server::start();
        let address = SocketAddr::from((net.of(Peer::Database), 5432));
        let listener = TcpListener::bind(address)
            .await
            .expect("the address is ours");
        let socket = database.socket();
        let door = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let socket = socket.clone();
                tokio::spawn(async move {
                    if let Ok(mut server) = UnixStream::connect(&socket).await {
                        // Either side may end it at any time.
                        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
                    }
                });
            }
        });
        let own = database.database();
        let (_, name) = own.rsplit_once('/').expect("the address names a database");
        let url = format!("postgres://heard@{address}/{name}");
        prepare(url.clone()).await;
        let bus = Nats::start(SocketAddr::from((net.of(Peer::Bus), 4222))).await;
        let mut env: Vec<_> = env
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect();
        env.push(("HEARD_BUS", bus.url()));
        let mut cluster = Self {
            net,
            database,
            bus,
            nodes: Vec::new(),
            url,
            env,
            door,
        };
        for node in 0..nodes {
            let relay = cluster.relay(node).await;
            cluster.nodes.push(Some(relay));
        }
        cluster
    }

    /// Ends what it is made of, and lets go of its addresses.
    pub async fn close(self) {
        self.door.abort();
        // It was cancelled.
        let _ = self.door.await;
    }

    /// The database's address.
    pub fn data(&self) -> &str {
        &self.url
    }

    /// Where the nodes listen.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        let nodes = 0..self.nodes.len();
        nodes.map(|node| self.address(node)).collect()
    }

    /// Ends a node without a word.
    pub async fn kill(&mut self, node: usize) {
        if let Some(relay) = self.nodes[node].take() {
            relay.kill().await;
        }
    }

    /// Starts a node that is down.
    pub async fn resume(&mut self, node: usize) {
        let relay = self.relay(node).await;
        self.nodes[node] = Some(relay);
    }

    fn address(&self, node: usize) -> SocketAddr {
        SocketAddr::from((self.net.host(node), PORT))
    }

    async fn relay(&self, node: usize) -> Relay {
        let env: Vec<_> = self
            .env
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let start = Start {
            data: Path::new(&self.url),
            listen: Some(self.address(node)),
            env: &env,
        };
        Relay::start_by(|program| self.net.command(node, program), start).await
    }
}
