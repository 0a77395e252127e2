//! Whose work an examination is: taken up with a lease, kept by extending it, given back, lost by silence.
//! The row belongs to (owner, attempt): an attempt that is over (its process died or hung, and another one
//! took the work up) can change nothing any more. Leases run by the clock of the database.

use crate::database::numbered;
use crate::recovery::set_pending;
use crate::work::set_failed;
use crate::{Progress, Store, StoreError, StoredFile, Tenant, events, formats, now};
use docexam_domain::{Declaration, ExaminationState, Sha256Digest};
use sqlx::{Any, AnyConnection, AssertSqlSafe};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

/// A submission whose attempts ended like this so often is not tried again.
const MAX_ATTEMPTS: i64 = 3;
/// One claim takes no more than this.
const MAX_CLAIM: u32 = 100;

/// Who takes work up, and how long it may be silent before another one may take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimant {
    /// Unlike any other's, also of the same machine.
    pub owner: String,
    pub lease: Duration,
}

impl Claimant {
    /// Named by machine and process and a number of its own.
    pub fn new(lease: Duration) -> Self {
        let machine = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
        let (process, number) = (std::process::id(), uuid::Uuid::new_v4().simple());
        Self {
            owner: format!("{}:{process}:{number}", machine.trim()),
            lease,
        }
    }

    fn lease_microseconds(&self) -> i64 {
        i64::try_from(self.lease.as_micros()).unwrap_or(i64::MAX / 4)
    }
}

/// What a worker needs to examine a submission.
#[derive(Clone, Debug)]
pub struct ClaimedExamination {
    pub tenant: Tenant,
    pub id: String,
    pub claimant: Claimant,
    /// From 1.
    pub attempt: i64,
    pub declaration: Option<Declaration>,
    pub files: Vec<StoredFile>,
    /// Ids of other declarations that had used a file when this submission was accepted.
    pub seen_files: BTreeMap<Sha256Digest, Vec<String>>,
}

impl Store {
    /// Takes up the examination that has waited longest, if any.
    pub async fn claim(
        &self,
        claimant: &Claimant,
    ) -> Result<Option<ClaimedExamination>, StoreError> {
        Ok(self.claim_some(claimant, 1).await?.pop())
    }

    /// Takes up at most `max` (and at most 100), those that have waited longest, oldest first.
    pub async fn claim_some(
        &self,
        claimant: &Claimant,
        max: u32,
    ) -> Result<Vec<ClaimedExamination>, StoreError> {
        let mut transaction = self.database.writer().await?;
        self.return_lapsed(&mut transaction).await?;
        let rows = self.take(&mut transaction, claimant, max).await?;
        if rows.is_empty() {
            transaction.commit().await?;
            return Ok(Vec::new());
        }
        for row in &rows {
            let started = [Progress::Started];
            events::begin(
                &mut transaction,
                &row.tenant,
                &row.id,
                row.attempt,
                &started,
            )
            .await?;
        }
        let mut files = files_of(&mut transaction, &rows).await?;
        let mut seen = earlier_users(&mut transaction, &rows).await?;
        transaction.commit().await?;
        rows.into_iter()
            .map(|row| {
                let key = (row.tenant.as_str().to_owned(), row.id.clone());
                Ok(ClaimedExamination {
                    claimant: claimant.clone(),
                    attempt: row.attempt,
                    declaration: formats::read_submission(&row.submission)?,
                    files: files.remove(&key).unwrap_or_default(),
                    seen_files: seen.remove(&key).unwrap_or_default(),
                    tenant: row.tenant,
                    id: row.id,
                })
            })
            .collect()
    }

    /// Keeps the work for another lease; an error if it was lost meanwhile.
    pub async fn extend(&self, claimed: &ClaimedExamination) -> Result<(), StoreError> {
        let now = self.database.dialect().now();
        let sql = format!(
            "UPDATE examinations SET lease_until = {now} + $1
             WHERE tenant = $2 AND id = $3 AND state = $4 AND owner = $5 AND attempts = $6"
        );
        let extended = sqlx::query::<Any>(AssertSqlSafe(sql))
            .bind(claimed.claimant.lease_microseconds())
            .bind(claimed.tenant.as_str())
            .bind(claimed.id.as_str())
            .bind(ExaminationState::Running.to_string())
            .bind(claimed.claimant.owner.as_str())
            .bind(claimed.attempt)
            .execute(self.database.writers())
            .await?
            .rows_affected();
        match extended {
            0 => Err(claimed.over()),
            _ => Ok(()),
        }
    }

    /// Makes work whose owner has been silent for too long wait again, or fail if that happened too often.
    pub(crate) async fn return_lapsed(
        &self,
        connection: &mut AnyConnection,
    ) -> Result<(), StoreError> {
        let dialect = self.database.dialect();
        let sql = format!(
            "SELECT tenant, id, attempts FROM examinations
             WHERE state = 'RUNNING' AND lease_until < {} ORDER BY id LIMIT 100 {}",
            dialect.now(),
            dialect.for_update_skip_locked(),
        );
        let lapsed = sqlx::query_as::<Any, (String, String, i64)>(AssertSqlSafe(sql))
            .fetch_all(&mut *connection)
            .await?;
        for (tenant, id, attempts) in lapsed {
            let tenant = Tenant::parse(&tenant)?;
            if attempts >= MAX_ATTEMPTS {
                let reason = format!(
                    "dead after {attempts} attempts: each time the process that examined it ended or fell silent"
                );
                set_failed(connection, &tenant, &id, attempts, &reason).await?;
                self.put_failure_before_officers(connection, &tenant, &id, &reason)
                    .await?;
            } else {
                set_pending(connection, &tenant, &id, attempts).await?;
            }
        }
        Ok(())
    }

    async fn take(
        &self,
        connection: &mut AnyConnection,
        claimant: &Claimant,
        max: u32,
    ) -> Result<Vec<TakenRow>, StoreError> {
        let dialect = self.database.dialect();
        let sql = format!(
            "WITH chosen AS MATERIALIZED (
               SELECT tenant, id FROM examinations WHERE state = 'PENDING'
               ORDER BY id LIMIT $1 {locked})
             UPDATE examinations SET state = 'RUNNING', attempts = attempts + 1, started_at = $2,
               owner = $3, lease_until = {now} + $4
             WHERE (tenant, id) IN (SELECT tenant, id FROM chosen)
             RETURNING tenant, id, attempts, submission, declaration_id",
            now = dialect.now(),
            locked = dialect.for_update_skip_locked(),
        );
        let rows = sqlx::query_as::<Any, (String, String, i64, String, String)>(AssertSqlSafe(sql))
            .bind(i64::from(max.min(MAX_CLAIM)))
            .bind(now())
            .bind(claimant.owner.as_str())
            .bind(claimant.lease_microseconds())
            .fetch_all(connection)
            .await?;
        let mut taken = Vec::with_capacity(rows.len());
        for (tenant, id, attempt, submission, declaration_id) in rows {
            taken.push(TakenRow {
                tenant: Tenant::parse(&tenant)?,
                id,
                attempt,
                submission,
                declaration_id,
            });
        }
        taken.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(taken)
    }
}

impl ClaimedExamination {
    pub(crate) fn over(&self) -> StoreError {
        StoreError::AttemptOver {
            id: self.id.clone(),
            attempt: self.attempt,
        }
    }
}

/// An examination as it is worked on.
pub(crate) struct TakenRow {
    pub(crate) tenant: Tenant,
    pub(crate) id: String,
    pub(crate) attempt: i64,
    pub(crate) submission: String,
    pub(crate) declaration_id: String,
}

/// Tenant and id of an examination.
pub(crate) type Key = (String, String);

pub(crate) async fn files_of(
    connection: &mut AnyConnection,
    rows: &[TakenRow],
) -> Result<HashMap<Key, Vec<StoredFile>>, StoreError> {
    let sql = format!(
        "SELECT tenant, examination_id, name, digest FROM examination_files
         WHERE (tenant, examination_id) IN (VALUES {}) ORDER BY examination_id, position",
        numbered(rows.len(), 2)
    );
    let mut query = sqlx::query_as::<Any, (String, String, String, String)>(AssertSqlSafe(sql));
    for row in rows {
        query = query.bind(row.tenant.as_str()).bind(row.id.as_str());
    }
    let mut files: HashMap<Key, Vec<StoredFile>> = HashMap::new();
    for (tenant, id, name, digest) in query.fetch_all(connection).await? {
        let digest = formats::digest(digest)?;
        files
            .entry((tenant, id))
            .or_default()
            .push(StoredFile { name, digest });
    }
    Ok(files)
}

/// Other declarations of the tenant that used a file before the examination was accepted.
pub(crate) async fn earlier_users(
    connection: &mut AnyConnection,
    rows: &[TakenRow],
) -> Result<HashMap<Key, BTreeMap<Sha256Digest, Vec<String>>>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT mine.tenant, mine.examination_id, mine.digest, e.declaration_id
         FROM examination_files mine
         JOIN examination_files other ON other.tenant = mine.tenant AND other.digest = mine.digest
           AND other.examination_id < mine.examination_id
         JOIN examinations e ON e.tenant = other.tenant AND e.id = other.examination_id
         WHERE (mine.tenant, mine.examination_id) IN (VALUES {}) AND e.declaration_id <> ''",
        numbered(rows.len(), 2)
    );
    let mut query = sqlx::query_as::<Any, (String, String, String, String)>(AssertSqlSafe(sql));
    for row in rows {
        query = query.bind(row.tenant.as_str()).bind(row.id.as_str());
    }
    let own: HashMap<&str, &str> = rows
        .iter()
        .map(|row| (row.id.as_str(), row.declaration_id.as_str()))
        .collect();
    let mut users: HashMap<Key, BTreeMap<Sha256Digest, Vec<String>>> = HashMap::new();
    for (tenant, id, digest, declaration_id) in query.fetch_all(connection).await? {
        if own.get(id.as_str()) != Some(&declaration_id.as_str()) {
            let of_file = users.entry((tenant, id)).or_default();
            of_file
                .entry(formats::digest(digest)?)
                .or_default()
                .push(declaration_id);
        }
    }
    // Here and not by the database: each sorts text in its own way.
    for of_file in users.values_mut() {
        of_file.values_mut().for_each(|ids| ids.sort());
    }
    Ok(users)
}
