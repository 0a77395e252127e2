//! What happens during an examination, kept in order for those who watch it.

use crate::database::numbered;
use crate::{Store, StoreError, Tenant};
use docexam_domain::{FileProblem, Finding, PageReading};
use serde::{Deserialize, Serialize};
use sqlx::{Any, AnyConnection, AssertSqlSafe};

/// Rows of one statement.
const ROWS_AT_ONCE: usize = 500;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Progress {
    /// A worker has taken it up.
    Started,
    FileOpened {
        /// Index in the submission, from 0.
        file: u32,
        pages: u32,
    },
    FileFailed(FileProblem),
    /// Without its words.
    PageRead(PageReading),
    DocumentsFound(u32),
    Finding(Finding),
}

impl Store {
    /// Events after `sequence` (0 for all) with the sequence of each, oldest first.
    pub async fn events_after(
        &self,
        tenant: &Tenant,
        id: &str,
        sequence: i64,
    ) -> Result<Vec<(i64, Progress)>, StoreError> {
        let rows = sqlx::query_as::<Any, (i64, String)>(
            "SELECT sequence, event FROM events
             WHERE tenant = $1 AND examination_id = $2 AND sequence > $3 ORDER BY sequence",
        )
        .bind(tenant.as_str())
        .bind(id)
        .bind(sequence)
        .fetch_all(self.database.reader())
        .await?;
        rows.into_iter()
            .map(|(sequence, event)| match serde_json::from_str(&event) {
                Ok(event) => Ok((sequence, event)),
                Err(error) => Err(StoreError::DamagedRow {
                    what: "event",
                    problem: error.to_string(),
                }),
            })
            .collect()
    }
}

/// The events of a new attempt take the place of those of the one before. Numbers go on, because somebody
/// may have been told up to the last one.
pub(crate) async fn begin(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    attempt: i64,
    events: &[Progress],
) -> Result<(), StoreError> {
    // Work that was given back has events but no attempt.
    let last = last_sequence(connection, tenant, id).await?;
    if attempt > 1 || last > 0 {
        sqlx::query("DELETE FROM events WHERE tenant = $1 AND examination_id = $2")
            .bind(tenant.as_str())
            .bind(id)
            .execute(&mut *connection)
            .await?;
    }
    insert(connection, tenant, id, last, events).await
}

/// Appends behind what is there. The caller holds the examination's row.
pub(crate) async fn append(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    events: &[Progress],
) -> Result<(), StoreError> {
    let last = last_sequence(connection, tenant, id).await?;
    insert(connection, tenant, id, last, events).await
}

async fn last_sequence(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
) -> Result<i64, StoreError> {
    let (last,) = sqlx::query_as::<Any, (Option<i64>,)>(
        "SELECT MAX(sequence) FROM events WHERE tenant = $1 AND examination_id = $2",
    )
    .bind(tenant.as_str())
    .bind(id)
    .fetch_one(connection)
    .await?;
    Ok(last.unwrap_or(0))
}

async fn insert(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    last: i64,
    events: &[Progress],
) -> Result<(), StoreError> {
    for (chunk, first) in events
        .chunks(ROWS_AT_ONCE)
        .zip((last + 1..).step_by(ROWS_AT_ONCE))
    {
        let sql = format!(
            "INSERT INTO events (tenant, examination_id, sequence, event) VALUES {}",
            numbered(chunk.len(), 4)
        );
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
        for (sequence, event) in (first..).zip(chunk) {
            let event = serde_json::to_string(event).map_err(|error| StoreError::DamagedRow {
                what: "event",
                problem: error.to_string(),
            })?;
            query = query
                .bind(tenant.as_str())
                .bind(id)
                .bind(sequence)
                .bind(event);
        }
        query.execute(&mut *connection).await?;
    }
    Ok(())
}
