//! What a batch of requests needs from the database.

use std::collections::{BTreeMap, BTreeSet};

use heard_protocol::{
    AgentId, AssignmentAct, CallbackAct, CallbackAsk, CallbackId, CommandId, ContactId,
    ConversationAct, ConversationId, MeAct, SiteId, StaffCommand, VisitorCommand,
};

use super::records::{RecordKey, place};
use crate::node::NodeId;
use crate::store::Request;
use crate::store::ledger::{command_of, rivals};
use crate::store::record::Lookup;
use crate::store::rows::{AGENTS, SITES};
use crate::store::table::Table;

/// The rows to read, and which of them to lock. Ordered, and so are the locks: two nodes never wait
/// for each other in a circle.
#[derive(Debug, Clone, Default)]
pub(super) struct Keys {
    /// What became of these before.
    pub(super) commands: BTreeSet<CommandId>,
    /// Taken to have left no entry: one that has runs into the index of entries, and then is looked
    /// up. That must be sure to happen, so these are visitors' messages alone, which nothing
    /// refuses but what they say.
    pub(super) fresh: BTreeSet<CommandId>,
    pub(super) sites: BTreeSet<SiteId>,
    /// Locked; their latest conversations come along.
    pub(super) contacts: BTreeSet<ContactId>,
    /// Locked.
    pub(super) conversations: BTreeSet<ConversationId>,
    /// Of these, the agents who have them change as well.
    pub(super) handed_over: BTreeSet<ConversationId>,
    /// Only read.
    pub(super) agents: BTreeSet<AgentId>,
    /// Locked, and what they own is counted.
    pub(super) locked_agents: BTreeSet<AgentId>,
    /// Locked.
    pub(super) nodes: BTreeSet<NodeId>,
    /// Of these, the agents who have a socket there change as well.
    pub(super) silent: BTreeSet<NodeId>,
    /// Of these agents it is asked on which nodes they have a socket.
    pub(super) seated: BTreeSet<AgentId>,
    /// Locked.
    pub(super) records: BTreeSet<RecordKey>,
    /// Only read: at most so many of each.
    pub(super) lookups: BTreeMap<Lookup, usize>,
    /// Their conversations come along.
    pub(super) callbacks: BTreeSet<CallbackId>,
    /// When calls were asked for to these numbers (without extension).
    pub(super) phones: BTreeSet<(SiteId, String)>,
    /// The calls of these sites change: they are locked, and the open ones come along.
    pub(super) call_desks: BTreeSet<SiteId>,
    /// Who of this site can call.
    pub(super) callers: Option<SiteId>,
    /// A round is run for this site.
    pub(super) desk: Option<SiteId>,
    /// Every site.
    pub(super) all_sites: bool,
}

/// What turned out to be needed on top.
#[derive(Debug)]
pub(super) enum Lack {
    Command(CommandId),
    Site(SiteId),
    Contact(ContactId),
    Conversations(Vec<ConversationId>),
    Agent(AgentId),
    LockedAgent(AgentId),
    Node(NodeId),
    Seated(AgentId),
    Record(&'static Table, [u8; 16]),
    /// So many of these.
    Records(Lookup, usize),
    Callback(CallbackId),
    Phone(SiteId, String),
    CallDesk(SiteId),
    Callers(SiteId),
    Desk(SiteId),
    AllSites,
}

/// Whether a request is carried out in a transaction of its own: what it looks at is not named by
/// keys.
pub(super) fn alone(request: &Request) -> bool {
    matches!(
        request,
        Request::Dispatch { .. } | Request::Calls { .. } | Request::EverybodyGone { .. }
    )
}

fn is_message(request: &Request) -> bool {
    matches!(
        request,
        Request::Visitor {
            command: VisitorCommand::Send { .. },
            ..
        }
    )
}

impl Keys {
    /// What can be told from the requests alone.
    pub(super) fn of<'a>(requests: impl IntoIterator<Item = &'a Request>) -> Self {
        let mut keys = Self::default();
        for request in requests {
            keys.need(request);
        }
        keys
    }

    /// Something was there that was taken to be new.
    pub(super) fn doubt(&mut self) {
        self.commands.append(&mut self.fresh);
    }

    /// Adds what was lacking.
    pub(super) fn add(&mut self, lack: Lack) {
        match lack {
            Lack::Command(id) => drop(self.commands.insert(id)),
            Lack::Site(id) => drop(self.sites.insert(id)),
            Lack::Contact(id) => drop(self.contacts.insert(id)),
            Lack::Conversations(ids) => self.conversations.extend(ids),
            Lack::Agent(id) => drop(self.agents.insert(id)),
            Lack::LockedAgent(id) => drop(self.locked_agents.insert(id)),
            Lack::Node(id) => drop(self.nodes.insert(id)),
            Lack::Seated(id) => drop(self.seated.insert(id)),
            Lack::Record(table, id) => self.lock_record(table, id),
            Lack::Records(lookup, limit) => drop(self.lookups.insert(lookup, limit)),
            Lack::Callback(id) => drop(self.callbacks.insert(id)),
            Lack::Phone(site, phone) => drop(self.phones.insert((site, phone))),
            Lack::CallDesk(site) => drop(self.call_desks.insert(site)),
            Lack::Callers(site) => self.callers = Some(site),
            Lack::Desk(site) => self.desk = Some(site),
            Lack::AllSites => self.all_sites = true,
        }
    }

    fn need(&mut self, request: &Request) {
        if let Some(command) = command_of(request) {
            let id = command.id;
            let seen = self.commands.contains(&id) || self.fresh.contains(&id);
            if is_message(request) && !seen {
                self.fresh.insert(id);
            } else {
                self.fresh.remove(&id);
                self.commands.insert(id);
            }
            self.commands.extend(command.after);
        }
        match request {
            Request::Visitor {
                site,
                contact,
                id,
                command,
                ..
            } => {
                self.sites.insert(*site);
                self.contacts.insert(*contact);
                match command {
                    VisitorCommand::Send { .. }
                    | VisitorCommand::WrapUp(_)
                    | VisitorCommand::CallOffer(_)
                    | VisitorCommand::Voice(_) => {}
                    VisitorCommand::Callback(CallbackAsk::Request(_)) => {
                        self.callbacks.insert(CallbackId::from_bytes(id.to_bytes()));
                        self.call_desks.insert(*site);
                    }
                    VisitorCommand::Callback(
                        CallbackAsk::Move { callback, .. } | CallbackAsk::Cancel { callback },
                    ) => {
                        self.callbacks.insert(*callback);
                        self.call_desks.insert(*site);
                    }
                }
            }
            Request::Staff { agent, command, .. } => self.need_for(*agent, command),
            Request::Trouble { conversation, .. } => {
                self.conversations.insert(*conversation);
            }
            Request::VisitorRead { upto, .. } => {
                self.conversations.insert(upto.conversation);
            }
            Request::StaffRead { agent, upto } => {
                self.agents.insert(*agent);
                self.conversations.insert(upto.conversation);
            }
            Request::Presence { agent, node, .. } => {
                self.locked_agents.insert(*agent);
                self.seated.insert(*agent);
                self.nodes.insert(*node);
            }
            Request::Beat { node } => {
                self.nodes.insert(*node);
            }
            Request::NodeGone { node, .. } => {
                self.nodes.insert(*node);
                self.silent.insert(*node);
            }
            Request::SignIn { agent, .. } => {
                self.agents.insert(*agent);
            }
            Request::Dispatch { site, .. } => {
                self.sites.insert(*site);
                self.desk = Some(*site);
            }
            Request::Calls { site, .. } => {
                self.sites.insert(*site);
                self.call_desks.insert(*site);
                self.callers = Some(*site);
            }
            Request::Dialled { site, callback, .. } => {
                self.sites.insert(*site);
                self.call_desks.insert(*site);
                self.callbacks.insert(*callback);
            }
            Request::EverybodyGone { .. } => self.all_sites = true,
            Request::PutSite(site, _) => self.lock_record(&SITES, site.id.to_bytes()),
            Request::PutAgent(agent, _) => {
                self.sites.insert(agent.site);
                self.lock_record(&AGENTS, agent.card.id.to_bytes());
            }
            Request::PutSkills { agent, .. } => self.lock_record(&AGENTS, agent.to_bytes()),
            Request::Put(put) => {
                self.sites.insert(put.site);
                self.lock_record(put.table, put.id);
                let rivals = rivals(put).into_iter();
                let rivals = rivals.map(|lookup| (lookup.clone(), lookup.limit));
                self.lookups.extend(rivals);
            }
            Request::SignOut { .. } => {}
        }
    }

    /// A record is locked. An agent's is their row, which is locked in its own turn.
    fn lock_record(&mut self, table: &Table, id: [u8; 16]) {
        self.records.insert((place(table), id));
        if table == &AGENTS {
            self.locked_agents.insert(AgentId::from_bytes(id));
        }
    }

    fn need_for(&mut self, agent: AgentId, command: &StaffCommand) {
        match command {
            StaffCommand::In { conversation, act } => {
                self.conversations.insert(*conversation);
                match act {
                    // Who answers may change, and with it how much the agents carry.
                    ConversationAct::Assignment(AssignmentAct::Transfer { to, .. }) => {
                        self.locked_agents.extend([agent, *to]);
                        self.handed_over.insert(*conversation);
                    }
                    ConversationAct::Assignment(AssignmentAct::Accept | AssignmentAct::Return)
                    | ConversationAct::Resolution(_) => {
                        self.locked_agents.insert(agent);
                        self.handed_over.insert(*conversation);
                    }
                    _ => {
                        self.agents.insert(agent);
                    }
                }
            }
            StaffCommand::Callback { callback, act } => {
                self.callbacks.insert(*callback);
                // Whoever makes a call is on one from then on.
                if matches!(act, CallbackAct::Take) {
                    self.locked_agents.insert(agent);
                } else {
                    self.agents.insert(agent);
                }
            }
            StaffCommand::Me(MeAct::SetAvailability { .. } | MeAct::SetHeadset { .. }) => {
                self.locked_agents.insert(agent);
            }
            StaffCommand::Me(MeAct::SetPhone { .. }) => {
                self.lock_record(&AGENTS, agent.to_bytes());
            }
        }
    }
}
