//! Who is connected here, and what each should hear of.
//!
//! The hub is memory and nothing else: losing it loses no message, since every connection reads its
//! logs from the store after its cursors. One lock guards it; what is done under it is a handful of
//! look-ups and pushes.

mod mailbox;

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use heard_protocol::{AgentId, ContactId, ConversationId, SiteId, StaffNotice, VisitorNotice};
use parking_lot::Mutex;

pub use mailbox::{Mail, Mailbox};

use crate::store::{Audience, Fact};

/// How long a "typing" is believed, in milliseconds: a little longer than clients wait before they
/// say it again.
pub const TYPING_MS: u16 = 6_000;

/// The connections of this process.
#[derive(Debug, Default)]
pub struct Hub {
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    visitors: HashMap<ContactId, Vec<VisitorLine>>,
    staff: HashMap<SiteId, Vec<StaffLine>>,
    followers: HashMap<ConversationId, Vec<Arc<Mailbox>>>,
    open: HashMap<SiteId, bool>,
}

#[derive(Debug)]
struct VisitorLine {
    site: SiteId,
    mailbox: Arc<Mailbox>,
}

#[derive(Debug)]
struct StaffLine {
    agent: AgentId,
    mailbox: Arc<Mailbox>,
}

impl Hub {
    /// A visitor's connection opened. Returns whether it is their only one.
    pub fn add_visitor(&self, site: SiteId, contact: ContactId, mailbox: &Arc<Mailbox>) -> bool {
        let mut inner = self.inner.lock();
        let lines = inner.visitors.entry(contact).or_default();
        lines.push(VisitorLine {
            site,
            mailbox: Arc::clone(mailbox),
        });
        // Most visitors have one tab: do not keep room for four.
        lines.shrink_to_fit();
        lines.len() == 1
    }

    /// A visitor's connection closed. Returns whether it was their last.
    pub fn remove_visitor(&self, contact: ContactId, mailbox: &Arc<Mailbox>) -> bool {
        let mut inner = self.inner.lock();
        let Some(lines) = inner.visitors.get_mut(&contact) else {
            return false;
        };
        lines.retain(|line| !Arc::ptr_eq(&line.mailbox, mailbox));
        let last = lines.is_empty();
        if last {
            inner.visitors.remove(&contact);
        }
        last
    }

    /// Whether the visitor has the chat open.
    pub fn visitor_online(&self, contact: ContactId) -> bool {
        self.inner.lock().visitors.contains_key(&contact)
    }

    /// An agent's connection opened.
    pub fn add_staff(&self, site: SiteId, agent: AgentId, mailbox: &Arc<Mailbox>) {
        let line = StaffLine {
            agent,
            mailbox: Arc::clone(mailbox),
        };
        self.inner.lock().staff.entry(site).or_default().push(line);
    }

    /// An agent's connection closed.
    pub fn remove_staff(&self, site: SiteId, mailbox: &Arc<Mailbox>) {
        let mut inner = self.inner.lock();
        if let Some(lines) = inner.staff.get_mut(&site) {
            lines.retain(|line| !Arc::ptr_eq(&line.mailbox, mailbox));
        }
        inner.followers.retain(|_, boxes| {
            boxes.retain(|one| !Arc::ptr_eq(one, mailbox));
            !boxes.is_empty()
        });
    }

    /// Whether any agent of the site is connected here.
    pub fn has_staff(&self, site: SiteId) -> bool {
        self.inner
            .lock()
            .staff
            .get(&site)
            .is_some_and(|lines| !lines.is_empty())
    }

    /// Whether any connection of the agent is open.
    pub fn agent_online(&self, site: SiteId, agent: AgentId) -> bool {
        let inner = self.inner.lock();
        inner
            .staff
            .get(&site)
            .is_some_and(|lines| lines.iter().any(|line| line.agent == agent))
    }

    /// The connection reads this log from now on.
    pub fn follow(&self, conversation: ConversationId, mailbox: &Arc<Mailbox>) {
        let mut inner = self.inner.lock();
        let boxes = inner.followers.entry(conversation).or_default();
        if !boxes.iter().any(|one| Arc::ptr_eq(one, mailbox)) {
            boxes.push(Arc::clone(mailbox));
        }
    }

    /// The connection no longer reads this log.
    pub fn unfollow(&self, conversation: ConversationId, mailbox: &Arc<Mailbox>) {
        let mut inner = self.inner.lock();
        if let Some(boxes) = inner.followers.get_mut(&conversation) {
            boxes.retain(|one| !Arc::ptr_eq(one, mailbox));
            if boxes.is_empty() {
                inner.followers.remove(&conversation);
            }
        }
    }

    /// Tells a visitor's tabs something in passing.
    pub fn to_visitor(&self, contact: ContactId, notice: &VisitorNotice) {
        if let Some(lines) = self.inner.lock().visitors.get(&contact) {
            for line in lines {
                line.mailbox.put(Mail::ToVisitor(notice.clone()));
            }
        }
    }

    /// Tells whoever reads a conversation something in passing, except the connection it came from.
    pub fn to_followers(
        &self,
        conversation: ConversationId,
        notice: &StaffNotice,
        except: Option<&Arc<Mailbox>>,
    ) {
        if let Some(boxes) = self.inner.lock().followers.get(&conversation) {
            for one in boxes {
                if except.is_none_or(|from| !Arc::ptr_eq(from, one)) {
                    one.put(Mail::ToStaff(notice.clone()));
                }
            }
        }
    }

    /// Whether anybody on the site takes conversations, as last told.
    pub fn is_open(&self, site: SiteId) -> bool {
        self.inner.lock().open.get(&site).copied().unwrap_or(false)
    }

    /// Keeps whether anybody on the site takes conversations, and tells the visitors if it changed.
    pub fn set_open(&self, site: SiteId, open: bool) {
        let mut inner = self.inner.lock();
        if inner.open.insert(site, open) == Some(open) {
            return;
        }
        for line in inner
            .visitors
            .values()
            .flatten()
            .filter(|line| line.site == site)
        {
            line.mailbox
                .put(Mail::ToVisitor(VisitorNotice::Desk { open }));
        }
    }

    /// How many connections are open, visitors' and agents'.
    pub fn connections(&self) -> (usize, usize) {
        let inner = self.inner.lock();
        let visitors = inner.visitors.values().map(Vec::len).sum();
        (visitors, inner.staff.values().map(Vec::len).sum())
    }

    /// Has every connection look into the store for what it may have missed.
    pub fn catch_up(&self) {
        let inner = self.inner.lock();
        let visitors = inner.visitors.values().flatten().map(|line| &line.mailbox);
        let staff = inner.staff.values().flatten().map(|line| &line.mailbox);
        for mailbox in visitors.chain(staff) {
            mailbox.put(Mail::CatchUp);
        }
    }

    /// The agents who have a connection here, each once.
    pub fn agents(&self) -> BTreeSet<(SiteId, AgentId)> {
        let inner = self.inner.lock();
        let lines = inner.staff.iter();
        lines
            .flat_map(|(site, lines)| lines.iter().map(|line| (*site, line.agent)))
            .collect()
    }

    /// Whether anybody here should hear of a fact for these. Who comes in the next moment reads the
    /// store after they are known here, and a fact is in the store before it is told.
    pub(crate) fn has_any_of(&self, audience: Audience) -> bool {
        let inner = self.inner.lock();
        match audience {
            Audience::Readers(contact, conversation) => {
                inner.visitors.contains_key(&contact) || inner.followers.contains_key(&conversation)
            }
            Audience::Staff(site) => inner.staff.get(&site).is_some_and(|some| !some.is_empty()),
            Audience::Both(site, contact) => {
                inner.visitors.contains_key(&contact)
                    || inner.staff.get(&site).is_some_and(|some| !some.is_empty())
            }
            Audience::Duties => true,
        }
    }

    /// Hands facts to the connections that should hear of them, and returns those to wake.
    pub fn announce(&self, facts: Vec<Fact>) -> Vec<Arc<Mailbox>> {
        let inner = self.inner.lock();
        let mut woken = Vec::new();
        for fact in facts {
            inner.announce(&Arc::new(fact), &mut woken);
        }
        woken
    }
}

impl Inner {
    fn announce(&self, fact: &Arc<Fact>, woken: &mut Vec<Arc<Mailbox>>) {
        let mut tell = |mailbox: &Arc<Mailbox>| {
            mailbox.put_quietly(Mail::Fact(Arc::clone(fact)));
            woken.push(Arc::clone(mailbox));
        };
        match fact.audience() {
            Audience::Readers(contact, conversation) => {
                let visitors = self.visitors.get(&contact).into_iter().flatten();
                visitors.for_each(|line| tell(&line.mailbox));
                self.followers
                    .get(&conversation)
                    .into_iter()
                    .flatten()
                    .for_each(tell);
            }
            Audience::Staff(site) => {
                let staff = self.staff.get(&site).into_iter().flatten();
                staff.for_each(|line| tell(&line.mailbox));
            }
            Audience::Both(site, contact) => {
                let visitors = self.visitors.get(&contact).into_iter().flatten();
                visitors.for_each(|line| tell(&line.mailbox));
                let staff = self.staff.get(&site).into_iter().flatten();
                staff.for_each(|line| tell(&line.mailbox));
            }
            Audience::Duties => {}
        }
    }
}
