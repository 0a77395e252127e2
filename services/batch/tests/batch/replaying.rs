//! The same archive under another rule pack: real rules, stored documents, no reader.

use crate::results::column;
use crate::stand_in::*;
use docexam_batch::{Change, ChangeKind, Counts, OutcomeDiff, Replay, replay};
use docexam_domain::Examination;
use docexam_pipeline::{Assessor, Earlier, Submission};
use docexam_store::{Store, Tenant};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn models() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models")
}

/// The baseline pack with one line of rule E02 changed.
fn pack(folder: &Path, name: &str, tolerance: &str, severity: &str) -> PathBuf {
    let baseline = models().join("rules/wco-baseline");
    let copy = folder.join(name);
    std::fs::create_dir(&copy).expect("made");
    for entry in std::fs::read_dir(&baseline).expect("there").flatten() {
        if entry.path().is_file() {
            std::fs::copy(entry.path(), copy.join(entry.file_name())).expect("copied");
        }
    }
    let file = copy.join("pack.toml");
    let text = std::fs::read_to_string(&file).expect("read");
    let before = "[rules.E02]\nseverity = \"HIGH\"\ntolerance = \"0.01\"";
    assert!(text.contains(before), "the baseline has changed");
    let after = format!("[rules.E02]\nseverity = \"{severity}\"\ntolerance = \"{tolerance}\"");
    std::fs::write(&file, text.replace(before, &after)).expect("written");
    copy
}

/// Changes what the stand-in has found, before it is stored.
type Retouch = dyn Fn(&Submission, Examination) -> Examination + Send + Sync;

async fn archive(retouch: Arc<Retouch>) -> (Archive, Store) {
    let archive = Archive::of(&[
        ("near", "total_amount=11150.00 currency=EUR\n"),
        ("far", "total_amount=99150.00 currency=EUR\n"),
        ("same", "total_amount=11510.00 currency=EUR\n"),
        ("broken", "unopenable\n"),
    ]);
    let row = |id: &str, code: &str| {
        let declaration = format!(
            r#"{{"id":"D-{id}","acceptance_date":"2026-05-04",
                "invoice_total":{{"amount":"11510.00","currency":"EUR"}},
                "items":[{{"number":1,"hs_code":"{code}"}}]}}"#
        );
        let declaration = declaration.replace('\n', " ");
        format!("{{\"doc_id\":\"{id}\",\"path\":\"{id}\",\"declaration\":{declaration}}}\n")
    };
    let rows = [
        row("near", "84821090"),
        row("far", "61091000"),
        row("same", "84821090"),
        row("broken", "84830000"),
    ];
    archive.write_manifest(&rows.concat());
    let store = archive.entered().await;
    let (mut worker, _stop) = worker(&store, archive.path(), 2);
    let examine = worker.examine.clone();
    worker.examine = Arc::new(move |submission, kept, progress, cancelled| {
        examine(submission, kept, progress, cancelled)
            .map(|examination| retouch(submission, examination))
    });
    worker.work(BATCH).await.expect("worked");
    (archive, store)
}

fn assessor(rule_pack: &Path) -> Arc<Assessor> {
    Arc::new(Assessor::load(&models(), rule_pack).expect("loads"))
}

fn replay_under(store: &Store, assessor: &Arc<Assessor>) -> Replay {
    Replay {
        store: store.clone(),
        tenant: Tenant::default(),
        assessor: assessor.clone(),
        extract: false,
        threads: 2,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_changed_rule_pack_shows_what_appears_vanishes_and_changes() {
    // What is stored is what the baseline says about these documents.
    let baseline = assessor(Path::new("wco-baseline"));
    let judge = baseline.clone();
    let (archive, store) = archive(Arc::new(move |submission, mut examination| {
        examination.digests.model = judge.model_digest().clone();
        judge.recheck(&Earlier {
            declaration: submission.declaration.clone(),
            files: Vec::new(),
            examination,
        })
    }))
    .await;
    let out = |name: &str| archive.path().join(name);
    let same = replay(
        &replay_under(&store, &baseline),
        BATCH,
        &out("same-pack"),
        &|_| {},
    )
    .await
    .expect("replayed");
    assert_eq!(
        (same.diff.documents, same.diff.documents_without_result),
        (4, 1)
    );
    assert_eq!(same.diff.documents_extracted, 0);
    assert_eq!(
        (same.diff.total, same.diff.documents_changed),
        (Counts::default(), 0)
    );
    assert_eq!(same.summary.discrepancies["E02"], 2);

    // 360 off is tolerated now; 87,640 off still counts, but less.
    let lenient = assessor(&pack(archive.path(), "lenient", "500", "LOW"));
    let again = replay(
        &replay_under(&store, &lenient),
        BATCH,
        &out("lenient-pack"),
        &|_| {},
    )
    .await
    .expect("replayed");
    let counts = |appear, vanish, change| Counts {
        appear,
        vanish,
        change,
    };
    assert_eq!(again.diff.by_rule["E02"], counts(0, 1, 1));
    assert_eq!(again.diff.total, counts(0, 1, 1));
    assert_eq!(again.diff.documents_changed, 2);
    assert_eq!(again.diff.by_hs_chapter["84"], counts(0, 1, 0));
    assert_eq!(again.diff.by_hs_chapter["61"], counts(0, 0, 1));
    let changes: Vec<Change> = std::fs::read_to_string(out("lenient-pack/changes.jsonl"))
        .expect("there")
        .lines()
        .map(|line| serde_json::from_str(line).expect("a change"))
        .collect();
    let told = |change: &Change| {
        let after = change.after.as_ref().expect("a side");
        (
            change.doc_id.clone(),
            change.change,
            after.outcome.to_string(),
            after.severity.to_string(),
        )
    };
    assert_eq!(
        changes.iter().map(told).collect::<Vec<_>>(),
        [
            (
                "near".to_owned(),
                ChangeKind::Vanishes,
                "PASS".to_owned(),
                "LOW".to_owned()
            ),
            (
                "far".to_owned(),
                ChangeKind::Changes,
                "DISCREPANCY".to_owned(),
                "LOW".to_owned()
            ),
        ]
    );
    let (rules, _) = column(&out("lenient-pack/findings.parquet"), "rule_id");
    assert!(rules.iter().any(|rule| rule == "E02"));
    let written: OutcomeDiff =
        serde_json::from_slice(&std::fs::read(out("lenient-pack/replay.json")).expect("there"))
            .expect("JSON");
    assert_eq!(written, again.diff);

    // The stored results are as they were.
    let same = replay(
        &replay_under(&store, &baseline),
        BATCH,
        &out("same-again"),
        &|_| {},
    )
    .await
    .expect("replayed");
    assert_eq!(same.diff.documents_changed, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stricter_pack_makes_findings_appear() {
    let lenient_folder = tempfile::tempdir().expect("folder");
    let lenient = assessor(&pack(lenient_folder.path(), "lenient", "100000", "HIGH"));
    let judge = lenient.clone();
    let (archive, store) = archive(Arc::new(move |submission, mut examination| {
        examination.digests.model = judge.model_digest().clone();
        judge.recheck(&Earlier {
            declaration: submission.declaration.clone(),
            files: Vec::new(),
            examination,
        })
    }))
    .await;
    let baseline = assessor(Path::new("wco-baseline"));
    let replayed = replay(
        &replay_under(&store, &baseline),
        BATCH,
        &archive.path().join("out"),
        &|_| {},
    )
    .await
    .expect("replayed");
    assert_eq!(
        replayed.diff.total,
        Counts {
            appear: 2,
            vanish: 0,
            change: 0
        }
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_model_extracts_from_stored_readings_without_the_files() {
    // The stand-in's results are by a model of another digest than the real one.
    let (archive, store) = archive(Arc::new(|_, examination| examination)).await;
    for name in ["near", "far", "same", "broken"] {
        std::fs::remove_file(archive.path().join(name)).expect("removed");
    }
    let baseline = assessor(Path::new("wco-baseline"));
    let again = replay(
        &replay_under(&store, &baseline),
        BATCH,
        &archive.path().join("out"),
        &|_| {},
    )
    .await
    .expect("replayed");
    assert_eq!(again.diff.documents_extracted, 3);
    assert_eq!(again.summary.made_by.len(), 1);
    let made_by = &again.summary.made_by[0];
    assert_eq!(made_by.model, baseline.model_digest().as_str());
    assert_eq!(made_by.engine, ENGINE);
    assert_eq!(again.summary.pages.read, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_whose_readings_are_gone_is_told_and_stops_no_other() {
    let (archive, store) = archive(Arc::new(|submission, mut examination| {
        if submission.files[0].name == "far" {
            examination.digests.engine = "an engine of which nothing is stored".to_owned();
        }
        examination
    }))
    .await;
    let baseline = assessor(Path::new("wco-baseline"));
    let again = replay(
        &replay_under(&store, &baseline),
        BATCH,
        &archive.path().join("out"),
        &|_| {},
    )
    .await
    .expect("replayed");
    assert_eq!(
        again.diff.documents_without_result, 2,
        "the broken one and this"
    );
    assert_eq!(again.summary.failures["missing"], 1);
    assert_eq!(again.diff.documents_extracted, 2);
    let (failures, _) = column(&archive.path().join("out/documents.parquet"), "failure");
    assert_eq!(failures[1], "the reading of far page 1 is not stored");
}
