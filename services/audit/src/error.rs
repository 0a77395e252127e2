//! Everything that can go wrong with trees, notes and keys; what is wrong with a log is in `verify.rs`.

#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("JSON: {0}")]
    Json(serde_json::Error),
    #[error("{what} has format {version}, this program knows up to {known}")]
    NewerFormat {
        what: &'static str,
        version: u32,
        known: u32,
    },
    #[error("a log of {0} entries is larger than this program can hash")]
    TooLarge(u64),
    #[error("entry {index} is not in a log of {size} entries")]
    NoEntry { index: u64, size: u64 },
    #[error("a log of {size} entries has no earlier state of {earlier}")]
    NoEarlierState { earlier: u64, size: u64 },
    #[error("the log has {entries} entries, not {size}")]
    NotYet { size: u64, entries: u64 },
    #[error("the stored hash at position {0} is missing")]
    NoHash(u64),
    #[error("{0:?} is not a hash of 64 hex digits")]
    BadHash(String),
    #[error("the proof does not hold")]
    BadProof,
    #[error("checkpoint: {0}")]
    BadCheckpoint(String),
    #[error(
        "origin {0:?} is empty, longer than 200 bytes, or has spaces, control characters or '+'"
    )]
    BadOrigin(String),
    #[error("verifier key: {0}")]
    BadVerifierKey(String),
    #[error("key file {file}: {problem}")]
    KeyFile { file: String, problem: String },
    #[error("log: {0}")]
    Io(#[from] std::io::Error),
}
