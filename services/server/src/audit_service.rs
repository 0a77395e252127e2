//! The calls of `docexam.v1.AuditService`: the log as a caller may see it, and the proofs for it.

use crate::call::Call;
use crate::status::CallError;
use docexam_audit::{Checkpoint, Hash};
use docexam_domain::Sha256Digest;
use docexam_proto::v1 as wire;
use docexam_store::{AuditEntry, AuditFilter, Store, StoreError, Tenant};
use tonic::{Request, Response, Status};
use wire::audit_service_server::AuditService;

const DEFAULT_PAGE_SIZE: u32 = 100;
/// An entry has less than 1 KB but for submissions of many files, which have some 10 KB.
const MAX_PAGE_SIZE: u32 = 1_000;

pub(crate) struct Audit {
    pub(crate) store: Store,
}

#[tonic::async_trait]
impl AuditService for Audit {
    async fn get_checkpoint(
        &self,
        request: Request<wire::GetCheckpointRequest>,
    ) -> Result<Response<wire::Checkpoint>, Status> {
        let call = Call::begin("GetCheckpoint", request.metadata());
        let result = self.checkpoint(&call, request.into_inner()).await;
        call.end(result)
    }

    async fn list_entries(
        &self,
        request: Request<wire::ListEntriesRequest>,
    ) -> Result<Response<wire::ListEntriesResponse>, Status> {
        let call = Call::begin("ListEntries", request.metadata());
        let result = self.list(&call, request.into_inner()).await;
        call.end(result)
    }

    async fn get_inclusion_proof(
        &self,
        request: Request<wire::GetInclusionProofRequest>,
    ) -> Result<Response<wire::InclusionProof>, Status> {
        let call = Call::begin("GetInclusionProof", request.metadata());
        let result = self.inclusion(&call, request.into_inner()).await;
        call.end(result)
    }

    async fn get_consistency_proof(
        &self,
        request: Request<wire::GetConsistencyProofRequest>,
    ) -> Result<Response<wire::ConsistencyProof>, Status> {
        let call = Call::begin("GetConsistencyProof", request.metadata());
        let result = self.consistency(&call, request.into_inner()).await;
        call.end(result)
    }
}

impl Audit {
    async fn checkpoint(
        &self,
        call: &Call,
        request: wire::GetCheckpointRequest,
    ) -> Result<wire::Checkpoint, CallError> {
        call.tenant()?;
        let note = match request.covers_entries {
            None => self.store.newest_checkpoint().await?,
            Some(entries) => self.store.checkpoint_of(entries).await?,
        };
        let note = note.ok_or_else(|| match request.covers_entries {
            Some(_) => CallError::field("covers_entries", "is more than the log has"),
            None => StoreError::EmptyLog.into(),
        })?;
        let Checkpoint { origin, size, root } =
            Checkpoint::read(&note).map_err(StoreError::Audit)?;
        Ok(wire::Checkpoint {
            origin,
            tree_size: size,
            root_hash: hash_to_wire(&root),
            note,
        })
    }

    async fn list(
        &self,
        call: &Call,
        request: wire::ListEntriesRequest,
    ) -> Result<wire::ListEntriesResponse, CallError> {
        let tenant = call.tenant()?;
        let mut filter = AuditFilter {
            examination: request.examination_id,
            from: 0,
        };
        filter.from = read_token(&tenant, &filter, &request.page_token)?;
        let page_size = match request.page_size {
            0 => DEFAULT_PAGE_SIZE,
            size => size.min(MAX_PAGE_SIZE),
        };
        // One more than asked for tells whether there is another page.
        let mut entries = self
            .store
            .audit_entries(&tenant, &filter, page_size + 1)
            .await?;
        let next = entries.get(page_size as usize).map(|entry| entry.index);
        entries.truncate(page_size as usize);
        Ok(wire::ListEntriesResponse {
            entries: entries.into_iter().map(entry_to_wire).collect(),
            next_page_token: next.map_or_else(String::new, |next| {
                format!("{}-{next}", filter_mark(&tenant, &filter))
            }),
        })
    }

    async fn inclusion(
        &self,
        call: &Call,
        request: wire::GetInclusionProofRequest,
    ) -> Result<wire::InclusionProof, CallError> {
        call.tenant()?;
        let wire::GetInclusionProofRequest { index, tree_size } = request;
        let hashes = self.store.audit_inclusion(index, tree_size).await?;
        Ok(wire::InclusionProof {
            hashes: hashes.iter().map(hash_to_wire).collect(),
        })
    }

    async fn consistency(
        &self,
        call: &Call,
        request: wire::GetConsistencyProofRequest,
    ) -> Result<wire::ConsistencyProof, CallError> {
        call.tenant()?;
        let wire::GetConsistencyProofRequest {
            earlier_size,
            tree_size,
        } = request;
        let hashes = self
            .store
            .audit_consistency(earlier_size, tree_size)
            .await?;
        Ok(wire::ConsistencyProof {
            hashes: hashes.iter().map(hash_to_wire).collect(),
        })
    }
}

/// `<16 hex digits over tenant and filter>-<index>`; callers must not rely on it.
fn read_token(tenant: &Tenant, filter: &AuditFilter, token: &str) -> Result<u64, CallError> {
    if token.is_empty() {
        return Ok(0);
    }
    let problem = |text| CallError::field("page_token", text);
    let (mark, index) = token
        .split_once('-')
        .ok_or_else(|| problem("is not a token of a list"))?;
    let index: u64 = index
        .parse()
        .map_err(|_| problem("is not a token of a list"))?;
    match mark == filter_mark(tenant, filter) {
        true => Ok(index),
        false => Err(problem("belongs to a list with another filter")),
    }
}

fn filter_mark(tenant: &Tenant, filter: &AuditFilter) -> String {
    let examination = filter.examination.as_deref().unwrap_or_default();
    let digest = Sha256Digest::of_parts(["audit", tenant.as_str(), examination].map(str::as_bytes));
    digest.hex().chars().take(16).collect()
}

fn entry_to_wire(AuditEntry { index, entry }: AuditEntry) -> wire::AuditEntry {
    wire::AuditEntry { index, entry }
}

fn hash_to_wire(hash: &Hash) -> bytes::Bytes {
    bytes::Bytes::copy_from_slice(hash)
}
