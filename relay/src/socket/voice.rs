//! Talking from page to page: who can, how the sound finds its way, and what the two pages say to
//! each other.

use std::sync::Arc;

use heard_protocol::limits::MAX_VOICE_BYTES;
use heard_protocol::{
    ConversationId, ConversationSummary, Staff, StaffNotice, Status, Visitor, VisitorNotice,
    VoiceId,
};

use super::context::Context;
use super::seat::Place;
use crate::hub::Mail;
use crate::store::StoreError;
use crate::voice;

/// Tells a visitor whether the agent who has their conversation can talk here and now.
pub(super) async fn tell_visitor(context: &Arc<Context>, place: &Place<Visitor>) {
    let store = &context.store;
    let found = async {
        let view = store.visitor_view(place.identity.contact).await?;
        let Some(own) = view.conversation else {
            return Ok(None);
        };
        let Some(line) = store.summary(own.conversation).await? else {
            return Ok(None);
        };
        let Status::Assigned { agent, .. } = line.status else {
            return Ok(None);
        };
        store.agent(agent).await
    };
    let Ok(agent) = found.await else {
        return;
    };
    let on = agent.is_some_and(|agent| agent.phone.headset);
    let notice = VisitorNotice::Headset { on };
    place.mailbox.put(Mail::ToVisitor(notice));
}

/// Tells the visitor of a conversation whether its owner, who asks for that, can talk.
pub(super) async fn show(
    context: &Arc<Context>,
    place: &Place<Staff>,
    conversation: ConversationId,
) {
    let Ok(Some(line)) = owned(context, place, conversation).await else {
        return;
    };
    if let Ok(Some(record)) = context.store.agent(place.identity.agent).await {
        let on = record.phone.headset;
        let notice = VisitorNotice::Headset { on };
        context.exchange.to_visitor(line.contact, &notice);
    }
}

/// Tells a visitor which servers help the sound to find its way.
pub(super) fn ice_for_visitor(context: &Arc<Context>, place: &Place<Visitor>) {
    let whose = place.identity.contact.to_string();
    let config = voice::ice(&context.voice, &whose, context.clock.now());
    let notice = VisitorNotice::Ice { config };
    place.mailbox.put(Mail::ToVisitor(notice));
}

/// Tells an agent the same.
pub(super) fn ice_for_agent(context: &Arc<Context>, place: &Place<Staff>) {
    let whose = place.identity.agent.to_string();
    let config = voice::ice(&context.voice, &whose, context.clock.now());
    place
        .mailbox
        .put(Mail::ToStaff(StaffNotice::Ice { config }));
}

/// Takes a word of a visitor's page to the agents who follow the conversation; the one on the call
/// knows it by its id.
pub(super) async fn from_visitor(
    context: &Arc<Context>,
    place: &Place<Visitor>,
    call: VoiceId,
    text: String,
) {
    if text.len() > MAX_VOICE_BYTES {
        return;
    }
    if let Ok(view) = context.store.visitor_view(place.identity.contact).await
        && let Some(own) = view.conversation
    {
        let conversation = own.conversation;
        let notice = StaffNotice::Voice {
            conversation,
            call,
            text,
        };
        context.exchange.to_followers(conversation, &notice, None);
    }
}

/// Takes a word of the owner's page to the visitor.
pub(super) async fn from_agent(
    context: &Arc<Context>,
    place: &Place<Staff>,
    conversation: ConversationId,
    call: VoiceId,
    text: String,
) {
    if text.len() > MAX_VOICE_BYTES {
        return;
    }
    if let Ok(Some(line)) = owned(context, place, conversation).await {
        let notice = VisitorNotice::Voice { call, text };
        context.exchange.to_visitor(line.contact, &notice);
    }
}

/// A conversation's line, if this agent owns it.
async fn owned(
    context: &Arc<Context>,
    place: &Place<Staff>,
    conversation: ConversationId,
) -> Result<Option<ConversationSummary>, StoreError> {
    let me = place.identity.agent;
    let line = context.store.summary(conversation).await?;
    Ok(line.filter(|line| matches!(line.status, Status::Assigned { agent, .. } if agent == me)))
}
