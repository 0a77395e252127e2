//! Running the program from tests: as a command, and as a service on a free port.
#![allow(dead_code, reason = "each test file uses its part")]

use docexam_domain::Examination;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The program, with the models of the working tree.
pub fn docexam() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_docexam"));
    command.env("DOCEXAM_MODELS", root().join("models"));
    command
}

/// Runs a command that prints an examination and ends well.
pub fn examination(command: &mut Command) -> Examination {
    let (examination, code) = examination_with_code(command);
    assert_eq!(code, 0, "{:?}", examination.problems);
    examination
}

pub fn examination_with_code(command: &mut Command) -> (Examination, i32) {
    let output = command.output().expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    let examination = serde_json::from_slice(&output.stdout)
        .unwrap_or_else(|error| panic!("{error}; standard error: {said}"));
    (
        examination,
        output.status.code().expect("the program was not killed"),
    )
}

/// What `docexam eval` with these arguments says of one set; pages that are in `readings` are not read again.
pub fn evaluated(arguments: &[&str], truth: &str, readings: &Path) -> Value {
    let output = docexam()
        .arg("eval")
        .args(arguments)
        .args(["--format", "json", "--truth"])
        .arg(root().join(truth))
        .arg("--keep-readings")
        .arg(readings)
        .output()
        .expect("the program runs");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let mut sets: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    sets[0].take()
}

/// `docexam serve` on a free port of the loopback; killed when dropped.
pub struct Service {
    process: Child,
    url: String,
}

impl Service {
    pub fn start(data_dir: &Path) -> Self {
        Self::start_with(data_dir, &[])
    }

    pub fn start_with(data_dir: &Path, options: &[&str]) -> Self {
        let mut process = docexam()
            .args(["serve", "--listen", "127.0.0.1:0", "--data-dir"])
            .arg(data_dir)
            .args(options)
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program runs");
        let stderr = process.stderr.take().expect("piped");
        let mut lines = BufReader::new(stderr).lines().map_while(Result::ok);
        let address = lines
            .find_map(|line| line.strip_prefix("serving on ").map(str::to_owned))
            .expect("the service says where it listens");
        // Go on reading, or the service would block once the pipe is full.
        std::thread::spawn(move || lines.for_each(|line| eprintln!("service: {line}")));
        let service = Self {
            process,
            url: format!("http://{address}"),
        };
        let health = docexam()
            .args(["health", "--wait", "60", "--server", &service.url])
            .status()
            .expect("the program runs");
        assert!(health.success());
        service
    }

    pub fn url(&self) -> &str {
        &self.url
    }

    /// SIGKILL: no chance to say goodbye.
    pub fn kill(mut self) {
        self.process.kill().expect("it runs");
        self.process.wait().expect("it was killed");
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
