//! Tasks come into being with what they are about: in the transaction that ends an examination.

use super::journal::{self, ReviewChangeKind};
use super::tasks::{severity_number, urgency};
use crate::{Store, StoreError, Tenant, formats};
use docexam_domain::{Declaration, Examination, Examined, NewReviewTask, Triage};
use sqlx::{Any, AnyConnection};
use uuid::Uuid;

const MICROSECONDS_AN_HOUR: i64 = 3_600_000_000;

/// An examination that ends, by its keys.
pub(crate) struct Ended<'a> {
    pub tenant: &'a Tenant,
    pub id: &'a str,
    pub declaration: Option<&'a Declaration>,
}

impl Store {
    /// To be called in the transaction that stores the result.
    pub(crate) async fn put_before_officers(
        &self,
        connection: &mut AnyConnection,
        ended: &Ended<'_>,
        result: Result<&Examination, &str>,
    ) -> Result<(), StoreError> {
        let Some(plan) = &self.plan_review else {
            return Ok(());
        };
        let Ended {
            tenant,
            id,
            declaration,
        } = ended;
        let triage = plan(&Examined {
            id,
            declaration: *declaration,
            result,
        });
        let now = self.database.clock(connection).await?;
        keep(connection, tenant, id, &triage, now).await?;
        let declaration_id = declaration.map_or("", |declaration| declaration.id.as_str());
        let mut ids = Vec::with_capacity(triage.tasks.len());
        for task in &triage.tasks {
            ids.push(insert(connection, tenant, id, declaration_id, task, now).await?);
        }
        journal::changed(connection, tenant, ReviewChangeKind::Created, &ids).await
    }

    /// The same for an examination that broke off, whose submission is in the store only.
    pub(crate) async fn put_failure_before_officers(
        &self,
        connection: &mut AnyConnection,
        tenant: &Tenant,
        id: &str,
        reason: &str,
    ) -> Result<(), StoreError> {
        if self.plan_review.is_none() {
            return Ok(());
        }
        let (submission,) = sqlx::query_as::<Any, (String,)>(
            "SELECT submission FROM examinations WHERE tenant = $1 AND id = $2",
        )
        .bind(tenant.as_str())
        .bind(id)
        .fetch_one(&mut *connection)
        .await?;
        let declaration = formats::read_submission(&submission)?;
        let ended = Ended {
            tenant,
            id,
            declaration: declaration.as_ref(),
        };
        self.put_before_officers(connection, &ended, Err(reason))
            .await
    }
}

/// What was put before officers and what was not, for statistics; never changed later.
async fn keep(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    triage: &Triage,
    now: i64,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO review_triage (tenant, examination_id, triage, created_at)
         VALUES ($1, $2, $3, $4)",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(formats::write_triage(triage)?)
    .bind(now)
    .execute(connection)
    .await?;
    Ok(())
}

async fn insert(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    examination_id: &str,
    declaration_id: &str,
    task: &NewReviewTask,
    now: i64,
) -> Result<String, StoreError> {
    let id = Uuid::now_v7().to_string();
    sqlx::query(
        "INSERT INTO review_tasks (tenant, id, examination_id, declaration_id, office, state, urgency,
           due_at, severity, plan, version, created_at, changed_at, officers_needed)
         VALUES ($1, $2, $3, $4, $5, 'OPEN', $6, $7, $8, $9, 1, $10, $11, 1)",
    )
    .bind(tenant.as_str())
    .bind(id.as_str())
    .bind(examination_id)
    .bind(declaration_id)
    .bind(task.office.as_str())
    .bind(urgency(task))
    .bind(now.saturating_add(i64::from(task.due_hours).saturating_mul(MICROSECONDS_AN_HOUR)))
    .bind(severity_number(task.severity))
    .bind(formats::write_review_plan(task)?)
    .bind(now)
    .bind(now)
    .execute(&mut *connection)
    .await?;
    let mut rules: Vec<&str> = task
        .items
        .iter()
        .map(|item| item.rule_id.as_str())
        .collect();
    rules.sort_unstable();
    rules.dedup();
    let rules = rules.into_iter().map(|rule| ("RULE", rule));
    let chapters = task.hs_chapters.iter().map(|c| ("CHAPTER", c.as_str()));
    for (kind, value) in rules.chain(chapters) {
        sqlx::query(
            "INSERT INTO review_labels (tenant, task_id, kind, value) VALUES ($1, $2, $3, $4)",
        )
        .bind(tenant.as_str())
        .bind(id.as_str())
        .bind(kind)
        .bind(value)
        .execute(&mut *connection)
        .await?;
    }
    Ok(id)
}
