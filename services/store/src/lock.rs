//! The lock file beside a SQLite database. Every process that has it open holds the lock shared; the first
//! one holds it exclusively while it brings the schema up to date, and knows that nobody else is there:
//! whatever lease is still written down belongs to a process that has ended.

use crate::StoreError;
use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::{Duration, Instant};

/// Another process holds the lock exclusively only while it opens the database.
const WAIT: Duration = Duration::from_secs(60);
const PAUSE: Duration = Duration::from_millis(20);

/// The operating system releases it when the process ends, however it ends.
pub(crate) struct FolderLock {
    file: File,
    alone: bool,
    folder: String,
}

impl FolderLock {
    /// Exclusively if no other process has the database open, else shared.
    pub(crate) async fn take(database: &Path) -> Result<Self, StoreError> {
        let folder = match database.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let name = folder.display().to_string();
        let problem = |error| StoreError::Folder {
            folder: name.clone(),
            error,
        };
        std::fs::create_dir_all(folder).map_err(problem)?;
        let file = File::create(folder.join("lock")).map_err(problem)?;
        let alone = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(error)) => return Err(problem(error)),
        };
        let lock = Self {
            file,
            alone,
            folder: name,
        };
        match alone {
            true => Ok(lock),
            false => lock.wait_for_shared().await,
        }
    }

    /// Nobody else has the database open, nor can open it before `shared`.
    pub(crate) fn is_alone(&self) -> bool {
        self.alone
    }

    /// Lets others in.
    pub(crate) async fn shared(mut self) -> Result<Self, StoreError> {
        if !self.alone {
            return Ok(self);
        }
        self.alone = false;
        self.file.unlock().map_err(|error| self.problem(error))?;
        self.wait_for_shared().await
    }

    async fn wait_for_shared(self) -> Result<Self, StoreError> {
        let deadline = Instant::now() + WAIT;
        loop {
            match self.file.try_lock_shared() {
                Ok(()) => return Ok(self),
                Err(TryLockError::WouldBlock) if Instant::now() < deadline => {
                    tokio::time::sleep(PAUSE).await;
                }
                Err(TryLockError::WouldBlock) => return Err(StoreError::FolderInUse(self.folder)),
                Err(TryLockError::Error(error)) => return Err(self.problem(error)),
            }
        }
    }

    fn problem(&self, error: std::io::Error) -> StoreError {
        StoreError::Folder {
            folder: self.folder.clone(),
            error,
        }
    }
}
