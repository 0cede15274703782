//! A visitor's phone, or a trunk: sipp, which plays a scenario and says whether everything came as
//! written there.

use std::net::UdpSocket;
use std::path::Path;

use crate::ports;
use crate::process::{MOMENT, Process, SIPP, folder, until};

/// One call at a phone that follows a scenario.
#[derive(Debug)]
pub struct Visitor {
    process: Process,
    port: u16,
}

impl Visitor {
    /// Follows `scenario` once, over `kind` (`udp`, `tcp`). `words` are put where the scenario
    /// names them.
    pub fn start(scenario: &str, kind: &str, words: &[(&str, &str)]) -> Self {
        Self::start_at(ports::free(), scenario, kind, words)
    }

    /// The same, at a certain port.
    pub fn start_at(port: u16, scenario: &str, kind: &str, words: &[(&str, &str)]) -> Self {
        let folder = folder(&SIPP);
        let written = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("scenarios")
            .join(scenario)
            .with_extension("xml");
        let text = std::fs::read_to_string(written).expect("there is such a scenario");
        // Not its own way of naming words: a status has to be there when it reads.
        let text = words.iter().fold(text, |text, (name, word)| {
            text.replace(&format!("[{name}]"), word)
        });
        let file = folder.join("scenario.xml");
        std::fs::write(&file, text).expect("a file can be written");
        let mut arguments: Vec<String> = ["-i", "127.0.0.1", "-m", "1", "-nostdin", "-trace_msg"]
            .into_iter()
            .chain([
                "-message_file",
                "messages",
                "-timeout",
                "60",
                "-timeout_error",
            ])
            .chain(["-t", if kind == "tcp" { "t1" } else { "u1" }])
            .map(str::to_owned)
            .collect();
        arguments.extend(["-sf".to_owned(), file.display().to_string()]);
        arguments.extend(["-p".to_owned(), port.to_string()]);
        let process = Process::start(&SIPP, &folder, &arguments);
        until("a visitor's phone being there", || {
            assert!(!process.has_ended(), "the visitor's phone went off");
            ports::is_taken(kind, port)
        });
        Self { process, port }
    }

    /// Its port.
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// Waits until it has heard these words.
    pub fn has_heard(&self, words: &str) {
        self.has_heard_times(words, 1);
    }

    /// Waits until it has heard these words in two messages.
    pub fn has_heard_twice(&self, words: &str) {
        self.has_heard_times(words, 2);
    }

    fn has_heard_times(&self, words: &str, times: usize) {
        until(&format!("hearing {words:?}"), || {
            self.messages().matches(words).count() >= times
        });
    }

    /// All it has heard and said.
    fn messages(&self) -> String {
        let file = self.process.folder().join("messages");
        std::fs::read_to_string(file).unwrap_or_default()
    }

    /// Tells a scenario that waits for it (`hangs_up_when_told`, over `udp`) to go on.
    pub fn hang_up(&self) {
        let messages = self.messages();
        let mut lines = messages.lines();
        let id = lines.find_map(|line| line.strip_prefix("Call-ID:"));
        let id = id.expect("it is in a call").trim();
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket can be bound");
        let own = socket.local_addr().expect("it is bound");
        let told = format!(
            "INFO sip:visitor@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP {own};branch=z9hG4bKtold\r\nFrom: <sip:test@{own}>;tag=test\r\n\
             To: <sip:visitor@127.0.0.1>\r\nCall-ID: {id}\r\nCSeq: 1 INFO\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        );
        let sent = socket.send_to(told.as_bytes(), ("127.0.0.1", self.port));
        sent.expect("it can be told");
    }

    /// Waits until the scenario has been played, and checks that all was as written.
    pub fn is_content(&self) {
        assert_eq!(self.process.wait(), 0, "the scenario went otherwise");
    }
}

/// Where the visitor's sound arrives: a socket of the test's own, which sends everything back.
#[derive(Debug)]
pub struct Ear(UdpSocket);

impl Ear {
    /// Listens.
    pub fn open() -> Self {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a socket can be bound");
        socket
            .set_read_timeout(Some(MOMENT))
            .expect("a time can be set");
        Self(socket)
    }

    /// Its port, as a scenario wants it.
    pub fn port(&self) -> String {
        let address = self.0.local_addr().expect("it is bound");
        address.port().to_string()
    }

    /// Waits for some sound, and sends it back.
    pub fn hears_sound(&self) {
        let mut packet = [0; 2048];
        for _ in 0..10 {
            let (length, from) = self.0.recv_from(&mut packet).expect("sound arrives");
            // RTP, version 2, and a fiftieth of a second of PCMU or PCMA.
            assert_eq!((packet[0] & 0xc0, length), (0x80, 172));
            let sent = self.0.send_to(&packet[..length], from);
            sent.expect("sound can be sent");
        }
    }
}
