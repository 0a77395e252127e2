//! A server in a process of its own, to be killed or measured: this test program once more.

use crate::running::small;
use docexam_server::{Config, serve_on};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

const DATA_DIR: &str = "DOCEXAM_TEST_DATA_DIR";
const OUTBOX: &str = "DOCEXAM_TEST_OUTBOX";

pub struct ServerProcess {
    pub address: SocketAddr,
    process: Child,
}

impl ServerProcess {
    pub async fn start(data_dir: &Path) -> Self {
        Self::start_with_outbox(data_dir, "").await
    }

    /// Sends decisions to this place; empty for none.
    pub async fn start_with_outbox(data_dir: &Path, outbox: &str) -> Self {
        let address_file = address_file(data_dir);
        let _ = std::fs::remove_file(&address_file);
        let process = Command::new(std::env::current_exe().expect("this program"))
            .args(["--exact", "process::server", "--ignored", "--nocapture"])
            .env(DATA_DIR, data_dir)
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
        ..small()
    };
    serve_on(listener, config, examine, std::future::pending())
        .await
        .expect("until it is killed");
}
