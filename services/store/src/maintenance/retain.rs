//! Letting old files go. A file goes when it was last stored before a moment and every examination that uses it,
//! of any tenant, and every document of an archive, was finished before it. Its content and its readings go; its row, the examinations with
//! their results, and the audit log stay. Sent again, it is stored again.

use super::DIGESTS_AT_ONCE;
use crate::{Store, StoreError, formats, now};
use docexam_domain::Sha256Digest;
use jiff::Timestamp;
use sqlx::{Any, AnyConnection};
use tokio_stream::StreamExt;

/// A content without a row may be one that is about to get its row.
const ORPHAN_AGE_MICROSECONDS: i64 = 24 * 3600 * 1_000_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RetainReport {
    /// Files whose content was removed.
    pub removed: u64,
    /// Pages whose readings were removed with them.
    pub readings: u64,
    /// Contents without a row that were removed: left by processes that ended between the two.
    pub orphans: u64,
}

/// A row of the file that must stay, or an examination or a document of an archive that is not finished or too
/// young.
const NEEDED: &str = "SELECT
   (SELECT COUNT(*) FROM files WHERE digest = $1 AND expired_at IS NULL AND created_at >= $2)
   + (SELECT COUNT(*) FROM examination_files u
      JOIN examinations e ON e.tenant = u.tenant AND e.id = u.examination_id
      WHERE u.digest = $1 AND (e.finished_at IS NULL OR e.finished_at >= $2))
   + (SELECT COUNT(*) FROM batch_files u
      JOIN batch_documents d ON d.tenant = u.tenant AND d.batch = u.batch AND d.position = u.position
      WHERE u.digest = $1 AND (d.finished_at IS NULL OR d.finished_at >= $2))";

impl Store {
    pub async fn retain(&self, younger_than: Timestamp) -> Result<RetainReport, StoreError> {
        let before = younger_than.as_microsecond();
        let mut report = RetainReport::default();
        let mut last = String::new();
        loop {
            let digests = self.old_digests(&last, before).await?;
            let Some(end) = digests.last() else {
                break;
            };
            last = end.as_str().to_owned();
            for digest in digests {
                if let Some(readings) = self.expire(&digest, before).await? {
                    report.readings += readings;
                    report.removed += u64::from(self.remove_content(&digest).await?);
                }
            }
        }
        let mut listed = self.blobs.list();
        while let Some(blob) = listed.next().await {
            let blob = blob?;
            if let Some(digest) = blob.digest
                && blob.stored_at < now() - ORPHAN_AGE_MICROSECONDS
            {
                report.orphans += u64::from(self.remove_content(&digest).await?);
            }
        }
        Ok(report)
    }

    async fn old_digests(&self, last: &str, before: i64) -> Result<Vec<Sha256Digest>, StoreError> {
        let rows = sqlx::query_as::<Any, (String,)>(
            "SELECT DISTINCT digest FROM files
             WHERE expired_at IS NULL AND created_at < $1 AND digest > $2 ORDER BY digest LIMIT $3",
        )
        .bind(before)
        .bind(last)
        .bind(DIGESTS_AT_ONCE)
        .fetch_all(self.database.reader())
        .await?;
        rows.into_iter()
            .map(|(digest,)| formats::digest(digest))
            .collect()
    }

    /// Says in the rows that the content is gone, before it is: who submits it from now on is told to send it.
    /// The number of readings removed; none if the file is still needed.
    async fn expire(&self, digest: &Sha256Digest, before: i64) -> Result<Option<u64>, StoreError> {
        let mut transaction = self.database.writer().await?;
        let dialect = self.database.dialect();
        dialect.lock(&mut transaction, digest.as_str()).await?;
        let (needed,) = sqlx::query_as::<Any, (i64,)>(NEEDED)
            .bind(digest.as_str())
            .bind(before)
            .fetch_one(&mut *transaction)
            .await?;
        if needed > 0 {
            return Ok(None);
        }
        sqlx::query("UPDATE files SET expired_at = $1 WHERE digest = $2 AND expired_at IS NULL")
            .bind(now())
            .bind(digest.as_str())
            .execute(&mut *transaction)
            .await?;
        let readings = sqlx::query("DELETE FROM readings WHERE digest = $1")
            .bind(digest.as_str())
            .execute(&mut *transaction)
            .await?
            .rows_affected();
        transaction.commit().await?;
        Ok(Some(readings))
    }

    /// Whether there was a content to be removed, and no row that says it is there. The lock keeps out whoever
    /// is about to write such a row.
    async fn remove_content(&self, digest: &Sha256Digest) -> Result<bool, StoreError> {
        let mut transaction = self.database.writer().await?;
        let dialect = self.database.dialect();
        dialect.lock(&mut transaction, digest.as_str()).await?;
        let there =
            !live(&mut transaction, digest).await? && self.blobs.size(digest).await?.is_some();
        if there {
            self.blobs.delete(digest).await?;
        }
        transaction.commit().await?;
        Ok(there)
    }
}

async fn live(connection: &mut AnyConnection, digest: &Sha256Digest) -> Result<bool, StoreError> {
    let (rows,) = sqlx::query_as::<Any, (i64,)>(
        "SELECT COUNT(*) FROM files WHERE digest = $1 AND expired_at IS NULL",
    )
    .bind(digest.as_str())
    .fetch_one(connection)
    .await?;
    Ok(rows > 0)
}
