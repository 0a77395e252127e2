//! Which batch is meant: that of a folder of `batch run`, or one of a store.

use crate::input::StoreOptions;
use anyhow::{bail, ensure};
use clap::Args;
use docexam_store::{Store, StoreLimits, Tenant};
use std::path::{Path, PathBuf};

/// A store that workers share.
#[derive(Args, Clone)]
pub struct SharedStore {
    #[command(flatten)]
    place: StoreOptions,
    /// Whose documents they are
    #[arg(long, default_value = Tenant::DEFAULT, value_name = "NAME")]
    tenant: String,
}

impl SharedStore {
    /// Opens a store that is there.
    pub async fn open(&self) -> anyhow::Result<(Store, Tenant)> {
        let tenant = Tenant::parse(&self.tenant)?;
        Ok((self.place.open().await?, tenant))
    }

    /// Makes what is missing.
    pub async fn make(&self) -> anyhow::Result<(Store, Tenant)> {
        let tenant = Tenant::parse(&self.tenant)?;
        let store = Store::open_at(&self.place.places()?, StoreLimits::default()).await?;
        Ok((store, tenant))
    }
}

/// The store of a folder of `batch run`, inside the folder.
pub fn store_folder(out: &Path) -> PathBuf {
    out.join("store")
}

/// What the only batch in the store of such a folder is called.
pub const RUN: &str = "run";

/// A batch that has results.
#[derive(Args, Clone)]
pub struct Archive {
    /// The folder of a `batch run`, instead of a store
    #[arg(long, value_name = "DIR")]
    archive: Option<PathBuf>,
    /// The batch; may be left out where there is only one
    #[arg(long, value_name = "NAME")]
    batch: Option<String>,
    #[command(flatten)]
    store: SharedStore,
}

impl Archive {
    pub async fn open(&self) -> anyhow::Result<(Store, Tenant)> {
        let Some(folder) = &self.archive else {
            return self.store.open().await;
        };
        let folder = store_folder(folder);
        // Opening would make an empty store.
        ensure!(
            folder.join("docexam.db").is_file(),
            "{} has no results of `docexam batch run`: there is no {}",
            self.archive.as_deref().unwrap_or(&folder).display(),
            folder.join("docexam.db").display()
        );
        let store = Store::open(&folder, StoreLimits::default()).await?;
        Ok((store, Tenant::default()))
    }

    /// All that are meant: the one that is named, else all.
    pub async fn batches(&self, store: &Store, tenant: &Tenant) -> anyhow::Result<Vec<String>> {
        match &self.batch {
            Some(batch) => Ok(vec![batch.clone()]),
            None => Ok(store.batches(tenant).await?),
        }
    }

    pub async fn batch(&self, store: &Store, tenant: &Tenant) -> anyhow::Result<String> {
        let mut batches = self.batches(store, tenant).await?;
        match (batches.pop(), batches.len()) {
            (Some(batch), 0) => Ok(batch),
            (None, _) => bail!("the store has no batch"),
            (Some(last), others) => bail!(
                "the store has {} batches, name one with --batch: {}, {last}",
                others + 1,
                batches.join(", ")
            ),
        }
    }
}
