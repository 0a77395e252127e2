//! Everything that can go wrong with stored state. The server maps each to one gRPC code.

use docexam_domain::{DecisionProblem, Sha256Digest};

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("tenant {0:?} is not 1 to 64 letters, digits, '-', '_' or '.'")]
    BadTenant(String),
    #[error("request id {0:?} is not 1 to 128 printable ASCII characters")]
    BadRequestId(String),
    #[error("request id {0} was used before with other content")]
    RequestReused(String),
    #[error("examination {0} not found")]
    NoExamination(String),
    #[error("batch {0} not found")]
    NoBatch(String),
    #[error("batch {batch} was made from another manifest, {manifest}")]
    OtherManifest {
        batch: String,
        manifest: Sha256Digest,
    },
    #[error("file {0} was not uploaded")]
    NoFile(Sha256Digest),
    #[error("file is larger than {limit} bytes: {bytes} bytes received")]
    FileTooLarge { bytes: u64, limit: u64 },
    #[error("submission has {bytes} bytes of files, limit {limit}")]
    SubmissionTooLarge { bytes: u64, limit: u64 },
    #[error("file has digest {actual}, announced was {announced}")]
    OtherContent {
        actual: Sha256Digest,
        announced: Sha256Digest,
    },
    #[error("{waiting} examinations are waiting, limit {limit}")]
    QueueFull { waiting: u64, limit: u64 },
    #[error("worker {0:?} is not 1 to 128 bytes of printable text")]
    BadWorker(String),
    #[error("review task {0} not found")]
    NoReviewTask(String),
    #[error("review task {id} is not claimed by {worker}, or the lease has ended")]
    ClaimOver { id: String, worker: String },
    #[error("review task {0} is decided")]
    ReviewTaskDecided(String),
    #[error("review task {0} has changed since it was read")]
    ReviewTaskChanged(String),
    #[error("review task {id} needs another officer than {officer}, who has spoken already")]
    SameOfficer { id: String, officer: String },
    #[error(transparent)]
    BadDecision(#[from] DecisionProblem),
    #[error("finding {finding}: correction: {problem}")]
    BadCorrection { finding: u32, problem: String },
    #[error("examination {id} is no longer attempt {attempt} of this worker")]
    AttemptOver { id: String, attempt: i64 },
    #[error("data folder {0} is being opened by another process for too long")]
    FolderInUse(String),
    #[error("database {0} is in use; stop the processes that use it")]
    InUse(String),
    #[error("there is no database {0}")]
    NoDatabase(String),
    #[error("{0} is not empty")]
    NotEmpty(String),
    #[error("table {table}: {sent} rows were sent, {arrived} arrived, or others")]
    OtherCopy {
        table: String,
        sent: u64,
        arrived: u64,
    },
    #[error("{what} cannot be made of this store: {instead}")]
    NotHere {
        what: &'static str,
        instead: &'static str,
    },
    #[error("{what} {place:?}: expected {known}")]
    BadPlace {
        what: &'static str,
        place: String,
        known: &'static str,
    },
    #[error("data folder {folder}: {error}")]
    Folder {
        folder: String,
        error: std::io::Error,
    },
    #[error("stored file {digest} is damaged: its content has digest {actual}")]
    DamagedFile {
        digest: Sha256Digest,
        actual: Sha256Digest,
    },
    #[error("file {digest} was cut while it was stored: {stored} of {expected} bytes")]
    CutFile {
        digest: Sha256Digest,
        stored: u64,
        expected: u64,
    },
    #[error("file {0} was removed while it arrived; send it again")]
    Removed(Sha256Digest),
    #[error("stored {what} cannot be read: {problem}")]
    DamagedRow { what: &'static str, problem: String },
    #[error("stored {what} has format {version}, this program knows up to {known}")]
    NewerFormat {
        what: &'static str,
        version: u32,
        known: u32,
    },
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    #[error("database migration: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error("blob store: {0}")]
    Blobs(#[from] object_store::Error),
    #[error("examination {0} has no result")]
    NotExamined(String),
    #[error("the audit log has no entry yet")]
    EmptyLog,
    #[error("audit log: {0}")]
    Audit(#[from] docexam_audit::AuditError),
}

impl StoreError {
    /// The disk, or the limit set for it, is full: nothing was stored, and nothing is until there is room.
    pub fn is_out_of_space(&self) -> bool {
        match self {
            Self::Database(error) => code(error)
                // SQLITE_FULL, and PostgreSQL's disk_full.
                .is_some_and(|code| matches!(code.as_str(), "13" | "53100")),
            Self::Folder { error, .. } => is_full(error),
            Self::Blobs(error) => causes(error)
                .filter_map(|cause| cause.downcast_ref::<std::io::Error>())
                .any(is_full),
            _ => false,
        }
    }

    /// The database or the object store cannot be reached, or something stands in the way for a moment; the
    /// same call may succeed later. Nothing was acknowledged; a commit may have happened all the same.
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut) => true,
            Self::Database(error) => code(error).is_some_and(|code| is_passing(&code)),
            Self::Blobs(object_store::Error::Generic { store, source }) => {
                *store != "LocalFileSystem" && !source.is::<std::io::Error>()
            }
            Self::CutFile { .. } | Self::Removed(_) => true,
            _ => false,
        }
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    Some(error.as_database_error()?.code()?.into_owned())
}

fn is_passing(code: &str) -> bool {
    match code {
        // SQLite: busy, locked, and the extended forms of busy.
        "5" | "6" | "261" | "517" => true,
        // PostgreSQL: serialisation, deadlock, lock or statement timeout, too many clients, shutdown and start,
        // an idle transaction that was ended.
        "40001" | "40P01" | "55P03" | "57014" | "53300" | "57P01" | "57P02" | "57P03" | "25P03" => {
            true
        }
        // Connection exceptions.
        code => code.len() == 5 && code.starts_with("08"),
    }
}

fn is_full(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{QuotaExceeded, StorageFull};
    matches!(error.kind(), StorageFull | QuotaExceeded)
}

/// The error and what caused it, down to the first cause.
fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |error| error.source())
}

#[cfg(test)]
mod tests {
    use crate::{Store, StoreLimits, Tenant};
    use bytes::Bytes;
    use sqlx::Executor;

    /// A full disk, as SQLite sees it: no page can be added.
    #[tokio::test]
    async fn a_full_disk_refuses_new_files_and_loses_none() {
        let folder = tempfile::tempdir().expect("folder");
        let store = Store::open(folder.path(), StoreLimits::default())
            .await
            .expect("opened");
        let tenant = Tenant::default();
        // Calls one after the other use the one connection that there is.
        let limit = async |pages: &str| {
            let pragma = format!("PRAGMA max_page_count = {pages}");
            let mut connection = store.database.writers().acquire().await.expect("one");
            connection
                .execute(sqlx::AssertSqlSafe(pragma))
                .await
                .expect("set");
        };
        // It cannot be set below what is in use.
        limit("1").await;
        let mut stored = Vec::new();
        let error = loop {
            let content = Bytes::from(format!("file {}", stored.len()));
            match store.put_file(&tenant, "invoice.pdf", content).await {
                Ok(digest) => stored.push(digest),
                Err(error) => break error,
            }
            assert!(stored.len() < 10_000, "it never gets full");
        };
        assert!(error.is_out_of_space(), "{error:?}");
        limit("1000000").await;
        let content = Bytes::from(format!("file {}", stored.len()));
        let digest = store
            .put_file(&tenant, "invoice.pdf", content)
            .await
            .expect("there is room again");
        for digest in stored.iter().chain([&digest]) {
            store.read_file(&tenant, digest).await.expect("still there");
        }
        assert_eq!(store.check().await.expect("checked").problem_count, 0);
    }
}
