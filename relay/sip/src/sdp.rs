//! What phones agree on (RFC 3264, 4566), handed from one to the other.
//!
//! A phone is in a session with us, not with the other phone. So what one says is not passed on as
//! it came: it gets the other session's name and its count of versions, and the lines that this
//! session has. One line, the sound, is the other phone's; any further ones (video) are turned off.

use bytes::Bytes;

/// What a phone is offered until there is somebody to talk to: a port that nobody listens on, and
/// codecs that any phone has one of.
const SILENT_LINE: [&str; 4] = [
    "m=audio 9 RTP/AVP 0 8 9 96 101",
    "a=rtpmap:96 opus/48000/2",
    "a=rtpmap:101 telephone-event/8000",
    "a=inactive",
];

/// A session with one phone, as far as we have said and heard.
#[derive(Debug)]
pub(crate) struct Session {
    id: u64,
    version: u64,
    host: String,
    /// The `m=` lines, without `m=`. There are never fewer than there were.
    lines: Vec<String>,
    /// Which of them is the sound.
    sound: usize,
}

/// How a phone's sound reaches it: what of its description is the other phone's business.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sound {
    /// Lines that hold for everything, `c=` and `b=` first.
    general: Vec<String>,
    /// The line `m=` and what is below it.
    line: Vec<String>,
}

impl Sound {
    /// The same, in both directions.
    pub(crate) fn both_ways(mut self) -> Self {
        let one_way =
            |line: &String| !["a=inactive", "a=sendonly", "a=recvonly"].contains(&line.as_str());
        self.general.retain(one_way);
        self.line.retain(one_way);
        self
    }

    /// Whether it arrives at the same place.
    pub(crate) fn is_where(&self, other: &Self) -> bool {
        self.place() == other.place()
    }

    /// The line that says where, its own or the general one, and the port.
    fn place(&self) -> (Option<&String>, Option<&str>) {
        let own = self.line.iter().chain(&self.general);
        let port = self.line.first().and_then(|line| line.split(' ').nth(1));
        (own.into_iter().find(|line| line.starts_with("c=")), port)
    }
}

impl Session {
    /// Nothing is said yet. `host` is our own name or address; `id` has to be another for every
    /// session.
    pub(crate) fn new(host: &str, id: u64) -> Self {
        let family = if host.contains(':') { "IP6" } else { "IP4" };
        Self {
            id,
            version: 0,
            host: format!("IN {family} {host}"),
            lines: Vec::new(),
            sound: 0,
        }
    }

    /// An offer of silence.
    pub(crate) fn hold(&mut self) -> Bytes {
        let silence = Sound {
            general: vec![format!("c={}", self.host)],
            line: SILENT_LINE.map(str::to_owned).to_vec(),
        };
        self.propose(&silence)
    }

    /// A first offer.
    pub(crate) fn propose(&mut self, sound: &Sound) -> Bytes {
        self.lines = vec![String::new()];
        self.tell(sound)
    }

    /// Reads what the phone says. Nothing if it has no sound, or makes no sense.
    pub(crate) fn hear(&mut self, body: &[u8]) -> Option<Sound> {
        let text = std::str::from_utf8(body).ok()?;
        let mut lines = text.lines().map(str::trim_end);
        if lines.next() != Some("v=0") {
            return None;
        }
        let mut general = Vec::new();
        let mut sections: Vec<Vec<String>> = Vec::new();
        for line in lines.filter(|line| !line.is_empty()) {
            if line.starts_with("m=") {
                sections.push(Vec::new());
            }
            match sections.last_mut() {
                Some(section) => section.push(line.to_owned()),
                // What the lines have in common is not said on: some of them will be turned off.
                None if line.starts_with("a=group") => {}
                None if ["c=", "b=", "k=", "a="]
                    .iter()
                    .any(|of| line.starts_with(of)) =>
                {
                    general.push(line.to_owned());
                }
                None => {}
            }
        }
        let heard: Vec<String> = sections
            .iter()
            .filter_map(|section| Some(section.first()?.strip_prefix("m=")?.to_owned()))
            .collect();
        if heard.len() >= self.lines.len() {
            self.lines = heard;
        }
        let is_on = |at: &usize| self.lines.get(*at).is_some_and(|line| is_sound(line));
        self.sound = Some(self.sound)
            .filter(is_on)
            .or_else(|| (0..self.lines.len()).find(is_on))?;
        let line = sections.get(self.sound)?.clone();
        Some(Sound { general, line })
    }

    /// What to tell the phone so that it sends its sound there: an offer, or the answer to what was
    /// heard last.
    pub(crate) fn tell(&mut self, sound: &Sound) -> Bytes {
        let mut text = self.head();
        let (first, rest): (Vec<_>, Vec<_>) = sound
            .general
            .iter()
            .partition(|line| line.starts_with("c=") || line.starts_with("b="));
        push(&mut text, &first);
        text.push_str("t=0 0\r\n");
        push(&mut text, &rest);
        for (at, line) in self.lines.iter().enumerate() {
            if at == self.sound {
                push(&mut text, &sound.line);
            } else {
                push(&mut text, &[off(line)]);
            }
        }
        text.into()
    }

    /// An answer to what was heard last that takes none of it.
    pub(crate) fn decline(&mut self) -> Bytes {
        let mut text = self.head();
        text.push_str("t=0 0\r\n");
        let lines: Vec<String> = self.lines.iter().map(|line| off(line)).collect();
        push(&mut text, &lines);
        text.into()
    }

    fn head(&mut self) -> String {
        self.version += 1;
        let (id, version, host) = (self.id, self.version, &self.host);
        format!("v=0\r\no=- {id} {version} {host}\r\ns=-\r\n")
    }
}

/// Whether a line is sound, and not turned off.
fn is_sound(line: &str) -> bool {
    let mut words = line.split(' ');
    words.next() == Some("audio") && words.next().is_some_and(|port| port != "0")
}

/// The line, turned off.
fn off(line: &str) -> String {
    let mut words: Vec<&str> = line.split(' ').collect();
    if let Some(port) = words.get_mut(1) {
        *port = "0";
    }
    format!("m={}", words.join(" "))
}

fn push<S: AsRef<str>>(text: &mut String, lines: &[S]) {
    for line in lines {
        text.push_str(line.as_ref());
        text.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRUNK: &str = "v=0\r\no=trunk 7 7 IN IP4 198.51.100.1\r\ns=call\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\na=group:BUNDLE 0 1\r\n\
        m=video 5000 RTP/AVP 96\r\na=rtpmap:96 VP8/90000\r\nm=audio 4000 RTP/AVP 8 0\r\na=ptime:20\r\n";
    const PHONE: &str =
        "v=0\no=- 1 2 IN IP4 192.0.2.7\ns=-\nt=0 0\nm=audio 7000 RTP/AVP 8\nc=IN IP4 192.0.2.7\n";

    #[test]
    fn one_phones_sound_becomes_the_other_sessions() {
        let (mut agent, mut visitor) = (Session::new("192.0.2.1", 1), Session::new("192.0.2.1", 2));
        let hold = agent.hold();
        assert!(hold.starts_with(
            b"v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 9 "
        ));
        assert!(agent.hear(PHONE.as_bytes()).is_some());

        let sound = visitor.hear(TRUNK.as_bytes()).unwrap();
        let offer = agent.tell(&sound);
        assert_eq!(
            offer,
            "v=0\r\no=- 1 2 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 198.51.100.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 0\r\na=ptime:20\r\n"
        );
        let sound = agent.hear(PHONE.as_bytes()).unwrap();
        let answer = visitor.tell(&sound);
        assert_eq!(
            answer,
            "v=0\r\no=- 2 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\nm=audio 7000 RTP/AVP 8\r\nc=IN IP4 192.0.2.7\r\n"
        );
    }

    #[test]
    fn an_offer_can_be_declined_as_a_whole() {
        let mut visitor = Session::new("2001:db8::1", 3);
        assert!(visitor.hear(TRUNK.as_bytes()).is_some());
        assert_eq!(
            visitor.decline(),
            "v=0\r\no=- 3 1 IN IP6 2001:db8::1\r\ns=-\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\nm=audio 0 RTP/AVP 8 0\r\n"
        );
    }

    #[test]
    fn without_sound_there_is_nothing_to_pass_on() {
        for body in [
            "",
            "v=1\r\n",
            "hello",
            "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\nm=video 5000 RTP/AVP 96\r\n",
            "v=0\r\no=- 1 1 IN IP4 192.0.2.7\r\ns=-\r\nt=0 0\r\nm=audio 0 RTP/AVP 0\r\n",
        ] {
            assert_eq!(
                Session::new("192.0.2.1", 1).hear(body.as_bytes()),
                None,
                "{body:?}"
            );
        }
        assert_eq!(Session::new("192.0.2.1", 1).hear(&[0xff, 0xfe]), None);
    }

    #[test]
    fn a_phone_on_hold_can_be_proposed_to_another() {
        let held = PHONE.replace("m=audio", "a=inactive\nm=audio") + "a=recvonly\na=ptime:20\n";
        let held = Session::new("192.0.2.1", 1).hear(held.as_bytes()).unwrap();
        let sound = held.clone().both_ways();
        assert_eq!(
            Session::new("192.0.2.1", 2).propose(&sound),
            "v=0\r\no=- 2 1 IN IP4 192.0.2.1\r\ns=-\r\nt=0 0\r\nm=audio 7000 RTP/AVP 8\r\nc=IN IP4 192.0.2.7\r\na=ptime:20\r\n"
        );
        assert!(sound.is_where(&held));
        for (from, to) in [("7000", "7002"), ("192.0.2.7\n", "192.0.2.8\n")] {
            let moved = PHONE.replace(from, to);
            let moved = Session::new("192.0.2.1", 1).hear(moved.as_bytes()).unwrap();
            assert!(!sound.is_where(&moved), "{to}");
        }
    }

    #[test]
    fn lines_never_become_fewer() {
        let mut visitor = Session::new("192.0.2.1", 1);
        visitor.hear(TRUNK.as_bytes()).unwrap();
        // An answer with fewer lines than were offered is broken; the count is kept.
        let _ = visitor.hear(PHONE.as_bytes());
        assert_eq!(visitor.lines.len(), 2);
    }
}
