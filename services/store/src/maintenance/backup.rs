//! A copy of the store as it is at one moment, while it is in use: the database first, then the contents that its
//! rows name, which never change. The copy is a data folder; to restore is to serve from it.

use crate::blobs::Blobs;
use crate::database::Dialect;
use crate::{BlobPlace, Places, Store, StoreError, StoreLimits};
use sqlx::Any;
use std::path::Path;

impl Store {
    /// Into a folder that holds no store yet. The number of files copied.
    pub async fn backup(&self, folder: &Path) -> Result<u64, StoreError> {
        if self.database.dialect() != Dialect::Sqlite {
            return Err(StoreError::NotHere {
                what: "a backup",
                instead: "PostgreSQL is backed up by pg_dump, its files by the means of their store; `docexam store migrate` copies both to a SQLite folder",
            });
        }
        let problem = |error| StoreError::Folder {
            folder: folder.display().to_string(),
            error,
        };
        std::fs::create_dir_all(folder).map_err(problem)?;
        let database = folder.join("docexam.db");
        if database.exists() {
            return Err(StoreError::NotEmpty(folder.display().to_string()));
        }
        // Under another name until it is whole and on the disk.
        let part = folder.join("docexam.db.part");
        match std::fs::remove_file(&part) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(problem(error));
            }
            _ => {}
        }
        sqlx::query::<Any>("VACUUM INTO $1")
            .bind(part.display().to_string())
            .execute(self.database.reader())
            .await?;
        std::fs::File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&part, &database))
            .and_then(|()| std::fs::File::open(folder)?.sync_all())
            .map_err(problem)?;
        // Those of the copy, not those of the store, which goes on.
        let limits = StoreLimits {
            max_file_bytes: u64::MAX,
            ..self.limits
        };
        let copy = Self::open_at(&Places::in_folder(folder), limits).await?;
        let copied = self.copy_contents(&copy, &copy.blobs).await;
        copy.close().await;
        copied
    }

    /// Copies the contents that the rows of `rows` name, verified; those that are there already are left.
    pub(crate) async fn copy_contents(&self, rows: &Self, to: &Blobs) -> Result<u64, StoreError> {
        let mut copied = 0;
        let mut last = String::new();
        loop {
            let digests = rows.live_digests(&last).await?;
            let Some(end) = digests.last() else {
                return Ok(copied);
            };
            last = end.as_str().to_owned();
            for digest in digests {
                if to.size(&digest).await?.is_none() {
                    to.put(self.blobs.get(&digest).await?).await?;
                    copied += 1;
                }
            }
        }
    }

    /// Copies all contents to another place. The number of files copied.
    pub async fn copy_files(&self, to: &BlobPlace) -> Result<u64, StoreError> {
        let to = Blobs::open(to, u64::MAX).await?;
        self.copy_contents(self, &to).await
    }
}
