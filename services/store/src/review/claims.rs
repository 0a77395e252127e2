//! Claiming tasks for a while. A claim ends by a decision, by giving the task back, or with its lease; what
//! it was is told by the task's version, so that a late decision changes nothing.

use super::Worker;
use super::journal::{self, ReviewChangeKind};
use super::sql::Sql;
use super::tasks::{self, ReviewFilter, ReviewState, ReviewTask};
use crate::{RequestId, Store, StoreError, Tenant, requests};
use docexam_domain::Sha256Digest;
use jiff::Timestamp;
use sqlx::{Any, AnyConnection, Row};
use std::time::Duration;
use uuid::Uuid;

/// Tasks whose lease has ended that are returned in one transaction.
const MOST_LAPSED: i64 = 500;

/// How long a claim lasts: long enough to extend it in good time, short enough that a task whose officer
/// has gone home is not lost for the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeaseDuration(Duration);

impl LeaseDuration {
    pub const LEAST: Duration = Duration::from_secs(1);
    pub const MOST: Duration = Duration::from_secs(3_600);

    pub fn new(duration: Duration) -> Option<Self> {
        (Self::LEAST..=Self::MOST)
            .contains(&duration)
            .then_some(Self(duration))
    }

    fn microseconds(self) -> i64 {
        i64::try_from(self.0.as_micros()).unwrap_or(i64::MAX)
    }
}

pub struct NewClaim {
    pub worker: Worker,
    /// At most so many tasks.
    pub most: u32,
    pub lease: LeaseDuration,
    /// The state in it counts for nothing: what waits is claimed.
    pub filter: ReviewFilter,
    pub request_id: Option<RequestId>,
}

impl Store {
    /// The most urgent tasks that wait, but for those on which this officer has spoken already.
    pub async fn claim_review_tasks(
        &self,
        tenant: &Tenant,
        claim: &NewClaim,
    ) -> Result<Vec<ReviewTask>, StoreError> {
        let body = body_digest(claim);
        let request_id = claim.request_id.as_ref();
        let mut transaction = self.database.writer().await?;
        let claim_id = Uuid::now_v7().to_string();
        if let Some(claim_id) =
            requests::earlier_answer(&mut transaction, tenant, request_id, &body, &claim_id).await?
        {
            // What is left of that claim: tasks decided or lapsed since are no longer the worker's.
            let ids = of_claim(&mut transaction, tenant, &claim_id).await?;
            return tasks::read_all(&mut transaction, tenant, &ids).await;
        }
        let now = self.database.clock(&mut transaction).await?;
        self.return_lapsed_tasks(&mut transaction, Some(tenant), now)
            .await?;
        let ids = self.waiting(&mut transaction, tenant, claim).await?;
        if !ids.is_empty() {
            let mut sql = Sql::new("UPDATE review_tasks SET state = 'CLAIMED', worker = ");
            sql.bind(claim.worker.as_str());
            sql.push(", claim_id = ").bind(claim_id.as_str());
            sql.push(", lease_until = ")
                .bind(now.saturating_add(claim.lease.microseconds()));
            push_version(&mut sql, now);
            sql.push(" WHERE tenant = ").bind(tenant.as_str());
            sql.push(" AND id IN ").bind_list(&ids);
            sql.query().execute(&mut *transaction).await?;
            journal::changed(&mut transaction, tenant, ReviewChangeKind::Claimed, &ids).await?;
        }
        let claimed = tasks::read_all(&mut transaction, tenant, &ids).await?;
        transaction.commit().await?;
        Ok(claimed)
    }

    /// Makes the lease last from now on. The version stays, so that a decision under way is not disturbed.
    pub async fn extend_claim(
        &self,
        tenant: &Tenant,
        id: &str,
        worker: &Worker,
        lease: LeaseDuration,
    ) -> Result<Timestamp, StoreError> {
        let mut transaction = self.database.writer().await?;
        let now = self.database.clock(&mut transaction).await?;
        let lock = self.database.dialect().for_update();
        let task = tasks::read(&mut transaction, tenant, id, lock).await?;
        require_claim(&task, worker, now)?;
        let until = now.saturating_add(lease.microseconds());
        sqlx::query("UPDATE review_tasks SET lease_until = $1 WHERE tenant = $2 AND id = $3")
            .bind(until)
            .bind(tenant.as_str())
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        tasks::timestamp(until)
    }

    /// Gives the task back, for others.
    pub async fn release_review_task(
        &self,
        tenant: &Tenant,
        id: &str,
        worker: &Worker,
    ) -> Result<ReviewTask, StoreError> {
        let mut transaction = self.database.writer().await?;
        let now = self.database.clock(&mut transaction).await?;
        let lock = self.database.dialect().for_update();
        let task = tasks::read(&mut transaction, tenant, id, lock).await?;
        require_claim(&task, worker, now)?;
        let ids = [id.to_owned()];
        open_again(&mut transaction, tenant, &ids, now).await?;
        journal::changed(&mut transaction, tenant, ReviewChangeKind::Released, &ids).await?;
        let task = tasks::read(&mut transaction, tenant, id, "").await?;
        transaction.commit().await?;
        Ok(task)
    }

    /// Opens tasks of all tenants whose lease has ended, so that watchers hear of it. To be called now and
    /// then. Returns how many.
    pub async fn return_lapsed_review_tasks(&self) -> Result<u64, StoreError> {
        let mut connection = self.database.reader().acquire().await?;
        let now = self.database.clock(&mut connection).await?;
        let lapsed = sqlx::query_as::<Any, (String,)>(
            "SELECT id FROM review_tasks WHERE state = 'CLAIMED' AND lease_until <= $1 LIMIT 1",
        )
        .bind(now)
        .fetch_optional(&mut *connection)
        .await?;
        drop(connection);
        if lapsed.is_none() {
            return Ok(0);
        }
        let mut transaction = self.database.writer().await?;
        let returned = self
            .return_lapsed_tasks(&mut transaction, None, now)
            .await?;
        transaction.commit().await?;
        Ok(returned)
    }

    async fn return_lapsed_tasks(
        &self,
        connection: &mut AnyConnection,
        tenant: Option<&Tenant>,
        now: i64,
    ) -> Result<u64, StoreError> {
        let mut sql = Sql::new(
            "SELECT tenant, id FROM review_tasks WHERE state = 'CLAIMED' AND lease_until <= ",
        );
        sql.bind(now);
        if let Some(tenant) = tenant {
            sql.push(" AND tenant = ").bind(tenant.as_str());
        }
        sql.push(" ORDER BY tenant LIMIT ").bind(MOST_LAPSED);
        sql.push(" ")
            .push(self.database.dialect().for_update_skip_locked());
        let rows = sql.query().fetch_all(&mut *connection).await?;
        let keys: Vec<(String, String)> = rows
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?)))
            .collect::<Result<_, sqlx::Error>>()?;
        for of_tenant in keys.chunk_by(|a, b| a.0 == b.0) {
            let tenant = Tenant::parse(&of_tenant[0].0)?;
            let ids: Vec<String> = of_tenant.iter().map(|(_, id)| id.clone()).collect();
            open_again(connection, &tenant, &ids, now).await?;
            journal::changed(connection, &tenant, ReviewChangeKind::Lapsed, &ids).await?;
        }
        Ok(keys.len() as u64)
    }

    async fn waiting(
        &self,
        connection: &mut AnyConnection,
        tenant: &Tenant,
        claim: &NewClaim,
    ) -> Result<Vec<String>, StoreError> {
        let mut sql = Sql::new("SELECT id FROM review_tasks WHERE tenant = ");
        // With the index's condition as it is written there.
        sql.bind(tenant.as_str())
            .push(" AND state <> 'DECIDED' AND state = 'OPEN'");
        tasks::push_filter(&mut sql, &claim.filter);
        sql.push(
            " AND NOT EXISTS (SELECT 1 FROM review_decisions d WHERE d.tenant = review_tasks.tenant
              AND d.task_id = review_tasks.id AND d.officer = ",
        )
        .bind(claim.worker.as_str());
        sql.push(") ORDER BY urgency, due_at, id LIMIT ")
            .bind(i64::from(claim.most));
        sql.push(" ")
            .push(self.database.dialect().for_update_skip_locked());
        let rows = sql.query().fetch_all(connection).await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get(0))
            .collect::<Result<_, sqlx::Error>>()?)
    }
}

/// The worker's own and not over.
pub(super) fn require_claim(
    task: &ReviewTask,
    worker: &Worker,
    now: i64,
) -> Result<(), StoreError> {
    let id = task.id.clone();
    if task.state == ReviewState::Decided {
        return Err(StoreError::ReviewTaskDecided(id));
    }
    let held = task.state == ReviewState::Claimed
        && task.worker.as_deref() == Some(worker.as_str())
        && task
            .lease_until
            .is_some_and(|until| until.as_microsecond() > now);
    match held {
        true => Ok(()),
        false => Err(StoreError::ClaimOver {
            id,
            worker: worker.as_str().to_owned(),
        }),
    }
}

/// Sets the next version; its time is later than that of the version before, whatever the clock does.
pub(super) fn push_version(sql: &mut Sql, now: i64) {
    sql.push(", version = version + 1, changed_at = CASE WHEN changed_at < ")
        .bind(now);
    sql.push(" THEN ")
        .bind(now)
        .push(" ELSE changed_at + 1 END");
}

async fn open_again(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    ids: &[String],
    now: i64,
) -> Result<(), StoreError> {
    let mut sql = Sql::new(
        "UPDATE review_tasks SET state = 'OPEN', worker = NULL, claim_id = NULL, lease_until = NULL",
    );
    push_version(&mut sql, now);
    sql.push(" WHERE tenant = ").bind(tenant.as_str());
    sql.push(" AND id IN ").bind_list(ids);
    sql.query().execute(connection).await?;
    Ok(())
}

async fn of_claim(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    claim_id: &str,
) -> Result<Vec<String>, StoreError> {
    let rows = sqlx::query_as::<Any, (String,)>(
        "SELECT id FROM review_tasks WHERE tenant = $1 AND state = 'CLAIMED' AND claim_id = $2",
    )
    .bind(tenant.as_str())
    .bind(claim_id)
    .fetch_all(connection)
    .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

fn body_digest(claim: &NewClaim) -> Sha256Digest {
    let text = format!(
        "claim {:?} {} {:?} {:?}",
        claim.worker, claim.most, claim.lease, claim.filter
    );
    Sha256Digest::of(text.as_bytes())
}
