//! A trunk's proxy, which wants to know who calls: kamailio.

use crate::ports;
use crate::process::{KAMAILIO, Process, folder, until};

/// A proxy that lets calls through to a phone if it knows the caller.
#[derive(Debug)]
pub struct Proxy {
    _process: Process,
    port: u16,
}

impl Proxy {
    /// One before the phone at this port. It asks for `password` in a digest of this `algorithm`
    /// (`MD5`, `SHA-256`).
    pub fn start(phone: u16, algorithm: &str, password: &str) -> Self {
        let (folder, port) = (folder(&KAMAILIO), ports::free());
        let config = include_str!("trunk.cfg")
            .replace("PHONE", &phone.to_string())
            .replace("PORT", &port.to_string())
            .replace("ALGORITHM", algorithm)
            .replace("PASSWORD", password);
        let file = folder.join("trunk.cfg");
        std::fs::write(&file, config).expect("a file can be written");
        let here = folder.display().to_string();
        let arguments: Vec<String> = ["-f", &file.display().to_string(), "-DD", "-E"]
            .into_iter()
            .chain(["-w", &here, "-Y", &here, "-m", "32", "-M", "4"])
            .map(str::to_owned)
            .collect();
        let process = Process::start(&KAMAILIO, &folder, &arguments);
        until("the proxy being there", || {
            assert!(!process.has_ended(), "the proxy went off");
            ports::is_taken("udp", port)
        });
        Self {
            _process: process,
            port,
        }
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }
}
