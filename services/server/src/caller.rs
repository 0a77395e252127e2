//! A waiting call of `Examine`. If it ends without an answer its caller has gone, and work for nobody is
//! dropped: cancelled if it runs, and forgotten by the store, so that the same call can be made again.

use crate::desk::{Desk, Entry};
use docexam_store::{Store, Tenant};
use std::sync::Arc;

pub(crate) struct Caller {
    store: Store,
    tenant: Tenant,
    id: String,
    pub(crate) entry: Arc<Entry>,
    /// To be set before it is dropped, unless its caller has gone.
    pub(crate) answered: bool,
}

impl Caller {
    pub(crate) fn came(store: &Store, desk: &Desk, tenant: &Tenant, id: &str) -> Self {
        let entry = desk.entry(id);
        entry.caller_came();
        Self {
            store: store.clone(),
            tenant: tenant.clone(),
            id: id.to_owned(),
            entry,
            answered: false,
        }
    }
}

impl Drop for Caller {
    fn drop(&mut self) {
        if self.answered {
            self.entry.caller_answered();
        } else if self.entry.caller_left()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            let (store, tenant, id) = (self.store.clone(), self.tenant.clone(), self.id.clone());
            let entry = Arc::clone(&self.entry);
            runtime.spawn(async move {
                match store.discard(&tenant, &id).await {
                    Ok(()) => entry.wake(),
                    Err(error) => tracing::error!(%error, examination = id, "not discarded"),
                }
            });
        }
    }
}
