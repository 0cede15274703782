//! What a request over HTTP can reach, and who makes it.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::auth::{AddressKey, Passwords, Throttle, caller};
use crate::clock::Clock;
use crate::config::Config;
use crate::dialer::Dialers;
use crate::entropy::Entropy;
use crate::socket::Context;
use crate::store::Store;

/// What every request can reach.
pub struct App {
    /// How this relay is set.
    pub config: Arc<Config>,
    /// Where everything lasts.
    pub store: Arc<dyn Store>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Agents' passwords.
    pub passwords: Passwords,
    /// How often one caller may try a password of one agent.
    pub sign_in: Throttle,
    /// How often one caller may try any password.
    pub sign_in_any: Throttle,
    /// How often one caller may ask to be called.
    pub callbacks: Arc<Throttle>,
    /// What makes calls.
    pub dialers: Arc<Dialers>,
    /// Cancelled when the relay stops.
    pub stop: CancellationToken,
    /// What must end before the process does.
    pub tasks: TaskTracker,
    /// What sockets share.
    pub sockets: Arc<Context>,
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// Who is calling, as limits see it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caller(pub(crate) AddressKey);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut Parts,
        app: &Arc<App>,
    ) -> Result<Self, Self::Rejection> {
        // A request that came over no connection (a test's) counts as one caller.
        let nobody = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let peer = parts.extensions.get::<Peer>().map_or(nobody, |peer| peer.0);
        Ok(Self(caller(&parts.headers, peer, app.config.trust_proxy)))
    }
}
