//! A server in a process of its own, to be killed or measured: this test program once more.

use crate::running::small;
use docexam_server::{Config, serve_on};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Duration;

const DATA_DIR: &str = "DOCEXAM_TEST_DATA_DIR";
const STORE: &str = "DOCEXAM_TEST_STORE";
const BLOBS: &str = "DOCEXAM_TEST_BLOBS";
const AUDIT_KEY: &str = "DOCEXAM_TEST_AUDIT_KEY";
const LEASE: &str = "DOCEXAM_TEST_LEASE_SECONDS";
const OUTBOX: &str = "DOCEXAM_TEST_OUTBOX";

pub struct ServerProcess {
    pub address: SocketAddr,
    process: Child,
}

impl ServerProcess {
    pub async fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, None, "").await
    }

    /// Sends decisions to this place; empty for none.
    pub async fn start_with_outbox(data_dir: &Path, outbox: &str) -> Self {
        Self::start_with(data_dir, None, outbox).await
    }

    /// On a PostgreSQL database, beside others; `data_dir` holds the address alone, and the files unless
    /// another process has them in a folder of its own.
    pub async fn start_on(data_dir: &Path, shared: Option<&Shared>) -> Self {
        Self::start_with(data_dir, shared, "").await
    }

    async fn start_with(data_dir: &Path, shared: Option<&Shared>, outbox: &str) -> Self {
        let address_file = address_file(data_dir);
        let _ = std::fs::remove_file(&address_file);
        let process = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "process::server", "--ignored", "--nocapture"])
            .env(DATA_DIR, data_dir)
            .envs(shared.iter().flat_map(|shared| shared.environment()))
            .env(OUTBOX, outbox)
            .stdout(Stdio::null())
            .spawn()
            .expect("started");
        for _ in 0..1_000 {
            let address = std::fs::read_to_string(&address_file).unwrap_or_default();
            if let Ok(address) = address.parse() {
                return Self { address, process };
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut process = process;
        let _ = process.kill();
        let _ = process.wait();
        panic!("the server process does not start");
    }

    /// Lets it hang (SIGSTOP), or go on (SIGCONT).
    pub fn signal(&self, signal: &str) {
        let process = self.process.id().to_string();
        let sent = Command::new("kill").args([signal, &process]).status();
        assert!(sent.expect("kill starts").success());
    }

    /// How it ended, once it has.
    pub fn wait(mut self) -> ExitStatus {
        self.process.wait().expect("it was started")
    }

    /// SIGKILL: nothing of the process runs any more.
    pub fn kill(self) {
        drop(self);
    }

    /// The most memory that it has had, where the system tells it (Linux).
    pub fn peak_memory_mib(&self) -> Option<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).ok()?;
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))?;
        let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
        Some(kib / 1024)
    }
}

impl Drop for ServerProcess {
    /// A failing test must not leave its server behind.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What processes on one PostgreSQL database share.
pub struct Shared {
    pub store: String,
    pub blobs: String,
    pub lease_seconds: u64,
    /// Made before the first process starts.
    pub audit_key: PathBuf,
}

impl Shared {
    fn environment(&self) -> [(&'static str, String); 4] {
        [
            (STORE, self.store.clone()),
            (BLOBS, self.blobs.clone()),
            (LEASE, self.lease_seconds.to_string()),
            (AUDIT_KEY, self.audit_key.display().to_string()),
        ]
    }

    pub fn config(&self) -> Config {
        Config {
            store: Some(self.store.clone()),
            blobs: Some(self.blobs.clone()),
            lease_seconds: self.lease_seconds,
            audit_key: Some(self.audit_key.clone()),
            ..small()
        }
    }

    fn from_environment() -> Option<Self> {
        Some(Self {
            store: std::env::var(STORE).ok()?,
            blobs: std::env::var(BLOBS).ok()?,
            lease_seconds: std::env::var(LEASE).ok()?.parse().ok()?,
            audit_key: std::env::var_os(AUDIT_KEY)?.into(),
        })
    }
}

fn address_file(data_dir: &Path) -> PathBuf {
    data_dir.join("address")
}

#[tokio::test]
#[ignore = "not a test: what a server process runs"]
async fn server() {
    let Some(data_dir) = std::env::var_os(DATA_DIR).map(PathBuf::from) else {
        return;
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a free port");
    let address = listener.local_addr().expect("bound").to_string();
    std::fs::write(address_file(&data_dir), address).expect("written");
    let examine = crate::stand_in::reviewed(&Arc::default());
    let outbox = std::env::var(OUTBOX).ok();
    let config = Config {
        data_dir,
        outbox: outbox.filter(|place| !place.is_empty()),
        max_file_bytes: 256 << 20,
        ..Shared::from_environment().map_or_else(small, |shared| shared.config())
    };
    serve_on(listener, config, examine, std::future::pending())
        .await
        .expect("until it is killed");
}
