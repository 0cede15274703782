//! Letting clients in, and what passes between them by word of mouth.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use heard_protocol::limits::MAX_SHORT_BYTES;
use heard_protocol::{
    CloseCode, ConversationId, Cursor, Hello, Page, Role, Secret, SiteCard, Staff, StaffNotice,
    StaffSignal, StaffWelcome, Status, Visitor, VisitorNotice, VisitorSignal, VisitorWelcome,
};

use super::connection::{Caller, Context};
use super::peer::Greeting;
use super::seat::{Place, Seat};
use super::side::{Side, StaffIdentity, VisitorIdentity};
use super::voice;
use crate::auth;
use crate::hub::{Mailbox, TYPING_MS};
use crate::store::{
    AgentRecord, Arrival, Head, LogSlice, Request, SiteRecord, Store, StoreError, VisitorProfile,
};

/// After how long a store that could not keep an agent's presence is asked again.
const PRESENCE_RETRY: Duration = Duration::from_secs(1);

/// A piece of a log and whose it is, if there is such a log.
pub(super) type Slice<S> = Option<(Head, LogSlice<<S as Role>::Entry>)>;

/// A role as this process serves it over real sockets.
pub(super) trait Served: Side {
    /// Whether the hub needs to be told which conversations a connection reads; a visitor's are known by the visitor.
    const FOLLOWS_BY_CONVERSATION: bool;

    /// Finds out who it is and what they see.
    fn greet(
        context: &Arc<Context>,
        hello: Hello<Self>,
        caller: Caller,
        mailbox: &Arc<Mailbox>,
    ) -> impl Future<Output = Result<(Greeting<Self>, Seat<Self>), CloseCode>> + Send;

    /// Reads a log after a cursor.
    fn read(
        store: &dyn Store,
        cursor: Cursor,
    ) -> impl Future<Output = Result<Slice<Self>, StoreError>> + Send;

    /// The log this client follows unasked.
    fn own(
        store: &dyn Store,
        identity: &Self::Identity,
    ) -> impl Future<Output = Result<Option<Head>, StoreError>> + Send;

    /// The rows of the lists this client is shown.
    fn lists(
        context: &Arc<Context>,
        identity: &Self::Identity,
    ) -> impl Future<Output = Result<Vec<Self::Notice>, StoreError>> + Send;

    /// Takes a place in the hub.
    fn sit(context: &Arc<Context>, place: &Place<Self>);

    /// Gives it up.
    fn rise(context: &Arc<Context>, place: &Place<Self>);

    /// The connection broke: nobody ended it with a word.
    fn broke(_context: &Context, _identity: &Self::Identity) {}

    /// The connection has begun to read a conversation.
    fn followed(
        context: &Arc<Context>,
        place: &Place<Self>,
        conversation: ConversationId,
    ) -> impl Future<Output = ()> + Send;

    /// The conversation a signal names, if it names one.
    fn about(signal: &Self::Signal) -> Option<ConversationId>;

    /// Passes a signal on.
    fn signal(
        context: &Arc<Context>,
        place: &Place<Self>,
        signal: Self::Signal,
    ) -> impl Future<Output = ()> + Send;
}

impl Served for Visitor {
    const FOLLOWS_BY_CONVERSATION: bool = false;

    async fn greet(
        context: &Arc<Context>,
        hello: Hello<Self>,
        caller: Caller,
        mailbox: &Arc<Mailbox>,
    ) -> Result<(Greeting<Self>, Seat<Self>), CloseCode> {
        if caller.foreign {
            return Err(CloseCode::Origin);
        }
        let credential = hello.credential;
        let key = context.store.token_key();
        let known = match &credential.token {
            Some(token) => {
                Some(auth::verify(&key, credential.site, token).ok_or(CloseCode::Unauthorised)?)
            }
            None => None,
        };
        let contact =
            known.unwrap_or_else(|| auth::new_contact(context.clock.now(), &*context.entropy));
        let profile = VisitorProfile {
            locale: short(credential.locale),
            page: credential.page.map(|page| Page {
                url: short(page.url),
                title: short(page.title),
            }),
        };
        let identity = Arc::new(VisitorIdentity {
            site: credential.site,
            contact,
            profile: profile.into(),
        });
        // The place is taken before the logs are looked at, so that nothing written in between is missed.
        let seat = Seat::take(context, Arc::clone(&identity), mailbox);
        let arrival = match known {
            Some(contact) => {
                let arrival = context
                    .store
                    .arrival(credential.site, contact, hello.resume);
                arrival.await
            }
            // Somebody who has no token yet has no conversation either.
            None => context
                .store
                .site(credential.site)
                .await
                .map(|site| Arrival {
                    site: site.map(SiteRecord::card),
                    ..Arrival::default()
                }),
        };
        let Arrival { site, own, unseen } = arrival.map_err(|error| internal(&error))?;
        let site = site.ok_or(CloseCode::NoSuchSite)?;
        if let Some(own) = own {
            let notice = StaffNotice::VisitorPresence {
                conversation: own.conversation,
                online: true,
            };
            context
                .exchange
                .to_followers(own.conversation, &notice, None);
            context.dispatch.tell_places(site.id);
        }
        let welcome = VisitorWelcome {
            token: credential
                .token
                .unwrap_or_else(|| auth::mint(&key, site.id, contact)),
            contact,
            open: context.hub.is_open(site.id),
            site,
            conversation: own.map(|own| (own.conversation, own.public)),
            staff_read: own.map(|own| own.staff_read).unwrap_or_default(),
            visitor_read: own.map(|own| own.visitor_read).unwrap_or_default(),
        };
        Ok((
            Greeting {
                identity,
                welcome,
                own,
                unseen,
                epoch: context.store.epoch(),
            },
            seat,
        ))
    }

    async fn read(store: &dyn Store, cursor: Cursor) -> Result<Slice<Self>, StoreError> {
        let Some(head) = store.head(cursor.conversation).await? else {
            return Ok(None);
        };
        let limit = heard_protocol::limits::MAX_ENTRIES_PER_FRAME;
        let slice = store
            .read_public(cursor.conversation, cursor.after, limit)
            .await?;
        Ok(Some((head, slice)))
    }

    async fn own(store: &dyn Store, identity: &Self::Identity) -> Result<Option<Head>, StoreError> {
        Ok(store.visitor_view(identity.contact).await?.conversation)
    }

    async fn lists(_: &Arc<Context>, _: &Self::Identity) -> Result<Vec<Self::Notice>, StoreError> {
        Ok(Vec::new())
    }

    fn sit(context: &Arc<Context>, place: &Place<Self>) {
        let identity = &place.identity;
        context
            .hub
            .add_visitor(identity.site, identity.contact, &place.mailbox);
    }

    fn rise(context: &Arc<Context>, place: &Place<Self>) {
        let VisitorIdentity { site, contact, .. } = *place.identity;
        let was_last = context.hub.remove_visitor(contact, &place.mailbox);
        // With nobody to tell, nothing is looked up: ten thousand may leave at once.
        let heard = context.hub.has_staff(site) || context.exchange.has_others();
        if !was_last || context.stop.is_cancelled() || !heard {
            return;
        }
        let context = Arc::clone(context);
        // The task is short and may outlive the connection that it is about.
        tokio::spawn(async move {
            if let Ok(view) = context.store.visitor_view(contact).await
                && let Some(own) = view.conversation
            {
                let online = context.hub.visitor_online(contact);
                let conversation = own.conversation;
                let notice = StaffNotice::VisitorPresence {
                    conversation,
                    online,
                };
                context.exchange.to_followers(conversation, &notice, None);
                if !online {
                    // They may have a tab open elsewhere.
                    context.exchange.who_has(contact, conversation);
                }
            }
        });
    }

    fn broke(context: &Context, identity: &Self::Identity) {
        context.dispatch.broke(identity.site, identity.contact);
    }

    async fn followed(_: &Arc<Context>, _: &Place<Self>, _: ConversationId) {}

    fn about(_signal: &Self::Signal) -> Option<ConversationId> {
        None
    }

    async fn signal(context: &Arc<Context>, place: &Place<Self>, signal: Self::Signal) {
        match signal {
            VisitorSignal::AskHeadset => voice::tell_visitor(context, place).await,
            VisitorSignal::AskIce => voice::ice_for_visitor(context, place),
            VisitorSignal::Voice { call, text } => {
                voice::from_visitor(context, place, call, text).await;
            }
            VisitorSignal::AskCalls { zone } => tell_calls(context, place, &zone).await,
            VisitorSignal::Effort { typed_ms, deleted } => {
                context
                    .dispatch
                    .effort(place.identity.contact, typed_ms, deleted);
            }
            VisitorSignal::Typing => {
                let contact = place.identity.contact;
                if let Ok(view) = context.store.visitor_view(contact).await
                    && let Some(own) = view.conversation
                {
                    let conversation = own.conversation;
                    let notice = StaffNotice::VisitorTyping {
                        conversation,
                        for_ms: TYPING_MS,
                    };
                    context.exchange.to_followers(conversation, &notice, None);
                }
            }
        }
    }
}

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
            availability: agent.availability,
            capacity: agent.capacity,
            conversations: overview.conversations,
            colleagues: overview.colleagues,
            callbacks: overview.callbacks,
        };
        Ok((
            Greeting {
                identity,
                welcome,
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
        let limit = heard_protocol::limits::MAX_ENTRIES_PER_FRAME;
        let slice = store
            .read_staff(cursor.conversation, cursor.after, limit)
            .await?;
        Ok(Some((head, slice)))
    }

    async fn own(_: &dyn Store, _: &Self::Identity) -> Result<Option<Head>, StoreError> {
        Ok(None)
    }

    async fn lists(
        context: &Arc<Context>,
        identity: &Self::Identity,
    ) -> Result<Vec<Self::Notice>, StoreError> {
        let now = context.clock.now();
        let overview = context.store.overview(identity.site, now).await?;
        let conversations = overview.conversations.into_iter();
        let colleagues = overview.colleagues.into_iter();
        let callbacks = overview.callbacks.into_iter();
        Ok(conversations
            .map(|row| StaffNotice::Conversation(Box::new(row)))
            .chain(colleagues.map(StaffNotice::Colleague))
            .chain(callbacks.map(|row| StaffNotice::Callback(Box::new(row))))
            .collect())
    }

    fn sit(context: &Arc<Context>, place: &Place<Self>) {
        let StaffIdentity { site, agent } = place.identity;
        context.hub.add_staff(site, agent, &place.mailbox);
    }

    fn rise(context: &Arc<Context>, place: &Place<Self>) {
        let identity = place.identity.clone();
        context.hub.remove_staff(identity.site, &place.mailbox);
        // A relay that stops leaves its agents online: those who reconnect within the grace period keep their conversations,
        // and the next start counts everybody as gone from then on.
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
            place.mailbox.put(crate::hub::Mail::ToStaff(notice));
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
            StaffSignal::AskPhone | StaffSignal::AskHeadset | StaffSignal::AskIce => None,
        }
    }

    async fn signal(context: &Arc<Context>, place: &Place<Self>, signal: Self::Signal) {
        let agent = place.identity.agent;
        let conversation = match signal {
            StaffSignal::Typing { conversation } => conversation,
            StaffSignal::AskPhone => return tell_phone(context, place).await,
            StaffSignal::AskHeadset => return voice::tell_agent(context, place).await,
            StaffSignal::AskIce => return voice::ice_for_agent(context, place),
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

/// Tells a visitor which times there are for a call, and how their own stands. Whoever is not told asks again.
async fn tell_calls(context: &Arc<Context>, place: &Place<Visitor>, zone: &str) {
    let VisitorIdentity { site, contact, .. } = *place.identity;
    let store = &context.store;
    let found = async {
        let open = store.open_calls(site).await?;
        let own = store.calls_of(contact).await?;
        Ok::<_, StoreError>((store.site(site).await?, open, own))
    };
    let Ok((Some(site), open, own)) = found.await else {
        return;
    };
    let now = context.clock.now();
    let slots = heard_desk::callback::free_slots(
        &site.calls,
        &open,
        zone,
        site.policy.callback_ahead_ms,
        now,
    );
    let tell = |notice| place.mailbox.put(crate::hub::Mail::ToVisitor(notice));
    tell(VisitorNotice::Slots { slots });
    let key = store.token_key();
    for call in own.iter().filter(|call| call.is_news(now)) {
        let path = auth::call_path(&key, call.id);
        let view = heard_desk::callback::view(&call.summary(), path);
        tell(VisitorNotice::Callback(Box::new(view)));
    }
}

/// Tells an agent how their phone is set.
async fn tell_phone(context: &Arc<Context>, place: &Place<Staff>) {
    let agent = place.identity.agent;
    if let Ok(Some(record)) = context.store.agent(agent).await {
        let notice = StaffNotice::Phone {
            agent,
            takes: record.phone.takes,
            address: record.phone.address,
        };
        place.mailbox.put(crate::hub::Mail::ToStaff(notice));
    }
}

/// Makes the store say what the hub knows: whether any socket of the agent is open. Two that do this at once end with the truth.
/// A store that cannot write is asked again, since nobody else would ever say it.
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

fn internal(error: &StoreError) -> CloseCode {
    tracing::error!(%error, "a client could not be let in");
    CloseCode::Internal
}

/// What a browser says about itself, cut to what is kept.
fn short(mut text: String) -> String {
    if text.len() > MAX_SHORT_BYTES {
        let end = (0..=MAX_SHORT_BYTES)
            .rev()
            .find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
    }
    text
}
