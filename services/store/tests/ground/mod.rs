//! What the tests of the store stand on: a database of either kind, and a folder for files.

use docexam_store::*;
use docexam_tests::postgres::Postgres;
use tempfile::TempDir;

/// Outlives the stores that are opened on it.
pub struct Ground {
    pub folder: TempDir,
    pub database: DatabasePlace,
}

impl Ground {
    pub fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let database = DatabasePlace::Sqlite(folder.path().join("docexam.db"));
        Self { folder, database }
    }

    pub fn postgres() -> Self {
        let url = Postgres::shared().new_database();
        Self {
            folder: tempfile::tempdir().expect("folder"),
            database: DatabasePlace::Postgres(url),
        }
    }

    pub fn places(&self) -> Places {
        Places {
            database: self.database.clone(),
            blobs: BlobPlace::Folder(self.folder.path().join("blobs")),
        }
    }

    pub async fn open(&self) -> Store {
        let limits = StoreLimits {
            max_file_bytes: 1 << 20,
            max_submission_bytes: 2 << 20,
            max_waiting: 5,
        };
        Store::open_at(&self.places(), limits)
            .await
            .expect("opened")
    }
}

/// Each test on each database.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::Ground::sqlite()).await;
            })*
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::Ground::postgres()).await;
            })*
        }
    };
}
