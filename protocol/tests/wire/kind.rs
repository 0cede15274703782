//! The four kinds of message a socket carries, so that tests can treat them alike.

use heard_protocol::wire::Sample;
use heard_protocol::{ClientFrame, Codec, CodecError, RelayFrame, Staff, Visitor, Wire};

use crate::rng::Rng;

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

    /// What examples of this kind start with in the document.
    pub(crate) const fn prefix(self) -> &'static str {
        match self {
            Self::ClientVisitor => "client.visitor",
            Self::ClientStaff => "client.staff",
            Self::RelayVisitor => "relay.visitor",
            Self::RelayStaff => "relay.staff",
        }
    }

    pub(crate) fn decode(self, codec: Codec, bytes: &[u8]) -> Result<Frame, CodecError> {
        Ok(match self {
            Self::ClientVisitor => Frame::ClientVisitor(codec.decode(bytes)?),
            Self::ClientStaff => Frame::ClientStaff(codec.decode(bytes)?),
            Self::RelayVisitor => Frame::RelayVisitor(codec.decode(bytes)?),
            Self::RelayStaff => Frame::RelayStaff(codec.decode(bytes)?),
        })
    }

    /// A frame of this kind that follows from the seed.
    pub(crate) fn any(self, seed: u64) -> Frame {
        let mut rng = Rng::new(seed);
        let draw = &mut || rng.next();
        match self {
            Self::ClientVisitor => Frame::ClientVisitor(Sample::any(draw)),
            Self::ClientStaff => Frame::ClientStaff(Sample::any(draw)),
            Self::RelayVisitor => Frame::RelayVisitor(Sample::any(draw)),
            Self::RelayStaff => Frame::RelayStaff(Sample::any(draw)),
        }
    }

    /// One frame for each variant of this kind.
    pub(crate) fn samples(self) -> Vec<Frame> {
        fn wrap<T: Sample>(wrap: fn(T) -> Frame) -> Vec<Frame> {
            T::samples().into_iter().map(wrap).collect()
        }
        match self {
            Self::ClientVisitor => wrap(Frame::ClientVisitor),
            Self::ClientStaff => wrap(Frame::ClientStaff),
            Self::RelayVisitor => wrap(Frame::RelayVisitor),
            Self::RelayStaff => wrap(Frame::RelayStaff),
        }
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

    pub(crate) fn weight(&self) -> usize {
        match self {
            Self::ClientVisitor(frame) => frame.weight(),
            Self::ClientStaff(frame) => frame.weight(),
            Self::RelayVisitor(frame) => frame.weight(),
            Self::RelayStaff(frame) => frame.weight(),
        }
    }
}
