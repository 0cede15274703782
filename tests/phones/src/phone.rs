//! An agent's phone: baresip, which plays a tone and is told what to do over a socket.

use std::collections::VecDeque;
use std::io::{BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::ports;
use crate::process::{BARESIP, MOMENT, Process, folder, until};

/// Where its modules are, below a folder of libraries.
const MODULES: &str = "baresip/modules";

/// A phone that is switched on.
#[derive(Debug)]
pub struct Phone {
    _process: Process,
    port: u16,
    orders: BufReader<TcpStream>,
    /// What happened while it was told something.
    events: VecDeque<Value>,
}

impl Phone {
    /// One that picks up by itself, or one that somebody has to pick up.
    pub fn start(picks_up: bool) -> Self {
        let (folder, port, control) = (folder(&BARESIP), ports::free(), ports::free());
        let modules = modules();
        let config = format!(
            "sip_listen 127.0.0.1:{port}\nnet_interface 127.0.0.1\naudio_source ausine,440\nausrc_srate 48000\nausrc_channels 2\naudio_player aufile,heard.wav\n\
             audio_alert aufile,alert.wav\nmodule_path {modules}\nmodule g711.so\nmodule ausine.so\nmodule aufile.so\n\
             module_app account.so\nmodule_app contact.so\nmodule_app menu.so\nmodule_app ctrl_tcp.so\n\
             ctrl_tcp_listen 127.0.0.1:{control}\n"
        );
        let mode = if picks_up { "auto" } else { "manual" };
        let account = format!("<sip:agent@127.0.0.1:{port}>;regint=0;answermode={mode}\n");
        for (file, text) in [
            ("config", config),
            ("accounts", account),
            ("contacts", String::new()),
        ] {
            std::fs::write(folder.join(file), text).expect("a file can be written");
        }
        let arguments = ["-f".to_owned(), folder.display().to_string()];
        let process = Process::start(&BARESIP, &folder, &arguments);
        let mut orders = None;
        until("a phone's start", || {
            assert!(!process.has_ended(), "the phone went off");
            orders = TcpStream::connect(("127.0.0.1", control)).ok();
            orders.is_some()
        });
        let orders = orders.expect("it was just there");
        orders
            .set_read_timeout(Some(MOMENT))
            .expect("a time can be set");
        Self {
            _process: process,
            port,
            orders: BufReader::new(orders),
            events: VecDeque::new(),
        }
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("sip:agent@127.0.0.1:{}", self.port)
    }

    /// Does something: `accept`, `hangup`.
    pub fn press(&mut self, command: &str) -> String {
        let order = json!({ "command": command, "token": command }).to_string();
        let order = format!("{}:{order},", order.len());
        let sent = self.orders.get_mut().write_all(order.as_bytes());
        sent.expect("the phone listens");
        loop {
            let said = self.hear();
            if said["token"] == command {
                assert_eq!(said["ok"], true, "the phone would not {command}");
                return said["data"].as_str().unwrap_or_default().to_owned();
            }
            self.events.push_back(said);
        }
    }

    /// The Call-ID of the call it is in.
    pub fn call_id(&mut self) -> String {
        let said = self.press("callstat");
        let id = said
            .split("id=")
            .nth(1)
            .and_then(|rest| rest.split_whitespace().next());
        id.expect("the phone says which call it is in").to_owned()
    }

    /// Waits until this happens, or has since it was last asked: `CALL_INCOMING`, `CALL_RTPESTAB`
    /// (sound arrives), `CALL_CLOSED`.
    pub fn until(&mut self, event: &str) {
        loop {
            let next = self.events.pop_front();
            let next = next.unwrap_or_else(|| self.hear());
            if next["type"] == event {
                return;
            }
        }
    }

    /// What it says next: its length, a colon, JSON, a comma.
    fn hear(&mut self) -> Value {
        let mut length = 0;
        loop {
            match self.byte() {
                digit @ b'0'..=b'9' => length = length * 10 + usize::from(digit - b'0'),
                b':' => break,
                // A comma, after the one before.
                _ => {}
            }
        }
        let mut text = vec![0; length];
        let read = self.orders.read_exact(&mut text);
        read.expect("the phone says something in time");
        serde_json::from_slice(&text).expect("it says JSON")
    }

    fn byte(&mut self) -> u8 {
        let mut byte = [0];
        let read = self.orders.read_exact(&mut byte);
        read.expect("the phone says something in time");
        byte[0]
    }
}

/// The folder of its modules: below the folder of libraries, or below that of this machine's kind
/// of libraries.
fn modules() -> String {
    let mut folders = ["/usr/lib", "/usr/lib64", "/usr/local/lib"]
        .map(PathBuf::from)
        .to_vec();
    if let Ok(kinds) = std::fs::read_dir("/usr/lib") {
        folders.extend(kinds.flatten().map(|kind| kind.path()));
    }
    let found = folders
        .iter()
        .map(|folder| folder.join(MODULES))
        .find(|folder| folder.is_dir());
    let found = found.expect("baresip's modules are in a folder of libraries");
    found.display().to_string()
}
