//! Several relays on one database and one bus, each in a network of its own that can be cut.
//!
//! Everything is real: the relay's binary, PostgreSQL, NATS, and the kernel's namespaces between
//! them. It takes root on Linux, since the networks are the kernel's.

mod balancer;
mod faults;
mod nats;
mod net;
mod nodes;

pub use balancer::Balancer;
pub use faults::{Fault, Faults};
pub use nats::Nats;
pub use net::{Net, Peer};
pub use nodes::Cluster;
