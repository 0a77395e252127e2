//! Pictures of pages: drawn when asked for, a few at a time, never larger than a message.

use crate::examiner::{Picture, RenderPage};
use crate::status::CallError;
use docexam_proto::v1 as wire;
use docexam_store::{Store, StoreError, Tenant};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Legible at full width on a screen.
const DEFAULT_SIDE_PX: u32 = 1_600;
const MAX_SIDE_PX: u32 = 4_000;
/// Each holds a decoded page, up to 64 MB.
const AT_ONCE: usize = 2;

pub(super) struct PageImages {
    render: Option<Arc<RenderPage>>,
    max_bytes: usize,
    slots: Arc<Semaphore>,
}

impl PageImages {
    pub(super) fn new(render: Option<Arc<RenderPage>>, max_bytes: usize) -> Self {
        Self {
            render,
            max_bytes,
            slots: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// `id` has the form of an id.
    pub(super) async fn get(
        &self,
        store: &Store,
        tenant: &Tenant,
        id: &str,
        request: &wire::GetPageImageRequest,
    ) -> Result<wire::PageImage, CallError> {
        let Some(render) = self.render.clone() else {
            return Err(CallError::NotOffered("pictures of pages"));
        };
        let side = match request.max_side_px {
            0 => DEFAULT_SIDE_PX,
            side => side.min(MAX_SIDE_PX),
        };
        // A wrong id is told before a wrong file.
        let files = store.examination(tenant, id).await?.files.len();
        let file = store.examination_file(tenant, id, request.file).await?;
        let file = file.ok_or_else(|| {
            let problem = format!("is {}, the examination has {files} files", request.file);
            CallError::field("file", problem)
        })?;
        // Waiting callers hold no file in memory.
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        let bytes = store.read_file(tenant, &file.digest).await?;
        let page = request.page;
        let drawn = tokio::task::spawn_blocking(move || {
            let _slot = slot;
            render(&file.name, Arc::from(bytes.as_ref()), page, side)
        })
        .await
        .map_err(|error| StoreError::DamagedRow {
            what: "page",
            problem: error.to_string(),
        })?;
        let Picture {
            png,
            width_px,
            height_px,
        } = drawn.map_err(|problem| CallError::field("page", problem))?;
        if png.len() > self.max_bytes {
            let (bytes, limit) = (png.len(), self.max_bytes);
            let problem = format!(
                "{side} makes a picture of {bytes} bytes, limit {limit}; ask for a smaller one"
            );
            return Err(CallError::field("max_side_px", problem));
        }
        Ok(wire::PageImage {
            png: png.into(),
            width_px,
            height_px,
        })
    }
}
