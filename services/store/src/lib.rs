//! What survives a restart: files, submissions, results, progress, and the answers to request ids.
//!
//! Goes in: nouns of `docexam-domain` and file bytes. Comes out: the same, after a restart too. Nothing
//! is acknowledged before it is on the disk. The only SQL and the only blob access of the project.
//! Deliberately absent: what an examination does, the wire, and who may see what (beyond the tenant,
//! which is part of every key).

mod audit;
mod audit_log;
mod batch;
mod batch_work;
mod blobs;
mod claims;
mod database;
mod error;
mod events;
mod examinations;
mod files;
mod formats;
mod lock;
mod maintenance;
mod outbox;
mod packed;
mod past;
mod places;
mod readings;
mod recovery;
mod remote;
mod requests;
mod review;
mod sequencer;
mod submissions;
mod tenant;
mod work;

pub use audit_log::{AuditEntry, AuditFilter};
pub use batch::{BatchDocument, BatchFile, BatchRecord, BatchResult, BatchTask, DeclarationSource};
pub use batch_work::{BatchClaim, CRASHED, ClaimedDocument, MAX_BATCH_ATTEMPTS};
pub use claims::{Claimant, ClaimedExamination};
pub use error::StoreError;
pub use events::Progress;
pub use examinations::{ExaminationRecord, ListFilter};
pub use files::FileUpload;
pub use maintenance::{CheckReport, MovedTable, RetainReport, migrate};
pub use outbox::OutboxEvent;
pub use past::PastExamination;
pub use places::{BlobPlace, DatabasePlace, Places};
pub use readings::ReadingSet;
pub use review::{
    CorrectedPage, LeaseDuration, NewClaim, NewDecision, OfficerCorrection, PlanReview, QueuePlace,
    ReviewChange, ReviewChangeKind, ReviewFilter, ReviewState, ReviewTask, SortedExamination,
    TimeCursor, Worker,
};
pub use sequencer::{MAX_BATCH, Sequenced, Sequencer};
pub use submissions::{Accepted, NewExamination, StoredFile};
pub use tenant::{RequestId, Tenant};
pub use work::produced;

use blobs::Blobs;
use database::Database;
use lock::FolderLock;
use std::path::Path;
use std::sync::Arc;

/// What the store refuses to exceed.
#[derive(Clone, Copy, Debug)]
pub struct StoreLimits {
    /// One file, in bytes.
    pub max_file_bytes: u64,
    /// All files of one submission, in bytes: whoever examines it holds them in memory.
    pub max_submission_bytes: u64,
    /// Examinations that wait for a worker.
    pub max_waiting: u64,
}

impl Default for StoreLimits {
    fn default() -> Self {
        // A 200-page colour scan at 300 dpi has about 200 MB.
        Self {
            max_file_bytes: 256 << 20,
            max_submission_bytes: 512 << 20,
            max_waiting: 1_000,
        }
    }
}

/// Cheap to clone; all clones are the same store. Many processes may use the same store at a time.
#[derive(Clone)]
pub struct Store {
    database: Database,
    blobs: Blobs,
    limits: StoreLimits,
    /// Without it no review tasks are made.
    plan_review: Option<Arc<PlanReview>>,
    /// Of a SQLite database; held as long as any clone lives.
    _lock: Option<Arc<FolderLock>>,
}

impl Store {
    /// Opens the data folder: `docexam.db` (SQLite), `blobs/` and `lock`. Makes what is missing.
    pub async fn open(data_dir: &Path, limits: StoreLimits) -> Result<Self, StoreError> {
        Self::open_at(&Places::in_folder(data_dir), limits).await
    }

    /// Opens the store at these places. Makes what is missing, but for a PostgreSQL database or a bucket.
    pub async fn open_at(places: &Places, limits: StoreLimits) -> Result<Self, StoreError> {
        let lock = match &places.database {
            DatabasePlace::Sqlite(file) => Some(FolderLock::take(file).await?),
            DatabasePlace::Postgres(_) => None,
        };
        let blobs = Blobs::open(&places.blobs, limits.max_file_bytes).await?;
        let database = Database::open(&places.database).await?;
        let mut store = Self {
            database,
            blobs,
            limits,
            plan_review: None,
            _lock: None,
        };
        if let Some(lock) = lock {
            if lock.is_alone() {
                store.end_leases().await?;
            }
            store._lock = Some(Arc::new(lock.shared().await?));
        }
        Ok(store)
    }

    /// Examinations that end from here on are sorted into work for officers.
    pub fn with_review(mut self, plan: Arc<PlanReview>) -> Self {
        self.plan_review = Some(plan);
        self
    }

    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// Microseconds since 1970, as times are stored.
fn now() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
