//! Where messages leave and arrive.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::Arc;

use ezk_sip_core::Endpoint;
use ezk_sip_core::transport::{TargetTransportInfo, TpHandle};
use ezk_sip_types::Method;
use ezk_sip_types::host::{Host, HostPort};
use ezk_sip_types::uri::{NameAddr, SipUri};
use tokio::runtime::Handle;
use tokio_util::task::TaskTracker;

use super::invitee::Invitee;
use super::parsed::Parsed;
use super::post::Post;
use super::start::StartError;
use crate::settings::{Patience, Settings, Transport, Trunk};

/// SIP's port, where none is named.
const PORT: u16 = 5060;

/// Our end of all dialogs.
#[derive(Debug, Clone)]
pub(crate) struct Station(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    endpoint: Endpoint,
    post: Post,
    transport: Transport,
    bound: SocketAddr,
    advertise: Option<HostPort>,
    trunk: Trunk,
    proxy: SipUri,
    domain: HostPort,
    patience: Patience,
    tasks: TaskTracker,
    runtime: Handle,
}

/// A way to a peer, and what we are called on it.
#[derive(Debug, Clone)]
pub(super) struct Flow {
    pub(super) target: TargetTransportInfo,
    pub(super) own: HostPort,
}

impl Station {
    /// Binds and listens, on the runtime that this is run on.
    pub(crate) async fn start(settings: &Settings) -> Result<Self, StartError> {
        let parsed = Parsed::of(settings)?;
        let address = settings.listen;
        let bind = |error| StartError::Bind { address, error };
        let mut builder = Endpoint::builder();
        let bound = match settings.transport {
            Transport::Udp => builder.bind_udp(address).await.map_err(bind)?.bound(),
            // The library does not say which port it got.
            Transport::Tcp if address.port() == 0 => return Err(StartError::Setting("listen")),
            Transport::Tcp => {
                builder.listen_tcp(address).await.map_err(bind)?;
                address
            }
        };
        let post = Post::default();
        builder.add_layer(post.clone());
        for method in [
            Method::INVITE,
            Method::ACK,
            Method::BYE,
            Method::CANCEL,
            Method::OPTIONS,
        ] {
            builder.add_allow(method);
        }
        builder.user_agent("Heard");
        Ok(Self(Arc::new(Inner {
            endpoint: builder.build(),
            post,
            transport: settings.transport,
            bound,
            advertise: parsed.advertise,
            trunk: settings.trunk.clone(),
            proxy: parsed.proxy,
            domain: parsed.domain,
            patience: settings.patience,
            tasks: TaskTracker::new(),
            runtime: Handle::current(),
        })))
    }

    pub(super) fn endpoint(&self) -> &Endpoint {
        &self.0.endpoint
    }

    pub(super) fn post(&self) -> &Post {
        &self.0.post
    }

    pub(crate) fn trunk(&self) -> &Trunk {
        &self.0.trunk
    }

    pub(crate) fn patience(&self) -> Patience {
        self.0.patience
    }

    pub(super) fn transport(&self) -> Transport {
        self.0.transport
    }

    /// What is still to be done when a call is over: withdrawing, hanging up.
    pub(crate) fn tasks(&self) -> &TaskTracker {
        &self.0.tasks
    }

    /// Starts something that [`tasks`](Self::tasks) waits for, from wherever.
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.tasks.spawn_on(task, &self.0.runtime);
    }

    /// Starts something that nobody waits for.
    pub(super) fn spawn_apart(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.runtime.spawn(task);
    }

    /// The address we listen on.
    pub(crate) fn bound(&self) -> SocketAddr {
        self.0.bound
    }

    /// An agent's phone.
    pub(crate) fn agent(&self, uri: SipUri, visitor: &str) -> Invitee {
        // Their address is one at the trunk, so that is where it is known, and where we are.
        let (host, domain) = (&uri.host_port.host, &self.0.domain.host);
        let at_trunk = host.to_string().eq_ignore_ascii_case(&domain.to_string());
        let caller = self.number(&self.0.trunk.caller);
        Invitee {
            hop: if at_trunk {
                self.0.proxy.clone()
            } else {
                uri.clone()
            },
            uri,
            // The agent sees whom they are about to talk to.
            from: NameAddr::new(visitor.to_owned(), caller),
            known: at_trunk,
        }
    }

    /// A visitor's phone, behind the trunk.
    pub(crate) fn visitor(&self, number: &str) -> Invitee {
        Invitee {
            uri: self.number(number),
            hop: self.0.proxy.clone(),
            from: NameAddr::uri(self.number(&self.0.trunk.caller)),
            known: true,
        }
    }

    fn number(&self, number: &str) -> SipUri {
        SipUri::new(self.0.domain.clone()).user(number.to_owned().into())
    }

    /// Finds the way to an address, over a connection if that is how we talk.
    pub(super) async fn reach(&self, hop: &SipUri) -> Result<Flow, ezk_sip_core::Error> {
        let (handle, destination) = self.select(hop).await?;
        let own = self.own(destination)?;
        let target = TargetTransportInfo {
            via_host_port: Some(own.clone()),
            transport: Some((handle, destination)),
        };
        Ok(Flow { target, own })
    }

    async fn select(&self, hop: &SipUri) -> Result<(TpHandle, SocketAddr), ezk_sip_core::Error> {
        let (endpoint, bound) = (&self.0.endpoint, self.0.bound);
        let mut hop = hop.clone();
        let name = self.0.transport.name();
        hop.uri_params.push_or_edit("transport", name);
        let HostPort { host, port } = hop.host_port.clone();
        let Host::Name(name) = host else {
            return endpoint.select_transport(&hop).await;
        };
        if port.is_none() {
            // The library asks for services under that name (RFC 3263), of whatever family.
            let selected = endpoint.select_transport(&hop).await;
            if let Ok((handle, destination)) = selected
                && destination.is_ipv4() == bound.is_ipv4()
            {
                return Ok((handle, destination));
            }
        }
        // The system knows names that are in no DNS: its own, and those of containers.
        let mut addresses = tokio::net::lookup_host((&*name, port.unwrap_or(PORT))).await?;
        let address = addresses
            .find(|address| address.is_ipv4() == bound.is_ipv4())
            .ok_or_else(|| io::Error::other("the name has no address that we could talk to"))?;
        hop.host_port = address.into();
        endpoint.select_transport(&hop).await
    }

    /// What a peer there can call us.
    fn own(&self, peer: SocketAddr) -> io::Result<HostPort> {
        let (bound, advertise) = (self.0.bound, &self.0.advertise);
        if let Some(advertise) = advertise {
            let mut own = advertise.clone();
            own.port = own.port.or(Some(bound.port()));
            return Ok(own);
        }
        if !bound.ip().is_unspecified() {
            return Ok(bound.into());
        }
        // Nothing is sent: the system only says which of its addresses it would send from.
        let probe = UdpSocket::bind(SocketAddr::new(bound.ip(), 0))?;
        probe.connect(peer)?;
        let ip: IpAddr = probe.local_addr()?.ip();
        Ok(SocketAddr::new(ip, bound.port()).into())
    }

    /// What we are called in descriptions of sessions.
    pub(crate) fn host(&self) -> String {
        match &self.0.advertise {
            Some(HostPort {
                host: Host::IP6(ip),
                ..
            }) => ip.to_string(),
            Some(own) => own.host.to_string(),
            None => self.0.bound.ip().to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::parsed::tests::settings;
    use super::*;

    #[tokio::test]
    async fn a_peer_is_told_an_address_it_can_reach() {
        let peer = SocketAddr::from(([127, 0, 0, 1], 5060));
        let mut settings = settings();
        settings.listen = SocketAddr::from(([0, 0, 0, 0], 0));
        let station = Station::start(&settings).await.unwrap();
        let own = station.own(peer).unwrap();
        let expected = SocketAddr::from(([127, 0, 0, 1], station.bound().port()));
        assert_eq!(own, expected.into());

        settings.advertise = Some("203.0.113.5".into());
        let station = Station::start(&settings).await.unwrap();
        let own = station.own(peer).unwrap();
        let expected = SocketAddr::from(([203, 0, 113, 5], station.bound().port()));
        assert_eq!(own, expected.into());
    }
}
