//! Working through the queue: take up, report progress, finish. An attempt that is over (the process
//! died and another took the work up) can change nothing any more: each change names its attempt.
//! Deliberately absent so far: leases. One process works on a data folder, which `Store` locks.

use crate::review::Ended;
use crate::{Progress, Store, StoreError, StoredFile, Tenant, audit, events, formats, now};
use docexam_audit::{Artefacts, Entry, Produced, canonical_digest};
use docexam_domain::{Declaration, Examination, ExaminationState, Finding, Sha256Digest};
use sqlx::{Any, AnyConnection};
use std::collections::BTreeMap;

/// What a worker needs to examine a submission.
#[derive(Clone, Debug)]
pub struct ClaimedExamination {
    pub tenant: Tenant,
    pub id: String,
    /// From 1.
    pub attempt: i64,
    pub declaration: Option<Declaration>,
    pub files: Vec<StoredFile>,
    /// Ids of other declarations that had used a file when this submission was accepted.
    pub seen_files: BTreeMap<Sha256Digest, Vec<String>>,
}

impl Store {
    /// Takes up the examination that has waited longest, if any.
    pub async fn claim(&self) -> Result<Option<ClaimedExamination>, StoreError> {
        let mut transaction = self.database.writer().await?;
        let waiting = sqlx::query_as::<Any, (String, String, i64, String, String)>(
            "SELECT tenant, id, attempts, submission, declaration_id FROM examinations
             WHERE state = $1 ORDER BY id LIMIT 1",
        )
        .bind(ExaminationState::Pending.to_string())
        .fetch_optional(&mut *transaction)
        .await?;
        let Some((tenant, id, attempts, submission, declaration_id)) = waiting else {
            return Ok(None);
        };
        let (tenant, attempt) = (Tenant::parse(&tenant)?, attempts + 1);
        sqlx::query(
            "UPDATE examinations SET state = $1, attempts = $2, started_at = $3
             WHERE tenant = $4 AND id = $5",
        )
        .bind(ExaminationState::Running.to_string())
        .bind(attempt)
        .bind(now())
        .bind(tenant.as_str())
        .bind(id.as_str())
        .execute(&mut *transaction)
        .await?;
        events::append(&mut transaction, &tenant, &id, &[Progress::Started]).await?;
        let files = files_of(&mut transaction, &tenant, &id).await?;
        let mut seen_files = BTreeMap::new();
        for file in &files {
            let users = earlier_users(
                &mut transaction,
                &tenant,
                &file.digest,
                &id,
                &declaration_id,
            )
            .await?;
            if !users.is_empty() {
                seen_files.insert(file.digest.clone(), users);
            }
        }
        transaction.commit().await?;
        let declaration = formats::read_submission(&submission)?;
        Ok(Some(ClaimedExamination {
            tenant,
            id,
            attempt,
            declaration,
            files,
            seen_files,
        }))
    }

    pub async fn report(
        &self,
        claimed: &ClaimedExamination,
        progress: &[Progress],
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        require_attempt(&mut transaction, claimed).await?;
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
        let json = formats::write_result(result)?;
        let produced = produced(claimed, result)?;
        let mut transaction = self.database.writer().await?;
        require_attempt(&mut transaction, claimed).await?;
        sqlx::query(
            "UPDATE examinations SET state = $1, result = $2, finished_at = $3
             WHERE tenant = $4 AND id = $5",
        )
        .bind(ExaminationState::Examined.to_string())
        .bind(json)
        .bind(now())
        .bind(claimed.tenant.as_str())
        .bind(claimed.id.as_str())
        .execute(&mut *transaction)
        .await?;
        for (position, finding) in (0i64..).zip(&result.findings) {
            insert_finding(&mut transaction, claimed, position, finding).await?;
        }
        audit::record_change(&mut transaction, &produced.artefacts).await?;
        let finished = Entry::ExaminationFinished {
            examination: claimed.id.clone(),
            attempt: claimed.attempt,
            produced,
        };
        audit::record(&mut transaction, &claimed.tenant, &finished).await?;
        let ended = Ended {
            tenant: &claimed.tenant,
            id: &claimed.id,
            declaration: claimed.declaration.as_ref(),
        };
        self.put_before_officers(&mut transaction, &ended, Ok(result))
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// The submission cannot be examined at all.
    pub async fn fail(&self, claimed: &ClaimedExamination, reason: &str) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        require_attempt(&mut transaction, claimed).await?;
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
}

pub(crate) async fn require_attempt(
    connection: &mut AnyConnection,
    claimed: &ClaimedExamination,
) -> Result<(), StoreError> {
    sqlx::query_as::<Any, (i64,)>(
        "SELECT attempts FROM examinations
         WHERE tenant = $1 AND id = $2 AND state = $3 AND attempts = $4",
    )
    .bind(claimed.tenant.as_str())
    .bind(claimed.id.as_str())
    .bind(ExaminationState::Running.to_string())
    .bind(claimed.attempt)
    .fetch_optional(connection)
    .await?
    .map(|_| ())
    .ok_or_else(|| StoreError::AttemptOver {
        id: claimed.id.clone(),
        attempt: claimed.attempt,
    })
}

pub(crate) async fn set_failed(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    attempt: i64,
    reason: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "UPDATE examinations SET state = $1, failure = $2, finished_at = $3
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
pub(crate) fn produced(
    claimed: &ClaimedExamination,
    result: &Examination,
) -> Result<Produced, StoreError> {
    Ok(Produced {
        input: result.digests.input.clone(),
        history: canonical_digest(&claimed.seen_files)?,
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

async fn insert_finding(
    connection: &mut AnyConnection,
    claimed: &ClaimedExamination,
    position: i64,
    finding: &Finding,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO findings (tenant, examination_id, position, rule_id, outcome, severity)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(claimed.tenant.as_str())
    .bind(claimed.id.as_str())
    .bind(position)
    .bind(finding.rule_id.as_str())
    .bind(finding.outcome.to_string())
    .bind(finding.severity.to_string())
    .execute(connection)
    .await?;
    Ok(())
}

async fn files_of(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
) -> Result<Vec<StoredFile>, StoreError> {
    let rows = sqlx::query_as::<Any, (String, String)>(
        "SELECT name, digest FROM examination_files WHERE tenant = $1 AND examination_id = $2
         ORDER BY position",
    )
    .bind(tenant.as_str())
    .bind(id)
    .fetch_all(connection)
    .await?;
    rows.into_iter()
        .map(|(name, digest)| match Sha256Digest::parse(&digest) {
            Some(digest) => Ok(StoredFile { name, digest }),
            None => Err(StoreError::DamagedRow {
                what: "digest",
                problem: digest,
            }),
        })
        .collect()
}

/// Other declarations of the tenant that used the file before this examination was accepted.
async fn earlier_users(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    digest: &Sha256Digest,
    id: &str,
    declaration_id: &str,
) -> Result<Vec<String>, StoreError> {
    let users = sqlx::query_as::<Any, (String,)>(
        "SELECT DISTINCT e.declaration_id FROM examination_files f
         JOIN examinations e ON e.tenant = f.tenant AND e.id = f.examination_id
         WHERE f.tenant = $1 AND f.digest = $2 AND e.id < $3
           AND e.declaration_id <> $4 AND e.declaration_id <> ''
         ORDER BY e.declaration_id",
    )
    .bind(tenant.as_str())
    .bind(digest.as_str())
    .bind(id)
    .bind(declaration_id)
    .fetch_all(connection)
    .await?;
    Ok(users
        .into_iter()
        .map(|(declaration_id,)| declaration_id)
        .collect())
}
