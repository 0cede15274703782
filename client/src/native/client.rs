//! The handle to a running session.

use std::sync::{Arc, Mutex, PoisonError};

use heard_protocol::{CommandId, ConversationId, Cursor, Envelope, Receipt, Refusal, Seq};
use tokio::sync::{mpsc, oneshot, watch};

use super::ids::{now, random_bits};
use super::options::{Options, OptionsError};
use super::task::{Ask, Task};
use crate::ids::IdSource;
use crate::session::{ClientRole, Input, LinkState, Session, Update};

/// The client has ended: its task is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the client has ended")]
pub struct Ended;

/// Why a command brought no receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The relay refused it for good.
    #[error("the relay refused: {0}")]
    Refused(#[from] Refusal),
    /// It was cancelled, or the client ended; it may have been carried out all the same.
    #[error("no answer was waited for")]
    Unanswered,
}

/// A running session. Clones are handles to the same one; it ends when the last is dropped.
#[derive(Debug)]
pub struct NativeClient<R: ClientRole> {
    asks: mpsc::UnboundedSender<Ask<R>>,
    link: watch::Receiver<LinkState>,
    ids: Arc<Mutex<IdSource>>,
}

impl<R: ClientRole> Clone for NativeClient<R> {
    fn clone(&self) -> Self {
        Self {
            asks: self.asks.clone(),
            link: self.link.clone(),
            ids: Arc::clone(&self.ids),
        }
    }
}

/// What a session tells its application. Nothing is lost and nothing waits for it: an application
/// that does not want updates drops this, and one that wants them reads on.
#[derive(Debug)]
pub struct Updates<R: ClientRole>(mpsc::UnboundedReceiver<Update<R>>);

impl<R: ClientRole> Updates<R> {
    /// The next update; none once the client has ended.
    pub async fn recv(&mut self) -> Option<Update<R>> {
        self.0.recv().await
    }

    /// An update that is there already.
    pub fn try_recv(&mut self) -> Option<Update<R>> {
        self.0.try_recv().ok()
    }
}

impl<R> NativeClient<R>
where
    R: ClientRole<
            Credential: Send,
            Welcome: Send,
            Command: Send,
            Entry: Send,
            Signal: Send,
            Notice: Send,
        > + Send,
{
    /// Starts a session in a task of the current tokio runtime: loads what the keeper kept and
    /// connects.
    ///
    /// # Errors
    /// If the address or a header could never be sent.
    pub fn start(options: Options<R>) -> Result<(Self, Updates<R>), OptionsError> {
        let (asks, asked) = mpsc::unbounded_channel();
        let (updates, told) = mpsc::unbounded_channel();
        let (link, linked) = watch::channel(LinkState::Idle);
        let task = Task::new(options, asked, updates, link)?;
        let ids = task.ids();
        tokio::spawn(task.run());
        let client = Self {
            asks,
            link: linked,
            ids: Arc::new(Mutex::new(ids)),
        };
        Ok((client, Updates(told)))
    }

    /// Submits a command and waits for its answer, however long that takes.
    ///
    /// # Errors
    /// If the command is refused for good, cancelled, or the client ends first.
    pub async fn submit(&self, command: R::Command) -> Result<Receipt, SubmitError> {
        let id = self.new_id();
        self.submit_as(Envelope::new(id, command)).await
    }

    /// As [`submit`](Self::submit), under an id that the caller has picked.
    ///
    /// # Errors
    /// As [`submit`](Self::submit).
    pub async fn submit_as(&self, envelope: Envelope<R>) -> Result<Receipt, SubmitError> {
        let (answer, answered) = oneshot::channel();
        self.ask(Ask::Submit { envelope, answer });
        answered
            .await
            .map_err(|_| SubmitError::Unanswered)?
            .map_err(SubmitError::Refused)
    }

    /// Submits a command and returns its id at once; the answer comes as an [`Update`].
    pub fn post(&self, command: R::Command) -> CommandId {
        let id = self.new_id();
        self.give(Input::Submit(Envelope::new(id, command)));
        id
    }

    /// A fresh id.
    pub fn new_id(&self) -> CommandId {
        let mut ids = self.ids.lock().unwrap_or_else(PoisonError::into_inner);
        ids.next(now(), random_bits())
    }

    /// Reads a log from its start, and goes on with it as it grows.
    pub fn follow(&self, conversation: ConversationId) {
        self.give(Input::Follow(conversation));
    }

    /// Stops reading a log.
    pub fn unfollow(&self, conversation: ConversationId) {
        self.give(Input::Unfollow(conversation));
    }

    /// Says that everything up to a position of the visitor's log has been seen.
    pub fn read(&self, conversation: ConversationId, after: Seq) {
        self.give(Input::Read(Cursor {
            conversation,
            after,
        }));
    }

    /// Says something in passing.
    pub fn signal(&self, signal: R::Signal) {
        self.give(Input::Signal(signal));
    }

    /// Forgets a command that was not answered yet; see [`Input::Cancel`].
    pub fn cancel(&self, id: CommandId) {
        self.give(Input::Cancel(id));
    }

    /// Hangs up until [`Input::Start`] is given.
    pub fn stop(&self) {
        self.give(Input::Stop);
    }

    /// Gives the session any input; the methods above are shorter words for most. Lost once the
    /// client has ended.
    pub fn give(&self, input: Input<R>) {
        self.ask(Ask::Give(input));
    }

    /// How the session stands with the relay.
    pub fn state(&self) -> LinkState {
        *self.link.borrow()
    }

    /// Waits until the session is live.
    ///
    /// # Errors
    /// If the client ends first.
    pub async fn live(&self) -> Result<(), Ended> {
        self.state_is(|state| state == LinkState::Live).await?;
        Ok(())
    }

    /// Waits until the connection's state is as wanted, and returns it.
    ///
    /// # Errors
    /// If the client ends first.
    pub async fn state_is(
        &self,
        mut wanted: impl FnMut(LinkState) -> bool,
    ) -> Result<LinkState, Ended> {
        let mut link = self.link.clone();
        let state = link.wait_for(|state| wanted(*state)).await;
        state.map(|state| *state).map_err(|_| Ended)
    }

    /// Looks at the session: its cursors, its outbox, its credential.
    ///
    /// # Errors
    /// If the client has ended.
    pub async fn look<T: Send + 'static>(
        &self,
        look: impl FnOnce(&Session<R>) -> T + Send + 'static,
    ) -> Result<T, Ended> {
        let (seen, result) = oneshot::channel();
        self.ask(Ask::Look(Box::new(move |session| {
            // Whoever asked may have gone.
            let _ = seen.send(look(session));
        })));
        result.await.map_err(|_| Ended)
    }

    fn ask(&self, ask: Ask<R>) {
        // Once the task is gone, what was to be answered is dropped, which its caller notices.
        let _ = self.asks.send(ask);
    }
}
