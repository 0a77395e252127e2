//! What workers do with documents, good and bad.

use crate::stand_in::*;
use docexam_audit::{Entry, Record, SigningKey};
use docexam_batch::{BatchError, End, Shard, Source, submit};
use docexam_domain::ExaminationState;
use docexam_store::{AuditFilter, StoreError, Tenant};
use std::collections::BTreeMap;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_failure_has_its_class_and_stops_no_other_document() {
    let archive = Archive::of(&[
        ("good", "words\n"),
        ("panicking", "panic\n"),
        ("locked", "unopenable\n"),
        ("other", "words\n"),
        ("large", "words and words\n"),
        ("decl", "words\n"),
        ("slow", "slow\nwords\n"),
    ]);
    std::fs::create_dir(archive.path().join("folder")).expect("made");
    std::fs::write(archive.path().join("bad.json"), "{\"id\":").expect("written");
    let wrong = "00".repeat(32);
    let rows = [
        r#"{"doc_id":"good","path":"good"}"#.to_owned(),
        r#"{"doc_id":"panicking","path":"panicking"}"#.to_owned(),
        r#"{"doc_id":"locked","path":"locked"}"#.to_owned(),
        format!(r#"{{"doc_id":"other","path":"other","sha256":"{wrong}"}}"#),
        r#"{"doc_id":"large","path":"large"}"#.to_owned(),
        r#"{"doc_id":"gone","path":"gone"}"#.to_owned(),
        r#"{"doc_id":"folder","path":"folder"}"#.to_owned(),
        r#"{"doc_id":"decl","path":"decl","declaration":"bad.json"}"#.to_owned(),
        r#"{"doc_id":"no-decl","path":"decl","declaration":"none.json"}"#.to_owned(),
        r#"{"doc_id":"slow","path":"slow"}"#.to_owned(),
        format!(r#"{{"doc_id":"blob","blob":"sha256:{wrong}"}}"#),
        // One file of two cannot be opened: the other one counts.
        r#"{"doc_id":"half","path":"locked"}"#.to_owned(),
        r#"{"doc_id":"half","path":"good"}"#.to_owned(),
    ];
    archive.write_manifest(&(rows.join("\n") + "\n"));
    let store = archive.entered().await;
    let (mut worker, _stop) = worker(&store, archive.path(), 2);
    worker.options.max_file_bytes = 12;
    worker.options.max_document_time = Duration::from_millis(200);
    assert_eq!(worker.work(BATCH).await.expect("worked"), End::Finished);
    let documents = store
        .batch_documents(&Tenant::default(), BATCH, -1, 100)
        .await
        .expect("read");
    let classes: BTreeMap<&str, &str> = documents
        .iter()
        .map(|document| {
            let class = document
                .failure
                .as_ref()
                .map_or("examined", |(class, _)| class.as_str());
            (document.document_id.as_str(), class)
        })
        .collect();
    let expected: BTreeMap<&str, &str> = [
        ("blob", "missing"),
        ("decl", "bad_declaration"),
        ("folder", "unreadable"),
        ("gone", "missing"),
        ("good", "examined"),
        ("half", "examined"),
        ("large", "too_large"),
        ("locked", "unreadable"),
        ("no-decl", "missing"),
        ("other", "digest_mismatch"),
        ("panicking", "crashed"),
        ("slow", "timeout"),
    ]
    .into_iter()
    .collect();
    assert_eq!(classes, expected);
    let record = store.batch(&Tenant::default(), BATCH).await.expect("read");
    assert_eq!((record.examined, record.failed), (2, 10));
    assert_eq!(record.failures["missing"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn told_to_stop_a_worker_finishes_what_it_has_in_hand() {
    let named: Vec<(String, &str)> = (0..20)
        .map(|n| (format!("{n:02}"), "pause 20\npause 20\n"))
        .collect();
    let listed: Vec<(&str, &str)> = named
        .iter()
        .map(|(id, text)| (id.as_str(), *text))
        .collect();
    let archive = Archive::of(&listed);
    let store = archive.entered().await;
    let (worker, stop) = worker(&store, archive.path(), 2);
    let working = tokio::spawn(async move { worker.work(BATCH).await });
    while archive.ledger().len() < 8 {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    stop.send_replace(true);
    assert_eq!(
        working.await.expect("no panic").expect("worked"),
        End::Stopped
    );
    let record = store.batch(&Tenant::default(), BATCH).await.expect("read");
    assert_eq!(record.running, 0, "nothing is left half done");
    assert!((1..20).contains(&record.examined), "{record:?}");
    let begun = archive
        .ledger()
        .iter()
        .filter(|line| line.starts_with("begin"))
        .count();
    assert_eq!(begun as u64, record.examined);

    assert_eq!(
        worked(&store, archive.path(), 2).await.expect("worked"),
        End::Finished
    );
    let begun = archive
        .ledger()
        .iter()
        .filter(|line| line.starts_with("begin"))
        .count();
    assert_eq!(begun, 20, "each once");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_failures_end_the_work() {
    let named: Vec<(String, &str)> = (0..20).map(|n| (format!("{n:02}"), "panic\n")).collect();
    let listed: Vec<(&str, &str)> = named
        .iter()
        .map(|(id, text)| (id.as_str(), *text))
        .collect();
    let archive = Archive::of(&listed);
    let store = archive.entered().await;
    let (mut worker, _stop) = worker(&store, archive.path(), 1);
    worker.options.max_failures = Some(3);
    let end = worker.work(BATCH).await.expect("worked");
    assert_eq!(
        end,
        End::TooManyFailures {
            failed: 4,
            limit: 3
        }
    );
    let record = store.batch(&Tenant::default(), BATCH).await.expect("read");
    assert_eq!((record.failed, record.waiting), (4, 16));
}

#[tokio::test(flavor = "multi_thread")]
async fn two_workers_share_a_batch_and_do_nothing_twice() {
    let named: Vec<(String, &str)> = (0..40).map(|n| (format!("{n:02}"), "pause 3\n")).collect();
    let listed: Vec<(&str, &str)> = named
        .iter()
        .map(|(id, text)| (id.as_str(), *text))
        .collect();
    let archive = Archive::of(&listed);
    let store = archive.entered().await;
    let (one, _stop_one) = worker(&store, archive.path(), 2);
    let (other, _stop_other) = worker(&store, archive.path(), 2);
    let (one, other) = tokio::join!(one.work(BATCH), other.work(BATCH));
    assert_eq!(
        (one.expect("worked"), other.expect("worked")),
        (End::Finished, End::Finished)
    );
    let mut begun = archive.ledger();
    begun.retain(|line| line.starts_with("begin"));
    begun.sort_unstable();
    begun.dedup();
    assert_eq!(begun.len(), 40);
    let read = archive
        .ledger()
        .iter()
        .filter(|line| line.starts_with("read"))
        .count();
    // All pages have the same words in files of one content: some are read by both at the same time.
    assert!(read <= 4, "{read} readings of one content");
}

#[tokio::test]
async fn a_manifest_is_entered_once_and_shards_share_it_out() {
    let archive = Archive::of(&[("a", "1"), ("b", "2"), ("c", "3"), ("d", "4"), ("e", "5")]);
    let (store, tenant) = (archive.store().await, Tenant::default());
    let manifest = archive.manifest();
    let mut ids = Vec::new();
    for (batch, shard) in [("one", "1/2"), ("two", "2/2")] {
        let shard: Shard = shard.parse().expect("a shard");
        for _ in 0..2 {
            submit(&store, &tenant, batch, &manifest, shard, Source::InPlace)
                .await
                .expect("entered");
        }
        let documents = store
            .batch_documents(&tenant, batch, -1, 100)
            .await
            .expect("read");
        ids.push(
            documents
                .into_iter()
                .map(|d| d.document_id)
                .collect::<Vec<_>>(),
        );
    }
    assert_eq!(ids, [vec!["a", "c", "e"], vec!["b", "d"]]);
    for bad in ["0/2", "3/2", "1", "a/b", "1/0"] {
        assert!(bad.parse::<Shard>().is_err(), "{bad}");
    }
    archive.write_manifest("{\"doc_id\":\"z\",\"path\":\"a\"}\n");
    let other = submit(
        &store,
        &tenant,
        "one",
        &archive.manifest(),
        Shard::WHOLE,
        Source::InPlace,
    )
    .await;
    assert!(
        matches!(
            other,
            Err(BatchError::Store(StoreError::OtherManifest { .. }))
        ),
        "{other:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_uploaded_are_worked_on_without_their_paths() {
    let archive = Archive::of(&[("a", "words\nmore\n"), ("b", "words\n")]);
    let declaration = r#"{"id":"D1"}"#;
    std::fs::write(archive.path().join("d.json"), declaration).expect("written");
    archive.write_manifest(
        "{\"doc_id\":\"a\",\"path\":\"a\",\"declaration\":\"d.json\"}\n{\"doc_id\":\"b\",\"path\":\"b\"}\n",
    );
    let (store, tenant) = (archive.store().await, Tenant::default());
    let manifest = archive.manifest();
    submit(
        &store,
        &tenant,
        BATCH,
        &manifest,
        Shard::WHOLE,
        Source::Uploaded,
    )
    .await
    .expect("entered");
    for name in ["a", "b", "d.json"] {
        std::fs::remove_file(archive.path().join(name)).expect("removed");
    }
    assert_eq!(
        worked(&store, archive.path(), 1).await.expect("worked"),
        End::Finished
    );
    let documents = store
        .batch_documents(&tenant, BATCH, -1, 10)
        .await
        .expect("read");
    assert!(
        documents
            .iter()
            .all(|d| d.state == ExaminationState::Examined)
    );
    let result = documents[0].result.as_ref().expect("a result");
    assert_eq!(
        result.declaration.as_ref().map(|d| d.id.as_str()),
        Some("D1")
    );
    assert_eq!(result.examination.pages.len(), 2);

    // A file that is missing is told at once, with its line.
    let missing = submit(
        &store,
        &tenant,
        "again",
        &manifest,
        Shard::WHOLE,
        Source::Uploaded,
    )
    .await;
    let text = missing.expect_err("missing").to_string();
    assert!(
        text.contains("manifest.jsonl line 1: ") && text.contains("No such file"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_document_has_its_entry_in_the_audit_log_once() {
    let archive = Archive::of(&[("good", "words\n"), ("locked", "unopenable\n")]);
    let store = archive.entered().await;
    let (worker, _stop) = worker(&store, archive.path(), 2);
    assert_eq!(worker.work(BATCH).await.expect("worked"), End::Finished);
    let key = SigningKey::create(&archive.path().join("audit.key"), "test.example/log");
    let mut sequencer = store.sequencer(key.expect("made")).await.expect("new");
    sequencer.run_once().await.expect("sequenced");
    let filter = AuditFilter::default();
    let entries = store.audit_entries(&Tenant::default(), &filter, 100).await;
    let mut told: Vec<(String, &str)> = Vec::new();
    for entry in entries.expect("listed") {
        match Record::parse(&entry.entry).expect("an entry").entry {
            Entry::ArchiveDocumentExamined { document, .. } => told.push((document, "examined")),
            Entry::ArchiveDocumentFailed { document, .. } => told.push((document, "failed")),
            _ => {}
        }
    }
    told.sort();
    let expected = [("good", "examined"), ("locked", "failed")];
    assert_eq!(
        told,
        expected.map(|(document, what)| (document.to_owned(), what))
    );
}
