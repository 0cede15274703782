//! Visitors: whoever has a token, or none yet.

use std::sync::Arc;

use heard_protocol::limits::{MAX_ENTRIES_PER_FRAME, MAX_SHORT_BYTES};
use heard_protocol::{
    CloseCode, ConversationId, Cursor, Hello, Page, StaffNotice, Visitor, VisitorNotice,
    VisitorRow, VisitorSignal, VisitorWelcome,
};

use super::{Served, Slice, internal};
use crate::auth;
use crate::hub::{Mail, Mailbox, TYPING_MS};
use crate::socket::context::{Caller, Context};
use crate::socket::peer::Greeting;
use crate::socket::seat::{Place, Seat};
use crate::socket::side::VisitorIdentity;
use crate::socket::voice;
use crate::store::{Arrival, Head, SiteRecord, Store, StoreError, VisitorProfile};

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
        // The place is taken before the logs are looked at, so that nothing written in between is
        // missed.
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
            context.duties.waits(site.id);
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
                rows: Vec::new(),
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
        let slice = store
            .read_public(cursor.conversation, cursor.after, MAX_ENTRIES_PER_FRAME)
            .await?;
        Ok(Some((head, slice)))
    }

    async fn own(store: &dyn Store, identity: &Self::Identity) -> Result<Option<Head>, StoreError> {
        Ok(store.visitor_view(identity.contact).await?.conversation)
    }

    async fn lists(_: &Arc<Context>, _: &Self::Identity) -> Result<Vec<Self::Row>, StoreError> {
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
        context.listening.broke(identity.site, identity.contact);
    }

    async fn followed(_: &Arc<Context>, _: &Place<Self>, _: ConversationId) {}

    fn about(_signal: &Self::Signal) -> Option<ConversationId> {
        None
    }

    async fn signal(context: &Arc<Context>, place: &Place<Self>, signal: Self::Signal) {
        match signal {
            VisitorSignal::WatchHeadset => voice::tell_visitor(context, place).await,
            VisitorSignal::JoinVoice => voice::ice_for_visitor(context, place),
            VisitorSignal::Voice { call, text } => {
                voice::from_visitor(context, place, call, text).await;
            }
            VisitorSignal::WatchCalls { zone } => tell_calls(context, place, &zone).await,
            VisitorSignal::Effort { typed_ms, deleted } => {
                context
                    .listening
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

/// Tells a visitor which times there are for a call, and how their own stands.
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
    let slots = VisitorNotice::Slots { slots };
    place.mailbox.put(Mail::ToVisitor(slots));
    let key = store.token_key();
    for call in own.iter().filter(|call| call.is_news(now)) {
        let path = auth::call_path(&key, call.id);
        let view = heard_desk::callback::view(&call.summary(), path);
        let row = VisitorRow::Callback(Box::new(view));
        place.mailbox.put(Mail::VisitorRow(row));
    }
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
