//! Agents and their sessions.

use heard_desk::Skills;
use heard_desk::callback::Caller;
use heard_desk::routing::Agent;
use heard_protocol::{AgentCard, AgentId, AgentKind, Availability, Colleague, SiteId, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::store::record::Record;
use crate::store::stored::{availability_from, availability_number};
use crate::store::table::{Column, Kind, Row, Table, Value, record_columns};
use crate::store::{AgentPhone, AgentRecord, StoreError};

pub(in crate::store) const AGENTS: Table = Table::new(
    "agents",
    record_columns![
        // In lower case.
        Column::new("email", Kind::Text),
        Column::new("bot", Kind::Flag),
        Column::new("capacity", Kind::Number),
        // A secret: no document and no history holds it.
        Column::new("password_hash", Kind::Text).default("''"),
        Column::new("availability", Kind::Number).default("2"),
        // NULL while a socket is open.
        Column::new("gone_since", Kind::Number)
            .optional()
            .default("0"),
        Column::new("idle_since", Kind::Number).default("0"),
        Column::new("called_at", Kind::Number).default("0"),
        // Rewritten whenever they put it on or off: no part of what is edited about them.
        Column::new("headset", Kind::Flag).default("FALSE"),
        // 1: by phone, 2: in the browser, 3: both.
        Column::new("on_call", Kind::Number).default("0"),
    ],
    &["id"],
)
.found_by(&["email", "bot", "capacity"], &[&["email"]])
.fill(80);

/// The columns that change by themselves, apart from the [`Account`].
pub(in crate::store) const HOT: &[&str] = &[
    "id",
    "password_hash",
    "availability",
    "gone_since",
    "idle_since",
    "called_at",
    "headset",
    "on_call",
];

pub(in crate::store) const SESSIONS: Table = Table::new(
    "sessions",
    &[
        Column::new("token_hash", Kind::Bytes),
        Column::new("agent", Kind::Id).of("agents"),
        Column::new("expires_at", Kind::Number),
    ],
    &["token_hash"],
);

/// What people set about an agent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    /// Which.
    pub id: AgentId,
    /// The site they answer for.
    pub site: SiteId,
    /// What they are called.
    pub name: String,
    /// Person or bot.
    pub kind: AgentKind,
    /// Their sign-in name, unique without case.
    pub email: String,
    /// The most conversations they may own.
    pub capacity: u16,
    /// Whether calls ring for them.
    #[serde(default = "takes_calls")]
    pub takes_calls: bool,
    /// Their phone as a `sip:` address; may be empty.
    #[serde(default)]
    pub phone: String,
    /// What they are good at.
    #[serde(default)]
    pub skills: Skills,
}

/// Who says nothing of it takes calls.
const fn takes_calls() -> bool {
    true
}

impl Record for Account {
    const TABLE: &'static Table = &AGENTS;
    type Id = AgentId;

    fn id(&self) -> AgentId {
        self.id
    }

    fn site(&self) -> SiteId {
        self.site
    }

    fn keys(&self) -> Vec<Value> {
        vec![
            Value::text(&self.email.to_ascii_lowercase()),
            Value::Flag(self.kind == AgentKind::Bot),
            Value::number(self.capacity.into()),
        ]
    }
}

/// An agent as they are kept.
#[derive(Debug, Clone)]
pub(in crate::store) struct AgentRow {
    pub(in crate::store) account: Account,
    pub(in crate::store) password_hash: String,
    pub(in crate::store) availability: Availability,
    pub(in crate::store) gone_since: Option<UnixMillis>,
    pub(in crate::store) idle_since: UnixMillis,
    pub(in crate::store) called_at: UnixMillis,
    pub(in crate::store) headset: bool,
    /// What [`CallLine`](crate::store::ledger::CallLine) marks.
    pub(in crate::store) on_call: i16,
}

impl AgentRow {
    /// Somebody who has never been here.
    pub(in crate::store) fn new(account: Account) -> Self {
        Self {
            account,
            password_hash: String::new(),
            availability: Availability::Away,
            gone_since: Some(UnixMillis(0)),
            idle_since: UnixMillis(0),
            called_at: UnixMillis(0),
            headset: false,
            on_call: 0,
        }
    }

    pub(in crate::store) fn read(row: &impl Row) -> Result<Self, StoreError> {
        Ok(Self {
            account: row.json("document")?,
            password_hash: row.field("password_hash")?,
            availability: availability_from(row.field("availability")?),
            gone_since: row.opt("gone_since")?,
            idle_since: row.field("idle_since")?,
            called_at: row.field("called_at")?,
            headset: row.field("headset")?,
            on_call: row.field("on_call")?,
        })
    }

    /// The values of [`HOT`].
    pub(in crate::store) fn hot(&self) -> Vec<Value> {
        vec![
            self.account.id.into(),
            Value::text(&self.password_hash),
            Value::Number(availability_number(self.availability)),
            Value::opt(self.gone_since),
            self.idle_since.into(),
            self.called_at.into(),
            Value::Flag(self.headset),
            Value::Number(self.on_call.into()),
        ]
    }

    pub(in crate::store) fn card(&self) -> AgentCard {
        AgentCard {
            id: self.account.id,
            name: self.account.name.clone(),
            kind: self.account.kind,
        }
    }

    pub(in crate::store) fn record(self) -> AgentRecord {
        AgentRecord {
            card: self.card(),
            site: self.account.site,
            email: self.account.email,
            password_hash: self.password_hash,
            capacity: self.account.capacity,
            availability: self.availability,
            phone: AgentPhone {
                takes: self.account.takes_calls,
                address: self.account.phone,
                headset: self.headset,
            },
        }
    }

    /// As their team sees them, who own this many conversations.
    pub(in crate::store) fn colleague(&self, load: i64) -> Colleague {
        Colleague {
            card: self.card(),
            availability: self.availability,
            online: self.gone_since.is_none(),
            capacity: self.account.capacity,
            load: u16::try_from(load).unwrap_or(u16::MAX),
        }
    }
}

/// The columns that [`answering`] reads: rounds read many, and no document.
pub(in crate::store) const ANSWERING: &[&str] = &[
    "id",
    "availability",
    "gone_since",
    "capacity",
    "idle_since",
    "on_call",
];

/// An agent as rounds see them, who owns nothing yet.
pub(in crate::store) fn answering(row: &impl Row) -> Result<Agent, StoreError> {
    Ok(Agent {
        id: row.field("id")?,
        availability: availability_from(row.field("availability")?),
        gone_since: row.opt("gone_since")?,
        on_call: row.field::<i16>("on_call")? != 0,
        capacity: row.field("capacity")?,
        owned: Vec::new(),
        idle_since: row.field("idle_since")?,
    })
}

/// An agent as calls see them; `load` is how many conversations they own.
pub(in crate::store) fn caller(row: &impl Row) -> Result<Caller, StoreError> {
    let load: i64 = row.field("load")?;
    let AgentRow {
        account,
        availability,
        gone_since,
        called_at,
        on_call,
        ..
    } = AgentRow::read(row)?;
    let has_room = i64::from(account.capacity) > load;
    Ok(Caller {
        id: account.id,
        free: availability == Availability::Available && on_call == 0 && has_room,
        takes: account.takes_calls,
        gone_since,
        called_at,
        skills: account.skills,
    })
}

/// As SQL: how many conversations the agent `t` owns.
pub(in crate::store) const LOAD: &str = "(SELECT count(*) FROM conversations c WHERE c.site = t.site AND c.status = 2 AND c.agent = t.id)";

/// Puts a team into its order.
pub(in crate::store) fn in_order(team: &mut [Colleague]) {
    team.sort_by(|a, b| (&a.card.name, a.card.id).cmp(&(&b.card.name, b.card.id)));
}
