//! The four kinds of message a socket carries, so that tests can treat them alike.

use heard_protocol::{ClientFrame, Codec, CodecError, RelayFrame, Staff, Visitor};

/// A message of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Frame {
    ClientVisitor(ClientFrame<Visitor>),
    ClientStaff(ClientFrame<Staff>),
    RelayVisitor(RelayFrame<Visitor>),
    RelayStaff(RelayFrame<Staff>),
}

/// Which kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    ClientVisitor,
    ClientStaff,
    RelayVisitor,
    RelayStaff,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [
        Self::ClientVisitor,
        Self::ClientStaff,
        Self::RelayVisitor,
        Self::RelayStaff,
    ];

    /// What the names of this kind's samples start with.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::ClientVisitor => "client.visitor",
            Self::ClientStaff => "client.staff",
            Self::RelayVisitor => "relay.visitor",
            Self::RelayStaff => "relay.staff",
        }
    }

    /// The kind of a sample's name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| name.starts_with(&format!("{}.", kind.prefix())))
    }

    pub(crate) fn decode(self, codec: Codec, bytes: &[u8]) -> Result<Frame, CodecError> {
        Ok(match self {
            Self::ClientVisitor => Frame::ClientVisitor(codec.decode(bytes)?),
            Self::ClientStaff => Frame::ClientStaff(codec.decode(bytes)?),
            Self::RelayVisitor => Frame::RelayVisitor(codec.decode(bytes)?),
            Self::RelayStaff => Frame::RelayStaff(codec.decode(bytes)?),
        })
    }
}

impl Frame {
    pub(crate) const fn kind(&self) -> Kind {
        match self {
            Self::ClientVisitor(_) => Kind::ClientVisitor,
            Self::ClientStaff(_) => Kind::ClientStaff,
            Self::RelayVisitor(_) => Kind::RelayVisitor,
            Self::RelayStaff(_) => Kind::RelayStaff,
        }
    }

    pub(crate) fn encode(&self, codec: Codec) -> Vec<u8> {
        match self {
            Self::ClientVisitor(frame) => codec.encode(frame),
            Self::ClientStaff(frame) => codec.encode(frame),
            Self::RelayVisitor(frame) => codec.encode(frame),
            Self::RelayStaff(frame) => codec.encode(frame),
        }
        .expect("every frame can be written")
    }
}
