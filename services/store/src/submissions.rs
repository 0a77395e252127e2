//! Accepting a submission: one transaction that either leaves a waiting examination with its files and
//! its request id, or nothing.

use crate::{RequestId, Store, StoreError, Tenant, audit, files, formats, now, requests};
use docexam_audit::{Entry, canonical_digest};
use docexam_domain::{Declaration, ExaminationState, Sha256Digest};
use serde::{Deserialize, Serialize};
use sqlx::{Any, AnyConnection};
use uuid::Uuid;

/// A file of the tenant in the submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// As named in this submission.
    pub name: String,
    pub digest: Sha256Digest,
}

#[derive(Clone, Debug)]
pub struct NewExamination {
    /// Absent when only the fields are wanted.
    pub declaration: Option<Declaration>,
    /// In submission order; all stored before.
    pub files: Vec<StoredFile>,
    pub request_id: Option<RequestId>,
}

/// The examination that answers a submission.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Accepted {
    New(String),
    /// The request id had been used for the same submission.
    Earlier(String),
}

impl Accepted {
    pub fn id(&self) -> &str {
        match self {
            Self::New(id) | Self::Earlier(id) => id,
        }
    }
}

impl Store {
    pub async fn create_examination(
        &self,
        tenant: &Tenant,
        new: &NewExamination,
    ) -> Result<Accepted, StoreError> {
        let submission = formats::write_submission(&new.declaration)?;
        let body = body_digest(&submission, &new.files);
        let request_id = new.request_id.as_ref();
        let mut transaction = self.database.writer().await?;
        // On SQLite made under the write lock, so that ids are in the order in which rows appear; several
        // processes on PostgreSQL may swap what they accept in the same millisecond.
        let id = Uuid::now_v7().to_string();
        let earlier =
            requests::earlier_answer(&mut transaction, tenant, request_id, &body, &id).await?;
        if let Some(id) = earlier {
            return Ok(Accepted::Earlier(id));
        }
        self.check_queue(&mut transaction).await?;
        self.check_files(&mut transaction, tenant, &new.files)
            .await?;
        insert(&mut transaction, tenant, &id, new, &submission).await?;
        audit::record(&mut transaction, tenant, &accepted(&id, new)?).await?;
        transaction.commit().await?;
        Ok(Accepted::New(id))
    }

    async fn check_files(
        &self,
        connection: &mut AnyConnection,
        tenant: &Tenant,
        files: &[StoredFile],
    ) -> Result<(), StoreError> {
        let mut bytes = 0u64;
        for file in files {
            // Retention waits, or has been here before.
            let dialect = self.database.dialect();
            dialect
                .lock_shared(connection, file.digest.as_str())
                .await?;
            let size = files::require(connection, tenant, &file.digest).await?;
            bytes = bytes.saturating_add(size);
        }
        match bytes > self.limits.max_submission_bytes {
            true => Err(StoreError::SubmissionTooLarge {
                bytes,
                limit: self.limits.max_submission_bytes,
            }),
            false => Ok(()),
        }
    }

    /// Calls at the same time do not see each other's rows on PostgreSQL: the limit can be passed by as many.
    async fn check_queue(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        let (waiting,) =
            sqlx::query_as::<Any, (i64,)>("SELECT COUNT(*) FROM examinations WHERE state = $1")
                .bind(ExaminationState::Pending.to_string())
                .fetch_one(connection)
                .await?;
        let (waiting, limit) = (u64::try_from(waiting).unwrap_or(0), self.limits.max_waiting);
        match waiting >= limit {
            true => Err(StoreError::QueueFull { waiting, limit }),
            false => Ok(()),
        }
    }
}

async fn insert(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    id: &str,
    new: &NewExamination,
    submission: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "INSERT INTO examinations
           (tenant, id, declaration_id, state, attempts, submission, created_at)
         VALUES ($1, $2, $3, $4, 0, $5, $6)",
    )
    .bind(tenant.as_str())
    .bind(id)
    .bind(
        new.declaration
            .as_ref()
            .map_or("", |declaration| declaration.id.as_str()),
    )
    .bind(ExaminationState::Pending.to_string())
    .bind(submission)
    .bind(now())
    .execute(&mut *connection)
    .await?;
    for (position, file) in (0i64..).zip(&new.files) {
        sqlx::query(
            "INSERT INTO examination_files (tenant, examination_id, position, digest, name)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(tenant.as_str())
        .bind(id)
        .bind(position)
        .bind(file.digest.as_str())
        .bind(file.name.as_str())
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}

fn accepted(id: &str, new: &NewExamination) -> Result<Entry, StoreError> {
    let declaration = new.declaration.as_ref();
    Ok(Entry::SubmissionAccepted {
        examination: id.to_owned(),
        declaration_id: declaration.map_or_else(String::new, |declared| declared.id.clone()),
        declaration: declaration.map(canonical_digest).transpose()?,
        files: new.files.iter().map(|file| file.digest.clone()).collect(),
    })
}

/// Over declaration, names and contents; whether a file came inline or by digest makes no difference.
fn body_digest(submission: &str, files: &[StoredFile]) -> Sha256Digest {
    let mut parts = vec![b"examination".as_slice(), submission.as_bytes()];
    for file in files {
        parts.extend([file.name.as_bytes(), file.digest.as_str().as_bytes()]);
    }
    Sha256Digest::of_parts(parts)
}
