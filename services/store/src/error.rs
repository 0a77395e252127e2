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
    #[error("audit log: {0}")]
    Audit(#[from] docexam_audit::AuditError),
}
