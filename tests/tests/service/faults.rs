//! Servers on one PostgreSQL database that are killed, hang, or lose it: nothing that was accepted is lost,
//! and nothing is done twice.

use crate::process::{ServerProcess, Shared};
use crate::running::*;
use docexam_audit::SigningKey;
use docexam_proto::v1::examination::State;
use docexam_proto::v1::examination_service_client::ExaminationServiceClient;
use docexam_proto::v1::{CreateExaminationRequest, ListExaminationsRequest, Submission};
use docexam_tests::postgres::Postgres;
use std::time::Duration;
use tempfile::TempDir;
use tokio::task::JoinSet;
use tonic::Code;

/// A database and a folder for files, and folders for the addresses of processes.
struct Ground {
    postgres: &'static Postgres,
    shared: Shared,
    folder: TempDir,
}

impl Ground {
    fn new() -> Self {
        Self::on(Postgres::shared())
    }

    fn on(postgres: &'static Postgres) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let audit_key = folder.path().join("audit.key");
        SigningKey::create(&audit_key, "test.example/log").expect("made");
        let shared = Shared {
            store: postgres.new_database(),
            blobs: folder.path().join("blobs").display().to_string(),
            lease_seconds: 1,
            audit_key,
        };
        Self {
            postgres,
            shared,
            folder,
        }
    }

    async fn process(&self, name: &str) -> (ServerProcess, Client) {
        let folder = self.folder.path().join(name);
        std::fs::create_dir_all(&folder).expect("folder");
        let process = ServerProcess::start_on(&folder, Some(&self.shared)).await;
        let mut client = ExaminationServiceClient::new(connect(process.address).await);
        // It listens before its tables are there; it answers after.
        let list = ListExaminationsRequest::default();
        client.list_examinations(list).await.expect("it serves");
        (process, client)
    }

    /// A server of this process, whose stand-in the test commands.
    async fn running(&self) -> (Running, Client) {
        let server = Running::start_with(self.shared.config()).await;
        let client = server.client().await;
        (server, client)
    }

    fn query(&self, statement: &str) -> String {
        let answer = self.postgres.query(&self.shared.store, statement);
        answer.trim().to_owned()
    }

    fn count(&self, of: &str) -> usize {
        self.query(&format!("SELECT COUNT(*) FROM {of}"))
            .parse()
            .expect("a number")
    }

    /// Until a transaction waits for a lock.
    async fn somebody_waits(&self) {
        let waiting = "pg_locks JOIN pg_database ON pg_database.oid = database
            WHERE datname = current_database() AND NOT granted";
        for _ in 0..1_000 {
            if self.count(waiting) > 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody waits for the lock");
    }
}

fn create_one(name: &str, request_id: &str) -> CreateExaminationRequest {
    create(paper(name), request_id)
}

fn paper(name: &str) -> Submission {
    submission("D1", name, "page one\npage two")
}

/// Kills the server while it waits for the table, in the middle of accepting; nothing of it may be seen after.
async fn killed_at(table: &str, blobs_left: bool) {
    let ground = Ground::new();
    let (process, client) = ground.process("one").await;
    let held = ground.postgres.hold(
        &ground.shared.store,
        &format!("LOCK TABLE {table} IN EXCLUSIVE MODE"),
    );
    let call = tokio::spawn({
        let mut client = client.clone();
        async move { client.create_examination(create_one("a.pdf", "r-1")).await }
    });
    ground.somebody_waits().await;
    process.kill();
    drop(held);
    call.await
        .expect("no panic")
        .expect_err("never acknowledged");
    let blob = walk(&ground.folder.path().join("blobs/sha256"));
    assert_eq!(blob > 0, blobs_left);

    let (server, mut client) = ground.running().await;
    let created = client
        .create_examination(create_one("a.pdf", "r-1"))
        .await
        .expect("created")
        .into_inner();
    let examined = reaches(&mut client, &created.id, State::Examined).await;
    assert_eq!(examined.pages.len(), 2);
    assert_eq!(ground.count("examinations"), 1);
    assert_eq!(ground.count("requests"), 1);
    server.stop().await;
}

/// Number of files below.
fn walk(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| match entry.path().is_dir() {
            true => walk(&entry.path()),
            false => 1,
        })
        .sum()
}

#[tokio::test]
async fn killed_after_the_file_and_before_its_row() {
    killed_at("files", true).await;
}

#[tokio::test]
async fn killed_before_the_commit() {
    killed_at("examination_files", true).await;
}

#[tokio::test]
async fn killed_after_the_commit_and_before_the_reply() {
    let ground = Ground::new();
    let (process, client) = ground.process("one").await;
    let call = tokio::spawn({
        let mut client = client.clone();
        async move {
            client
                .create_examination(create_one("hold.pdf", "r-1"))
                .await
        }
    });
    while ground.count("requests") == 0 {
        tokio::task::yield_now().await;
    }
    process.kill();
    // Whether the reply was on its way or not makes no difference.
    let _ = call.await.expect("no panic");

    let (server, mut client) = ground.running().await;
    server.go_on();
    let again = client
        .create_examination(create_one("hold.pdf", "r-1"))
        .await
        .expect("the earlier one")
        .into_inner();
    reaches(&mut client, &again.id, State::Examined).await;
    assert_eq!(ground.count("examinations"), 1);
    server.stop().await;
}

#[tokio::test]
async fn work_of_a_killed_worker_is_taken_over() {
    let ground = Ground::new();
    let (process, mut client) = ground.process("one").await;
    let id = client
        .create_examination(create_one("hold.pdf", ""))
        .await
        .expect("created")
        .into_inner()
        .id;
    reaches(&mut client, &id, State::Running).await;
    let (server, mut client) = ground.running().await;
    server.go_on();
    tokio::time::sleep(Duration::from_millis(2_500)).await;
    assert_eq!(
        server.taken_up(),
        0,
        "its owner lives and extends the lease"
    );
    process.kill();
    let examined = reaches(&mut client, &id, State::Examined).await;
    assert_eq!(examined.pages.len(), 2);
    assert_eq!(server.taken_up(), 1);
    assert_eq!(ground.query("SELECT attempts FROM examinations"), "2");
    server.stop().await;
}

#[tokio::test]
async fn a_worker_killed_before_and_after_its_commit_leaves_one_result() {
    let ground = Ground::new();
    let (process, mut client) = ground.process("one").await;
    // After: the result is there and nobody begins again.
    let done = client
        .create_examination(create_one("a.pdf", ""))
        .await
        .expect("created")
        .into_inner()
        .id;
    reaches(&mut client, &done, State::Examined).await;
    // Before: it waits to write the findings of the second.
    let lock = "LOCK TABLE findings IN EXCLUSIVE MODE";
    let held = ground.postgres.hold(&ground.shared.store, lock);
    let cut = client
        .create_examination(create_one("b.pdf", ""))
        .await
        .expect("created")
        .into_inner()
        .id;
    ground.somebody_waits().await;
    process.kill();
    drop(held);

    let (server, mut client) = ground.running().await;
    reaches(&mut client, &cut, State::Examined).await;
    reaches(&mut client, &done, State::Examined).await;
    assert_eq!(server.taken_up(), 1, "only the second");
    assert_eq!(ground.count("findings"), 2, "one of each");
    server.stop().await;
}

#[tokio::test]
async fn a_worker_that_hangs_loses_its_work_and_changes_nothing_when_it_wakes() {
    let ground = Ground::new();
    let (process, mut client) = ground.process("one").await;
    let id = client
        .create_examination(create_one("hold.pdf", ""))
        .await
        .expect("created")
        .into_inner()
        .id;
    reaches(&mut client, &id, State::Running).await;
    // Stopped in the middle of a write it would hold SQLite's only lock, and everybody with it: let it come to
    // rest at the document first.
    tokio::time::sleep(Duration::from_millis(800)).await;
    process.signal("-STOP");
    let (server, mut client) = ground.running().await;
    server.go_on();
    let examined = reaches(&mut client, &id, State::Examined).await;
    process.signal("-CONT");
    // It finds out when it extends its lease, and works on with what is its own.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert_eq!(get(&mut client, &id).await, examined);
    assert_eq!(ground.query("SELECT attempts FROM examinations"), "2");
    assert_eq!(ground.count("findings"), 1);
    let mut first = ExaminationServiceClient::new(connect(process.address).await);
    assert_eq!(get(&mut first, &id).await, examined);
    server.stop().await;
}

#[tokio::test]
async fn a_document_that_takes_the_process_with_it_is_dead_after_three() {
    let ground = Ground::new();
    let (process, mut client) = ground.process("0").await;
    let id = client
        .create_examination(create_one("abort.pdf", ""))
        .await
        .expect("created")
        .into_inner()
        .id;
    assert!(!process.wait().success());
    for attempt in 2..=3 {
        let (process, _) = ground.process(&attempt.to_string()).await;
        assert!(!process.wait().success());
        let attempts = ground.query("SELECT attempts FROM examinations");
        assert_eq!(attempts, attempt.to_string(), "one attempt for each crash");
    }
    let (_process, mut client) = ground.process("last").await;
    let failed = reaches(&mut client, &id, State::Failed).await;
    assert!(
        failed.failure().starts_with("dead after 3 attempts"),
        "{failed:?}"
    );
    // The process lives and works.
    let other = client
        .create_examination(create_one("a.pdf", ""))
        .await
        .expect("created")
        .into_inner()
        .id;
    reaches(&mut client, &other, State::Examined).await;
}

#[tokio::test]
async fn one_request_id_sent_to_two_processes_at_once_is_worked_on_once() {
    let ground = Ground::new();
    let (_one, first) = ground.process("one").await;
    let (_other, second) = ground.process("other").await;
    for round in 0..5 {
        let mut calls = JoinSet::new();
        for call in 0..8 {
            let mut client = [&first, &second][call % 2].clone();
            let request = examine(paper("a.pdf"), &format!("r-{round}"));
            calls.spawn(async move { client.examine(request).await });
        }
        let answers: Vec<_> = calls
            .join_all()
            .await
            .into_iter()
            .map(|answer| answer.expect("answered").into_inner())
            .collect();
        assert!(answers.iter().all(|answer| *answer == answers[0]));
    }
    assert_eq!(ground.count("examinations"), 5);
    assert_eq!(ground.count("findings"), 5);
    assert_eq!(ground.query("SELECT MAX(attempts) FROM examinations"), "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgresql_may_crash_under_load() {
    // Its own server, because it is stopped. It ends with this process.
    let postgres: &'static Postgres = Box::leak(Box::new(Postgres::start()));
    let mut ground = Ground::on(postgres);
    ground.shared.lease_seconds = 3;
    let (_one, first) = ground.process("one").await;
    let (_other, second) = ground.process("other").await;
    let mut callers = JoinSet::new();
    for caller in 0..4 {
        let mut client = [&first, &second][caller % 2].clone();
        callers.spawn(async move {
            let mut accepted = Vec::new();
            for number in 0..25 {
                let request = create_one("a.pdf", &format!("r-{caller}-{number}"));
                // As a caller does: the same request id until there is an answer.
                let id = loop {
                    match client.create_examination(request.clone()).await {
                        Ok(created) => break created.into_inner().id,
                        Err(status) => {
                            let code = status.code();
                            let passing = [Code::Unavailable, Code::ResourceExhausted];
                            assert!(passing.contains(&code), "{status}");
                            tokio::time::sleep(Duration::from_millis(100)).await;
                        }
                    }
                };
                accepted.push(id);
            }
            accepted
        });
    }
    for _ in 0..2 {
        tokio::time::sleep(Duration::from_millis(700)).await;
        postgres.crash();
        tokio::time::sleep(Duration::from_millis(300)).await;
        postgres.start_again();
    }
    let accepted: Vec<String> = callers.join_all().await.into_iter().flatten().collect();
    assert_eq!(accepted.len(), 100);
    let mut client = second.clone();
    for id in &accepted {
        let examined = reaches(&mut client, id, State::Examined).await;
        assert_eq!(examined.findings.len(), 1);
    }
    assert_eq!(ground.count("examinations"), 100, "none twice");
    assert_eq!(ground.count("findings"), 100);
}
