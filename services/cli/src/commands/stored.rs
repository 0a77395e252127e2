//! Opening the store of a service, beside it or without it: for what looks back on many examinations.

use crate::input::StoreOptions;
use clap::Args;
use docexam_domain::JudgedFinding;
use docexam_store::{SortedExamination, Store, Tenant, TimeCursor};

/// Rows read at once.
const AT_ONCE: u32 = 500;

// Whose past is looked at
#[derive(Args)]
pub struct PastOptions {
    #[command(flatten)]
    store: StoreOptions,
    #[arg(long, default_value = Tenant::DEFAULT, value_name = "NAME")]
    tenant: String,
}

/// An open store and the tenant asked about.
pub struct Stored {
    pub store: Store,
    pub tenant: Tenant,
}

impl PastOptions {
    pub async fn open(&self) -> anyhow::Result<Stored> {
        let tenant = Tenant::parse(&self.tenant)?;
        let store = self.store.open().await?;
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
