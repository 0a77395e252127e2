//! The stream of changes, for those who watch: each change once, in an order that never has a gap.
//!
//! A sequence number taken inside a transaction can be committed after a larger one, and a reader that has
//! seen the larger one would never come back for it. Changes are therefore written without a position; once
//! they are committed, whoever reads gives them one, one reader at a time. What has a position is complete
//! up to it.

pub use super::journal::ReviewChangeKind;
use super::sql::Sql;
use super::tasks;
use crate::{Store, StoreError, Tenant};
use jiff::Timestamp;
use sqlx::{Any, Row};
use std::str::FromStr;

/// Positions given in one transaction.
const AT_ONCE: i64 = 1_000;

#[derive(Clone, Debug, PartialEq)]
pub struct ReviewChange {
    /// From 1, without gaps within a tenant.
    pub position: i64,
    pub task_id: String,
    /// Of the task after the change.
    pub version: i64,
    pub what: ReviewChangeKind,
    pub office: String,
    /// Who holds the task, or decided it.
    pub worker: Option<String>,
    pub changed_at: Timestamp,
}

impl Store {
    /// The position of the last change; 0 before the first.
    pub async fn last_review_change(&self, tenant: &Tenant) -> Result<i64, StoreError> {
        self.give_positions(tenant).await?;
        let last =
            sqlx::query_as::<Any, (i64,)>("SELECT last FROM review_positions WHERE tenant = $1")
                .bind(tenant.as_str())
                .fetch_optional(self.database.reader())
                .await?;
        Ok(last.map_or(0, |(last,)| last))
    }

    /// At most `limit` changes after this position, of one office or of all.
    pub async fn review_changes_after(
        &self,
        tenant: &Tenant,
        position: i64,
        office: Option<&str>,
        limit: u32,
    ) -> Result<Vec<ReviewChange>, StoreError> {
        self.give_positions(tenant).await?;
        let mut sql = Sql::new(
            "SELECT position, task_id, version, what, office, worker, changed_at FROM review_changes
             WHERE tenant = ",
        );
        sql.bind(tenant.as_str());
        sql.push(" AND position > ").bind(position);
        if let Some(office) = office {
            sql.push(" AND office = ").bind(office);
        }
        sql.push(" ORDER BY position LIMIT ").bind(i64::from(limit));
        let rows = sql.query().fetch_all(self.database.reader()).await?;
        rows.iter()
            .map(|row| {
                let what: String = row.try_get("what")?;
                Ok(ReviewChange {
                    position: row.try_get("position")?,
                    task_id: row.try_get("task_id")?,
                    version: row.try_get("version")?,
                    what: ReviewChangeKind::from_str(&what).map_err(|_| {
                        StoreError::DamagedRow {
                            what: "change of a review task",
                            problem: what,
                        }
                    })?,
                    office: row.try_get("office")?,
                    worker: row.try_get("worker")?,
                    changed_at: tasks::timestamp(row.try_get("changed_at")?)?,
                })
            })
            .collect()
    }

    /// Gives committed changes their positions. The changes of a task keep their order: each was committed
    /// before the next began, and has an earlier time.
    async fn give_positions(&self, tenant: &Tenant) -> Result<(), StoreError> {
        loop {
            let waiting = sqlx::query_as::<Any, (String,)>(
                "SELECT task_id FROM review_changes WHERE tenant = $1 AND position IS NULL LIMIT 1",
            )
            .bind(tenant.as_str())
            .fetch_optional(self.database.reader())
            .await?;
            if waiting.is_none() {
                return Ok(());
            }
            self.give_some_positions(tenant).await?;
        }
    }

    async fn give_some_positions(&self, tenant: &Tenant) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        let name = format!("review changes of {}", tenant.as_str());
        self.database
            .dialect()
            .lock(&mut transaction, &name)
            .await?;
        let last =
            sqlx::query_as::<Any, (i64,)>("SELECT last FROM review_positions WHERE tenant = $1")
                .bind(tenant.as_str())
                .fetch_optional(&mut *transaction)
                .await?
                .map_or(0, |(last,)| last);
        let rows = sqlx::query_as::<Any, (String, i64)>(
            "SELECT task_id, version FROM review_changes WHERE tenant = $1 AND position IS NULL
             ORDER BY changed_at, task_id, version LIMIT $2",
        )
        .bind(tenant.as_str())
        .bind(AT_ONCE)
        .fetch_all(&mut *transaction)
        .await?;
        for (position, (task_id, version)) in (last + 1..).zip(&rows) {
            sqlx::query(
                "UPDATE review_changes SET position = $1
                 WHERE tenant = $2 AND task_id = $3 AND version = $4",
            )
            .bind(position)
            .bind(tenant.as_str())
            .bind(task_id.as_str())
            .bind(*version)
            .execute(&mut *transaction)
            .await?;
        }
        sqlx::query(
            "INSERT INTO review_positions (tenant, last) VALUES ($1, $2)
             ON CONFLICT (tenant) DO UPDATE SET last = excluded.last",
        )
        .bind(tenant.as_str())
        .bind(last + i64::try_from(rows.len()).unwrap_or(0))
        .execute(&mut *transaction)
        .await?;
        transaction.commit().await?;
        Ok(())
    }
}
