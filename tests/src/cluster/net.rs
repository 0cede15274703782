//! Networks between the nodes of a cluster.

use std::ffi::OsString;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

/// What a node can be cut off from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Peer {
    /// Visitors and agents.
    Clients,
    /// The database.
    Database,
    /// The bus.
    Bus,
}

impl Peer {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Clients, Self::Database, Self::Bus];

    const fn number(self) -> u8 {
        match self {
            Self::Clients => 1,
            Self::Database => 2,
            Self::Bus => 3,
        }
    }
}

/// A bridge, and a namespace on it for each node. Gone when this is dropped.
#[derive(Debug)]
pub struct Net {
    /// Starts the names of everything this made.
    name: String,
    subnet: u8,
    hosts: usize,
}

impl Net {
    /// Makes them.
    ///
    /// # Panics
    /// If the kernel refuses: this takes root, and the `ip` of Debian's package iproute2.
    pub fn new(hosts: usize) -> Self {
        // The kernel takes its time with what is removed, so no name comes again.
        static MADE: AtomicU32 = AtomicU32::new(0);
        let made = MADE.fetch_add(1, Ordering::Relaxed);
        let process = std::process::id();
        let net = Self {
            name: format!("hrd{}x{made}", process % 10_000),
            subnet: u8::try_from(process.wrapping_add(made) % 200).unwrap_or(0),
            hosts,
        };
        net.remove();
        let bridge = net.bridge();
        ip(&["link", "add", &bridge, "type", "bridge"]);
        // The first is where this process's own connections come from.
        for peer in Peer::ALL {
            let address = format!("{}/24", net.of(peer));
            ip(&["addr", "add", &address, "dev", &bridge]);
        }
        ip(&["link", "set", &bridge, "up"]);
        for host in 0..hosts {
            let (namespace, cable) = (net.namespace(host), format!("{}v{host}", net.name));
            let address = format!("{}/24", net.host(host));
            ip(&["netns", "add", &namespace]);
            ip(&[
                "link", "add", &cable, "type", "veth", "peer", "name", "eth0", "netns", &namespace,
            ]);
            ip(&["link", "set", &cable, "master", &bridge, "up"]);
            ip(&["-n", &namespace, "addr", "add", &address, "dev", "eth0"]);
            ip(&["-n", &namespace, "link", "set", "eth0", "up"]);
            ip(&["-n", &namespace, "link", "set", "lo", "up"]);
        }
        net
    }

    /// The address of a node.
    pub fn host(&self, host: usize) -> Ipv4Addr {
        let number = u8::try_from(host).expect("a handful of nodes");
        Ipv4Addr::new(10, 213, self.subnet, 11 + number)
    }

    /// The address that nodes know a peer by.
    pub fn of(&self, peer: Peer) -> Ipv4Addr {
        Ipv4Addr::new(10, 213, self.subnet, peer.number())
    }

    /// A command that runs a program on a node.
    pub fn command(&self, host: usize, program: &Path) -> Command {
        let mut command = Command::new(own_ip());
        command
            .args(["netns", "exec", &self.namespace(host)])
            .arg(program);
        command
    }

    /// Whatever a node sends to a peer disappears, and no one is told: connections are half open.
    pub fn cut(&self, host: usize, from: Peer) {
        let to = format!("{}/32", self.of(from));
        let namespace = self.namespace(host);
        ip(&["-n", &namespace, "route", "replace", "blackhole", &to]);
    }

    /// Whatever a node sends to a peer arrives again.
    pub fn mend(&self, host: usize, from: Peer) {
        let to = format!("{}/32", self.of(from));
        let namespace = self.namespace(host);
        ip(&["-n", &namespace, "route", "del", "blackhole", &to]);
    }

    fn bridge(&self) -> String {
        format!("{}b", self.name)
    }

    fn namespace(&self, host: usize) -> String {
        format!("{}n{host}", self.name)
    }

    /// Removes what is there of it.
    fn remove(&self) {
        for host in 0..self.hosts {
            quietly(&["netns", "del", &self.namespace(host)]);
        }
        quietly(&["link", "del", &self.bridge()]);
    }
}

impl Drop for Net {
    fn drop(&mut self) {
        self.remove();
    }
}

/// `HEARD_IP` names another one.
fn own_ip() -> OsString {
    std::env::var_os("HEARD_IP").unwrap_or_else(|| "ip".into())
}

fn ip(arguments: &[&str]) {
    let done = Command::new(own_ip()).args(arguments).output();
    let done = done.expect("`ip` is needed: on Debian or Ubuntu, `apt-get install iproute2`");
    assert!(
        done.status.success(),
        "`ip {}` failed (networks take root): {}",
        arguments.join(" "),
        String::from_utf8_lossy(&done.stderr)
    );
}

/// It may not be there.
fn quietly(arguments: &[&str]) {
    let _ = Command::new(own_ip())
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}
