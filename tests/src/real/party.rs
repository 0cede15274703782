//! A client whose every update is written down.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use heard_client::native::{NativeClient, Options, Updates};
use heard_client::{ClientRole, Input, Update};
use heard_protocol::{
    CommandId, ConversationId, Envelope, Receipt, RefusalCode, Staff, StaffWelcome, Visitor,
    VisitorWelcome,
};
use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::timeout;

use crate::check::{Said, Sender, Shown, Submitted, Told, Who};

/// How long anything that is waited for may take.
const PATIENCE: Duration = Duration::from_secs(90);

/// Numbers the sessions of all parties of a process.
static SESSIONS: AtomicUsize = AtomicUsize::new(1);

/// A role whose clients can be recorded.
pub trait Recorded: ClientRole {
    /// Who the relay says the client is.
    fn who(welcome: &Self::Welcome) -> Who;
    /// What a command says.
    fn said(command: &Self::Command) -> Said;
}

impl Recorded for Visitor {
    fn who(welcome: &VisitorWelcome) -> Who {
        Who::Visitor(welcome.contact)
    }

    fn said(command: &Self::Command) -> Said {
        command.into()
    }
}

impl Recorded for Staff {
    fn who(welcome: &StaffWelcome) -> Who {
        Who::Agent(welcome.my_id())
    }

    fn said(command: &Self::Command) -> Said {
        command.into()
    }
}

/// What a client has been told so far.
#[derive(Debug)]
pub struct Seen<R: ClientRole> {
    /// Who the relay says the client is.
    pub who: Option<Who>,
    /// The entries of each log, in the order in which they were shown.
    pub logs: BTreeMap<ConversationId, Vec<R::Entry>>,
    /// How many entries that is.
    pub entries: usize,
    /// The answers to commands.
    pub answers: Vec<(CommandId, Result<Receipt, RefusalCode>)>,
    /// How many greetings there were.
    pub greetings: usize,
    /// What must not happen: logs that begin anew or are not there.
    pub odd: Vec<String>,
}

impl<R: ClientRole> Seen<R> {
    fn new() -> Self {
        Self {
            who: None,
            logs: BTreeMap::new(),
            entries: 0,
            answers: Vec::new(),
            greetings: 0,
            odd: Vec::new(),
        }
    }
}

/// Submits commands and writes them down, in order.
#[derive(Debug)]
pub struct Voice<R: ClientRole> {
    client: NativeClient<R>,
    book: Arc<Mutex<Vec<Submitted>>>,
}

impl<R: ClientRole> Clone for Voice<R> {
    fn clone(&self) -> Self {
        Self {
            client: self.client.clone(),
            book: Arc::clone(&self.book),
        }
    }
}

impl<R: Recorded> Voice<R> {
    /// Submits a command.
    pub fn say(&self, command: R::Command) -> CommandId {
        // Held until the command is with the session, so that the book has them in the session's
        // order.
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        let id = self.client.new_id();
        book.push(Submitted {
            id,
            said: R::said(&command),
            told: Vec::new(),
            settled: true,
        });
        self.client.give(Input::Submit(Envelope::new(id, command)));
        id
    }

    /// The client.
    pub const fn client(&self) -> &NativeClient<R> {
        &self.client
    }

    /// How many commands were submitted.
    pub fn said(&self) -> usize {
        self.book
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }
}

/// A client that is recorded. It ends when this is dropped: one that went on would come back to
/// whatever relay listens at its address next.
#[derive(Debug)]
pub struct Party<R: ClientRole> {
    name: String,
    voice: Voice<R>,
    seen: watch::Receiver<Seen<R>>,
    /// Holds on to the client, as what it does by itself is done with it.
    writing: AbortHandle,
}

impl<R: ClientRole> Drop for Party<R> {
    fn drop(&mut self) {
        self.writing.abort();
        self.voice.client.stop();
    }
}

impl<R: Recorded> Party<R> {
    /// Starts a client that does `reflex` by itself whenever it hears something.
    pub fn start(
        name: impl Into<String>,
        options: Options<R>,
        reflex: impl FnMut(&Voice<R>, &Update<R>) + Send + 'static,
    ) -> Self {
        let (client, updates) = NativeClient::start(options).expect("the options are right");
        let voice = Voice {
            client,
            book: Arc::default(),
        };
        let (sender, seen) = watch::channel(Seen::new());
        let writing = tokio::spawn(write_down(updates, voice.clone(), sender, reflex));
        Self {
            name: name.into(),
            voice,
            seen,
            writing: writing.abort_handle(),
        }
    }

    /// What it submits with.
    pub const fn voice(&self) -> &Voice<R> {
        &self.voice
    }

    /// What it is called.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Waits until what was seen is as wanted.
    pub async fn until(&self, what: &str, wanted: impl FnMut(&Seen<R>) -> bool) {
        let mut seen = self.seen.clone();
        let Ok(seen) = timeout(PATIENCE, seen.wait_for(wanted)).await else {
            let seen = self.seen.borrow();
            panic!(
                "{}: {what} in vain: {} entries shown, {} of {} commands answered, {:?}",
                self.name,
                seen.entries,
                seen.answers.len(),
                self.voice.said(),
                self.voice.client.state(),
            );
        };
        drop(seen.expect("the client runs"));
    }

    /// Looks at what was seen.
    pub fn look<T>(&self, look: impl FnOnce(&Seen<R>) -> T) -> T {
        look(&self.seen.borrow())
    }

    /// Ends the client, and hands over what is written down. `to_the_end` says that it has been
    /// shown all there was.
    pub fn record(self, to_the_end: bool) -> (Sender, Vec<Shown<R::Entry>>) {
        let seen = self.seen.borrow();
        assert_eq!(seen.odd, Vec::<String>::new(), "{}", self.name);
        let session = SESSIONS.fetch_add(1, Ordering::Relaxed);
        let mut submitted = self
            .voice
            .book
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for one in &mut submitted {
            let answers = seen.answers.iter().filter(|(id, _)| *id == one.id);
            one.told.extend(answers.map(|(_, answer)| Told {
                session,
                answer: *answer,
            }));
        }
        let shown = seen.logs.iter().map(|(conversation, entries)| Shown {
            reader: self.name.clone(),
            who: seen.who,
            conversation: *conversation,
            entries: entries.clone(),
            to_the_end,
        });
        let sender = Sender {
            name: self.name.clone(),
            who: seen.who,
            submitted,
        };
        (sender, shown.collect())
    }
}

async fn write_down<R: Recorded>(
    mut updates: Updates<R>,
    voice: Voice<R>,
    seen: watch::Sender<Seen<R>>,
    mut reflex: impl FnMut(&Voice<R>, &Update<R>) + Send,
) {
    while let Some(update) = updates.recv().await {
        reflex(&voice, &update);
        seen.send_modify(|seen| match update {
            Update::Welcome(welcome) => {
                let who = R::who(&welcome.body);
                if seen.who.is_some_and(|before| before != who) {
                    seen.odd.push("taken for somebody else".to_owned());
                }
                seen.who = Some(who);
                seen.greetings += 1;
            }
            Update::Entries {
                conversation,
                entries,
                ..
            } => {
                seen.entries += entries.len();
                seen.logs.entry(conversation).or_default().extend(entries);
            }
            Update::Sent { id, receipt } => seen.answers.push((id, Ok(receipt))),
            Update::Refused { id, refusal } => seen.answers.push((id, Err(refusal.code))),
            Update::Reset { conversation } => seen.odd.push(format!("{conversation} begins anew")),
            Update::NoSuchLog { conversation } => seen.odd.push(format!("no {conversation}")),
            Update::Held { .. }
            | Update::Link(_)
            | Update::Reads { .. }
            | Update::Rows { .. }
            | Update::Notice(_) => {}
        });
    }
}
