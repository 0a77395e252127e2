//! Archives: what is to be examined, and what became of each document.
//!
//! Goes in: tasks in the order of a manifest, later results. Comes out: the same rows, a few at a time, so
//! that an archive of any length needs little memory. How documents are handed to workers stands in
//! `batch_work`. Deliberately absent: reading manifests, and what an examination does.

use crate::packed::unpacked;
use crate::{Store, StoreError, StoredFile, Tenant, formats, now};
use docexam_domain::{Declaration, Examination, ExaminationState, Sha256Digest};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, Row};
use std::collections::BTreeMap;
use std::str::FromStr;

/// What a result may unpack to; an examination of 5,000 pages has about 200 MB.
const MOST_RESULT_BYTES: u64 = 1 << 30;

/// A document of an archive: one consignment's files and the declaration they belong to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchTask {
    /// As the archive calls it; unique in the batch.
    pub document_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<DeclarationSource>,
    /// At least one.
    pub files: Vec<BatchFile>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclarationSource {
    Inline(Box<Declaration>),
    /// A file on the machine that works on it.
    Path(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchFile {
    pub name: String,
    /// On the machine that works on it; without a path the content lies in the blob store.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Of the content, if the manifest tells it or the file is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Sha256Digest>,
}

impl BatchFile {
    /// The content in the blob store that it stands for.
    fn stored(&self) -> Option<&Sha256Digest> {
        self.digest.as_ref().filter(|_| self.path.is_none())
    }
}

/// What an examination was made from, and what it found: enough to make it again from stored readings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BatchResult {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declaration: Option<Declaration>,
    /// In submission order.
    pub files: Vec<StoredFile>,
    pub examination: Examination,
}

/// A document as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchDocument {
    /// In the manifest, from 0.
    pub position: i64,
    pub document_id: String,
    pub state: ExaminationState,
    pub attempts: i64,
    /// Class and text, once FAILED.
    pub failure: Option<(String, String)>,
    /// Once EXAMINED.
    pub result: Option<BatchResult>,
}

/// A batch as it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct BatchRecord {
    pub id: String,
    /// Digest of the manifest it was made from.
    pub manifest: Sha256Digest,
    /// How many; `None` while they are being entered.
    pub documents: Option<u64>,
    pub waiting: u64,
    pub running: u64,
    pub examined: u64,
    pub failed: u64,
    /// Of the examined documents.
    pub pages: u64,
    pub pages_failed: u64,
    /// How many documents failed for which class of reasons.
    pub failures: BTreeMap<String, u64>,
}

impl BatchRecord {
    /// Nothing waits and nothing runs.
    pub fn is_finished(&self) -> bool {
        self.documents.is_some() && self.waiting + self.running == 0
    }
}

impl Store {
    /// Begins a batch, or goes on with one that has the same manifest.
    pub async fn begin_batch(
        &self,
        tenant: &Tenant,
        id: &str,
        manifest: &Sha256Digest,
    ) -> Result<BatchRecord, StoreError> {
        sqlx::query(
            "INSERT INTO batches (tenant, id, manifest, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant, id) DO NOTHING",
        )
        .bind(tenant.as_str())
        .bind(id)
        .bind(manifest.as_str())
        .bind(now())
        .execute(self.database.writers())
        .await?;
        let record = self.batch(tenant, id).await?;
        match record.manifest == *manifest {
            true => Ok(record),
            false => Err(StoreError::OtherManifest {
                batch: id.to_owned(),
                manifest: record.manifest,
            }),
        }
    }

    /// Enters documents at these positions. Those that are there already stay as they are, so that
    /// entering a manifest again after an interruption is harmless.
    pub async fn add_batch_documents(
        &self,
        tenant: &Tenant,
        batch: &str,
        tasks: &[(i64, BatchTask)],
    ) -> Result<(), StoreError> {
        let mut transaction = self.database.writer().await?;
        for (position, task) in tasks {
            sqlx::query(
                "INSERT INTO batch_documents (tenant, batch, position, document_id, state, attempts, task)
                 VALUES ($1, $2, $3, $4, $5, 0, $6)
                 ON CONFLICT (tenant, batch, position) DO NOTHING",
            )
            .bind(tenant.as_str())
            .bind(batch)
            .bind(*position)
            .bind(task.document_id.as_str())
            .bind(ExaminationState::Pending.to_string())
            .bind(formats::write_batch_task(task)?)
            .execute(&mut *transaction)
            .await?;
            for digest in task.files.iter().filter_map(BatchFile::stored) {
                sqlx::query(
                    "INSERT INTO batch_files (digest, tenant, batch, position) VALUES ($1, $2, $3, $4)
                     ON CONFLICT (digest, tenant, batch, position) DO NOTHING",
                )
                .bind(digest.as_str())
                .bind(tenant.as_str())
                .bind(batch)
                .bind(*position)
                .execute(&mut *transaction)
                .await?;
            }
        }
        transaction.commit().await?;
        Ok(())
    }

    /// All documents are entered.
    pub async fn seal_batch(
        &self,
        tenant: &Tenant,
        batch: &str,
        documents: u64,
    ) -> Result<(), StoreError> {
        sqlx::query("UPDATE batches SET documents = $1 WHERE tenant = $2 AND id = $3")
            .bind(i64::try_from(documents).unwrap_or(i64::MAX))
            .bind(tenant.as_str())
            .bind(batch)
            .execute(self.database.writers())
            .await?;
        Ok(())
    }

    pub async fn batch(&self, tenant: &Tenant, id: &str) -> Result<BatchRecord, StoreError> {
        let (manifest, documents) = sqlx::query_as::<Any, (String, Option<i64>)>(
            "SELECT manifest, documents FROM batches WHERE tenant = $1 AND id = $2",
        )
        .bind(tenant.as_str())
        .bind(id)
        .fetch_optional(self.database.reader())
        .await?
        .ok_or_else(|| StoreError::NoBatch(id.to_owned()))?;
        let mut record = BatchRecord {
            id: id.to_owned(),
            manifest: digest_of(manifest)?,
            documents: documents.map(count),
            waiting: 0,
            running: 0,
            examined: 0,
            failed: 0,
            pages: 0,
            pages_failed: 0,
            failures: BTreeMap::new(),
        };
        let counts = sqlx::query_as::<Any, (String, String, i64, i64, i64)>(
            "SELECT state, COALESCE(failure_class, ''), COUNT(*),
                    CAST(COALESCE(SUM(pages), 0) AS BIGINT),
                    CAST(COALESCE(SUM(pages_failed), 0) AS BIGINT)
             FROM batch_documents WHERE tenant = $1 AND batch = $2
             GROUP BY state, COALESCE(failure_class, '')",
        )
        .bind(tenant.as_str())
        .bind(id)
        .fetch_all(self.database.reader())
        .await?;
        for (state, class, documents, pages, pages_failed) in counts {
            let documents = count(documents);
            match state_of(state)? {
                ExaminationState::Pending => record.waiting += documents,
                ExaminationState::Running => record.running += documents,
                ExaminationState::Examined => record.examined += documents,
                ExaminationState::Failed => {
                    record.failed += documents;
                    record.failures.insert(class, documents);
                }
            }
            record.pages += count(pages);
            record.pages_failed += count(pages_failed);
        }
        Ok(record)
    }

    /// Ids of the tenant's batches, oldest first.
    pub async fn batches(&self, tenant: &Tenant) -> Result<Vec<String>, StoreError> {
        let ids = sqlx::query_as::<Any, (String,)>(
            "SELECT id FROM batches WHERE tenant = $1 ORDER BY created_at, id",
        )
        .bind(tenant.as_str())
        .fetch_all(self.database.reader())
        .await?;
        Ok(ids.into_iter().map(|(id,)| id).collect())
    }

    /// At most `limit` documents behind `position` (-1 for the first), in the order of the manifest.
    pub async fn batch_documents(
        &self,
        tenant: &Tenant,
        batch: &str,
        position: i64,
        limit: u32,
    ) -> Result<Vec<BatchDocument>, StoreError> {
        let rows = sqlx::query::<Any>(
            "SELECT position, document_id, state, attempts, failure_class, failure, result
             FROM batch_documents WHERE tenant = $1 AND batch = $2 AND position > $3
             ORDER BY position LIMIT $4",
        )
        .bind(tenant.as_str())
        .bind(batch)
        .bind(position)
        .bind(i64::from(limit))
        .fetch_all(self.database.reader())
        .await?;
        rows.iter().map(document).collect()
    }
}

fn document(row: &AnyRow) -> Result<BatchDocument, StoreError> {
    let class: Option<String> = row.try_get("failure_class")?;
    let failure: Option<String> = row.try_get("failure")?;
    let result: Option<String> = row.try_get("result")?;
    Ok(BatchDocument {
        position: row.try_get("position")?,
        document_id: row.try_get("document_id")?,
        state: state_of(row.try_get("state")?)?,
        attempts: row.try_get("attempts")?,
        failure: class.zip(failure),
        result: result
            .map(|text| {
                formats::read_batch_result(&unpacked("batch result", &text, MOST_RESULT_BYTES)?)
            })
            .transpose()?,
    })
}

fn state_of(state: String) -> Result<ExaminationState, StoreError> {
    ExaminationState::from_str(&state).map_err(|_| StoreError::DamagedRow {
        what: "batch document state",
        problem: state,
    })
}

fn digest_of(digest: String) -> Result<Sha256Digest, StoreError> {
    Sha256Digest::parse(&digest).ok_or(StoreError::DamagedRow {
        what: "digest",
        problem: digest,
    })
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
