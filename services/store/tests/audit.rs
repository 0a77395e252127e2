//! The audit log as the store keeps it: everything that happens is in it once, whoever sequences it, and a
//! change of what is stored is noticed.

use bytes::Bytes;
use docexam_audit::{Entry, Problem, Record, SigningKey, Verified, VerifyError, verify};
use docexam_domain::{Declaration, Examination};
use docexam_store::*;
use sqlx::{AnyConnection, Connection, Executor};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

const ORIGIN: &str = "test.example/log";

async fn fresh() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("folder");
    let store = opened(folder.path()).await;
    (folder, store)
}

async fn opened(folder: &Path) -> Store {
    let limits = StoreLimits {
        max_waiting: 10_000,
        ..StoreLimits::default()
    };
    Store::open(folder, limits).await.expect("opened")
}

/// The key of the folder's log.
fn key(folder: &Path) -> SigningKey {
    let file = folder.join("audit.key");
    match file.exists() {
        true => SigningKey::load(&file).expect("loaded"),
        false => SigningKey::create(&file, ORIGIN).expect("made"),
    }
}

async fn sequencer(folder: &Path, store: &Store) -> Sequencer {
    store.sequencer(key(folder)).await.expect("its log")
}

async fn submission(store: &Store) -> NewExamination {
    let content = Bytes::from_static(b"page");
    let digest = store
        .put_file(&Tenant::default(), "invoice.pdf", content)
        .await;
    NewExamination {
        declaration: Some(Declaration {
            id: "D1".to_owned(),
            ..Default::default()
        }),
        files: vec![StoredFile {
            name: "invoice.pdf".to_owned(),
            digest: digest.expect("stored"),
        }],
        request_id: None,
    }
}

async fn create(store: &Store, new: &NewExamination) -> String {
    let accepted = store.create_examination(&Tenant::default(), new).await;
    accepted.expect("accepted").id().to_owned()
}

async fn submit(store: &Store) -> String {
    create(store, &submission(store).await).await
}

fn result() -> Examination {
    let sample: serde_json::Value =
        serde_json::from_str(include_str!("../samples/result-1.json")).expect("JSON");
    serde_json::from_value(sample["body"].clone()).expect("an examination")
}

async fn export(store: &Store) -> Vec<u8> {
    let mut log = Vec::new();
    store.export_audit(&mut log).await.expect("exported");
    log
}

fn verdict(folder: &Path, log: &[u8]) -> Result<Verified, VerifyError> {
    verify(log, &[key(folder).verifier().clone()], &[])
}

async fn entries(store: &Store) -> Vec<Entry> {
    let listed = store
        .audit_entries(&Tenant::default(), &AuditFilter::default(), 1_000)
        .await
        .expect("listed");
    let entry = |entry: AuditEntry| Record::parse(&entry.entry).expect("an entry").entry;
    listed.into_iter().map(entry).collect()
}

/// What an entry is, in one word.
fn kind(entry: &Entry) -> &'static str {
    match entry {
        Entry::SubmissionAccepted { .. } => "accepted",
        Entry::SubmissionDiscarded { .. } => "discarded",
        Entry::ExaminationFinished { .. } => "finished",
        Entry::ExaminationFailed { .. } => "failed",
        Entry::ArchiveDocumentExamined { .. } => "archive document",
        Entry::ArchiveDocumentFailed { .. } => "archive document failed",
        Entry::Decision { .. } => "decision",
        Entry::ArtefactsChanged { .. } => "artefacts",
        Entry::KeyChanged { .. } => "key",
    }
}

/// As somebody who has the database and not the key.
async fn tamper(folder: &Path, sql: &'static str) {
    let address = format!("sqlite://{}", folder.join("docexam.db").display());
    let mut connection = AnyConnection::connect(&address).await.expect("opened");
    connection.execute(sql).await.expect("changed");
}

#[tokio::test]
async fn everything_that_happens_has_its_entry() {
    let (folder, store) = fresh().await;
    let mut sequencer = sequencer(folder.path(), &store).await;
    let mut ids = Vec::new();
    for _ in 0..4 {
        ids.push(submit(&store).await);
    }
    let claimant = Claimant::new(Duration::from_secs(60));
    let first = store.claim(&claimant).await.expect("asked").expect("waits");
    store.finish(&first, &result()).await.expect("finished");
    let second = store.claim(&claimant).await.expect("asked").expect("waits");
    store.fail(&second, "the reason").await.expect("failed");
    store
        .discard(&Tenant::default(), &ids[2])
        .await
        .expect("discarded");
    let fourth = store.claim(&claimant).await.expect("asked").expect("waits");
    let mut other = result();
    other.digests.engine = "another".to_owned();
    store.finish(&fourth, &other).await.expect("finished");
    assert_eq!(store.audit_waiting().await.expect("asked"), 10);
    let log = sequencer.run_once().await.expect("sequenced");
    assert_eq!(log, Sequenced::Entries(11));
    assert_eq!(store.audit_waiting().await.expect("asked"), 0);

    let entries = entries(&store).await;
    let kinds: Vec<_> = entries.iter().map(kind).collect();
    let expected = "accepted accepted accepted accepted artefacts finished failed discarded \
                    artefacts finished key";
    assert_eq!(kinds.join(" "), expected);
    let Entry::ExaminationFinished {
        examination,
        produced: recorded,
        ..
    } = &entries[5]
    else {
        panic!("{:?}", entries[5])
    };
    assert_eq!(
        (examination, &recorded.artefacts.engine),
        (&ids[0], &result().digests.engine)
    );
    assert_eq!(
        recorded,
        &produced(&Default::default(), &result()).expect("digests")
    );
    let (place, of_result) = store
        .audit_of_result(&Tenant::default(), &ids[0])
        .await
        .expect("asked")
        .expect("recorded");
    assert_eq!((place, &of_result), (Some(5), recorded));
    let verified = verdict(folder.path(), &export(&store).await).expect("whole");
    assert_eq!((verified.newest.size, verified.checkpoints), (11, 1));
    // Nothing new: nothing is signed.
    let log = sequencer.run_once().await.expect("asked");
    assert_eq!(log, Sequenced::Entries(0));
}

#[tokio::test]
async fn a_submission_that_is_not_accepted_leaves_no_entry() {
    let (_folder, store) = fresh().await;
    let new = NewExamination {
        declaration: None,
        files: vec![StoredFile {
            name: "invoice.pdf".to_owned(),
            digest: docexam_domain::Sha256Digest::of(b"never stored"),
        }],
        request_id: None,
    };
    let refused = store.create_examination(&Tenant::default(), &new).await;
    assert!(refused.is_err());
    assert_eq!(store.audit_waiting().await.expect("asked"), 0);
}

#[tokio::test]
async fn sequencers_take_turns_and_cannot_fork() {
    const WRITERS: usize = 3;
    const SUBMISSIONS: usize = 40;
    let (folder, store) = fresh().await;
    key(folder.path());
    let done = Arc::new(AtomicBool::new(false));
    let mut running = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let other = opened(folder.path()).await;
        let mut sequencer = sequencer(folder.path(), &other).await;
        let (done, path) = (Arc::clone(&done), folder.path().to_owned());
        running.spawn(async move {
            let (mut turns, mut refused) = (0, 0);
            while !done.load(Ordering::SeqCst) {
                match sequencer.run_once().await.expect("no error") {
                    Sequenced::Entries(0) => tokio::task::yield_now().await,
                    Sequenced::Entries(_) => turns += 1,
                    Sequenced::NotOurTurn => {
                        refused += 1;
                        // Its lease lapses: the other is held for dead.
                        if refused % 5 == 0 {
                            tamper(&path, "UPDATE audit_sequencer SET lease_until = 0").await;
                        }
                    }
                }
            }
            (turns, refused)
        });
    }
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..WRITERS {
        let store = store.clone();
        writers.spawn(async move {
            let new = submission(&store).await;
            for _ in 0..SUBMISSIONS {
                create(&store, &new).await;
            }
        });
    }
    writers.join_all().await;
    while store.audit_waiting().await.expect("asked") > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    done.store(true, Ordering::SeqCst);
    let turns = running.join_all().await;
    let refused: i32 = turns.iter().map(|(_, refused)| refused).sum();
    assert!(refused > 0, "they never met: {turns:?}");
    let verified = verdict(folder.path(), &export(&store).await).expect("whole");
    assert_eq!(verified.newest.size as usize, WRITERS * SUBMISSIONS + 1);
}

#[tokio::test]
async fn whoever_lost_the_turn_gives_no_places() {
    let (folder, store) = fresh().await;
    let mut slow = sequencer(folder.path(), &store).await;
    let mut other = sequencer(folder.path(), &store).await;
    submit(&store).await;
    assert_eq!(slow.run_once().await.expect("runs"), Sequenced::Entries(2));
    submit(&store).await;
    assert_eq!(other.run_once().await.expect("asks"), Sequenced::NotOurTurn);
    tamper(folder.path(), "UPDATE audit_sequencer SET lease_until = 0").await;
    assert_eq!(other.run_once().await.expect("runs"), Sequenced::Entries(1));
    submit(&store).await;
    assert_eq!(slow.run_once().await.expect("asks"), Sequenced::NotOurTurn);
    verdict(folder.path(), &export(&store).await).expect("whole");
}

#[tokio::test]
async fn a_changed_database_is_noticed_by_the_verifier_and_by_the_sequencer() {
    let changes = [
        (
            "UPDATE audit_entries SET entry = replace(entry, 'D1', 'D2') WHERE entry_index = 2",
            Some(2),
            true,
        ),
        (
            "DELETE FROM audit_entries WHERE entry_index = 1",
            Some(1),
            true,
        ),
        (
            "DELETE FROM audit_entries WHERE entry_index = 3",
            Some(3),
            false,
        ),
        // Proofs need it, signing does not.
        (
            "UPDATE audit_hashes SET hash = (SELECT hash FROM audit_hashes WHERE position = 0)
             WHERE position = 5",
            Some(0),
            true,
        ),
        (
            "DELETE FROM audit_hashes WHERE position > 4",
            Some(0),
            false,
        ),
        (
            "UPDATE audit_checkpoints SET note = replace(note, 'log', 'other') WHERE size = 4",
            None,
            false,
        ),
    ];
    for (change, first_bad, goes_on) in changes {
        let (folder, store) = fresh().await;
        let mut sequencer = sequencer(folder.path(), &store).await;
        for _ in 0..3 {
            submit(&store).await;
        }
        sequencer.run_once().await.expect("sequenced");
        tamper(folder.path(), change).await;
        let error = verdict(folder.path(), &export(&store).await).expect_err("noticed");
        assert_eq!(
            error.problem.first_bad_entry(),
            first_bad,
            "{change}: {error}"
        );
        submit(&store).await;
        let went_on = sequencer.run_once().await;
        assert_eq!(went_on.is_ok(), goes_on, "{change}: {went_on:?}");
        if goes_on {
            let error = verdict(folder.path(), &export(&store).await).expect_err("still noticed");
            assert_eq!(
                error.problem.first_bad_entry(),
                first_bad,
                "{change}: {error}"
            );
        }
    }
}

#[tokio::test]
async fn a_log_goes_on_with_a_new_key_of_its_name_and_no_other() {
    let (folder, store) = fresh().await;
    let old = key(folder.path()).verifier().clone();
    sequencer(folder.path(), &store)
        .await
        .run_once()
        .await
        .expect("begun");
    let other = SigningKey::create(&folder.path().join("other"), "other.example").expect("made");
    let error = store.sequencer(other).await.err().expect("refused");
    assert_eq!(
        error.to_string(),
        "audit log: checkpoint: the log is \"test.example/log\", the key signs for \"other.example\""
    );
    let new = SigningKey::create(&folder.path().join("new"), ORIGIN).expect("made");
    let keys = [old, new.verifier().clone()];
    submit(&store).await;
    tamper(folder.path(), "UPDATE audit_sequencer SET lease_until = 0").await;
    let mut sequencer = store.sequencer(new).await.expect("the same log");
    assert_eq!(
        sequencer.run_once().await.expect("runs"),
        Sequenced::Entries(2)
    );
    let entries = entries(&store).await;
    let Entry::KeyChanged { verifier } = &entries[2] else {
        panic!("{entries:?}")
    };
    assert_eq!(verifier, &keys[1].to_string());
    let log = export(&store).await;
    verify(log.as_slice(), &keys, &[]).expect("whole with both keys");
    let error = verify(log.as_slice(), &keys[1..], &[]).expect_err("one is missing");
    assert!(matches!(error.problem, Problem::Checkpoint(_)), "{error}");
}

#[tokio::test]
async fn many_entries_are_exported_and_verified() {
    let (folder, store) = fresh().await;
    let mut sequencer = sequencer(folder.path(), &store).await;
    let new = submission(&store).await;
    for _ in 0..MAX_BATCH + 45 {
        create(&store, &new).await;
    }
    let batch = sequencer.run_once().await.expect("runs");
    assert_eq!(batch, Sequenced::Entries(MAX_BATCH));
    let batch = sequencer.run_once().await.expect("runs");
    assert_eq!(batch, Sequenced::Entries(46));
    let verified = verdict(folder.path(), &export(&store).await).expect("whole");
    assert_eq!(
        (verified.newest.size, verified.checkpoints),
        (MAX_BATCH + 46, 2)
    );
    let size = verified.newest.size;
    for (earlier, index) in [(1, 0), (MAX_BATCH, MAX_BATCH), (size, size - 1)] {
        store
            .audit_consistency(earlier, size)
            .await
            .expect("a proof");
        store.audit_inclusion(index, size).await.expect("a proof");
    }
    let error = store
        .audit_inclusion(0, size + 1)
        .await
        .expect_err("not yet");
    assert_eq!(
        error.to_string(),
        "audit log: the log has 302 entries, not 303"
    );
}
