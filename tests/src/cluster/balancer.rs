//! A proxy in front of the nodes, as small as one can be.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::Rng;

/// How long a node gets to take a connection before the next one is asked.
const CONNECT: Duration = Duration::from_millis(500);

/// Hands each connection to a node drawn by lot, or to another one if that does not take it.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Balancer {
    /// Listens on this machine.
    ///
    /// # Panics
    /// If it cannot.
    pub async fn start(nodes: Vec<SocketAddr>, mut rng: Rng) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let first = rng.place(nodes.len());
                let mut order = nodes.clone();
                order.rotate_left(first);
                tokio::spawn(carry(client, order));
            }
        });
        Self { address, task }
    }

    /// Where clients connect.
    pub fn url(&self) -> String {
        format!("ws://{}", self.address)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(mut client: TcpStream, nodes: Vec<SocketAddr>) {
    for node in nodes {
        if let Ok(Ok(mut server)) = timeout(CONNECT, TcpStream::connect(node)).await {
            // Either side may end it at any time.
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            return;
        }
    }
}
