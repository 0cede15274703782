//! Agents: whoever has a session.

use std::sync::Arc;
use std::time::Duration;

use heard_protocol::limits::MAX_ENTRIES_PER_FRAME;
use heard_protocol::{
    CloseCode, ConversationId, Cursor, Hello, Secret, SiteCard, Staff, StaffNotice, StaffSignal,
    StaffWelcome, Status, VisitorNotice,
};

use super::{Served, Slice, internal};
use crate::auth;
use crate::hub::{Mail, Mailbox, TYPING_MS};
use crate::socket::context::{Caller, Context};
use crate::socket::peer::Greeting;
use crate::socket::seat::{Place, Seat};
use crate::socket::side::StaffIdentity;
use crate::socket::voice;
use crate::store::{AgentRecord, Head, Request, Store, StoreError};

/// After how long a store that could not keep an agent's presence is asked again.
const PRESENCE_RETRY: Duration = Duration::from_secs(1);

impl Served for Staff {
    const FOLLOWS_BY_CONVERSATION: bool = true;

    async fn greet(
        context: &Arc<Context>,
        hello: Hello<Self>,
        caller: Caller,
        mailbox: &Arc<Mailbox>,
    ) -> Result<(Greeting<Self>, Seat<Self>), CloseCode> {
        let agent = who(context, hello.credential.token, caller).await?;
        let site = context
            .store
            .site(agent.site)
            .await
            .map_err(|error| internal(&error))?;
        let site = site.ok_or(CloseCode::NoSuchSite)?;
        let identity = StaffIdentity {
            site: site.id,
            agent: agent.card.id,
        };
        let seat = Seat::take(context, identity.clone(), mailbox);
        // What they see includes themself: they must count as online by then.
        settle_presence(context, &identity).await;
        let mine = agent.mine();
        let overview = context
            .store
            .overview(site.id, context.clock.now())
            .await
            .map_err(|error| internal(&error))?;
        let welcome = StaffWelcome {
            me: agent.card,
            site: SiteCard {
                id: site.id,
                name: site.name,
            },
        };
        Ok((
            Greeting {
                identity,
                welcome,
                rows: overview.rows(mine),
                own: None,
                unseen: None,
                epoch: context.store.epoch(),
            },
            seat,
        ))
    }

    async fn read(store: &dyn Store, cursor: Cursor) -> Result<Slice<Self>, StoreError> {
        let Some(head) = store.head(cursor.conversation).await? else {
            return Ok(None);
        };
        let slice = store
            .read_staff(cursor.conversation, cursor.after, MAX_ENTRIES_PER_FRAME)
            .await?;
        Ok(Some((head, slice)))
    }

    async fn own(_: &dyn Store, _: &Self::Identity) -> Result<Option<Head>, StoreError> {
        Ok(None)
    }

    async fn lists(
        context: &Arc<Context>,
        identity: &Self::Identity,
    ) -> Result<Vec<Self::Row>, StoreError> {
        let Some(agent) = context.store.agent(identity.agent).await? else {
            return Ok(Vec::new());
        };
        let now = context.clock.now();
        let overview = context.store.overview(identity.site, now).await?;
        Ok(overview.rows(agent.mine()))
    }

    fn sit(context: &Arc<Context>, place: &Place<Self>) {
        let StaffIdentity { site, agent } = place.identity;
        context.hub.add_staff(site, agent, &place.mailbox);
    }

    fn rise(context: &Arc<Context>, place: &Place<Self>) {
        let identity = place.identity.clone();
        context.hub.remove_staff(identity.site, &place.mailbox);
        // A relay that stops leaves its agents online: those who reconnect within the grace period
        // keep their conversations, and the next start counts everybody as gone from then on.
        if context.stop.is_cancelled() {
            return;
        }
        let context = Arc::clone(context);
        tokio::spawn(async move { settle_presence(&context, &identity).await });
    }

    async fn followed(context: &Arc<Context>, place: &Place<Self>, conversation: ConversationId) {
        if let Ok(Some(head)) = context.store.head(conversation).await {
            let online = context.hub.visitor_online(head.contact);
            let notice = StaffNotice::VisitorPresence {
                conversation,
                online,
            };
            place.mailbox.put(Mail::ToStaff(notice));
            if !online {
                context.exchange.who_has(head.contact, conversation);
            }
        }
    }

    fn about(signal: &Self::Signal) -> Option<ConversationId> {
        match signal {
            StaffSignal::Typing { conversation } => Some(*conversation),
            StaffSignal::ShowHeadset { conversation } | StaffSignal::Voice { conversation, .. } => {
                Some(*conversation)
            }
            StaffSignal::JoinVoice => None,
        }
    }

    async fn signal(context: &Arc<Context>, place: &Place<Self>, signal: Self::Signal) {
        let agent = place.identity.agent;
        let conversation = match signal {
            StaffSignal::Typing { conversation } => conversation,
            StaffSignal::JoinVoice => return voice::ice_for_agent(context, place),
            StaffSignal::ShowHeadset { conversation } => {
                return voice::show(context, place, conversation).await;
            }
            StaffSignal::Voice {
                conversation,
                call,
                text,
            } => return voice::from_agent(context, place, conversation, call, text).await,
        };
        let Ok(Some(summary)) = context.store.summary(conversation).await else {
            return;
        };
        let for_ms = TYPING_MS;
        // Only the agent the visitor talks to is shown to them; colleagues see whoever types.
        if matches!(summary.status, Status::Assigned { agent: owner, .. } if owner == agent) {
            context
                .exchange
                .to_visitor(summary.contact, &VisitorNotice::Typing { agent, for_ms });
        }
        let notice = StaffNotice::AgentTyping {
            conversation,
            agent,
            for_ms,
        };
        context
            .exchange
            .to_followers(conversation, &notice, Some(&place.mailbox));
    }
}

/// Makes the store say what the hub knows: whether any socket of the agent is open. Two that do
/// this at once end with the truth. A store that cannot write is asked again, since nobody else
/// would ever say it.
async fn settle_presence(context: &Arc<Context>, identity: &StaffIdentity) {
    let StaffIdentity { site, agent } = *identity;
    loop {
        let online = context.hub.agent_online(site, agent);
        let request = Request::Presence {
            agent,
            node: context.node,
            online,
            now: context.clock.now(),
        };
        match context.store.execute(request).await {
            Ok(_) if context.hub.agent_online(site, agent) == online => return,
            Ok(_) => {}
            Err(StoreError::Stopped) => return,
            Err(error) => {
                tracing::error!(%error, agent.id = %agent, "an agent's presence could not be kept");
                tokio::time::sleep(PRESENCE_RETRY).await;
            }
        }
    }
}

/// As [`settle_presence`], for every agent who is connected here.
pub(crate) fn settle_everybody(context: &Arc<Context>) {
    for (site, agent) in context.hub.agents() {
        let context = Arc::clone(context);
        tokio::spawn(async move {
            settle_presence(&context, &StaffIdentity { site, agent }).await;
        });
    }
}

async fn who(
    context: &Arc<Context>,
    token: Option<Secret>,
    caller: Caller,
) -> Result<AgentRecord, CloseCode> {
    if caller.foreign {
        return Err(CloseCode::Origin);
    }
    let token = token.or(caller.cookie).ok_or(CloseCode::Unauthorised)?;
    auth::staff_by_token(&*context.store, &*context.clock, &token)
        .await
        .map_err(|error| internal(&error))?
        .ok_or(CloseCode::Unauthorised)
}
