//! The two kinds of client. Everything a socket carries is generic over its [`Role`], so what
//! belongs to one side does not type-check on the other.

use core::fmt::Debug;

use serde::{Deserialize, Serialize};

use crate::command::{StaffCommand, VisitorCommand};
use crate::entry::{LogEntry, PublicEntry, StaffEntry};
use crate::id::{AgentId, ContactId, ConversationId, SiteId};
use crate::notice::{StaffNotice, StaffSignal, VisitorNotice, VisitorSignal};
use crate::people::{AgentCard, Page};
use crate::row::{StaffRow, VisitorRow};
use crate::time::Seq;
use crate::token::Secret;
use crate::wire::Wire;

/// A side of the desk: which types its sockets carry.
pub trait Role: Debug + Clone + Copy + PartialEq + Eq + Send + Sync + 'static {
    /// Where the relay serves this role's sockets.
    const PATH: &'static str;
    /// How a client says who it is.
    type Credential: Wire;
    /// What the relay tells it first.
    type Welcome: Wire;
    /// What it can ask for.
    type Command: Wire;
    /// What it reads.
    type Entry: Wire + LogEntry;
    /// What it can say in passing.
    type Signal: Wire;
    /// What its lists are made of.
    type Row: Wire;
    /// What it is told in passing.
    type Notice: Wire;
}

/// A person on somebody's site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visitor {}

/// An agent or a bot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Staff {}

impl Role for Visitor {
    const PATH: &'static str = "/ws/visitor";
    type Credential = VisitorCredential;
    type Welcome = VisitorWelcome;
    type Command = VisitorCommand;
    type Entry = PublicEntry;
    type Signal = VisitorSignal;
    type Row = VisitorRow;
    type Notice = VisitorNotice;
}

impl Role for Staff {
    const PATH: &'static str = "/ws/staff";
    type Credential = StaffCredential;
    type Welcome = StaffWelcome;
    type Command = StaffCommand;
    type Entry = StaffEntry;
    type Signal = StaffSignal;
    type Row = StaffRow;
    type Notice = StaffNotice;
}

/// Who a visitor is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct VisitorCredential {
    /// Whose site.
    pub site: SiteId,
    /// The token of an earlier greeting; without one the relay makes a new visitor.
    pub token: Option<Secret>,
    /// The visitor's language, as a BCP 47 tag; may be empty.
    pub locale: String,
    /// Where the widget is open.
    pub page: Option<Page>,
}

/// Who an agent is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct StaffCredential {
    /// The session's secret; a browser leaves it out and is known by its cookie.
    pub token: Option<Secret>,
}

/// A site as its visitors see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct SiteCard {
    /// Which.
    pub id: SiteId,
    /// The shop's name.
    pub name: String,
}

/// What a visitor is told first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct VisitorWelcome {
    /// The visitor's token from now on; worth keeping once they have interacted.
    pub token: Secret,
    /// Who they are to the site.
    pub contact: ContactId,
    /// The site.
    pub site: SiteCard,
    /// The conversation that is open or was last, with the end of its (visitor's) log.
    pub conversation: Option<(ConversationId, Seq)>,
    /// How far staff have read in it.
    pub staff_read: Seq,
    /// How far the visitor has read in it (in any tab).
    pub visitor_read: Seq,
    /// Whether anybody is available to answer.
    pub open: bool,
}

/// What an agent is told first. The rows of their lists follow in frames of their own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Wire)]
pub struct StaffWelcome {
    /// Who they are.
    pub me: AgentCard,
    /// The site they answer for.
    pub site: SiteCard,
}

impl StaffWelcome {
    /// The agent's own id.
    pub const fn my_id(&self) -> AgentId {
        self.me.id
    }
}
