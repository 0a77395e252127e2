//! A file that arrives in chunks: first its metadata, then its bytes, straight to the store.

use crate::convert;
use crate::status::CallError;
use crate::submit::MAX_NAME_BYTES;
use docexam_proto::v1 as wire;
use docexam_store::{RequestId, Store, Tenant};
use std::time::Duration;
use tonic::Streaming;
use wire::upload_file_request::Part;

/// A sender that is silent for this long is gone.
const CHUNK_TIMEOUT: Duration = Duration::from_secs(60);

pub(crate) async fn upload(
    store: &Store,
    tenant: &Tenant,
    mut parts: Streaming<wire::UploadFileRequest>,
) -> Result<wire::UploadFileResponse, CallError> {
    let Some(Part::Metadata(metadata)) = next(&mut parts).await? else {
        return Err(CallError::field(
            "metadata",
            "must come in the first message",
        ));
    };
    let name = convert::name(&metadata.name, "metadata.name", MAX_NAME_BYTES)?;
    let announced = metadata
        .sha256
        .as_deref()
        .map(announced_digest)
        .transpose()?;
    let request_id = RequestId::parse(&metadata.request_id)?;
    let mut upload = store.upload_file(tenant, &name);
    while let Some(part) = next(&mut parts).await? {
        match part {
            Part::Chunk(chunk) => upload.write(chunk).await?,
            Part::Metadata(_) => {
                return Err(CallError::field(
                    "metadata",
                    "must come in the first message only",
                ));
            }
        }
    }
    let (digest, size_bytes) = upload
        .finish(announced.as_ref(), request_id.as_ref())
        .await?;
    Ok(wire::UploadFileResponse {
        digest: digest.to_string(),
        size_bytes,
    })
}

/// The next part; none at the end of the file.
async fn next(parts: &mut Streaming<wire::UploadFileRequest>) -> Result<Option<Part>, CallError> {
    let message = tokio::time::timeout(CHUNK_TIMEOUT, parts.message())
        .await
        .map_err(|_| CallError::UploadStalled(CHUNK_TIMEOUT.as_secs()))?
        .map_err(CallError::UploadBroken)?;
    match message {
        None => Ok(None),
        Some(wire::UploadFileRequest { part: Some(part) }) => Ok(Some(part)),
        // An empty chunk looks like no part to some clients; both carry nothing.
        Some(wire::UploadFileRequest { part: None }) => Ok(Some(Part::Chunk(Default::default()))),
    }
}

/// With or without `sha256:`, in upper or lower case, as checksum programs print it.
fn announced_digest(text: &str) -> Result<docexam_domain::Sha256Digest, CallError> {
    let digits = text
        .strip_prefix("sha256:")
        .unwrap_or(text)
        .to_ascii_lowercase();
    Ok(convert::digest(
        &format!("sha256:{digits}"),
        "metadata.sha256",
    )?)
}
