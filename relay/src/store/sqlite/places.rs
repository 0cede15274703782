//! Where a conversation's entries stand in the one table of all entries.
//!
//! An index by conversation would touch a page of its own for nearly every message, since
//! neighbours in time are of different conversations: that was measured at two thirds of all that a
//! commit writes. So the latest places are kept in a small table (`fresh`), whose few pages are
//! written again and again, and are folded into the large one (`places`) a few conversations at a
//! time, in turn: all that was said in one since its last turn goes into the same page. Folding
//! everything at once would write as little, but one commit in dozens would be several times as
//! large, and the slowest of a hundred messages would be those that wait for it. A reader looks
//! into both in one statement, and so sees each place exactly once; everything fresh comes after
//! everything folded of the same conversation.

use heard_protocol::Seq;
use rusqlite::{Connection, OptionalExtension, params};

use super::column::Col;
use crate::store::StoreError;

/// How many places are fresh at least before any is folded in, ...
const FRESH: usize = 64;
/// ... and how many more for each of the commit at hand: the more conversations are spoken in at
/// once, the longer their turns are apart.
const FRESH_PER_ENTRY: usize = 12;
/// How many are folded in at once at least, ...
const FOLD: usize = 8;
/// ... and for each of the commit at hand: more than come, so that a flood's leave again.
const FOLD_PER_ENTRY: usize = 2;

/// The place of an entry: its conversation's row and its position there.
type Place = (i64, i64);
/// Before every place.
const START: Place = (0, 0);

/// How many places are fresh, and whose turn it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Places {
    fresh: usize,
    /// As of the last commit.
    committed: usize,
    /// The last one that was folded in. Those before it that are fresh came later.
    turn: Place,
}

impl Places {
    /// Counts them.
    pub(super) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let fresh: i64 =
            connection.query_row("SELECT count(*) FROM fresh", [], |row| row.get(0))?;
        let fresh = usize::try_from(fresh).unwrap_or(FRESH);
        Ok(Self {
            fresh,
            committed: fresh,
            turn: START,
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

    /// Folds some of the fresh ones in if there are enough of them. Belongs to the batch under way.
    pub(super) fn fold(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let batch = self.fresh - self.committed;
        if self.fresh < FRESH + FRESH_PER_ENTRY * batch {
            return Ok(());
        }
        let (after, many) = (self.turn, FOLD.max(FOLD_PER_ENTRY * batch));
        let upto = last_of(connection, after, many)?;
        // The last ones: the first are next.
        self.turn = upto.unwrap_or(START);
        let upto = upto.unwrap_or((i64::MAX, i64::MAX));
        let range = params![after.0, after.1, upto.0, upto.1];
        connection
            .prepare_cached(
                "INSERT OR ROLLBACK INTO places SELECT * FROM fresh
                 WHERE (conversation, seq) > (?1, ?2) AND (conversation, seq) <= (?3, ?4)",
            )?
            .execute(range)?;
        let folded = connection
            .prepare_cached(
                "DELETE FROM fresh
                 WHERE (conversation, seq) > (?1, ?2) AND (conversation, seq) <= (?3, ?4)",
            )?
            .execute(range)?;
        self.fresh -= folded;
        Ok(())
    }

    /// The batch is on disk.
    pub(super) fn committed(&mut self) {
        self.committed = self.fresh;
    }

    /// The batch is undone.
    pub(super) fn undone(&mut self) {
        self.fresh = self.committed;
        // Whatever it folded is fresh again, and must not be passed over by what came later.
        self.turn = START;
    }
}

/// The last of so many fresh places after this one; `None` if there are no more than that.
fn last_of(
    connection: &Connection,
    (conversation, seq): Place,
    many: usize,
) -> Result<Option<Place>, StoreError> {
    let mut look = connection.prepare_cached(
        "SELECT conversation, seq FROM fresh WHERE (conversation, seq) > (?1, ?2)
         ORDER BY conversation, seq LIMIT 1 OFFSET ?3",
    )?;
    let skipped = i64::try_from(many).unwrap_or(i64::MAX).saturating_sub(1);
    let found = look.query_row(params![conversation, seq, skipped], |row| {
        Ok((row.get(0)?, row.get(1)?))
    });
    Ok(found.optional()?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn tables() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        let columns = "conversation INTEGER NOT NULL, seq INTEGER NOT NULL, public_seq INTEGER, row INTEGER NOT NULL, PRIMARY KEY (conversation, seq)";
        for table in ["fresh", "places"] {
            let make = format!("CREATE TABLE {table} ({columns}) STRICT, WITHOUT ROWID");
            connection.execute(&make, []).unwrap();
        }
        connection
    }

    fn count(connection: &Connection, table: &str) -> usize {
        let count = format!("SELECT count(*) FROM {table}");
        let count: i64 = connection.query_row(&count, [], |row| row.get(0)).unwrap();
        usize::try_from(count).unwrap()
    }

    /// How many conversations have something fresh that comes before something folded.
    fn passed_over(connection: &Connection) -> i64 {
        let sql = "SELECT count(*) FROM fresh f WHERE EXISTS
            (SELECT 1 FROM places p WHERE p.conversation = f.conversation AND p.seq >= f.seq)";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_or_passed_over_and_little_is_fresh(
            batches in proptest::collection::vec((proptest::collection::vec(1..40_i64, 1..30), any::<bool>()), 1..60),
        ) {
            let connection = tables();
            let mut places = Places::load(&connection).unwrap();
            let (mut ends, mut row, mut largest) = ([0_u64; 40], 0, 0);
            for (batch, fails) in batches {
                let (ends_before, row_before) = (ends, row);
                largest = largest.max(batch.len());
                connection.execute("BEGIN", []).unwrap();
                for conversation in batch {
                    let end = &mut ends[usize::try_from(conversation).unwrap()];
                    (*end, row) = (*end + 1, row + 1);
                    places.put(&connection, conversation, Seq(*end), None, row).unwrap();
                }
                places.fold(&connection).unwrap();
                if fails {
                    connection.execute("ROLLBACK", []).unwrap();
                    places.undone();
                    (ends, row) = (ends_before, row_before);
                } else {
                    connection.execute("COMMIT", []).unwrap();
                    places.committed();
                }
                let (fresh, folded) = (count(&connection, "fresh"), count(&connection, "places"));
                prop_assert_eq!(places.fresh, fresh);
                prop_assert_eq!(fresh + folded, usize::try_from(row).unwrap());
                prop_assert_eq!(passed_over(&connection), 0);
                prop_assert!(fails || fresh <= FRESH + (FRESH_PER_ENTRY + 2) * largest);
            }
        }
    }
}
