//! A PostgreSQL server for tests: Debian's own, on loopback, in a folder of its own, as durable as in
//! production. It ends with the process that started it, however that ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

const INSTALLED: &str = "/usr/lib/postgresql";

/// Waits for the end of its input, which is the end of the test process; then stops and removes everything.
const KEEPER: &str = r#"trap "" INT TERM HUP
cat >/dev/null
"$1/pg_ctl" -D "$2/data" -m immediate stop >/dev/null 2>&1
rm -rf "$2""#;

pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    keeper: Child,
    databases: AtomicUsize,
}

impl Postgres {
    /// One server for all tests of a program; each takes a database of its own.
    pub fn shared() -> &'static Self {
        static SERVER: OnceLock<Postgres> = OnceLock::new();
        SERVER.get_or_init(Self::start)
    }

    /// A server of one's own, for tests that stop it.
    pub fn start() -> Self {
        let programs = programs();
        let folder = output(Command::new("mktemp").args(["-d", "-t", "docexam-postgres-XXXXXX"]));
        let folder = PathBuf::from(folder.trim());
        let keeper = unprivileged(&[
            Path::new("sh"),
            Path::new("-c"),
            Path::new(KEEPER),
            Path::new("keeper"),
            &programs,
            &folder,
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("sh starts");
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .expect("a free port")
            .port();
        let server = Self {
            programs,
            folder,
            port,
            keeper,
            databases: AtomicUsize::new(0),
        };
        if is_root() {
            run(
                Command::new("chown").arg("postgres:").arg(&server.folder),
                "chown",
            );
        }
        // Only the empty database is written without waiting for the disk.
        server.run(
            "initdb",
            &[
                "--no-sync",
                "--auth=trust",
                "--username=postgres",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
            ],
        );
        server.start_again();
        server
    }

    /// The address of a new, empty database.
    pub fn new_database(&self) -> String {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::SeqCst));
        let address = format!("postgres://postgres@127.0.0.1:{}", self.port);
        self.query(
            &format!("{address}/postgres"),
            &format!("CREATE DATABASE {name}"),
        );
        format!("{address}/{name}")
    }

    /// What a statement answers, columns separated by `|`.
    pub fn query(&self, database: &str, statement: &str) -> String {
        output(self.psql().args(["-Atc", statement, database]))
    }

    /// A transaction that has run the statement and stays open until it is dropped, for example with a lock.
    pub fn hold(&self, database: &str, statement: &str) -> Held {
        let mut session = self
            .psql()
            .args(["-At", "-v", "ON_ERROR_STOP=1", database])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("psql starts");
        let input = session.stdin.as_mut().expect("piped");
        writeln!(input, "BEGIN; {statement}; SELECT 'held';").expect("psql listens");
        let output = session.stdout.take().expect("piped");
        let held = BufReader::new(output).lines().map_while(Result::ok);
        assert!(
            held.into_iter().any(|line| line == "held"),
            "{statement} failed"
        );
        Held(session)
    }

    fn psql(&self) -> Command {
        let mut command = Command::new(self.programs.join("psql"));
        command.arg("-qX");
        command
    }

    /// As if the machine had lost power: nothing is said to clients, nothing is written down.
    pub fn crash(&self) {
        self.run("pg_ctl", &["-m", "immediate", "stop"]);
    }

    pub fn start_again(&self) {
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c max_connections=300",
            self.port
        );
        let log = self.folder.join("log").display().to_string();
        self.run("pg_ctl", &["-w", "-l", &log, "-o", &options, "start"]);
    }

    fn run(&self, program: &str, arguments: &[&str]) {
        let mut words = vec![
            self.programs.join(program),
            PathBuf::from("-D"),
            self.folder.join("data"),
        ];
        words.extend(arguments.iter().map(PathBuf::from));
        let words: Vec<&Path> = words.iter().map(PathBuf::as_path).collect();
        let ran = unprivileged(&words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("it starts");
        if !ran.success() {
            let mut log = String::new();
            let _ = std::fs::File::open(self.folder.join("log"))
                .and_then(|mut file| file.read_to_string(&mut log));
            panic!("PostgreSQL's {program} failed with {ran}; its log:\n{log}");
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

/// An open transaction; rolled back when it is dropped.
pub struct Held(Child);

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The programs of the newest version installed.
fn programs() -> PathBuf {
    let versions = std::fs::read_dir(INSTALLED).into_iter().flatten().flatten();
    versions
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let programs = version.path().join("bin");
            programs
                .join("initdb")
                .is_file()
                .then_some((number, programs))
        })
        .max()
        .unwrap_or_else(|| {
            panic!("PostgreSQL is not installed (no {INSTALLED}/*/bin/initdb): run deploy/setup.sh")
        })
        .1
}

/// PostgreSQL refuses to run as root; Debian has a user for it.
fn unprivileged(words: &[&Path]) -> Command {
    let mut command = match is_root() {
        true => {
            let mut command = Command::new("setpriv");
            command.args([
                "--reuid=postgres",
                "--regid=postgres",
                "--init-groups",
                "--",
            ]);
            command.args(words);
            command
        }
        false => {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]);
            command
        }
    };
    command.current_dir("/");
    command
}

fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| output(Command::new("id").arg("-u")).trim() == "0")
}

fn output(command: &mut Command) -> String {
    let output = command.output().expect("it starts");
    assert!(output.status.success(), "{command:?} failed: {output:?}");
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn run(command: &mut Command, name: &str) {
    let output = command.output().expect("it starts");
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} failed: {message}");
}
