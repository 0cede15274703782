//! Dispatch rounds: what the desk decides is carried out in the same unit of work.

use heard_desk::routing::{Move, Round};
use heard_protocol::{ConversationId, RefusalCode, SiteId, UnixMillis};

use super::{Ledger, Outcome, append, conversations};

/// Runs a round for a site.
pub(super) fn run<L: Ledger>(ledger: &mut L, site: SiteId, now: UnixMillis) -> Outcome<Round, L> {
    let policy = ledger.policy(site)?.ok_or(RefusalCode::NotFound)?;
    let round = ledger.round(site, &policy, now)?;
    let moved: Vec<_> = round.moves.iter().map(conversation_of).collect();
    ledger.read_ahead(&moved)?;
    for step in &round.moves {
        carry_out(ledger, *step, now)?;
    }
    Ok(round)
}

fn carry_out<L: Ledger>(ledger: &mut L, step: Move, now: UnixMillis) -> Outcome<(), L> {
    let mut known = conversations::find(ledger, conversation_of(&step))?;
    let change = match step {
        Move::Offer { to, until, .. } => {
            known.state.offer(to, until);
            heard_desk::Change::new()
        }
        Move::Withdraw { missed, .. } => known.state.withdraw(missed, now),
        Move::GiveBack { .. } => known.state.give_back(now),
    };
    append::write(ledger, known, change, None, now)?;
    Ok(())
}

fn conversation_of(step: &Move) -> ConversationId {
    match step {
        Move::Offer { conversation, .. }
        | Move::Withdraw { conversation, .. }
        | Move::GiveBack { conversation } => *conversation,
    }
}
