//! Where a conversation's entries stand in the one table of all entries.
//!
//! An index by conversation would touch a page of its own for nearly every message, since neighbours in time are of different
//! conversations: that was measured at two thirds of all that a commit writes. So the latest places are kept in a small table
//! (`fresh`), whose few pages are written again and again, and are folded into the large one (`places`) many at a time. A reader looks into both
//! in one statement, and so sees each place exactly once; everything fresh comes after everything folded of the same conversation.

use heard_protocol::Seq;
use rusqlite::{Connection, params};

use super::column::Col;
use crate::store::StoreError;

/// How many fresh places are folded in at once at least, ...
const FOLD: usize = 64;
/// ... and how many more for each of the commit at hand: the more it writes anyhow, the less it is held up, and the less of the work is done twice.
const FOLD_PER_ENTRY: usize = 12;

/// How many places are fresh.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    fresh: usize,
    /// As of the last commit.
    committed: usize,
}

impl Places {
    /// Counts them.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let fresh: i64 =
            connection.query_row("SELECT count(*) FROM fresh", [], |row| row.get(0))?;
        let fresh = usize::try_from(fresh).unwrap_or(FOLD);
        Ok(Self {
            fresh,
            committed: fresh,
        })
    }

    /// Keeps the place of an entry that was just appended, by its conversation's row and its own.
    pub(super) fn put(
        &mut self,
        connection: &Connection,
        conversation: i64,
        seq: Seq,
        public: Option<Seq>,
        row: i64,
    ) -> Result<(), StoreError> {
        connection
            .prepare_cached(
                "INSERT OR ROLLBACK INTO fresh (conversation, seq, public_seq, row) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![conversation, Col(seq), public.map(Col), row])?;
        self.fresh += 1;
        Ok(())
    }

    /// Folds the fresh ones in if there are enough of them. Belongs to the batch under way.
    pub(super) fn fold(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let batch = self.fresh - self.committed;
        if self.fresh >= FOLD + FOLD_PER_ENTRY * batch {
            connection
                .prepare_cached("INSERT OR ROLLBACK INTO places SELECT * FROM fresh")?
                .execute([])?;
            connection
                .prepare_cached("DELETE FROM fresh")?
                .execute([])?;
            self.fresh = 0;
        }
        Ok(())
    }

    /// The batch is on disk.
    pub(super) fn committed(&mut self) {
        self.committed = self.fresh;
    }

    /// The batch is undone.
    pub(super) fn undone(&mut self) {
        self.fresh = self.committed;
    }
}
