//! What every store must do, whatever database lies below. `opened` is the only place that knows it is
//! SQLite: another database runs the same suite by another `opened`.

use bytes::Bytes;
use docexam_domain::{Declaration, Examination, ExaminationState, Sha256Digest};
use docexam_store::*;
use std::path::Path;
use tempfile::TempDir;

async fn opened(folder: &Path) -> Store {
    let limits = StoreLimits {
        max_file_bytes: 1 << 20,
        max_submission_bytes: 2 << 20,
        max_waiting: 5,
    };
    Store::open(folder, limits).await.expect("opened")
}

async fn fresh() -> (TempDir, Store) {
    let folder = tempfile::tempdir().expect("folder");
    let store = opened(folder.path()).await;
    (folder, store)
}

fn tenant() -> Tenant {
    Tenant::default()
}

fn request(text: &str) -> Option<RequestId> {
    RequestId::parse(text).expect("valid")
}

/// A submission of one file under this declaration id.
async fn submission(store: &Store, declaration_id: &str, content: &'static str) -> NewExamination {
    let content = Bytes::from_static(content.as_bytes());
    let digest = store
        .put_file(&tenant(), "invoice.pdf", content)
        .await
        .expect("stored");
    NewExamination {
        declaration: Some(Declaration {
            id: declaration_id.to_owned(),
            ..Default::default()
        }),
        files: vec![StoredFile {
            name: "invoice.pdf".to_owned(),
            digest,
        }],
        request_id: None,
    }
}

fn result() -> Examination {
    let sample: serde_json::Value =
        serde_json::from_str(include_str!("../samples/result-1.json")).expect("JSON");
    serde_json::from_value(sample["body"].clone()).expect("an examination")
}

#[tokio::test]
async fn a_result_survives_closing_and_opening() {
    let (folder, store) = fresh().await;
    let new = submission(&store, "D1", "bytes").await;
    let id = store
        .create_examination(&tenant(), &new)
        .await
        .expect("created")
        .id()
        .to_owned();
    let waiting = store.examination(&tenant(), &id).await.expect("found");
    assert_eq!(
        (waiting.state, waiting.result),
        (ExaminationState::Pending, None)
    );
    let claimed = store.claim().await.expect("asked").expect("one waits");
    assert_eq!((claimed.id.as_str(), claimed.attempt), (id.as_str(), 1));
    assert_eq!(claimed.declaration, new.declaration);
    assert_eq!(claimed.files, new.files);
    store
        .report(&claimed, &[Progress::DocumentsFound(1)])
        .await
        .expect("reported");
    store.finish(&claimed, &result()).await.expect("finished");
    store.close().await;
    drop(store);

    let store = opened(folder.path()).await;
    assert_eq!(store.recover().await.expect("recovered"), 0);
    let record = store.examination(&tenant(), &id).await.expect("found");
    assert_eq!(record.state, ExaminationState::Examined);
    assert_eq!(record.result, Some(result()));
    assert_eq!(record.files, ["invoice.pdf"]);
    assert!(record.started_at >= Some(record.created_at));
    assert!(record.finished_at >= record.started_at);
    let events = store.events_after(&tenant(), &id, 0).await.expect("read");
    assert_eq!(
        events,
        [(1, Progress::Started), (2, Progress::DocumentsFound(1))]
    );
    let events = store.events_after(&tenant(), &id, 1).await.expect("read");
    assert_eq!(events, [(2, Progress::DocumentsFound(1))]);
    let content = store
        .read_file(&tenant(), &claimed.files[0].digest)
        .await
        .expect("read");
    assert_eq!(content, "bytes");
}

#[tokio::test]
async fn work_cut_short_is_taken_up_again_but_not_for_ever() {
    let (folder, mut store) = fresh().await;
    let new = submission(&store, "D1", "bytes").await;
    let id = store
        .create_examination(&tenant(), &new)
        .await
        .expect("created")
        .id()
        .to_owned();
    for attempt in 1..=3 {
        let claimed = store.claim().await.expect("asked").expect("one waits");
        assert_eq!(claimed.attempt, attempt);
        assert_eq!(
            store
                .events_after(&tenant(), &id, 0)
                .await
                .expect("read")
                .len(),
            1
        );
        // The process ends here.
        drop(store);
        store = opened(folder.path()).await;
        store.recover().await.expect("recovered");
        let error = store
            .finish(&claimed, &result())
            .await
            .expect_err("attempt is over");
        assert!(matches!(error, StoreError::AttemptOver { .. }), "{error}");
    }
    assert!(store.claim().await.expect("asked").is_none());
    let record = store.examination(&tenant(), &id).await.expect("found");
    assert_eq!(record.state, ExaminationState::Failed);
    let failure = record.failure.expect("given");
    assert_eq!(failure, "the process ended 3 times during the examination");
}

#[tokio::test]
async fn work_given_back_does_not_count_as_an_attempt() {
    let (_folder, store) = fresh().await;
    let new = submission(&store, "D1", "bytes").await;
    store
        .create_examination(&tenant(), &new)
        .await
        .expect("created");
    let claimed = store.claim().await.expect("asked").expect("one waits");
    store.give_back(&claimed).await.expect("given back");
    let again = store.claim().await.expect("asked").expect("one waits");
    assert_eq!((again.id, again.attempt), (claimed.id, 1));
}

#[tokio::test]
async fn a_request_id_yields_the_earlier_answer_or_a_refusal() {
    let (_folder, store) = fresh().await;
    let mut new = submission(&store, "D1", "bytes").await;
    new.request_id = request("r-1");
    let first = store
        .create_examination(&tenant(), &new)
        .await
        .expect("created");
    let second = store
        .create_examination(&tenant(), &new)
        .await
        .expect("repeated");
    assert_eq!(second, Accepted::Earlier(first.id().to_owned()));
    let mut other = submission(&store, "D2", "bytes").await;
    other.request_id = request("r-1");
    let error = store
        .create_examination(&tenant(), &other)
        .await
        .expect_err("other body");
    assert_eq!(
        error.to_string(),
        "request id r-1 was used before with other content"
    );
    // Another tenant's request ids are its own.
    let neighbour = Tenant::parse("neighbour").expect("valid");
    let error = store
        .create_examination(&neighbour, &new)
        .await
        .expect_err("not its file");
    assert!(matches!(error, StoreError::NoFile(_)), "{error}");
    store
        .put_file(&neighbour, "a", Bytes::from_static(b"bytes"))
        .await
        .expect("stored");
    let theirs = store
        .create_examination(&neighbour, &new)
        .await
        .expect("created");
    assert!(matches!(theirs, Accepted::New(_)));
    let error = store
        .examination(&neighbour, first.id())
        .await
        .expect_err("not theirs");
    assert!(matches!(error, StoreError::NoExamination(_)), "{error}");
}

#[tokio::test]
async fn of_many_concurrent_calls_with_one_request_id_one_creates() {
    let (_folder, store) = fresh().await;
    let mut new = submission(&store, "D1", "bytes").await;
    new.request_id = request("r-1");
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let (store, new) = (store.clone(), new.clone());
        calls.spawn(async move { store.create_examination(&tenant(), &new).await });
    }
    let answers: Vec<_> = calls
        .join_all()
        .await
        .into_iter()
        .map(|answer| answer.expect("answered"))
        .collect();
    let created = answers
        .iter()
        .filter(|answer| matches!(answer, Accepted::New(_)))
        .count();
    assert_eq!(created, 1);
    assert!(answers.iter().all(|answer| answer.id() == answers[0].id()));
}

#[tokio::test]
async fn an_upload_is_idempotent_and_bounded() {
    let (_folder, store) = fresh().await;
    let digest = Sha256Digest::of(b"page one, page two");
    for _ in 0..2 {
        let mut upload = store
            .upload_file(&tenant(), "scan.tif")
            .await
            .expect("begun");
        upload
            .write(Bytes::from_static(b"page one, "))
            .await
            .expect("written");
        upload
            .write(Bytes::from_static(b"page two"))
            .await
            .expect("written");
        let request = request("u-1");
        let stored = upload
            .finish(Some(&digest), request.as_ref())
            .await
            .expect("finished");
        assert_eq!(stored, (digest.clone(), 18));
    }
    let mut upload = store
        .upload_file(&tenant(), "scan.tif")
        .await
        .expect("begun");
    upload
        .write(Bytes::from_static(b"something else"))
        .await
        .expect("written");
    let error = upload
        .finish(None, request("u-1").as_ref())
        .await
        .expect_err("other body");
    assert!(matches!(error, StoreError::RequestReused(_)), "{error}");
    let large = Bytes::from(vec![0u8; (1 << 20) + 1]);
    let error = store
        .put_file(&tenant(), "large", large)
        .await
        .expect_err("too large");
    assert_eq!(
        error.to_string(),
        "file is larger than 1048576 bytes: 1048577 bytes received"
    );
}

#[tokio::test]
async fn the_queue_is_bounded_and_first_come_first_served() {
    let (_folder, store) = fresh().await;
    let new = submission(&store, "D1", "bytes").await;
    let mut ids = Vec::new();
    for _ in 0..5 {
        ids.push(
            store
                .create_examination(&tenant(), &new)
                .await
                .expect("fits")
                .id()
                .to_owned(),
        );
    }
    let error = store
        .create_examination(&tenant(), &new)
        .await
        .expect_err("full");
    assert_eq!(error.to_string(), "5 examinations are waiting, limit 5");
    for id in ids {
        assert_eq!(store.claim().await.expect("asked").expect("waits").id, id);
    }
    assert!(store.claim().await.expect("asked").is_none());
    store
        .create_examination(&tenant(), &new)
        .await
        .expect("there is room again");
}

#[tokio::test]
async fn the_files_of_a_submission_are_bounded_together() {
    let (_folder, store) = fresh().await;
    let mut new = submission(&store, "D1", "bytes").await;
    let large = Bytes::from(vec![0u8; 1 << 20]);
    let digest = store
        .put_file(&tenant(), "large", large)
        .await
        .expect("at the limit");
    for name in ["a", "b"] {
        new.files.push(StoredFile {
            name: name.to_owned(),
            digest: digest.clone(),
        });
    }
    let error = store
        .create_examination(&tenant(), &new)
        .await
        .expect_err("too large");
    assert_eq!(
        error.to_string(),
        "submission has 2097157 bytes of files, limit 2097152"
    );
    assert!(store.claim().await.expect("asked").is_none());
}

#[tokio::test]
async fn concurrent_workers_never_take_the_same_work() {
    let (_folder, store) = fresh().await;
    let new = submission(&store, "D1", "bytes").await;
    for _ in 0..5 {
        store
            .create_examination(&tenant(), &new)
            .await
            .expect("created");
    }
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let store = store.clone();
        workers.spawn(async move {
            store
                .claim()
                .await
                .expect("asked")
                .map(|claimed| claimed.id)
        });
    }
    let mut taken: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
    taken.sort();
    taken.dedup();
    assert_eq!(taken.len(), 5);
}

#[tokio::test]
async fn lists_are_newest_first_filtered_and_paged() {
    let (_folder, store) = fresh().await;
    let mut ids = Vec::new();
    for declaration in ["D1", "D2", "D1", "D1"] {
        let new = submission(&store, declaration, "bytes").await;
        ids.push(
            store
                .create_examination(&tenant(), &new)
                .await
                .expect("created")
                .id()
                .to_owned(),
        );
    }
    store.claim().await.expect("asked").expect("the oldest");
    let list = async |filter: ListFilter, limit| -> Vec<String> {
        let records = store
            .examinations(&tenant(), &filter, limit)
            .await
            .expect("listed");
        records.into_iter().map(|record| record.id).collect()
    };
    let newest_first: Vec<_> = ids.iter().rev().cloned().collect();
    assert_eq!(list(ListFilter::default(), 10).await, newest_first);
    let of_d1 = ListFilter {
        declaration_id: Some("D1".to_owned()),
        ..Default::default()
    };
    let page = list(of_d1.clone(), 2).await;
    assert_eq!(page, [ids[3].clone(), ids[2].clone()]);
    let next = ListFilter {
        before: Some(page[1].clone()),
        ..of_d1
    };
    assert_eq!(list(next, 2).await, [ids[0].clone()]);
    let running = ListFilter {
        state: Some(ExaminationState::Running),
        ..Default::default()
    };
    assert_eq!(list(running, 10).await, [ids[0].clone()]);
}

#[tokio::test]
async fn a_file_used_by_an_earlier_declaration_is_history() {
    let (_folder, store) = fresh().await;
    for declaration in ["D1", "D1", "D2", "D3"] {
        let new = submission(&store, declaration, "the same invoice").await;
        store
            .create_examination(&tenant(), &new)
            .await
            .expect("created");
    }
    let digest = Sha256Digest::of(b"the same invoice");
    let mut seen = Vec::new();
    while let Some(claimed) = store.claim().await.expect("asked") {
        seen.push(claimed.seen_files.get(&digest).cloned().unwrap_or_default());
    }
    // Neither the declaration itself nor later ones.
    let none: Vec<String> = Vec::new();
    assert_eq!(
        seen,
        [
            none.clone(),
            none,
            vec!["D1".into()],
            vec!["D1".into(), "D2".into()]
        ]
    );
}

#[tokio::test]
async fn a_discarded_submission_can_be_sent_again() {
    let (_folder, store) = fresh().await;
    let mut new = submission(&store, "D1", "bytes").await;
    new.request_id = request("r-1");
    let first = store
        .create_examination(&tenant(), &new)
        .await
        .expect("created");
    let claimed = store.claim().await.expect("asked").expect("waits");
    store
        .discard(&tenant(), first.id())
        .await
        .expect("discarded");
    assert!(
        store
            .report(&claimed, &[Progress::DocumentsFound(1)])
            .await
            .is_err()
    );
    assert!(store.examination(&tenant(), first.id()).await.is_err());
    let second = store
        .create_examination(&tenant(), &new)
        .await
        .expect("created");
    assert!(matches!(second, Accepted::New(_)));
    // What is finished stays.
    let claimed = store.claim().await.expect("asked").expect("waits");
    store.finish(&claimed, &result()).await.expect("finished");
    store
        .discard(&tenant(), second.id())
        .await
        .expect("nothing to do");
    assert!(store.examination(&tenant(), second.id()).await.is_ok());
}

#[tokio::test]
async fn a_data_folder_belongs_to_one_store() {
    let (folder, store) = fresh().await;
    let second = Store::open(folder.path(), StoreLimits::default()).await;
    let error = second.err().expect("refused").to_string();
    assert!(error.ends_with("is in use by another process"), "{error}");
    drop(store);
    opened(folder.path()).await;
}

#[tokio::test]
async fn a_folder_name_may_hold_characters_that_mean_something_in_addresses() {
    let folder = tempfile::tempdir().expect("folder");
    let odd = folder.path().join("data 100%? #1");
    let store = opened(&odd).await;
    submission(&store, "D1", "bytes").await;
    assert!(odd.join("docexam.db").is_file());
}
