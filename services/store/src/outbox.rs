//! Events on their way out. They are written in the transaction that they tell of, and marked once their
//! receiver has them: whatever happens between the two, an event is sent again, under the same id.

use crate::{Store, StoreError, Tenant};
use jiff::Timestamp;
use serde::Serialize;
use sqlx::{Any, AnyConnection};
use std::time::Duration;
use uuid::Uuid;

/// A review task has its final verdicts.
pub(crate) const REVIEW_TASK_DECIDED: &str = "docexam.review.task.decided.v1";

/// An event that its receiver may not have yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutboxEvent {
    /// The same at every attempt.
    pub id: String,
    /// CloudEvents 1.0, JSON, one line.
    pub event: String,
}

/// CloudEvents 1.0 in its JSON form.
#[derive(Serialize)]
struct CloudEvent<'a, T> {
    specversion: &'static str,
    id: &'a str,
    source: String,
    #[serde(rename = "type")]
    event_type: &'static str,
    subject: &'a str,
    time: Timestamp,
    datacontenttype: &'static str,
    data: &'a T,
}

/// To be called in the transaction that does what the event tells.
pub(crate) async fn append<T: Serialize>(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    event_type: &'static str,
    subject: &str,
    time: Timestamp,
    data: &T,
) -> Result<(), StoreError> {
    let id = Uuid::now_v7().to_string();
    let event = CloudEvent {
        specversion: "1.0",
        id: &id,
        source: format!("/docexam/{}", tenant.as_str()),
        event_type,
        subject,
        time,
        datacontenttype: "application/json",
        data,
    };
    let event = serde_json::to_string(&event).map_err(|error| StoreError::DamagedRow {
        what: "event",
        problem: error.to_string(),
    })?;
    sqlx::query(
        "INSERT INTO outbox (id, tenant, event, created_at, attempts) VALUES ($1, $2, $3, $4, 0)",
    )
    .bind(id.as_str())
    .bind(tenant.as_str())
    .bind(event)
    .bind(time.as_microsecond())
    .execute(connection)
    .await?;
    Ok(())
}

impl Store {
    /// At most `limit` events that are not delivered yet, oldest first.
    pub async fn waiting_events(&self, limit: u32) -> Result<Vec<OutboxEvent>, StoreError> {
        let rows = sqlx::query_as::<Any, (String, String)>(
            "SELECT id, event FROM outbox WHERE delivered_at IS NULL ORDER BY created_at, id LIMIT $1",
        )
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        Ok(rows
            .into_iter()
            .map(|(id, event)| OutboxEvent { id, event })
            .collect())
    }

    /// The receiver has them.
    pub async fn events_delivered(&self, ids: &[String]) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        let now = self.database.clock(&mut transaction).await?;
        for id in ids {
            sqlx::query(
                "UPDATE outbox SET delivered_at = $1, attempts = attempts + 1, problem = NULL
                 WHERE id = $2 AND delivered_at IS NULL",
            )
            .bind(now)
            .bind(id.as_str())
            .execute(&mut *transaction)
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    }

    /// The receiver did not take it; it will be sent again.
    pub async fn event_refused(&self, id: &str, problem: &str) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        sqlx::query("UPDATE outbox SET attempts = attempts + 1, problem = $1 WHERE id = $2")
            .bind(problem)
            .bind(id)
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(())
    }

    /// Whether this owner has the duty for a while from now on: one of many processes at a time does it.
    pub async fn take_duty(
        &self,
        name: &str,
        owner: &str,
        duration: Duration,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.database.writer().await?;
        let now = self.database.clock(&mut transaction).await?;
        let until = now.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX));
        let taken = sqlx::query(
            "INSERT INTO duties (name, owner, until) VALUES ($1, $2, $3)
             ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
             WHERE duties.owner = excluded.owner OR duties.until <= $4",
        )
        .bind(name)
        .bind(owner)
        .bind(until)
        .bind(now)
        .execute(&mut *transaction)
        .await?
        .rows_affected();
        transaction.commit().await?;
        Ok(taken > 0)
    }
}
