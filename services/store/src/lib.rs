//! What survives a restart: files, submissions, results, progress, and the answers to request ids.
//!
//! Goes in: nouns of `docexam-domain` and file bytes. Comes out: the same, after a restart too. Nothing
//! is acknowledged before it is on the disk. The only SQL and the only blob access of the project.
//! Deliberately absent: what an examination does, the wire, and who may see what (beyond the tenant,
//! which is part of every key).

mod blobs;
mod database;
mod error;
mod events;
mod examinations;
mod files;
mod formats;
mod recovery;
mod requests;
mod submissions;
mod tenant;
mod work;

pub use error::StoreError;
pub use events::Progress;
pub use examinations::{ExaminationRecord, ListFilter};
pub use files::FileUpload;
pub use submissions::{Accepted, NewExamination, StoredFile};
pub use tenant::{RequestId, Tenant};
pub use work::ClaimedExamination;

use blobs::Blobs;
use database::Database;
use std::fs::{File, TryLockError};
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

/// Cheap to clone; all clones are the same store.
#[derive(Clone)]
pub struct Store {
    database: Database,
    blobs: Blobs,
    limits: StoreLimits,
    /// Held as long as any clone lives: two processes would take each other's work.
    _lock: Arc<File>,
}

impl Store {
    /// Opens the data folder: `docexam.db` (SQLite), `blobs/` and `lock`. Makes what is missing.
    pub async fn open(data_dir: &Path, limits: StoreLimits) -> Result<Self, StoreError> {
        let lock = lock(data_dir)?;
        let blobs = Blobs::local(&data_dir.join("blobs"), limits.max_file_bytes)?;
        let database = Database::sqlite(&data_dir.join("docexam.db")).await?;
        Ok(Self {
            database,
            blobs,
            limits,
            _lock: Arc::new(lock),
        })
    }

    pub async fn close(&self) {
        self.database.close().await;
    }
}

/// The operating system releases the lock when the process ends, however it ends.
fn lock(data_dir: &Path) -> Result<File, StoreError> {
    let folder = || data_dir.display().to_string();
    let problem = |error| StoreError::Folder {
        folder: folder(),
        error,
    };
    std::fs::create_dir_all(data_dir).map_err(problem)?;
    let file = File::create(data_dir.join("lock")).map_err(problem)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::FolderInUse(folder())),
        Err(TryLockError::Error(error)) => Err(problem(error)),
    }
}

/// Microseconds since 1970, as times are stored.
fn now() -> i64 {
    jiff::Timestamp::now().as_microsecond()
}
