//! Checking, backing up, moving and thinning out a store, on both databases.

#[macro_use]
mod ground;

use bytes::Bytes;
use docexam_domain::{Declaration, Examination, ExaminationState, PageReading, Sha256Digest};
use docexam_store::*;
use ground::Ground;
use jiff::{SignedDuration, Timestamp};
use std::path::PathBuf;
use std::time::Duration;

fn tenant() -> Tenant {
    Tenant::default()
}

fn sample<T: serde::de::DeserializeOwned>(json: &str) -> T {
    let sample: serde_json::Value = serde_json::from_str(json).expect("JSON");
    serde_json::from_value(sample["body"].clone()).expect("a sample")
}

fn reading() -> PageReading {
    sample(include_str!("../samples/reading-1.json"))
}

/// Stores a file and submits it.
async fn submitted(store: &Store, content: &'static str) -> (String, Sha256Digest) {
    let content = Bytes::from_static(content.as_bytes());
    let digest = store
        .put_file(&tenant(), "invoice.pdf", content)
        .await
        .expect("stored");
    let new = NewExamination {
        declaration: Some(Declaration::default()),
        files: vec![StoredFile {
            name: "invoice.pdf".to_owned(),
            digest: digest.clone(),
        }],
        request_id: RequestId::parse(content_id(&digest)).expect("valid"),
    };
    let accepted = store
        .create_examination(&tenant(), &new)
        .await
        .expect("created");
    (accepted.id().to_owned(), digest)
}

fn content_id(digest: &Sha256Digest) -> &str {
    &digest.hex()[..8]
}

async fn finish_one(store: &Store) {
    let claimant = Claimant::new(Duration::from_secs(600));
    let claimed = store.claim(&claimant).await.expect("asked").expect("waits");
    let reader = Sha256Digest::of(b"reader");
    store
        .put_readings(&claimed.files[0].digest, &reader, &[reading()])
        .await
        .expect("kept");
    let result: Examination = sample(include_str!("../samples/result-1.json"));
    store.finish(&claimed, &result).await.expect("finished");
}

/// Two examinations, the first one finished; a third file that nobody has submitted.
async fn some_work(store: &Store) -> [(String, Sha256Digest); 2] {
    let first = submitted(store, "first").await;
    let second = submitted(store, "second").await;
    finish_one(store).await;
    let content = Bytes::from_static(b"third");
    store
        .put_file(&tenant(), "note.pdf", content)
        .await
        .expect("stored");
    [first, second]
}

fn blob(ground: &Ground, digest: &Sha256Digest) -> PathBuf {
    let (start, rest) = digest.hex().split_at(2);
    let blobs = ground.folder.path().join("blobs");
    blobs.join("sha256").join(start).join(rest)
}

fn in_an_hour() -> Timestamp {
    Timestamp::now() + SignedDuration::from_hours(1)
}

async fn a_check_counts_what_is_there_and_names_what_is_not(ground: Ground) {
    let store = ground.open().await;
    let [(_, first), (_, second)] = some_work(&store).await;
    let report = store.check().await.expect("checked");
    let expected = CheckReport {
        files: 3,
        examinations: 2,
        readings: 1,
        ..CheckReport::default()
    };
    assert_eq!(report, expected);

    std::fs::write(blob(&ground, &first), "tampered").expect("tampered");
    std::fs::remove_file(blob(&ground, &second)).expect("removed");
    let orphan = Sha256Digest::of(b"orphan");
    std::fs::create_dir_all(blob(&ground, &orphan).parent().expect("a folder")).expect("made");
    std::fs::write(blob(&ground, &orphan), "orphan").expect("written");
    let report = store.check().await.expect("checked");
    assert_eq!(
        (report.files, report.orphans, report.problem_count),
        (3, 1, 2)
    );
    let problems = report.problems.join("\n");
    assert!(
        problems.contains(&format!("{second}: file is missing")),
        "{problems}"
    );
    assert!(
        problems.contains(&format!("stored file {first} is damaged")),
        "{problems}"
    );
}

async fn retention_removes_what_no_younger_examination_uses(ground: Ground) {
    let store = ground.open().await;
    let [(first_id, first), (_, second)] = some_work(&store).await;
    let third = Sha256Digest::of(b"third");
    let an_hour_ago = Timestamp::now() - SignedDuration::from_hours(1);
    let report = store.retain(an_hour_ago).await.expect("retained");
    assert_eq!(report, RetainReport::default(), "nothing is that old");

    let report = store.retain(in_an_hour()).await.expect("retained");
    assert_eq!(
        (report.removed, report.readings),
        (2, 1),
        "the second is not finished"
    );
    assert!(!blob(&ground, &first).exists() && !blob(&ground, &third).exists());
    assert!(blob(&ground, &second).exists());
    let record = store
        .examination(&tenant(), &first_id)
        .await
        .expect("its row stays");
    assert_eq!(record.state, ExaminationState::Examined);
    assert!(record.result.is_some());
    let error = store.read_file(&tenant(), &first).await.expect_err("gone");
    assert!(matches!(error, StoreError::NoFile(_)), "{error}");
    let report = store.check().await.expect("checked");
    assert_eq!(
        (report.files, report.problem_count, report.orphans),
        (1, 0, 0)
    );

    // Who needs it again sends it again.
    let content = Bytes::from_static(b"first");
    store
        .put_file(&tenant(), "invoice.pdf", content.clone())
        .await
        .expect("stored");
    assert_eq!(
        store.read_file(&tenant(), &first).await.expect("back"),
        content
    );
}

async fn retention_spares_the_files_of_an_archive_that_is_not_done(ground: Ground) {
    let store = ground.open().await;
    let content = Bytes::from_static(b"of an archive");
    let digest = store.put_file(&tenant(), "invoice.pdf", content).await;
    let digest = digest.expect("stored");
    let manifest = Sha256Digest::of(b"manifest");
    let begun = store.begin_batch(&tenant(), "port", &manifest).await;
    begun.expect("begun");
    let task = BatchTask {
        document_id: "one".to_owned(),
        declaration: None,
        files: vec![BatchFile {
            name: "invoice.pdf".to_owned(),
            path: None,
            digest: Some(digest.clone()),
        }],
    };
    let tenant = tenant();
    let added = store
        .add_batch_documents(&tenant, "port", &[(0, task)])
        .await;
    added.expect("entered");
    let report = store.retain(in_an_hour()).await.expect("retained");
    assert_eq!(report.removed, 0, "nobody has examined it");
    let claim = BatchClaim::Fresh(1);
    let lease = Duration::from_secs(60);
    let claimed = store
        .claim_batch_documents(&tenant, "port", "worker", claim, lease)
        .await
        .expect("asked");
    let failed = store
        .fail_batch_document(&claimed[0], "unreadable", "torn")
        .await;
    failed.expect("its own");
    let report = store.retain(in_an_hour()).await.expect("retained");
    assert_eq!(report.removed, 1);
    assert!(!blob(&ground, &digest).exists());
}

/// While files are sent, submitted and let go at the same time, none that was accepted is missing.
async fn retention_and_submission_do_not_lose_a_file_between_them(ground: Ground) {
    let store = ground.open().await;
    let mut sending = tokio::task::JoinSet::new();
    for _ in 0..3 {
        let store = store.clone();
        sending.spawn(async move {
            for _ in 0..15 {
                let content = Bytes::from_static(b"the same file");
                let mut upload = store.upload_file(&tenant(), "invoice.pdf");
                upload.write(content).await.expect("written");
                match upload.finish(None, None).await {
                    Ok((digest, _)) => match store.read_file(&tenant(), &digest).await {
                        Ok(_) | Err(StoreError::NoFile(_)) => {}
                        Err(error) => panic!("{error}"),
                    },
                    Err(StoreError::Removed(_)) => {}
                    Err(error) => panic!("{error}"),
                }
            }
        });
    }
    while !sending.is_empty() {
        store.retain(in_an_hour()).await.expect("retained");
        while let Some(ended) = sending.try_join_next() {
            ended.expect("no panic");
        }
    }
    let content = Bytes::from_static(b"the same file");
    let digest = store
        .put_file(&tenant(), "a", content.clone())
        .await
        .expect("stored");
    assert_eq!(
        store.read_file(&tenant(), &digest).await.expect("read"),
        content
    );
    assert_eq!(store.check().await.expect("checked").problem_count, 0);
}

on_both!(
    a_check_counts_what_is_there_and_names_what_is_not,
    retention_removes_what_no_younger_examination_uses,
    retention_spares_the_files_of_an_archive_that_is_not_done,
    retention_and_submission_do_not_lose_a_file_between_them,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_a_store_of_its_own() {
    let ground = Ground::sqlite();
    let store = ground.open().await;
    let [(first_id, first), _] = some_work(&store).await;
    let folder = tempfile::tempdir().expect("folder");
    assert_eq!(store.backup(folder.path()).await.expect("copied"), 3);
    let error = store.backup(folder.path()).await.expect_err("one is there");
    assert!(matches!(error, StoreError::NotEmpty(_)), "{error}");
    let before = store
        .examination(&tenant(), &first_id)
        .await
        .expect("found");
    drop(store);
    drop(ground);

    let copy = Store::open(folder.path(), StoreLimits::default())
        .await
        .expect("opened");
    let report = copy.check().await.expect("checked");
    assert_eq!(
        (report.files, report.examinations, report.problem_count),
        (3, 2, 0)
    );
    assert_eq!(
        copy.examination(&tenant(), &first_id).await.expect("found"),
        before
    );
    assert_eq!(
        copy.read_file(&tenant(), &first).await.expect("read"),
        "first"
    );
    let claimant = Claimant::new(Duration::from_secs(600));
    assert!(
        copy.claim(&claimant).await.expect("asked").is_some(),
        "the second waits"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_of_postgresql_says_what_to_use() {
    let store = Ground::postgres().open().await;
    let folder = tempfile::tempdir().expect("folder");
    let error = store.backup(folder.path()).await.expect_err("not here");
    assert!(error.to_string().contains("pg_dump"), "{error}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_moves_to_postgresql_and_back() {
    let (from, to, back) = (Ground::sqlite(), Ground::postgres(), Ground::sqlite());
    let store = from.open().await;
    let [(first_id, _), (second_id, _)] = some_work(&store).await;
    let before = store
        .examination(&tenant(), &first_id)
        .await
        .expect("found");
    let error = migrate(&from.database, &to.database)
        .await
        .expect_err("in use");
    assert!(matches!(error, StoreError::InUse(_)), "{error}");
    store.copy_files(&to.places().blobs).await.expect("copied");
    store.close().await;
    drop(store);

    let moved = migrate(&from.database, &to.database).await.expect("moved");
    let rows = |name: &str| {
        moved
            .iter()
            .find(|table| table.name == name)
            .map(|table| table.rows)
    };
    assert_eq!(rows("examinations"), Some(2));
    assert_eq!(rows("files"), Some(3));
    assert_eq!(rows("readings"), Some(1));
    assert_eq!(rows("requests"), Some(2));
    let error = migrate(&from.database, &to.database)
        .await
        .expect_err("not empty");
    assert!(matches!(error, StoreError::NotEmpty(_)), "{error}");

    let store = to.open().await;
    assert_eq!(
        store
            .examination(&tenant(), &first_id)
            .await
            .expect("found"),
        before
    );
    let report = store.check().await.expect("checked");
    assert_eq!(
        (report.files, report.examinations, report.problem_count),
        (3, 2, 0)
    );
    assert_eq!(
        submitted(&store, "second").await.0,
        second_id,
        "its request id is known"
    );
    finish_one(&store).await;
    store.close().await;

    let moved_back = migrate(&to.database, &back.database).await.expect("moved");
    assert_eq!(
        moved_back
            .iter()
            .find(|table| table.name == "examinations")
            .map(|table| table.rows),
        Some(2)
    );
    let store = back.open().await;
    assert_eq!(
        store
            .examination(&tenant(), &first_id)
            .await
            .expect("found"),
        before
    );
    let second = store
        .examination(&tenant(), &second_id)
        .await
        .expect("found");
    assert_eq!(second.state, ExaminationState::Examined);
}
