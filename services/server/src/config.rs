//! What a server is told before it starts.

use docexam_store::{Places, StoreError, StoreLimits};
use serde::Deserialize;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

/// Every value has a default but the data folder's place, which defaults to `data` in the working folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Loopback by default: there is no authentication yet.
    pub listen: SocketAddr,
    /// Database and files, where the next two do not say otherwise.
    pub data_dir: PathBuf,
    /// `postgres://…` or the path of a SQLite file.
    pub store: Option<String>,
    /// Files received: `s3://…`, `az://…`, `gs://…` or a folder.
    pub blobs: Option<String>,
    /// One gRPC message, both ways. Inline files must fit it; larger ones are uploaded.
    pub max_message_bytes: usize,
    /// One file, uploaded or inline.
    pub max_file_bytes: u64,
    /// All files of a submission: a worker holds them in memory.
    pub max_submission_bytes: u64,
    /// Examinations that wait for a worker; the next one is refused with RESOURCE_EXHAUSTED.
    pub max_queue: u64,
    /// Examinations at a time. Each may use all reader threads, so a few are enough.
    pub workers: usize,
    /// A worker that is silent for so long has lost its examination to another one.
    pub lease_seconds: u64,
    /// Where decisions of officers go: `file:PATH` or `http://…`. Without it they wait in the store.
    pub outbox: Option<String>,
    /// How long running examinations may go on once the server is told to stop. What is not done by
    /// then is taken up again at the next start.
    pub grace_seconds: u64,
    /// Key that signs the audit log; `audit.key` in the data folder if it is not given, and made at the
    /// first start. Servers that share a database share their key too.
    pub audit_key: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 50051)),
            data_dir: PathBuf::from("data"),
            store: None,
            blobs: None,
            max_message_bytes: 64 << 20,
            max_file_bytes: 256 << 20,
            max_submission_bytes: 512 << 20,
            max_queue: 1_000,
            workers: 2,
            lease_seconds: 60,
            outbox: None,
            grace_seconds: 10,
            audit_key: None,
        }
    }
}

impl Config {
    pub(crate) fn store_limits(&self) -> StoreLimits {
        StoreLimits {
            max_file_bytes: self.max_file_bytes,
            max_submission_bytes: self.max_submission_bytes,
            max_waiting: self.max_queue,
        }
    }

    pub(crate) fn audit_key(&self) -> PathBuf {
        let in_data_dir = || self.data_dir.join("audit.key");
        self.audit_key.clone().unwrap_or_else(in_data_dir)
    }

    pub(crate) fn places(&self) -> Result<Places, StoreError> {
        Places::parse(&self.data_dir, self.store.as_deref(), self.blobs.as_deref())
    }

    pub(crate) fn lease(&self) -> Duration {
        Duration::from_secs(self.lease_seconds.max(1))
    }

    pub(crate) fn grace(&self) -> Duration {
        Duration::from_secs(self.grace_seconds)
    }
}
