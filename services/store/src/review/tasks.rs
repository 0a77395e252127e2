//! Reading tasks: one by its id, or many by filter in the order of the queue.

use super::sql::Sql;
use crate::{Store, StoreError, Tenant, formats};
use docexam_domain::{Decision, FindingVerdict, NewReviewTask, Severity};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, Row};
use std::str::FromStr;

/// A task as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewTask {
    pub id: String,
    pub examination_id: String,
    /// Empty without a declaration.
    pub declaration_id: String,
    pub state: ReviewState,
    /// What it was made for.
    pub plan: NewReviewTask,
    /// Rises with every change but a longer lease.
    pub version: i64,
    pub created_at: Timestamp,
    pub due_at: Timestamp,
    /// While CLAIMED.
    pub worker: Option<String>,
    pub lease_until: Option<Timestamp>,
    /// In all, those included who have spoken.
    pub officers_needed: i64,
    /// What officers said so far; lists leave it out.
    pub decisions: Vec<Decision>,
    /// Once DECIDED.
    pub verdicts: Vec<FindingVerdict>,
    pub decided_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::Display, strum::EnumString)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewState {
    /// Waits for an officer.
    Open,
    /// An officer works on it until the lease ends.
    Claimed,
    Decided,
}

/// All that is given must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ReviewFilter {
    /// None: whatever is not decided.
    pub state: Option<ReviewState>,
    pub office: Option<String>,
    /// Id of a rule of which the task has a finding.
    pub rule_id: Option<String>,
    /// Two digits.
    pub hs_chapter: Option<String>,
    pub from_severity: Option<Severity>,
    pub created_before: Option<Timestamp>,
    pub examination_id: Option<String>,
}

/// Where a task stands in the order of the queue: priority, due time, age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuePlace {
    pub urgency: i64,
    /// Microseconds since 1970.
    pub due_at: i64,
    pub id: String,
}

impl ReviewTask {
    pub fn place(&self) -> QueuePlace {
        QueuePlace {
            urgency: urgency(&self.plan),
            due_at: self.due_at.as_microsecond(),
            id: self.id.clone(),
        }
    }
}

pub(super) fn urgency(plan: &NewReviewTask) -> i64 {
    100 - i64::from(plan.priority)
}

pub(super) fn severity_number(severity: Severity) -> i64 {
    match severity {
        Severity::Low => 1,
        Severity::Medium => 2,
        Severity::High => 3,
    }
}

const COLUMNS: &str = "SELECT id, examination_id, declaration_id, state, plan, version, created_at,
    due_at, worker, lease_until, officers_needed, verdicts, decided_at FROM review_tasks WHERE tenant = ";

impl Store {
    pub async fn review_task(&self, tenant: &Tenant, id: &str) -> Result<ReviewTask, StoreError> {
        let mut connection = self.database.reader().acquire().await?;
        let mut task = read(&mut connection, tenant, id, "").await?;
        task.decisions = decisions(&mut connection, tenant, id).await?;
        Ok(task)
    }

    /// At most `limit` in the order of the queue (priority, due time, age), after `after`.
    pub async fn review_tasks(
        &self,
        tenant: &Tenant,
        filter: &ReviewFilter,
        after: Option<&QueuePlace>,
        limit: u32,
    ) -> Result<Vec<ReviewTask>, StoreError> {
        let mut sql = Sql::new(COLUMNS);
        sql.bind(tenant.as_str());
        match filter.state {
            None => sql.push(" AND state <> 'DECIDED'"),
            Some(state) => sql.push(" AND state = ").bind(state.to_string().as_str()),
        };
        push_filter(&mut sql, filter);
        if let Some(place) = after {
            sql.push(" AND (urgency, due_at, id) > (")
                .bind(place.urgency);
            sql.push(", ").bind(place.due_at);
            sql.push(", ").bind(place.id.as_str()).push(")");
        }
        sql.push(" ORDER BY urgency, due_at, id LIMIT ")
            .bind(i64::from(limit));
        let rows = sql.query().fetch_all(self.database.reader()).await?;
        rows.iter().map(record).collect()
    }
}

/// Conditions on `review_tasks`, but for the state.
pub(super) fn push_filter(sql: &mut Sql, filter: &ReviewFilter) {
    if let Some(office) = &filter.office {
        sql.push(" AND office = ").bind(office.as_str());
    }
    if let Some(examination_id) = &filter.examination_id {
        sql.push(" AND examination_id = ")
            .bind(examination_id.as_str());
    }
    if let Some(severity) = filter.from_severity {
        sql.push(" AND severity >= ")
            .bind(severity_number(severity));
    }
    if let Some(time) = filter.created_before {
        sql.push(" AND created_at < ").bind(time.as_microsecond());
    }
    for (kind, value) in [("RULE", &filter.rule_id), ("CHAPTER", &filter.hs_chapter)] {
        if let Some(value) = value {
            sql.push(
                " AND EXISTS (SELECT 1 FROM review_labels l WHERE l.tenant = review_tasks.tenant
                  AND l.task_id = review_tasks.id AND l.kind = ",
            )
            .bind(kind);
            sql.push(" AND l.value = ").bind(value.as_str()).push(")");
        }
    }
}

/// `lock` is what the dialect adds to keep the row for the transaction.
pub(super) async fn read(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    lock: &'static str,
) -> Result<ReviewTask, StoreError> {
    let mut sql = Sql::new(COLUMNS);
    sql.bind(tenant.as_str()).push(" AND id = ").bind(id);
    sql.push(" ").push(lock);
    let row = sql.query().fetch_optional(connection).await?;
    row.as_ref()
        .map(record)
        .transpose()?
        .ok_or_else(|| StoreError::NoReviewTask(id.to_owned()))
}

/// In the order of the queue.
pub(super) async fn read_all(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    ids: &[String],
) -> Result<Vec<ReviewTask>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut sql = Sql::new(COLUMNS);
    sql.bind(tenant.as_str()).push(" AND id IN ").bind_list(ids);
    sql.push(" ORDER BY urgency, due_at, id");
    let rows = sql.query().fetch_all(connection).await?;
    rows.iter().map(record).collect()
}

pub(super) async fn decisions(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
) -> Result<Vec<Decision>, StoreError> {
    let rows = sqlx::query_as::<Any, (String,)>(
        "SELECT decision FROM review_decisions WHERE tenant = $1 AND task_id = $2 ORDER BY number",
    )
    .bind(tenant.as_str())
    .bind(id)
    .fetch_all(connection)
    .await?;
    rows.iter()
        .map(|(decision,)| formats::read_decision(decision))
        .collect()
}

fn record(row: &AnyRow) -> Result<ReviewTask, StoreError> {
    let state: String = row.try_get("state")?;
    let verdicts: Option<String> = row.try_get("verdicts")?;
    let lease_until: Option<i64> = row.try_get("lease_until")?;
    let decided_at: Option<i64> = row.try_get("decided_at")?;
    Ok(ReviewTask {
        id: row.try_get("id")?,
        examination_id: row.try_get("examination_id")?,
        declaration_id: row.try_get("declaration_id")?,
        state: ReviewState::from_str(&state).map_err(|_| StoreError::DamagedRow {
            what: "review task state",
            problem: state,
        })?,
        plan: formats::read_review_plan(&row.try_get::<String, _>("plan")?)?,
        version: row.try_get("version")?,
        created_at: timestamp(row.try_get("created_at")?)?,
        due_at: timestamp(row.try_get("due_at")?)?,
        worker: row.try_get("worker")?,
        lease_until: lease_until.map(timestamp).transpose()?,
        officers_needed: row.try_get("officers_needed")?,
        decisions: Vec::new(),
        verdicts: verdicts
            .as_deref()
            .map(formats::read_verdicts)
            .transpose()?
            .unwrap_or_default(),
        decided_at: decided_at.map(timestamp).transpose()?,
    })
}

pub(super) fn timestamp(microseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds).map_err(|error| StoreError::DamagedRow {
        what: "time",
        problem: error.to_string(),
    })
}
