//! The audit log: what happened, in an order that nobody can change afterwards without being noticed.
//!
//! Goes in: entries, and the hashes that were stored before. Comes out: leaf hashes, tree heads (RFC
//! 6962), proofs, signed checkpoints (C2SP signed notes), and the verdict over an exported log. The only
//! crate that knows the tree, the notes and the keys.
//! Deliberately absent: where entries and hashes are kept (the store), who may read them, networks.

mod canonical;
mod checkpoint;
mod entry;
mod error;
mod key;
mod log_file;
mod tree;
mod verify;

pub use canonical::{canonical_digest, canonical_json, canonical_text};
pub use checkpoint::Checkpoint;
pub use entry::{Artefacts, DecidedFinding, Entry, Produced, Record, Verdict};
pub use error::AuditError;
pub use key::{SigningKey, VerifierKey};
pub use log_file::{Line, LineProblem, LogWriter, ProvenRecord};
pub use tree::{
    Hash, StoredHashes, append, check_consistency, check_inclusion, consistency_needs,
    consistency_proof, first_position, hash_from_hex, inclusion_needs, inclusion_proof, leaf_hash,
    root, root_needs,
};
pub use verify::{Problem, Verified, VerifyError, verify};
