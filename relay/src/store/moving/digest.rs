//! What a store holds, in a few bytes.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::step::feed;
use super::{Source, Step};
use crate::store::StoreError;

/// A table's rows, counted and summed up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    /// Which table.
    pub table: &'static str,
    /// How many rows it has.
    pub rows: u64,
    /// The SHA-256 of all their values, in the order of their keys.
    pub sum: [u8; 32],
}

/// The SHA-256 of several tables' sums, in hexadecimal.
pub(super) fn sum(digests: &[Digest]) -> String {
    let mut hash = Sha256::new();
    for digest in digests {
        hash.update(digest.rows.to_be_bytes());
        hash.update(digest.sum);
    }
    hex(&hash.finalize())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads everything. `words` says whether the last words of conversations count: they do if they
/// were copied.
pub(super) async fn digest(
    source: &mut dyn Source,
    words: bool,
    limit: usize,
    read: &mut (dyn FnMut(usize) + Send),
) -> Result<Vec<Digest>, StoreError> {
    let mut digests: Vec<(Digest, Sha256)> = Vec::new();
    for step in Step::all() {
        // Two steps may share a table.
        if digests
            .last()
            .is_none_or(|(last, _)| last.table != step.table.name)
        {
            let digest = Digest {
                table: step.table.name,
                rows: 0,
                sum: [0; 32],
            };
            digests.push((digest, Sha256::new()));
        }
        let Some((digest, hash)) = digests.last_mut() else {
            continue;
        };
        let mut after = None;
        loop {
            let batch = source.read(step, after.as_ref(), limit).await?;
            for row in &batch.rows {
                for (column, value) in step.table.columns.iter().zip(row) {
                    if words || !matches!(column.name, "last_text" | "last_at") {
                        feed(value, hash);
                    }
                }
            }
            digest.rows += batch.rows.len() as u64;
            read(batch.rows.len());
            tokio::task::yield_now().await;
            if batch.last.is_none() {
                break;
            }
            after = batch.last;
        }
    }
    let whole = digests.into_iter().map(|(digest, hash)| Digest {
        sum: hash.finalize().into(),
        ..digest
    });
    Ok(whole.collect())
}
