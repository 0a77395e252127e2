//! Working on a claimed examination: report progress, finish, fail. Each change names its owner and attempt
//! and holds the row while it is made.

use crate::database::numbered;
use crate::review::Ended;
use crate::{ClaimedExamination, Progress, Store, StoreError, Tenant, audit, events, formats, now};
use docexam_audit::{Artefacts, Entry, Produced, canonical_digest};
use docexam_domain::{Examination, ExaminationState, Finding, Sha256Digest};
use sqlx::{Any, AnyConnection, AssertSqlSafe};
use std::collections::BTreeMap;

/// Rows of one statement: far below the 32,766 parameters that SQLite takes.
const ROWS_AT_ONCE: usize = 500;

impl Store {
    pub async fn report(
        &self,
        claimed: &ClaimedExamination,
        progress: &[Progress],
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        self.require_attempt(&mut transaction, claimed).await?;
        events::append(&mut transaction, &claimed.tenant, &claimed.id, progress).await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Stores the result and its findings together.
    pub async fn finish(
        &self,
        claimed: &ClaimedExamination,
        result: &Examination,
    ) -> Result<(), StoreError> {
        let mut finished = self.finish_all(&[(claimed, result)]).await?;
        finished.pop().unwrap_or(Ok(()))
    }

    /// Stores several results in one transaction, which costs one wait for the disk and not one each.
    /// Attempts that are over are left out, and named in their place; the others are stored, all or none.
    pub async fn finish_all(
        &self,
        done: &[(&ClaimedExamination, &Examination)],
    ) -> Result<Vec<Result<(), StoreError>>, StoreError> {
        let mut prepared = Vec::with_capacity(done.len());
        for (claimed, result) in done {
            let json = formats::write_result(result)?;
            let produced = produced(&claimed.seen_files, result)?;
            prepared.push((*claimed, *result, json, produced));
        }
        let mut finished = Vec::with_capacity(done.len());
        let mut transaction = self.database.writer().await?;
        for (claimed, result, json, produced) in prepared {
            match self.require_attempt(&mut transaction, claimed).await {
                Ok(()) => {
                    self.finish_one(&mut transaction, claimed, result, json, produced)
                        .await?;
                    finished.push(Ok(()));
                }
                Err(over @ StoreError::AttemptOver { .. }) => finished.push(Err(over)),
                Err(error) => return Err(error),
            }
        }
        transaction.commit().await?;
        Ok(finished)
    }

    /// The caller holds the row.
    async fn finish_one(
        &self,
        connection: &mut AnyConnection,
        claimed: &ClaimedExamination,
        result: &Examination,
        json: String,
        produced: Produced,
    ) -> Result<(), StoreError> {
        sqlx::query(
            "UPDATE examinations SET state = $1, result = $2, finished_at = $3, lease_until = NULL
             WHERE tenant = $4 AND id = $5",
        )
        .bind(ExaminationState::Examined.to_string())
        .bind(json)
        .bind(now())
        .bind(claimed.tenant.as_str())
        .bind(claimed.id.as_str())
        .execute(&mut *connection)
        .await?;
        insert_findings(connection, claimed, &result.findings).await?;
        audit::record_change(connection, &produced.artefacts).await?;
        let finished = Entry::ExaminationFinished {
            examination: claimed.id.clone(),
            attempt: claimed.attempt,
            produced,
        };
        audit::record(connection, &claimed.tenant, &finished).await?;
        let ended = Ended {
            tenant: &claimed.tenant,
            id: &claimed.id,
            declaration: claimed.declaration.as_ref(),
        };
        self.put_before_officers(connection, &ended, Ok(result))
            .await
    }

    /// The submission cannot be examined at all.
    pub async fn fail(&self, claimed: &ClaimedExamination, reason: &str) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        self.require_attempt(&mut transaction, claimed).await?;
        set_failed(
            &mut transaction,
            &claimed.tenant,
            &claimed.id,
            claimed.attempt,
            reason,
        )
        .await?;
        let (tenant, id) = (&claimed.tenant, &claimed.id);
        self.put_failure_before_officers(&mut transaction, tenant, id, reason)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Holds the row until the end of the transaction; an error if the attempt is over.
    pub(crate) async fn require_attempt(
        &self,
        connection: &mut AnyConnection,
        claimed: &ClaimedExamination,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "SELECT attempts FROM examinations
             WHERE tenant = $1 AND id = $2 AND state = $3 AND owner = $4 AND attempts = $5 {}",
            self.database.dialect().for_update()
        );
        sqlx::query_as::<Any, (i64,)>(AssertSqlSafe(sql))
            .bind(claimed.tenant.as_str())
            .bind(claimed.id.as_str())
            .bind(ExaminationState::Running.to_string())
            .bind(claimed.claimant.owner.as_str())
            .bind(claimed.attempt)
            .fetch_optional(connection)
            .await?
            .map(|_| ())
            .ok_or_else(|| claimed.over())
    }
}

/// The caller holds the row.
pub(crate) async fn set_failed(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    attempt: i64,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE examinations SET state = $1, failure = $2, finished_at = $3, lease_until = NULL
         WHERE tenant = $4 AND id = $5 AND attempts = $6",
    )
    .bind(ExaminationState::Failed.to_string())
    .bind(reason)
    .bind(now())
    .bind(tenant.as_str())
    .bind(id)
    .bind(attempt)
    .execute(&mut *connection)
    .await?;
    let failed = Entry::ExaminationFailed {
        examination: id.to_owned(),
        attempt,
        reason: reason.to_owned(),
    };
    audit::record(connection, tenant, &failed).await
}

/// What the audit log keeps of a result. Another run of the same input must come to the same digests.
pub fn produced(
    seen_files: &BTreeMap<Sha256Digest, Vec<String>>,
    result: &Examination,
) -> Result<Produced, StoreError> {
    Ok(Produced {
        input: result.digests.input.clone(),
        history: canonical_digest(seen_files)?,
        artefacts: Artefacts {
            engine: result.digests.engine.clone(),
            model: result.digests.model.clone(),
            rule_pack: result.digests.rule_pack.clone(),
            configuration: result.digests.configuration.clone(),
        },
        findings: canonical_digest(&result.findings)?,
        result: canonical_digest(result)?,
    })
}

async fn insert_findings(
    connection: &mut AnyConnection,
    claimed: &ClaimedExamination,
    findings: &[Finding],
) -> Result<(), StoreError> {
    for (chunk, first) in findings
        .chunks(ROWS_AT_ONCE)
        .zip((0i64..).step_by(ROWS_AT_ONCE))
    {
        let sql = format!(
            "INSERT INTO findings (tenant, examination_id, position, rule_id, outcome, severity)
             VALUES {}",
            numbered(chunk.len(), 6)
        );
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
        for (position, finding) in (first..).zip(chunk) {
            query = query
                .bind(claimed.tenant.as_str())
                .bind(claimed.id.as_str())
                .bind(position)
                .bind(finding.rule_id.as_str())
                .bind(finding.outcome.to_string())
                .bind(finding.severity.to_string());
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
