//! What goes wrong, drawn from a seed.

use std::time::Duration;

use super::{Cluster, Peer};
use crate::Rng;

/// Something that goes wrong for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// A node is killed, and started again.
    Node(usize),
    /// A node is told to stop, and started again.
    Restart(usize),
    /// A node is cut off from something.
    Cut(usize, Peer),
    /// The bus is killed, and started again.
    Bus,
    /// The database crashes, and is started again.
    Database,
}

/// Draws them.
#[derive(Debug)]
pub struct Faults {
    rng: Rng,
    nodes: usize,
}

impl Faults {
    /// The faults of a seed, for so many nodes.
    pub const fn new(seed: u64, nodes: usize) -> Self {
        Self {
            rng: Rng::new(seed),
            nodes,
        }
    }

    /// The next one, how long all is well before it, and how long it takes.
    pub fn draw(&mut self) -> (Duration, Fault, Duration) {
        let quiet = Duration::from_millis(self.rng.between(200, 4_000));
        let node = self.rng.place(self.nodes);
        let peer = Peer::ALL[self.rng.place(Peer::ALL.len())];
        let kinds = [
            (Fault::Node(node), 4),
            (Fault::Restart(node), 2),
            (Fault::Cut(node, peer), 6),
            (Fault::Bus, 2),
            (Fault::Database, 2),
        ];
        let fault = self.rng.weighed(&kinds).unwrap_or(Fault::Bus);
        let longest = match fault {
            Fault::Database => 3_000,
            // Longer than a lease: its agents are taken for gone while their sockets are open.
            Fault::Cut(..) => 14_000,
            Fault::Node(_) | Fault::Restart(_) | Fault::Bus => 6_000,
        };
        let length = Duration::from_millis(self.rng.between(100, longest));
        (quiet, fault, length)
    }
}

impl Fault {
    /// Makes it happen, and makes it good after `length`.
    pub async fn happen(self, cluster: &mut Cluster, length: Duration) {
        match self {
            Self::Node(node) => {
                cluster.kill(node).await;
                tokio::time::sleep(length).await;
                cluster.resume(node).await;
            }
            Self::Restart(node) => {
                if let Some(relay) = cluster.nodes[node].take() {
                    relay.stop().await;
                }
                cluster.resume(node).await;
            }
            Self::Cut(node, peer) => {
                cluster.net.cut(node, peer);
                tokio::time::sleep(length).await;
                cluster.net.mend(node, peer);
            }
            Self::Bus => {
                cluster.bus.kill();
                tokio::time::sleep(length).await;
                cluster.bus.resume().await;
            }
            Self::Database => {
                cluster.database.crash();
                tokio::time::sleep(length).await;
                cluster.database.resume();
            }
        }
    }
}
