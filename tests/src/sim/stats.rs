//! What happened how often.

macro_rules! stats {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// What happened how often, in one run or in many.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        pub struct Stats {$(
            $(#[$doc])*
            pub $name: u64,
        )+}

        impl Stats {
            /// Adds another run's.
            pub fn add(&mut self, other: &Self) {
                $(self.$name += other.$name;)+
            }

            /// What never happened: a simulation in which it can't shows nothing about it.
            pub fn never(&self) -> Vec<&'static str> {
                let mut never = Vec::new();
                $(if self.$name == 0 { never.push(stringify!($name)); })+
                never
            }
        }
    };
}

stats! {
    /// Commands people asked for.
    submitted,
    /// Commands sent, retries included.
    sent,
    /// Receipts passed on.
    acked,
    /// Refusals for good passed on.
    refused,
    /// Refusals for now passed on.
    held,
    /// Greetings.
    greetings,
    /// Connections closed by the relay.
    closed,
    /// Connections closed because their mail had piled up.
    overflowed,
    /// Pages loaded anew.
    reloads,
    /// Things that broke.
    faults,
    /// Connections of which at most one end learnt that they were over.
    half_open,
    /// Announcements lost inside the relay.
    mail_lost,
    /// Announcements that came twice.
    mail_doubled,
    /// Batches written.
    batches,
    /// Batches that could not be written.
    failed_batches,
    /// Times the relay was killed.
    crashes,
    /// Times it was killed between a commit and its answers.
    crashed_at_commit,
    /// Times the relay was stopped in order.
    restarts,
    /// Requests to be called.
    callbacks,
    /// Conversations.
    conversations,
    /// Entries in all logs.
    entries,
    /// Entries shown to somebody.
    shown,
    /// Logs somebody read to their end.
    read_to_the_end,
}
