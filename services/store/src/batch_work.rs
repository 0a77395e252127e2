//! Handing the documents of an archive to workers: claim, extend, finish, fail, give back.
//!
//! A claim counts as an attempt and is committed before the work begins, so that a document that ends the
//! process is known afterwards. Every change names owner and attempt: a worker that was given up can
//! change nothing any more.

use crate::packed::packed;
use crate::{BatchResult, BatchTask, Store, StoreError, Tenant, audit, formats, now, produced};
use docexam_audit::Entry;
use docexam_domain::{ExaminationState, PageStatus};
use sqlx::{Any, AnyConnection, AssertSqlSafe};
use std::collections::BTreeMap;
use std::time::Duration;

/// A document whose worker ended this often is dead. The first time it was in company, so that another one
/// may have been the cause; then it was alone, twice, because a machine may be switched off once too.
pub const MAX_BATCH_ATTEMPTS: i64 = 3;

/// The class of a document that ended its worker.
pub const CRASHED: &str = "crashed";

/// Which documents a worker takes up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BatchClaim {
    /// Documents that nobody has tried, at most so many.
    Fresh(u32),
    /// One whose earlier worker has ended or given up. To be worked on alone: it may end this one too.
    Suspect,
}

/// A document with what a worker needs.
#[derive(Clone, Debug)]
pub struct ClaimedDocument {
    pub tenant: Tenant,
    pub batch: String,
    pub position: i64,
    /// From 1.
    pub attempt: i64,
    pub owner: String,
    pub task: BatchTask,
}

impl Store {
    /// Takes up documents for `lease`. Suspects that have used up their attempts fail here.
    pub async fn claim_batch_documents(
        &self,
        tenant: &Tenant,
        batch: &str,
        owner: &str,
        claim: BatchClaim,
        lease: Duration,
    ) -> Result<Vec<ClaimedDocument>, StoreError> {
        let now = self.database.dialect().now();
        let (condition, limit) = match claim {
            BatchClaim::Fresh(limit) => ("state = 'PENDING' AND attempts = 0".to_owned(), limit),
            BatchClaim::Suspect => (
                format!(
                    "((state = 'PENDING' AND attempts > 0) OR (state = 'RUNNING' AND lease_until < {now}))"
                ),
                1,
            ),
        };
        let sql = format!(
            "WITH chosen AS MATERIALIZED (
               SELECT position FROM batch_documents WHERE tenant = $1 AND batch = $2 AND {condition}
               ORDER BY position LIMIT $3 {locked})
             UPDATE batch_documents SET state = 'RUNNING', attempts = attempts + 1, owner = $4,
               lease_until = {now} + $5
             WHERE tenant = $1 AND batch = $2 AND position IN (SELECT position FROM chosen)
             RETURNING position, attempts, task",
            locked = self.database.dialect().for_update_skip_locked(),
        );
        let mut transaction = self.database.writer().await?;
        if claim == BatchClaim::Suspect {
            self.bury(&mut transaction, tenant, batch).await?;
        }
        let rows = sqlx::query_as::<Any, (i64, i64, String)>(AssertSqlSafe(sql))
            .bind(tenant.as_str())
            .bind(batch)
            .bind(i64::from(limit))
            .bind(owner)
            .bind(microseconds(lease))
            .fetch_all(&mut *transaction)
            .await?;
        transaction.commit().await?;
        let mut claimed = Vec::with_capacity(rows.len());
        for (position, attempt, task) in rows {
            claimed.push(ClaimedDocument {
                tenant: tenant.clone(),
                batch: batch.to_owned(),
                position,
                attempt,
                owner: owner.to_owned(),
                task: formats::read_batch_task(&task)?,
            });
        }
        claimed.sort_by_key(|document| document.position);
        Ok(claimed)
    }

    /// Whoever worked on these has ended, for the last time.
    async fn bury(
        &self,
        connection: &mut AnyConnection,
        tenant: &Tenant,
        batch: &str,
    ) -> Result<(), StoreError> {
        let update = format!(
            "UPDATE batch_documents SET state = $1, failure_class = $2, failure = $3, finished_at = $4
             WHERE tenant = $5 AND batch = $6 AND state = $7 AND attempts >= $8 AND lease_until < {}
             RETURNING attempts, task",
            self.database.dialect().now()
        );
        let reason = format!(
            "its worker ended {MAX_BATCH_ATTEMPTS} times during the examination, lastly alone"
        );
        let buried = sqlx::query_as::<Any, (i64, String)>(AssertSqlSafe(update))
            .bind(ExaminationState::Failed.to_string())
            .bind(CRASHED)
            .bind(reason.as_str())
            .bind(now())
            .bind(tenant.as_str())
            .bind(batch)
            .bind(ExaminationState::Running.to_string())
            .bind(MAX_BATCH_ATTEMPTS)
            .fetch_all(&mut *connection)
            .await?;
        for (attempt, task) in buried {
            let failed = Entry::ArchiveDocumentFailed {
                batch: batch.to_owned(),
                document: formats::read_batch_task(&task)?.document_id,
                attempt,
                class: CRASHED.to_owned(),
                reason: reason.clone(),
            };
            audit::record(connection, tenant, &failed).await?;
        }
        Ok(())
    }

    /// Prolongs all that `owner` works on. Returns how many documents that are.
    pub async fn extend_batch_claims(
        &self,
        tenant: &Tenant,
        batch: &str,
        owner: &str,
        lease: Duration,
    ) -> Result<u64, StoreError> {
        let update = format!(
            "UPDATE batch_documents SET lease_until = {} + $1
             WHERE tenant = $2 AND batch = $3 AND state = $4 AND owner = $5",
            self.database.dialect().now()
        );
        Ok(sqlx::query(AssertSqlSafe(update))
            .bind(microseconds(lease))
            .bind(tenant.as_str())
            .bind(batch)
            .bind(ExaminationState::Running.to_string())
            .bind(owner)
            .execute(self.database.writers())
            .await?
            .rows_affected())
    }

    /// Stores the result, and says so in the audit log.
    pub async fn finish_batch_document(
        &self,
        claimed: &ClaimedDocument,
        result: &BatchResult,
    ) -> Result<(), StoreError> {
        let json = formats::write_batch_result(result)?;
        let produced = produced(&BTreeMap::new(), &result.examination)?;
        let pages = &result.examination.pages;
        let failed = pages
            .iter()
            .filter(|page| page.status == PageStatus::Failed);
        let mut transaction = self.database.writer().await?;
        let changed = sqlx::query(
            "UPDATE batch_documents SET state = $1, result = $2, pages = $3, pages_failed = $4,
                    finished_at = $5, failure_class = NULL, failure = NULL
             WHERE tenant = $6 AND batch = $7 AND position = $8 AND state = $9 AND owner = $10
               AND attempts = $11",
        )
        .bind(ExaminationState::Examined.to_string())
        .bind(packed("batch result", &json)?)
        .bind(rows(pages.len()))
        .bind(rows(failed.count()))
        .bind(now())
        .bind(claimed.tenant.as_str())
        .bind(claimed.batch.as_str())
        .bind(claimed.position)
        .bind(ExaminationState::Running.to_string())
        .bind(claimed.owner.as_str())
        .bind(claimed.attempt)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        claimed.still_ours(changed)?;
        audit::record_change(&mut transaction, &produced.artefacts).await?;
        let examined = Entry::ArchiveDocumentExamined {
            batch: claimed.batch.clone(),
            document: claimed.task.document_id.clone(),
            attempt: claimed.attempt,
            produced,
        };
        audit::record(&mut transaction, &claimed.tenant, &examined).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The document cannot be examined, for a reason of this class.
    pub async fn fail_batch_document(
        &self,
        claimed: &ClaimedDocument,
        class: &str,
        failure: &str,
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        let changed = sqlx::query(
            "UPDATE batch_documents SET state = $1, failure_class = $2, failure = $3, finished_at = $4
             WHERE tenant = $5 AND batch = $6 AND position = $7 AND state = $8 AND owner = $9
               AND attempts = $10",
        )
        .bind(ExaminationState::Failed.to_string())
        .bind(class)
        .bind(failure)
        .bind(now())
        .bind(claimed.tenant.as_str())
        .bind(claimed.batch.as_str())
        .bind(claimed.position)
        .bind(ExaminationState::Running.to_string())
        .bind(claimed.owner.as_str())
        .bind(claimed.attempt)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        claimed.still_ours(changed)?;
        let failed = Entry::ArchiveDocumentFailed {
            batch: claimed.batch.clone(),
            document: claimed.task.document_id.clone(),
            attempt: claimed.attempt,
            class: class.to_owned(),
            reason: failure.to_owned(),
        };
        audit::record(&mut transaction, &claimed.tenant, &failed).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Gives the work back, as if it had never been taken up.
    pub async fn give_back_batch_document(
        &self,
        claimed: &ClaimedDocument,
    ) -> Result<(), StoreError> {
        let changed = sqlx::query(
            "UPDATE batch_documents SET state = $1, attempts = $2
             WHERE tenant = $3 AND batch = $4 AND position = $5 AND state = $6 AND owner = $7
               AND attempts = $8",
        )
        .bind(ExaminationState::Pending.to_string())
        .bind(claimed.attempt - 1)
        .bind(claimed.tenant.as_str())
        .bind(claimed.batch.as_str())
        .bind(claimed.position)
        .bind(ExaminationState::Running.to_string())
        .bind(claimed.owner.as_str())
        .bind(claimed.attempt)
        .execute(self.database.writers())
        .await?
        .rows_affected();
        claimed.still_ours(changed)
    }

    /// Makes failed documents wait again, as if nobody had tried them. Returns how many.
    pub async fn retry_failed_batch_documents(
        &self,
        tenant: &Tenant,
        batch: &str,
    ) -> Result<u64, StoreError> {
        Ok(sqlx::query(
            "UPDATE batch_documents SET state = $1, attempts = 0, failure_class = NULL, failure = NULL
             WHERE tenant = $2 AND batch = $3 AND state = $4",
        )
        .bind(ExaminationState::Pending.to_string())
        .bind(tenant.as_str())
        .bind(batch)
        .bind(ExaminationState::Failed.to_string())
        .execute(self.database.writers())
        .await?
        .rows_affected())
    }
}

impl ClaimedDocument {
    fn still_ours(&self, changed: u64) -> Result<(), StoreError> {
        match changed {
            0 => Err(StoreError::AttemptOver {
                id: self.task.document_id.clone(),
                attempt: self.attempt,
            }),
            _ => Ok(()),
        }
    }
}

fn microseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)
}

fn rows(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}
