//! What happens during an examination, kept in order for those who watch it.

use crate::{Store, StoreError, Tenant};
use docexam_domain::{FileProblem, Finding, PageReading};
use serde::{Deserialize, Serialize};
use sqlx::{Any, AnyConnection};

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

/// Appends behind what is there. The caller holds the write lock.
pub(crate) async fn append(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    events: &[Progress],
) -> Result<(), StoreError> {
    let (last,) = sqlx::query_as::<Any, (Option<i64>,)>(
        "SELECT MAX(sequence) FROM events WHERE tenant = $1 AND examination_id = $2",
    )
    .bind(tenant.as_str())
    .bind(id)
    .fetch_one(&mut *connection)
    .await?;
    for (sequence, event) in (last.unwrap_or(0) + 1..).zip(events) {
        let event = serde_json::to_string(event).map_err(|error| StoreError::DamagedRow {
            what: "event",
            problem: error.to_string(),
        })?;
        sqlx::query(
            "INSERT INTO events (tenant, examination_id, sequence, event) VALUES ($1, $2, $3, $4)",
        )
        .bind(tenant.as_str())
        .bind(id)
        .bind(sequence)
        .bind(event)
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
