//! Reading examinations: one by its id, or many by filter, newest first.

use crate::{Store, StoreError, Tenant, formats};
use docexam_domain::{Examination, ExaminationState};
use jiff::Timestamp;
use sqlx::any::AnyRow;
use sqlx::{Any, AssertSqlSafe, Row};
use std::str::FromStr;

/// An examination as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct ExaminationRecord {
    pub id: String,
    /// Empty without a declaration.
    pub declaration_id: String,
    pub state: ExaminationState,
    /// File names in submission order.
    pub files: Vec<String>,
    /// Once EXAMINED; lists leave it out.
    pub result: Option<Examination>,
    /// Once FAILED.
    pub failure: Option<String>,
    pub created_at: Timestamp,
    /// When a worker last took it up.
    pub started_at: Option<Timestamp>,
    pub finished_at: Option<Timestamp>,
}

impl ExaminationRecord {
    pub fn is_finished(&self) -> bool {
        matches!(
            self.state,
            ExaminationState::Examined | ExaminationState::Failed
        )
    }
}

/// All that is given must hold.
#[derive(Clone, Debug, Default)]
pub struct ListFilter {
    pub declaration_id: Option<String>,
    pub state: Option<ExaminationState>,
    /// Only examinations created before the one with this id.
    pub before: Option<String>,
}

const COLUMNS: &str =
    "SELECT id, declaration_id, state, failure, created_at, started_at, finished_at";

impl Store {
    pub async fn examination(
        &self,
        tenant: &Tenant,
        id: &str,
    ) -> Result<ExaminationRecord, StoreError> {
        let sql = format!("{COLUMNS}, result FROM examinations WHERE tenant = $1 AND id = $2");
        let row = sqlx::query::<Any>(AssertSqlSafe(sql))
            .bind(tenant.as_str())
            .bind(id)
            .fetch_optional(self.database.reader())
            .await?
            .ok_or_else(|| StoreError::NoExamination(id.to_owned()))?;
        let mut record = record(&row)?;
        if let Some(result) = row.try_get::<Option<String>, _>("result")? {
            record.result = Some(formats::read_result(&result)?);
        }
        record.files = self.file_names(tenant, id).await?;
        Ok(record)
    }

    /// At most `limit`, newest first, without results.
    pub async fn examinations(
        &self,
        tenant: &Tenant,
        filter: &ListFilter,
        limit: u32,
    ) -> Result<Vec<ExaminationRecord>, StoreError> {
        let conditions = [
            ("declaration_id =", filter.declaration_id.clone()),
            ("state =", filter.state.map(|state| state.to_string())),
            ("id <", filter.before.clone()),
        ];
        let mut sql = format!("{COLUMNS} FROM examinations WHERE tenant = $1");
        let mut values = vec![tenant.as_str().to_owned()];
        for (condition, value) in conditions {
            if let Some(value) = value {
                values.push(value);
                sql.push_str(&format!(" AND {condition} ${}", values.len()));
            }
        }
        sql.push_str(&format!(" ORDER BY id DESC LIMIT ${}", values.len() + 1));
        // Only our own text and numbers of parameters stand in it.
        let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
        for value in values {
            query = query.bind(value);
        }
        let query = query.bind(i64::from(limit));
        let rows = query.fetch_all(self.database.reader()).await?;
        let mut records = Vec::with_capacity(rows.len());
        for row in &rows {
            let mut record = record(row)?;
            record.files = self.file_names(tenant, &record.id).await?;
            records.push(record);
        }
        Ok(records)
    }

    async fn file_names(&self, tenant: &Tenant, id: &str) -> Result<Vec<String>, StoreError> {
        let names = sqlx::query_as::<Any, (String,)>(
            "SELECT name FROM examination_files WHERE tenant = $1 AND examination_id = $2
             ORDER BY position",
        )
        .bind(tenant.as_str())
        .bind(id)
        .fetch_all(self.database.reader())
        .await?;
        Ok(names.into_iter().map(|(name,)| name).collect())
    }
}

fn record(row: &AnyRow) -> Result<ExaminationRecord, StoreError> {
    let state: String = row.try_get("state")?;
    let started_at: Option<i64> = row.try_get("started_at")?;
    let finished_at: Option<i64> = row.try_get("finished_at")?;
    Ok(ExaminationRecord {
        id: row.try_get("id")?,
        declaration_id: row.try_get("declaration_id")?,
        state: ExaminationState::from_str(&state).map_err(|_| StoreError::DamagedRow {
            what: "examination state",
            problem: state,
        })?,
        files: Vec::new(),
        result: None,
        failure: row.try_get("failure")?,
        created_at: timestamp(row.try_get("created_at")?)?,
        started_at: started_at.map(timestamp).transpose()?,
        finished_at: finished_at.map(timestamp).transpose()?,
    })
}

fn timestamp(microseconds: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(microseconds).map_err(|error| StoreError::DamagedRow {
        what: "time",
        problem: error.to_string(),
    })
}
