//! What every store must do, whatever database lies below: each test runs on SQLite and on PostgreSQL.
//! `Ground` is the only place that knows which it is.

#[macro_use]
mod ground;

use bytes::Bytes;
use docexam_domain::{Declaration, Examination, ExaminationState, PageReading, Sha256Digest};
use docexam_store::*;
use ground::Ground;
use std::time::Duration;

/// Lapses only for those who wait for it.
fn worker() -> Claimant {
    Claimant::new(Duration::from_secs(600))
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

async fn a_result_survives_closing_and_opening(ground: Ground) {
    let store = ground.open().await;
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
    let claimed = store
        .claim(&worker())
        .await
        .expect("asked")
        .expect("one waits");
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

    let store = ground.open().await;
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

/// Falls silent at once.
fn hasty() -> Claimant {
    Claimant::new(Duration::from_millis(20))
}

async fn lapse() {
    tokio::time::sleep(Duration::from_millis(60)).await;
}

async fn work_cut_short_is_taken_up_again_but_not_for_ever(ground: Ground) {
    let mut store = ground.open().await;
    let new = submission(&store, "D1", "bytes").await;
    let id = store
        .create_examination(&tenant(), &new)
        .await
        .expect("created")
        .id()
        .to_owned();
    for attempt in 1..=3 {
        let claimed = store
            .claim(&hasty())
            .await
            .expect("asked")
            .expect("one waits");
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
        store = ground.open().await;
        lapse().await;
        store.recover().await.expect("recovered");
        let error = store
            .finish(&claimed, &result())
            .await
            .expect_err("attempt is over");
        assert!(matches!(error, StoreError::AttemptOver { .. }), "{error}");
    }
    assert!(store.claim(&hasty()).await.expect("asked").is_none());
    let record = store.examination(&tenant(), &id).await.expect("found");
    assert_eq!(record.state, ExaminationState::Failed);
    let failure = record.failure.expect("given");
    assert_eq!(
        failure,
        "dead after 3 attempts: each time the process that examined it ended or fell silent"
    );
}

async fn a_lapsed_lease_gives_the_work_to_another_and_fences_the_first(ground: Ground) {
    let store = ground.open().await;
    let new = submission(&store, "D1", "bytes").await;
    store
        .create_examination(&tenant(), &new)
        .await
        .expect("created");
    let first = store
        .claim(&hasty())
        .await
        .expect("asked")
        .expect("one waits");
    store
        .report(&first, &[Progress::DocumentsFound(1)])
        .await
        .expect("still its own");
    lapse().await;
    // Silence alone takes nothing away: another one must have come.
    store.extend(&first).await.expect("nobody came");
    assert!(
        store.claim(&worker()).await.expect("asked").is_none(),
        "extended"
    );
    lapse().await;
    let second = store
        .claim(&worker())
        .await
        .expect("asked")
        .expect("lapsed");
    assert_eq!((&second.id, second.attempt), (&first.id, 2));
    for result in [
        store.extend(&first).await,
        store.report(&first, &[Progress::DocumentsFound(2)]).await,
        store.finish(&first, &result()).await,
        store.fail(&first, "late").await,
        store.give_back(&first).await,
    ] {
        assert!(
            matches!(result, Err(StoreError::AttemptOver { .. })),
            "{result:?}"
        );
    }
    // Whoever was told of the first attempt up to 2 is told of the second from its beginning.
    let told = store
        .events_after(&tenant(), &first.id, 2)
        .await
        .expect("read");
    assert_eq!(told, [(3, Progress::Started)]);
    store.finish(&second, &result()).await.expect("its own");
    let record = store
        .examination(&tenant(), &first.id)
        .await
        .expect("found");
    assert_eq!(record.state, ExaminationState::Examined);
    assert_eq!(record.failure, None);
}

async fn results_finished_together_leave_out_an_attempt_that_is_over(ground: Ground) {
    let store = ground.open().await;
    for content in ["a", "b", "c"] {
        let new = submission(&store, "D1", content).await;
        let created = store.create_examination(&tenant(), &new).await;
        created.expect("created");
    }
    let claimed = store.claim_some(&worker(), 3).await.expect("asked");
    store.give_back(&claimed[1]).await.expect("its own");
    let result = result();
    let done: Vec<_> = claimed.iter().map(|one| (one, &result)).collect();
    let finished = store.finish_all(&done).await.expect("stored");
    assert!(
        matches!(
            finished[..],
            [Ok(()), Err(StoreError::AttemptOver { .. }), Ok(())]
        ),
        "{finished:?}"
    );
    let mut states = Vec::new();
    for one in &claimed {
        let record = store.examination(&tenant(), &one.id).await.expect("found");
        states.push((record.state, record.result == Some(result.clone())));
    }
    let examined = (ExaminationState::Examined, true);
    assert_eq!(
        states,
        [examined, (ExaminationState::Pending, false), examined]
    );
}

async fn stores_of_two_processes_share_the_work(ground: Ground) {
    let (one, other) = (ground.open().await, ground.open().await);
    let mut ids = Vec::new();
    for store in [&one, &other, &one, &other] {
        let new = submission(store, "D1", "bytes").await;
        let accepted = store
            .create_examination(&tenant(), &new)
            .await
            .expect("created");
        ids.push(accepted.id().to_owned());
    }
    let mut taken = Vec::new();
    for store in [&one, &other] {
        let claimed = store.claim_some(&worker(), 2).await.expect("asked");
        assert_eq!(claimed.len(), 2);
        assert!(claimed.iter().all(|claimed| claimed.files.len() == 1));
        taken.extend(claimed.into_iter().map(|claimed| claimed.id));
    }
    assert_eq!(taken, ids, "oldest first, none twice");
    assert!(one.claim(&worker()).await.expect("asked").is_none());
    // Opening once more ends no lease: the others are still there.
    let third = ground.open().await;
    assert_eq!(third.recover().await.expect("asked"), 0);
}

async fn one_request_id_from_two_processes_at_once_creates_once(ground: Ground) {
    let stores = [ground.open().await, ground.open().await];
    for round in 0..10 {
        let mut new = submission(&stores[0], "D1", "bytes").await;
        new.request_id = request(&format!("r-{round}"));
        let mut calls = tokio::task::JoinSet::new();
        for call in 0..6 {
            let (store, new) = (stores[call % 2].clone(), new.clone());
            calls.spawn(async move { store.create_examination(&tenant(), &new).await });
        }
        let answers: Vec<_> = calls
            .join_all()
            .await
            .into_iter()
            .map(|answer| answer.expect("answered"))
            .collect();
        assert!(answers.iter().all(|answer| answer.id() == answers[0].id()));
        let created = answers
            .iter()
            .filter(|answer| matches!(answer, Accepted::New(_)));
        assert_eq!(created.count(), 1);
        assert!(stores[1].claim(&worker()).await.expect("asked").is_some());
        assert!(stores[0].claim(&worker()).await.expect("asked").is_none());
    }
}

async fn readings_are_kept_by_content_page_and_reader(ground: Ground) {
    let store = ground.open().await;
    let sample: serde_json::Value =
        serde_json::from_str(include_str!("../samples/reading-1.json")).expect("JSON");
    let first: PageReading = serde_json::from_value(sample["body"].clone()).expect("a reading");
    let second = PageReading {
        page: 2,
        words: Vec::new(),
        ..first.clone()
    };
    let (digest, reader) = (Sha256Digest::of(b"a file"), Sha256Digest::of(b"a reader"));
    let both = [second.clone(), first.clone()];
    for _ in 0..2 {
        store
            .put_readings(&digest, &reader, &both)
            .await
            .expect("kept");
    }
    assert_eq!(
        store.readings(&digest, &reader, 0).await.expect("read"),
        [first.clone(), second]
    );
    // In another submission it may be another file.
    let reading = store.reading(&digest, 1, &reader, 4).await.expect("read");
    assert_eq!(reading, Some(PageReading { file: 4, ..first }));
    assert_eq!(
        store.reading(&digest, 3, &reader, 0).await.expect("read"),
        None
    );
    let other = Sha256Digest::of(b"another reader");
    assert!(
        store
            .readings(&digest, &other, 0)
            .await
            .expect("read")
            .is_empty()
    );
    let sets = store.reading_sets(&digest).await.expect("listed");
    assert_eq!(sets, [ReadingSet { reader, pages: 2 }]);
}

async fn work_given_back_does_not_count_as_an_attempt(ground: Ground) {
    let store = ground.open().await;
    let new = submission(&store, "D1", "bytes").await;
    store
        .create_examination(&tenant(), &new)
        .await
        .expect("created");
    let claimed = store
        .claim(&worker())
        .await
        .expect("asked")
        .expect("one waits");
    store.give_back(&claimed).await.expect("given back");
    let again = store
        .claim(&worker())
        .await
        .expect("asked")
        .expect("one waits");
    assert_eq!((again.id, again.attempt), (claimed.id, 1));
}

async fn a_request_id_yields_the_earlier_answer_or_a_refusal(ground: Ground) {
    let store = ground.open().await;
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

async fn of_many_concurrent_calls_with_one_request_id_one_creates(ground: Ground) {
    let store = ground.open().await;
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

async fn an_upload_is_idempotent_and_bounded(ground: Ground) {
    let store = ground.open().await;
    let digest = Sha256Digest::of(b"page one, page two");
    for _ in 0..2 {
        let mut upload = store.upload_file(&tenant(), "scan.tif");
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
    let mut upload = store.upload_file(&tenant(), "scan.tif");
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

async fn the_queue_is_bounded_and_first_come_first_served(ground: Ground) {
    let store = ground.open().await;
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
        assert_eq!(
            store
                .claim(&worker())
                .await
                .expect("asked")
                .expect("waits")
                .id,
            id
        );
    }
    assert!(store.claim(&worker()).await.expect("asked").is_none());
    store
        .create_examination(&tenant(), &new)
        .await
        .expect("there is room again");
}

async fn the_files_of_a_submission_are_bounded_together(ground: Ground) {
    let store = ground.open().await;
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
    assert!(store.claim(&worker()).await.expect("asked").is_none());
}

async fn concurrent_workers_never_take_the_same_work(ground: Ground) {
    let store = ground.open().await;
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
                .claim(&worker())
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

async fn lists_are_newest_first_filtered_and_paged(ground: Ground) {
    let store = ground.open().await;
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
    store
        .claim(&worker())
        .await
        .expect("asked")
        .expect("the oldest");
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

async fn a_file_used_by_an_earlier_declaration_is_history(ground: Ground) {
    let store = ground.open().await;
    for declaration in ["D1", "D1", "D2", "D3"] {
        let new = submission(&store, declaration, "the same invoice").await;
        store
            .create_examination(&tenant(), &new)
            .await
            .expect("created");
    }
    let digest = Sha256Digest::of(b"the same invoice");
    let mut seen = Vec::new();
    while let Some(claimed) = store.claim(&worker()).await.expect("asked") {
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

async fn a_discarded_submission_can_be_sent_again(ground: Ground) {
    let store = ground.open().await;
    let mut new = submission(&store, "D1", "bytes").await;
    new.request_id = request("r-1");
    let first = store
        .create_examination(&tenant(), &new)
        .await
        .expect("created");
    let claimed = store.claim(&worker()).await.expect("asked").expect("waits");
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
    let claimed = store.claim(&worker()).await.expect("asked").expect("waits");
    store.finish(&claimed, &result()).await.expect("finished");
    store
        .discard(&tenant(), second.id())
        .await
        .expect("nothing to do");
    assert!(store.examination(&tenant(), second.id()).await.is_ok());
}

#[tokio::test]
async fn a_folder_name_may_hold_characters_that_mean_something_in_addresses() {
    let folder = tempfile::tempdir().expect("folder");
    let odd = folder.path().join("data 100%? #1");
    let store = Store::open(&odd, StoreLimits::default())
        .await
        .expect("opened");
    submission(&store, "D1", "bytes").await;
    assert!(odd.join("docexam.db").is_file());
}

on_both!(
    a_result_survives_closing_and_opening,
    work_cut_short_is_taken_up_again_but_not_for_ever,
    work_given_back_does_not_count_as_an_attempt,
    a_request_id_yields_the_earlier_answer_or_a_refusal,
    of_many_concurrent_calls_with_one_request_id_one_creates,
    an_upload_is_idempotent_and_bounded,
    the_queue_is_bounded_and_first_come_first_served,
    the_files_of_a_submission_are_bounded_together,
    concurrent_workers_never_take_the_same_work,
    lists_are_newest_first_filtered_and_paged,
    a_file_used_by_an_earlier_declaration_is_history,
    a_discarded_submission_can_be_sent_again,
    a_lapsed_lease_gives_the_work_to_another_and_fences_the_first,
    results_finished_together_leave_out_an_attempt_that_is_over,
    stores_of_two_processes_share_the_work,
    one_request_id_from_two_processes_at_once_creates_once,
    readings_are_kept_by_content_page_and_reader,
);
