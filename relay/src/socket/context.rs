//! What connections have in common, and what each is told of its caller.

use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use heard_protocol::Secret;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::peer::Bounds;
use crate::auth::{AddressKey, Throttle};
use crate::bus::Exchange;
use crate::clock::Clock;
use crate::config::VoiceSettings;
use crate::duty::Bell;
use crate::entropy::Entropy;
use crate::hub::Hub;
use crate::node::NodeId;
use crate::store::Store;
use crate::trouble::Listening;

/// What every connection shares.
pub struct Context {
    /// Where everything lasts.
    pub store: Arc<dyn Store>,
    /// Who is connected.
    pub hub: Arc<Hub>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The way to whoever is connected elsewhere.
    pub exchange: Arc<Exchange>,
    /// This node.
    pub node: NodeId,
    /// What is done on time.
    pub(crate) duties: Bell,
    /// Where signs of trouble go.
    pub(crate) listening: Listening,
    /// How often one caller may ask to be called.
    pub callbacks: Arc<Throttle>,
    /// How sound finds its way between two pages.
    pub voice: VoiceSettings,
    /// What each connection may do.
    pub bounds: Bounds,
    /// How much mail one connection may have waiting.
    pub outgoing_queue: usize,
    /// How many connections may be open at once.
    pub max_connections: usize,
    /// How many are.
    pub open: AtomicUsize,
    /// Cancelled when the relay stops.
    pub stop: CancellationToken,
    /// Every connection's task.
    pub tasks: TaskTracker,
}

/// What the handshake said about who is calling.
#[derive(Debug, Clone)]
pub struct Caller {
    /// The agents' session cookie, if the page that opened the socket is the relay's own.
    pub cookie: Option<Secret>,
    /// Whether the page that opened the socket is somebody else's.
    pub foreign: bool,
    /// Where they call from, as limits see it.
    pub address: AddressKey,
}
