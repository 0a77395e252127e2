//! Processes that are really killed: nothing is lost, nothing is done twice, and a document that ends its
//! process is found out.

use crate::stand_in::*;
use docexam_batch::{End, export};
use docexam_domain::ExaminationState;
use docexam_store::{Store, Tenant};
use docexam_tests::postgres::Postgres;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

const FOLDER: &str = "DOCEXAM_TEST_BATCH_FOLDER";
const DATABASE: &str = "DOCEXAM_TEST_BATCH_DATABASE";

/// This test program once more, as a worker.
struct Process(Child);

impl Process {
    fn start(folder: &Path) -> Self {
        Self::start_on(folder, None)
    }

    fn start_on(folder: &Path, database: Option<&str>) -> Self {
        let process = Command::new(std::env::current_exe().expect("this program"))
            .args([
                "--exact",
                "killing::worker_process",
                "--ignored",
                "--nocapture",
            ])
            .env(FOLDER, folder)
            .envs(database.map(|database| (DATABASE, database)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        Self(process.expect("started"))
    }

    /// SIGKILL.
    fn kill(&mut self) {
        self.0.kill().expect("killed");
        self.0.wait().expect("it ended");
    }

    fn wait(&mut self) -> ExitStatus {
        self.0.wait().expect("it ended")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test: what a worker process runs"]
async fn worker_process() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else {
        return;
    };
    let database = std::env::var(DATABASE).ok();
    let store = store_at(&folder, database.as_deref()).await;
    worked(&store, &folder, 2).await.expect("worked");
}

fn examined_ids(documents: &[docexam_store::BatchDocument]) -> BTreeSet<String> {
    let examined = documents
        .iter()
        .filter(|document| document.state == ExaminationState::Examined);
    examined
        .map(|document| document.document_id.clone())
        .collect()
}

async fn documents(store: &Store) -> Vec<docexam_store::BatchDocument> {
    store
        .batch_documents(&Tenant::default(), BATCH, -1, 1_000)
        .await
        .expect("read")
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_moment_a_kill_comes_at_nothing_is_lost_and_nothing_is_done_twice() {
    let named: Vec<(String, String)> = (0..60)
        .map(|n| {
            (
                format!("doc-{n:02}"),
                format!("pause 4\npause 3\ninvoice_number=INV-{n}\n"),
            )
        })
        .collect();
    let listed: Vec<(&str, &str)> = named
        .iter()
        .map(|(id, text)| (id.as_str(), text.as_str()))
        .collect();
    let archive = Archive::of(&listed);
    archive.entered().await.close().await;
    let mut finished = BTreeSet::new();
    // After so many pages, and a while longer, so that it falls on different steps of the work.
    for (pages, more_microseconds) in [(8, 0), (40, 1_700), (75, 3_900), (110, 6_100)] {
        let mut process = Process::start(archive.path());
        let read = || {
            archive
                .ledger()
                .iter()
                .filter(|line| line.starts_with("read"))
                .count()
        };
        for _ in 0..5_000 {
            if read() >= pages {
                break;
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        assert!(read() >= pages, "the worker does not work");
        tokio::time::sleep(Duration::from_micros(more_microseconds)).await;
        process.kill();
        let begun_before = archive.ledger();
        // What was finished before the kill is not begun again.
        for id in &finished {
            let begun = begun_before
                .iter()
                .filter(|line| **line == format!("begin {id}"));
            assert_eq!(begun.count(), 1, "{id}");
        }
        let store = archive.store().await;
        let now = examined_ids(&documents(&store).await);
        assert!(finished.is_subset(&now), "a result was lost");
        finished = now;
        store.close().await;
    }
    assert!(
        (1..60).contains(&finished.len()),
        "{} finished before the last kill",
        finished.len()
    );
    assert!(Process::start(archive.path()).wait().success());

    let store = archive.store().await;
    assert_eq!(examined_ids(&documents(&store).await).len(), 60);
    let summary = export(
        &store,
        &Tenant::default(),
        BATCH,
        &archive.path().join("out"),
    )
    .await
    .expect("exported");
    assert!(summary.complete);
    assert_eq!((summary.documents.examined, summary.pages.total), (60, 180));
    let results = std::fs::read_to_string(archive.path().join("out/results.jsonl")).expect("read");
    let ids: Vec<String> = results
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON"))
        .map(|line| line["doc_id"].as_str().expect("an id").to_owned())
        .collect();
    let all: Vec<String> = named.iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(ids, all, "each once, in the order of the manifest");
    // A page is read again only if the kill fell between reading and keeping: two in hand, four kills.
    let read = archive
        .ledger()
        .iter()
        .filter(|line| line.starts_with("read"))
        .count();
    assert!((180..=188).contains(&read), "{read} pages read for 180");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_ends_the_process_is_found_out_and_its_neighbours_are_not_blamed() {
    let archive = Archive::of(&[
        ("a", "pause 30\nwords\n"),
        ("poison", "words\nabort\n"),
        ("b", "pause 30\nwords\n"),
        ("c", "words\n"),
        ("d", "pause 20\nwords\n"),
    ]);
    archive.entered().await.close().await;
    let mut ends = 0;
    while !Process::start(archive.path()).wait().success() {
        ends += 1;
        assert!(ends < 10, "it goes on for ever");
    }
    assert_eq!(ends, 3, "once in company, then alone");
    let store = archive.store().await;
    for document in documents(&store).await {
        if document.document_id == "poison" {
            assert_eq!(document.state, ExaminationState::Failed);
            let (class, problem) = document.failure.expect("a reason");
            assert_eq!(class, "crashed");
            assert!(problem.contains("3 times"), "{problem}");
        } else {
            assert_eq!(
                document.state,
                ExaminationState::Examined,
                "{}",
                document.document_id
            );
        }
    }
    // Asked for, it is tried again, and found out again.
    let again = store
        .retry_failed_batch_documents(&Tenant::default(), BATCH)
        .await;
    assert_eq!(again.expect("changed"), 1);
    store.close().await;
    let mut ends = 0;
    while !Process::start(archive.path()).wait().success() {
        ends += 1;
        assert!(ends < 10, "it goes on for ever");
    }
    assert_eq!(ends, 3);
    // The page before the fatal one was read once in all these attempts.
    let read = archive
        .ledger()
        .iter()
        .filter(|line| *line == "read poison 1")
        .count();
    assert_eq!(read, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn workers_on_one_postgresql_take_over_from_one_that_is_killed() {
    let named: Vec<(String, String)> = (0..50)
        .map(|n| {
            (
                format!("doc-{n:02}"),
                format!("pause 5\ninvoice_number=INV-{n}\n"),
            )
        })
        .collect();
    let listed: Vec<(&str, &str)> = named
        .iter()
        .map(|(id, text)| (id.as_str(), text.as_str()))
        .collect();
    let archive = Archive::of(&listed);
    let database = Postgres::shared().new_database();
    let store = archive.entered_in(Some(&database)).await;
    let mut one = Process::start_on(archive.path(), Some(&database));
    let mut other = Process::start_on(archive.path(), Some(&database));
    for _ in 0..5_000 {
        if archive.ledger().len() >= 40 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    one.kill();
    assert!(other.wait().success());
    assert_eq!(examined_ids(&documents(&store).await).len(), 50);
    let mut begun = archive.ledger();
    begun.retain(|line| line.starts_with("begin"));
    let again = begun.len() - 50;
    assert!(
        again <= 2,
        "{again} documents were begun twice, two were in hand"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_worker_that_is_silent_for_too_long_loses_its_document_and_can_change_nothing() {
    let archive = Archive::of(&[("a", "words\n")]);
    let store = archive.entered().await;
    let (tenant, lease) = (Tenant::default(), Duration::from_millis(1));
    let silent = store
        .claim_batch_documents(
            &tenant,
            BATCH,
            "silent",
            docexam_store::BatchClaim::Fresh(5),
            lease,
        )
        .await
        .expect("claimed")
        .pop()
        .expect("one");
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert_eq!(
        worked(&store, archive.path(), 1).await.expect("worked"),
        End::Finished
    );
    let lost = store
        .fail_batch_document(&silent, "failed", "too late")
        .await;
    assert!(
        matches!(lost, Err(docexam_store::StoreError::AttemptOver { .. })),
        "{lost:?}"
    );
    let document = documents(&store).await.pop().expect("one");
    assert_eq!(
        (document.state, document.attempts),
        (ExaminationState::Examined, 2)
    );
}
