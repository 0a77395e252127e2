//! What an operator does with a store: check it, back it up, move it, let old files go.
//! Each leaves audit and results alone.

mod backup;
mod check;
mod migrate;
mod retain;

pub use check::CheckReport;
pub use migrate::{MovedTable, migrate};
pub use retain::RetainReport;

use crate::{Store, StoreError};
use docexam_domain::Sha256Digest;
use sqlx::Any;

/// Digests fetched at a time.
const DIGESTS_AT_ONCE: i64 = 1_000;

impl Store {
    /// Digests of the files whose content must be there, after `last`, in order.
    async fn live_digests(&self, last: &str) -> Result<Vec<Sha256Digest>, StoreError> {
        let rows = sqlx::query_as::<Any, (String,)>(
            "SELECT DISTINCT digest FROM files WHERE expired_at IS NULL AND digest > $1
             ORDER BY digest LIMIT $2",
        )
        .bind(last)
        .bind(DIGESTS_AT_ONCE)
        .fetch_all(self.database.reader())
        .await?;
        rows.into_iter()
            .map(|(digest,)| crate::formats::digest(digest))
            .collect()
    }

    /// Whether some tenant's row says that the content is there.
    async fn is_live(&self, digest: &Sha256Digest) -> Result<bool, StoreError> {
        let (rows,) = sqlx::query_as::<Any, (i64,)>(
            "SELECT COUNT(*) FROM files WHERE digest = $1 AND expired_at IS NULL",
        )
        .bind(digest.as_str())
        .fetch_one(self.database.reader())
        .await?;
        Ok(rows > 0)
    }
}
