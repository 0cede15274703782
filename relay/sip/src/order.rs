//! What is asked for, and whether it can be.

use ezk_sip_types::uri::SipUri;

use crate::settings::Transport;

/// The longest number that E.164 allows, without the `+`.
const DIGITS: usize = 15;

/// A call to be made.
#[derive(Debug, Clone)]
pub struct Order {
    /// What the call is known by elsewhere. It becomes part of the Call-IDs and the header
    /// `X-Heard-Call`, so that logs can be joined.
    pub id: String,
    /// The agent's phone: a `sip:` address, of the phone itself or at a registrar.
    pub agent: String,
    /// The visitor's number in international form, `+` and digits.
    pub visitor: String,
}

/// Why an order cannot be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadOrder {
    /// It has no id, or one with letters that have no place in a header.
    #[error("an id is 1 to 100 letters, digits, or one of `-_.`")]
    Id,
    /// The agent's address is none, or none that can be reached.
    #[error(
        "an agent's address is `sip:name@host`, with a transport that the gateway speaks if any"
    )]
    Agent,
    /// The visitor's number is none.
    #[error("a visitor's number is a `+` and up to 15 digits")]
    Visitor,
}

/// An order that has been looked at: nothing in it can reach a message unseen.
#[derive(Debug, Clone)]
pub(crate) struct Checked {
    pub(crate) id: String,
    pub(crate) agent: SipUri,
    pub(crate) visitor: String,
}

impl Order {
    pub(crate) fn check(self, transport: Transport) -> Result<Checked, BadOrder> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
        if !(1..=100).contains(&self.id.len()) || !self.id.chars().all(plain) {
            return Err(BadOrder::Id);
        }
        if !is_number(&self.visitor) {
            return Err(BadOrder::Visitor);
        }
        Ok(Checked {
            agent: address(&self.agent, transport).ok_or(BadOrder::Agent)?,
            id: self.id,
            visitor: self.visitor,
        })
    }
}

/// Whether this is a number in international form.
pub(crate) fn is_number(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (1..=DIGITS).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// A phone's address, if it is one.
fn address(text: &str, transport: Transport) -> Option<SipUri> {
    // The parser stops where it no longer understands; these letters are in no address.
    if !text.is_ascii() || text.contains(|c: char| c.is_ascii_control() || " <>\"?".contains(c)) {
        return None;
    }
    if !text.get(..4)?.eq_ignore_ascii_case("sip:") {
        return None;
    }
    let uri: SipUri = text.parse().ok()?;
    let spoken = match uri.uri_params.get_val("transport") {
        Some(named) => named.eq_ignore_ascii_case(transport.name()),
        None => true,
    };
    // The parser ignores what it did not read.
    let whole = format!("{uri:?}").eq_ignore_ascii_case(text);
    (spoken && whole).then_some(uri)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(id: &str, agent: &str, visitor: &str) -> Result<Checked, BadOrder> {
        let order = Order {
            id: id.into(),
            agent: agent.into(),
            visitor: visitor.into(),
        };
        order.check(Transport::Udp)
    }

    #[test]
    fn what_can_be_rung_is_let_through() {
        for agent in [
            "sip:anna@192.0.2.7:5070",
            "SIP:anna@phones.example.org",
            "sip:1001@[2001:db8::7]:5060;transport=udp",
            "sip:192.0.2.7",
        ] {
            assert!(
                order("call-1.2", agent, "+4915112345678").is_ok(),
                "{agent}"
            );
        }
    }

    #[test]
    fn nothing_else_is() {
        for agent in [
            "",
            "anna",
            "tel:+4930123",
            "sips:anna@192.0.2.7",
            "sip:",
            "sip:anna@192.0.2.7\r\nSubject: free",
            "sip:anna@192.0.2.7;transport=tcp",
            "sip:anna@192.0.2.7 SIP/2.0",
            "sip:anna@192.0.2.7>;tag=1",
            "sip:anna@192.0.2.7?Subject=free",
            "sip:änna@192.0.2.7",
        ] {
            assert_eq!(
                order("1", agent, "+493012345").err(),
                Some(BadOrder::Agent),
                "{agent:?}"
            );
        }
        for visitor in [
            "",
            "+",
            "4930123",
            "+49 30 123",
            "+49\r\nFrom: x",
            "+1234567890123456",
            "+49a",
            "+٤٩",
        ] {
            assert_eq!(
                order("1", "sip:a@b.example", visitor).err(),
                Some(BadOrder::Visitor),
                "{visitor:?}"
            );
        }
        for id in ["", "a b", "a\r\n", "a@b"] {
            assert_eq!(
                order(id, "sip:a@b.example", "+4930").err(),
                Some(BadOrder::Id),
                "{id:?}"
            );
        }
    }
}
