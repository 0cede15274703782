//! What differs between visitors and agents here.

use std::fmt::Debug;

use heard_client::{ClientRole, Update};
use heard_protocol::{CommandId, ConversationId, Cursor, Hello};
use heard_relay::socket::Side;
use heard_relay::store::sqlite::Engine;
use heard_relay::store::{Head, LogSlice, StoreError};

use super::crowd::Crowd;
use super::event::{Event, On};
use super::relay::Then;
use super::world::World;
use crate::check::Said;

/// A log as far as it was read, with whose it is; nothing if there is none.
pub(super) type Looked<S> = Option<(Head, LogSlice<<S as heard_protocol::Role>::Entry>)>;

/// A side of the desk, played at both ends.
pub(super) trait Part: ClientRole + Side {
    /// What the application knows from greetings and notices.
    type Screen: Debug + Default;

    fn crowd<'w>(world: &'w mut World<'_>) -> &'w mut Crowd<Self>;

    fn event(on: On<Self>) -> Event;

    /// How a session says who it is, from what the machine keeps.
    fn credential(world: &mut World<'_>, client: usize) -> Self::Credential;

    /// What a command says, for the record.
    fn said(command: &Self::Command) -> Said;

    /// The person does something.
    fn act(world: &mut World<'_>, client: usize);

    /// The application hears something from the session.
    fn told(world: &mut World<'_>, client: usize, update: &Update<Self>);

    /// Whose answer it is.
    fn then(line: usize, id: CommandId) -> Then;

    /// The first half of a greeting: who is it?
    fn greet(world: &mut World<'_>, line: usize, hello: Box<Hello<Self>>);

    /// The second half: what do they see?
    fn view(world: &mut World<'_>, line: usize);

    fn look(engine: &Engine, cursor: Cursor) -> Result<Looked<Self>, StoreError>;

    fn own(engine: &Engine, identity: &Self::Identity) -> Result<Option<Head>, StoreError>;

    fn follow(world: &mut World<'_>, line: usize, conversation: ConversationId);

    /// A place in the hub is given up. `orderly` is false when the whole process ends.
    fn rise(
        world: &mut World<'_>,
        identity: &Self::Identity,
        end: &super::crowd::End<Self>,
        orderly: bool,
    );
}
