//! Letting clients in, and what passes between them by word of mouth.

mod staff;
mod visitor;

pub(crate) use staff::settle_everybody;

use std::future::Future;
use std::sync::Arc;

use heard_protocol::{CloseCode, ConversationId, Cursor, Hello, Role};

use super::context::{Caller, Context};
use super::peer::Greeting;
use super::seat::{Place, Seat};
use super::side::Side;
use crate::hub::Mailbox;
use crate::store::{Head, LogSlice, Store, StoreError};

/// A piece of a log and whose it is, if there is such a log.
pub(super) type Slice<S> = Option<(Head, LogSlice<<S as Role>::Entry>)>;

/// A role as this process serves it over real sockets.
pub(super) trait Served: Side {
    /// Whether the hub needs to be told which conversations a connection reads; a visitor's are
    /// known by the visitor.
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
    ) -> impl Future<Output = Result<Vec<Self::Row>, StoreError>> + Send;

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

fn internal(error: &StoreError) -> CloseCode {
    tracing::error!(%error, "a client could not be let in");
    CloseCode::Internal
}
