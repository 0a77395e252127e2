//! An officer's decision: checked against the task as it stands, then stored with all that follows from it
//! (corrections, stream, audit entry, event on its way out) or not at all.

use super::corrections;
use super::journal;
use super::sql::Sql;
use super::tasks::{self, ReviewTask};
use super::{Worker, claims};
use crate::{RequestId, Store, StoreError, Tenant, formats, requests};
use docexam_domain::{Decision, FindingVerdict, Sha256Digest, Standing};
use sqlx::AnyConnection;

#[derive(Clone, Debug)]
pub struct NewDecision {
    pub worker: Worker,
    /// Of the task as the officer saw it.
    pub version: i64,
    pub verdicts: Vec<FindingVerdict>,
    pub note: Option<String>,
    pub request_id: Option<RequestId>,
}

impl Store {
    /// The task as it stands after the decision: DECIDED, or OPEN for another officer.
    pub async fn decide_review_task(
        &self,
        tenant: &Tenant,
        id: &str,
        new: &NewDecision,
    ) -> Result<ReviewTask, StoreError> {
        let body = body_digest(id, new)?;
        let request_id = new.request_id.as_ref();
        let mut transaction = self.database.writer().await?;
        if requests::earlier_answer(&mut transaction, tenant, request_id, &body, id)
            .await?
            .is_none()
        {
            self.decide(&mut transaction, tenant, id, new).await?;
        }
        let mut task = tasks::read(&mut transaction, tenant, id, "").await?;
        task.decisions = tasks::decisions(&mut transaction, tenant, id).await?;
        transaction.commit().await?;
        Ok(task)
    }

    async fn decide(
        &self,
        connection: &mut AnyConnection,
        tenant: &Tenant,
        id: &str,
        new: &NewDecision,
    ) -> Result<(), StoreError> {
        let now = self.database.clock(connection).await?;
        let lock = self.database.dialect().for_update();
        let mut task = tasks::read(connection, tenant, id, lock).await?;
        claims::require_claim(&task, &new.worker, now)?;
        if task.version != new.version {
            return Err(StoreError::ReviewTaskChanged(id.to_owned()));
        }
        task.plan.check(&new.verdicts, new.note.as_deref())?;
        task.decisions = tasks::decisions(connection, tenant, id).await?;
        let officer = new.worker.as_str();
        if task.decisions.iter().any(|one| one.officer == officer) {
            return Err(StoreError::SameOfficer {
                id: id.to_owned(),
                officer: officer.to_owned(),
            });
        }
        let corrected = corrections::checked(connection, tenant, &task, &new.verdicts).await?;
        let decision = Decision {
            officer: officer.to_owned(),
            verdicts: new.verdicts.clone(),
            note: new.note.clone(),
            decided_at: tasks::timestamp(now)?,
        };
        insert(connection, tenant, &task, &decision, now).await?;
        let mut all = task.decisions.clone();
        all.push(decision.clone());
        match task.plan.standing(&all) {
            Standing::NeedsOfficers(officers) => {
                refer(connection, tenant, id, officers, now).await?;
                journal::decided(connection, tenant, &task, &decision, None).await
            }
            Standing::Final(verdicts) => {
                settle(connection, tenant, id, &verdicts, now).await?;
                for correction in &corrected {
                    corrections::insert(connection, tenant, &task, officer, correction, now)
                        .await?;
                }
                journal::decided(connection, tenant, &task, &decision, Some(&verdicts)).await
            }
        }
    }
}

async fn insert(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    task: &ReviewTask,
    decision: &Decision,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO review_decisions (tenant, task_id, number, officer, decision, decided_at)
         VALUES ($1, $2, $3, $4, $5, $6)",
    )
    .bind(tenant.as_str())
    .bind(task.id.as_str())
    .bind(i64::try_from(task.decisions.len()).unwrap_or(i64::MAX) + 1)
    .bind(decision.officer.as_str())
    .bind(formats::write_decision(decision)?)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

/// To another officer.
async fn refer(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    officers: usize,
    now: i64,
) -> Result<(), StoreError> {
    let mut sql = Sql::new(
        "UPDATE review_tasks SET state = 'OPEN', worker = NULL, claim_id = NULL, lease_until = NULL,
           officers_needed = ",
    );
    sql.bind(i64::try_from(officers).unwrap_or(i64::MAX));
    claims::push_version(&mut sql, now);
    sql.push(" WHERE tenant = ").bind(tenant.as_str());
    sql.push(" AND id = ").bind(id);
    sql.query().execute(connection).await?;
    Ok(())
}

async fn settle(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    verdicts: &[FindingVerdict],
    now: i64,
) -> Result<(), StoreError> {
    let mut sql = Sql::new(
        "UPDATE review_tasks SET state = 'DECIDED', claim_id = NULL, lease_until = NULL, verdicts = ",
    );
    sql.bind(formats::write_verdicts(verdicts)?.as_str());
    sql.push(", decided_at = ").bind(now);
    claims::push_version(&mut sql, now);
    sql.push(" WHERE tenant = ").bind(tenant.as_str());
    sql.push(" AND id = ").bind(id);
    sql.query().execute(connection).await?;
    Ok(())
}

fn body_digest(id: &str, new: &NewDecision) -> Result<Sha256Digest, StoreError> {
    let verdicts = formats::write_verdicts(&new.verdicts)?;
    let version = new.version.to_string();
    Ok(Sha256Digest::of_parts(
        [
            "decide",
            id,
            new.worker.as_str(),
            &version,
            &verdicts,
            new.note.as_deref().unwrap_or_default(),
        ]
        .map(str::as_bytes),
    ))
}
