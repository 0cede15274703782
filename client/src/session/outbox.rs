//! Commands that were not answered yet.

use heard_protocol::{CommandId, Envelope, Role};

use super::clock::Tick;

/// Commands in the order they were submitted. A prefix of them is on its way; what comes after it
/// waits for its turn, so nothing overtakes.
///
/// Of those that were submitted here several are under way at once, and each names the one before
/// it, which the relay will not let it overtake. Those that were kept from before go one by one:
/// other tabs may have them too, amid others, and a link between two of them that was made there
/// says nothing of what stands between them here.
#[derive(Debug)]
pub(super) struct Outbox<R: Role> {
    items: Vec<Envelope<R>>,
    /// How many of the first items were kept from before.
    kept: usize,
    /// How many of the first items are sent on this connection and unanswered.
    sent: usize,
    /// The most that may be: `widest`, or one while the relay is being tried after it refused or
    /// fell silent.
    window: usize,
    widest: usize,
    /// Nothing is sent before this.
    held_until: Tick,
    /// When the relay last answered, or was last asked after it owed no answer.
    progress: Tick,
}

impl<R: Role> Outbox<R> {
    pub(super) fn new(kept: Vec<Envelope<R>>, window: usize) -> Self {
        let widest = window.max(1);
        let mut outbox = Self {
            items: Vec::new(),
            kept: 0,
            sent: 0,
            window: widest,
            widest,
            held_until: 0,
            progress: 0,
        };
        for envelope in kept {
            outbox.submit(envelope);
        }
        outbox.kept = outbox.items.len();
        outbox
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &Envelope<R>> {
        self.items.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    fn place(&self, id: CommandId) -> Option<usize> {
        self.items.iter().position(|item| item.id == id)
    }

    /// Takes a command; false if it waits already.
    pub(super) fn submit(&mut self, envelope: Envelope<R>) -> bool {
        let new = self.place(envelope.id).is_none();
        if new {
            self.items.push(envelope);
        }
        new
    }

    /// The next command whose turn it is, with the unanswered one before it; it counts as sent from
    /// here on.
    pub(super) fn next(&mut self, now: Tick) -> Option<Envelope<R>> {
        let after_a_kept_one = (1..=self.kept).contains(&self.sent);
        if self.sent >= self.window || after_a_kept_one || now < self.held_until {
            return None;
        }
        let mut item = self.items.get(self.sent)?.clone();
        let before = self.sent.checked_sub(1).and_then(|at| self.items.get(at));
        item.after = before.map(|before| before.id);
        if before.is_none() {
            self.progress = now;
        }
        self.sent += 1;
        Some(item)
    }

    /// Takes a command out, answered or given up; false if it is not (or no longer) there.
    pub(super) fn remove(&mut self, id: CommandId, now: Tick) -> bool {
        let Some(place) = self.place(id) else {
            return false;
        };
        self.items.remove(place);
        if place < self.kept {
            self.kept -= 1;
        }
        // One from behind a hold says nothing of what the relay will do with those before it.
        if place < self.sent {
            self.sent -= 1;
            self.progress = now;
            self.window = self.widest;
        }
        true
    }

    /// The relay has refused a command for now: it and all behind it wait, and are tried one by one
    /// at first. False if it was not on its way: the relay says the same of every command behind
    /// the first it refuses.
    pub(super) fn hold(&mut self, id: CommandId, until: Tick) -> bool {
        match self.place(id) {
            Some(place) if place < self.sent => {
                self.sent = place;
                self.window = 1;
                self.held_until = until;
                true
            }
            _ => false,
        }
    }

    /// Nothing is on its way any more: the connection is gone.
    pub(super) fn disconnected(&mut self) {
        self.sent = 0;
    }

    /// An answer was owed for `patience`: everything is to be sent again, one by one at first.
    /// False if that is not so.
    pub(super) fn give_up_waiting(&mut self, patience: u64, now: Tick) -> bool {
        let overdue = self.sent > 0 && now >= self.progress.saturating_add(patience);
        if overdue {
            self.sent = 0;
            self.window = 1;
        }
        overdue
    }

    /// When there is something to do without anything happening, on a live connection.
    pub(super) fn deadline(&self, patience: u64) -> Option<Tick> {
        let answer = (self.sent > 0).then(|| self.progress.saturating_add(patience));
        // Otherwise something waits and nothing is on its way: only a hold keeps it back.
        answer.or_else(|| (!self.items.is_empty()).then_some(self.held_until))
    }
}

#[cfg(test)]
mod tests {
    use heard_protocol::{Visitor, VisitorCommand};

    use super::*;

    fn envelope(id: u128) -> Envelope<Visitor> {
        let text = id.to_string();
        Envelope::new(CommandId::from_bits(id), VisitorCommand::Send { text })
    }

    fn outbox(count: u128, window: usize) -> Outbox<Visitor> {
        let mut outbox = Outbox::new(Vec::new(), window);
        for id in 1..=count {
            assert!(outbox.submit(envelope(id)));
        }
        outbox
    }

    fn send_all(outbox: &mut Outbox<Visitor>, now: Tick) -> Vec<CommandId> {
        let mut sent = Vec::new();
        while let Some(item) = outbox.next(now) {
            sent.push(item.id);
        }
        sent
    }

    fn ids<const N: usize>(ids: [u128; N]) -> Vec<CommandId> {
        ids.into_iter().map(CommandId::from_bits).collect()
    }

    #[test]
    fn the_window_bounds_what_is_on_its_way() {
        let mut outbox = outbox(5, 3);
        assert_eq!(send_all(&mut outbox, 0), ids([1, 2, 3]));
        assert!(outbox.remove(CommandId::from_bits(2), 1));
        assert_eq!(send_all(&mut outbox, 1), ids([4]));
        assert!(!outbox.remove(CommandId::from_bits(2), 1));
    }

    #[test]
    fn each_names_the_unanswered_one_before_it() {
        let mut outbox = outbox(3, 2);
        let after = |outbox: &mut Outbox<Visitor>| outbox.next(0).unwrap().after;
        assert_eq!(after(&mut outbox), None);
        assert_eq!(after(&mut outbox), Some(CommandId::from_bits(1)));
        assert!(outbox.remove(CommandId::from_bits(1), 0));
        assert_eq!(after(&mut outbox), Some(CommandId::from_bits(2)));
        outbox.disconnected();
        assert_eq!(after(&mut outbox), None);
    }

    #[test]
    fn what_was_kept_from_before_goes_one_by_one() {
        let mut outbox = Outbox::new(vec![envelope(1), envelope(2)], 8);
        assert!(outbox.submit(envelope(3)));
        assert!(outbox.submit(envelope(4)));
        assert_eq!(send_all(&mut outbox, 0), ids([1]));
        assert!(outbox.remove(CommandId::from_bits(1), 0));
        assert_eq!(send_all(&mut outbox, 0), ids([2]));
        assert!(outbox.remove(CommandId::from_bits(2), 0));
        assert_eq!(send_all(&mut outbox, 0), ids([3, 4]));
    }

    #[test]
    fn a_held_command_is_not_overtaken() {
        let mut outbox = outbox(5, 4);
        send_all(&mut outbox, 0);
        assert!(outbox.remove(CommandId::from_bits(1), 1));
        assert!(outbox.hold(CommandId::from_bits(2), 100));
        assert!(!outbox.hold(CommandId::from_bits(3), 500));
        // The relay had taken this one before it began to refuse.
        assert!(outbox.remove(CommandId::from_bits(4), 2));
        assert_eq!(send_all(&mut outbox, 99), []);
        assert_eq!(outbox.deadline(1_000), Some(100));
        assert_eq!(send_all(&mut outbox, 100), ids([2]));
    }

    #[test]
    fn after_a_hold_one_command_goes_first() {
        let mut outbox = outbox(3, 8);
        send_all(&mut outbox, 0);
        assert!(outbox.hold(CommandId::from_bits(1), 100));
        assert_eq!(send_all(&mut outbox, 100), ids([1]));
        assert!(outbox.remove(CommandId::from_bits(1), 120));
        assert_eq!(send_all(&mut outbox, 120), ids([2, 3]));
    }

    #[test]
    fn a_lost_connection_sends_everything_again_in_order() {
        let mut outbox = outbox(3, 2);
        send_all(&mut outbox, 0);
        outbox.disconnected();
        assert_eq!(send_all(&mut outbox, 5), ids([1, 2]));
    }

    #[test]
    fn an_answer_that_never_comes_is_asked_for_again() {
        let mut outbox = outbox(3, 3);
        send_all(&mut outbox, 10);
        assert_eq!(outbox.deadline(1_000), Some(1_010));
        assert!(!outbox.give_up_waiting(1_000, 1_009));
        assert!(outbox.give_up_waiting(1_000, 1_010));
        assert_eq!(send_all(&mut outbox, 1_010), ids([1]));
    }

    #[test]
    fn the_same_command_is_taken_once() {
        let mut outbox = outbox(1, 3);
        let again = outbox.items[0].clone();
        assert!(!outbox.submit(again));
        assert_eq!(outbox.len(), 1);
    }
}
