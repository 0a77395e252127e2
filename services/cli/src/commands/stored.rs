//! Opening the store of a service, beside it or without it: for what looks back on many examinations.

use anyhow::Context;
use clap::Args;
use docexam_domain::JudgedFinding;
use docexam_store::{Places, SortedExamination, Store, StoreLimits, Tenant, TimeCursor};
use std::path::PathBuf;

/// Rows read at once.
const AT_ONCE: u32 = 500;

// Whose past is looked at
#[derive(Args)]
pub struct StoreOptions {
    /// Folder of the database and the files received
    #[arg(long, default_value = "data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Database, if it is not in the data folder: `postgres://host/database` or a SQLite file
    #[arg(long, value_name = "PLACE")]
    store: Option<String>,
    /// File contents, if they are not in the data folder: a folder, or `s3://bucket/prefix` and the like
    #[arg(long, value_name = "PLACE")]
    blobs: Option<String>,
    #[arg(long, default_value = Tenant::DEFAULT, value_name = "NAME")]
    tenant: String,
}

/// An open store and the tenant asked about.
pub struct Stored {
    pub store: Store,
    pub tenant: Tenant,
}

impl StoreOptions {
    pub async fn open(&self) -> anyhow::Result<Stored> {
        let (store, blobs) = (self.store.as_deref(), self.blobs.as_deref());
        if store.is_none() && !self.data_dir.join("docexam.db").is_file() {
            anyhow::bail!("{} has no docexam.db", self.data_dir.display());
        }
        let places = Places::parse(&self.data_dir, store, blobs)?;
        let tenant = Tenant::parse(&self.tenant)?;
        let store = Store::open_at(&places, StoreLimits::default())
            .await
            .with_context(|| format!("store {}", places.database))?;
        Ok(Stored { store, tenant })
    }
}

impl Stored {
    /// All findings that officers judged, oldest first.
    pub async fn judged(&self) -> anyhow::Result<Vec<JudgedFinding>> {
        let mut all = Vec::new();
        let mut cursor = TimeCursor::default();
        loop {
            let page = self.store.judged_findings(&self.tenant, &cursor, AT_ONCE);
            let (judged, next) = page.await?;
            all.extend(judged);
            match next {
                Some(next) => cursor = next,
                None => return Ok(all),
            }
        }
    }

    /// How the findings of all examinations were sorted, oldest first, a page at a time.
    pub async fn for_each_sorted(
        &self,
        mut each: impl FnMut(SortedExamination),
    ) -> anyhow::Result<()> {
        let mut cursor = TimeCursor::default();
        loop {
            let page = self
                .store
                .sorted_examinations(&self.tenant, &cursor, AT_ONCE);
            let (sorted, next) = page.await?;
            sorted.into_iter().for_each(&mut each);
            match next {
                Some(next) => cursor = next,
                None => return Ok(()),
            }
        }
    }
}
