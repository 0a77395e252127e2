//! What every store must do with review tasks, whatever database lies below: SQLite, or PostgreSQL.

#[macro_use]
mod ground;

use bytes::Bytes;
use docexam_audit::{DecidedFinding, Entry, Record, SigningKey};
use docexam_domain::*;
use docexam_store::*;
use ground::Ground;
use jiff::{SignedDuration, Timestamp};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

async fn opened(ground: &Ground) -> Store {
    ground.open().await.with_review(Arc::new(plan))
}

/// Every discrepancy is a task of its rule's office; the priority is the confidence in per cent. A finding
/// with the explanation "four eyes" needs a second officer to be dismissed.
fn plan(examined: &Examined) -> Triage {
    let task = |reason, items: Vec<ReviewItem>, priority, office: &str| NewReviewTask {
        reason,
        office: office.to_owned(),
        priority,
        severity: Severity::High,
        due_hours: 4,
        hs_chapters: BTreeSet::from(["84".to_owned()]),
        items,
        problem: examined.result.err().map(str::to_owned),
    };
    let mut triage = Triage {
        rule_pack: "test@1".to_owned(),
        error_bound: 0.01,
        ..Triage::default()
    };
    let Ok(result) = examined.result else {
        triage
            .tasks
            .push(task(ReviewReason::Failed, Vec::new(), 60, "documents"));
        return triage;
    };
    for (index, finding) in (0..).zip(&result.findings) {
        if finding.outcome == Outcome::Pass {
            triage.settled.push(Settled {
                finding: index,
                rule_id: finding.rule_id.clone(),
                outcome: finding.outcome,
                basis: SettledBasis::Allowed,
                calibrated_confidence: None,
            });
            continue;
        }
        let four_eyes = match finding.explanation.as_str() {
            "four eyes" => vec![VerdictKind::Dismiss],
            _ => Vec::new(),
        };
        let item = ReviewItem {
            finding: index,
            rule_id: finding.rule_id.clone(),
            outcome: finding.outcome,
            severity: finding.severity,
            calibrated_confidence: None,
            sampled: false,
            four_eyes,
        };
        let priority = (finding.confidence * 100.0) as u8;
        let office = format!("office-{}", &finding.rule_id[..1]);
        triage
            .tasks
            .push(task(ReviewReason::Findings, vec![item], priority, &office));
    }
    triage
}

fn tenant() -> &'static Tenant {
    static TENANT: LazyLock<Tenant> = LazyLock::new(Tenant::default);
    &TENANT
}

struct Queue {
    ground: Ground,
    store: Store,
}

impl Queue {
    async fn on(ground: Ground) -> Self {
        let store = opened(&ground).await;
        Self { ground, store }
    }

    async fn accepted(&self, content: &'static str) -> ClaimedExamination {
        let content = Bytes::from_static(content.as_bytes());
        let digest = self.store.put_file(tenant(), "invoice.pdf", content).await;
        let new = NewExamination {
            declaration: Some(Declaration {
                id: "D1".to_owned(),
                ..Default::default()
            }),
            files: vec![StoredFile {
                name: "invoice.pdf".to_owned(),
                digest: digest.expect("stored"),
            }],
            request_id: None,
        };
        let created = self.store.create_examination(tenant(), &new).await;
        created.expect("created");
        let claimant = Claimant::new(MINUTE);
        let claimed = self.store.claim(&claimant).await;
        claimed.expect("asked").expect("one waits")
    }

    /// An examination of this content with one discrepancy; its id.
    async fn examined(&self, content: &'static str, confidence: f32, explanation: &str) -> String {
        let claimed = self.accepted(content).await;
        let result = result(confidence, explanation);
        self.store
            .finish(&claimed, &result)
            .await
            .expect("finished");
        claimed.id
    }

    async fn claim(&self, worker: &str, most: u32, lease: Duration) -> Vec<ReviewTask> {
        let claim = claim(worker, most, lease);
        let claimed = self.store.claim_review_tasks(tenant(), &claim).await;
        claimed.expect("claimed")
    }

    async fn claim_one(&self, worker: &str) -> ReviewTask {
        // A change that was refused lets go of its row soon, not at once, and a claim passes over held rows.
        for _ in 0..50 {
            if let Some(task) = self.claim(worker, 1, MINUTE).await.pop() {
                return task;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("none waits");
    }

    async fn decide(
        &self,
        task: &ReviewTask,
        worker: &str,
        verdict: Verdict,
    ) -> Result<ReviewTask, StoreError> {
        let decision = decision(task, worker, verdict);
        self.store
            .decide_review_task(tenant(), &task.id, &decision)
            .await
    }

    async fn changes(&self) -> Vec<ReviewChange> {
        let changes = self.store.review_changes_after(tenant(), 0, None, 1_000);
        changes.await.expect("read")
    }
}

const MINUTE: Duration = Duration::from_secs(60);

fn claim(worker: &str, most: u32, lease: Duration) -> NewClaim {
    NewClaim {
        worker: Worker::parse(worker).expect("valid"),
        most,
        lease: LeaseDuration::new(lease).expect("within bounds"),
        filter: ReviewFilter::default(),
        request_id: None,
    }
}

/// The same verdict on every finding.
fn decision(task: &ReviewTask, worker: &str, verdict: Verdict) -> NewDecision {
    let items = task.plan.items.iter();
    NewDecision {
        worker: Worker::parse(worker).expect("valid"),
        version: task.version,
        verdicts: items
            .map(|item| FindingVerdict {
                finding: item.finding,
                verdict: verdict.clone(),
                note: None,
            })
            .collect(),
        note: Some("looked at".to_owned()),
        request_id: None,
    }
}

fn dismissed() -> Verdict {
    Verdict::Dismiss {
        reason: DismissReason::Explained,
    }
}

fn anchor() -> PageAnchor {
    PageAnchor {
        file: 0,
        page: 1,
        polygon: Polygon(vec![[0.1, 0.2], [0.3, 0.2], [0.3, 0.25], [0.1, 0.25]]),
    }
}

fn corrected(value: &str) -> Verdict {
    Verdict::Correct {
        corrections: vec![Correction {
            document: "d1".to_owned(),
            field: "total_amount".to_owned(),
            value: value.to_owned(),
            page_anchor: anchor(),
        }],
        stands: false,
    }
}

/// The sample with one discrepancy and one pass.
fn result(confidence: f32, explanation: &str) -> Examination {
    let sample: serde_json::Value =
        serde_json::from_str(include_str!("../samples/result-1.json")).expect("JSON");
    let mut result: Examination =
        serde_json::from_value(sample["body"].clone()).expect("an examination");
    result.findings.truncate(1);
    let finding = &mut result.findings[0];
    finding.outcome = Outcome::Discrepancy;
    finding.confidence = confidence;
    finding.explanation = explanation.to_owned();
    let mut pass = finding.clone();
    pass.outcome = Outcome::Pass;
    result.findings.push(pass);
    result
}

async fn a_result_and_its_tasks_appear_together_in_the_order_of_the_queue(ground: Ground) {
    let queue = Queue::on(ground).await;
    for (content, confidence) in [("a", 0.5), ("b", 0.9), ("c", 0.7)] {
        queue.examined(content, confidence, "").await;
    }
    let claimed = queue.accepted("d").await;
    queue
        .store
        .fail(&claimed, "the page is torn")
        .await
        .expect("failed");
    let list = async |filter: ReviewFilter, after: Option<QueuePlace>, limit| {
        let tasks = queue
            .store
            .review_tasks(tenant(), &filter, after.as_ref(), limit);
        tasks.await.expect("listed")
    };
    let all = list(ReviewFilter::default(), None, 10).await;
    let priorities: Vec<u8> = all.iter().map(|task| task.plan.priority).collect();
    assert_eq!(priorities, [90, 70, 60, 50]);
    let died = &all[2];
    assert_eq!(died.plan.reason, ReviewReason::Failed);
    assert_eq!(died.plan.problem.as_deref(), Some("the page is torn"));
    assert_eq!(died.declaration_id, "D1");
    // By pages.
    let first = list(ReviewFilter::default(), None, 3).await;
    let rest = list(ReviewFilter::default(), Some(first[2].place()), 3).await;
    assert_eq!([first, rest].concat(), all);
    // By what they are about.
    let with = |change: fn(&mut ReviewFilter)| {
        let mut filter = ReviewFilter::default();
        change(&mut filter);
        list(filter, None, 10)
    };
    assert_eq!(with(|f| f.rule_id = Some("E02".into())).await.len(), 3);
    assert_eq!(with(|f| f.rule_id = Some("F01".into())).await.len(), 0);
    assert_eq!(with(|f| f.office = Some("office-E".into())).await.len(), 3);
    assert_eq!(with(|f| f.hs_chapter = Some("84".into())).await.len(), 4);
    assert_eq!(with(|f| f.hs_chapter = Some("85".into())).await.len(), 0);
    assert_eq!(
        with(|f| f.from_severity = Some(Severity::High)).await.len(),
        4
    );
    assert_eq!(
        with(|f| f.state = Some(ReviewState::Claimed)).await.len(),
        0
    );
    let hour_ago = |f: &mut ReviewFilter| {
        f.created_before = Some(Timestamp::now() - SignedDuration::from_hours(1));
    };
    assert_eq!(with(hour_ago).await.len(), 0);
    // What was not put before officers is kept too.
    let start = TimeCursor::default();
    let sorted = queue.store.sorted_examinations(tenant(), &start, 10);
    let (sorted, _) = sorted.await.expect("read");
    assert_eq!(sorted.len(), 4);
    assert_eq!(sorted[0].triage.settled.len(), 1);
}

async fn no_task_is_held_by_two_and_the_most_urgent_go_first(ground: Ground) {
    let queue = Queue::on(ground).await;
    for content in ["a", "b", "c", "d", "e", "f"] {
        queue.examined(content, 0.5, "").await;
    }
    queue.examined("g", 0.9, "").await;
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..4 {
        let store = queue.store.clone();
        workers.spawn(async move {
            let claim = claim(&format!("w{worker}"), 2, MINUTE);
            store
                .claim_review_tasks(tenant(), &claim)
                .await
                .expect("claimed")
        });
    }
    let claimed: Vec<ReviewTask> = workers.join_all().await.into_iter().flatten().collect();
    let ids: BTreeSet<_> = claimed.iter().map(|task| task.id.clone()).collect();
    assert_eq!((claimed.len(), ids.len()), (7, 7));
    assert!(claimed.iter().any(|task| task.plan.priority == 90));
    assert!(queue.claim("late", 5, MINUTE).await.is_empty());
}

async fn a_repeated_claim_yields_what_is_left_of_the_first(ground: Ground) {
    let queue = Queue::on(ground).await;
    queue.examined("a", 0.5, "").await;
    queue.examined("b", 0.5, "").await;
    let mut claim = claim("anna", 5, MINUTE);
    claim.request_id = RequestId::parse("c-1").expect("valid");
    let first = queue.store.claim_review_tasks(tenant(), &claim).await;
    let first = first.expect("claimed");
    let again = queue.store.claim_review_tasks(tenant(), &claim).await;
    assert_eq!(again.expect("claimed"), first);
    queue
        .decide(&first[0], "anna", Verdict::Confirm)
        .await
        .expect("decided");
    let again = queue.store.claim_review_tasks(tenant(), &claim).await;
    assert_eq!(again.expect("claimed"), first[1..]);
}

async fn a_lapsed_task_returns_and_a_late_decision_changes_nothing(ground: Ground) {
    let queue = Queue::on(ground).await;
    queue.examined("a", 0.5, "").await;
    let first = queue.claim("anna", 1, Duration::from_secs(1)).await;
    assert!(queue.claim("ben", 1, MINUTE).await.is_empty());
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    // Too late, though nobody else has it yet.
    let late = queue.decide(&first[0], "anna", Verdict::Confirm).await;
    let error = late.expect_err("the lease has ended");
    assert!(matches!(error, StoreError::ClaimOver { .. }), "{error}");
    let second = queue.claim_one("ben").await;
    assert_eq!(second.id, first[0].id);
    let foreign = queue.decide(&second, "anna", Verdict::Confirm).await;
    let error = foreign.expect_err("another's claim");
    assert!(matches!(error, StoreError::ClaimOver { .. }), "{error}");
    // The right worker with an old version.
    let stale = ReviewTask {
        version: first[0].version,
        ..second.clone()
    };
    let error = queue.decide(&stale, "ben", Verdict::Confirm).await;
    let error = error.expect_err("an old version");
    assert!(matches!(error, StoreError::ReviewTaskChanged(_)), "{error}");
    let decided = queue.decide(&second, "ben", Verdict::Confirm).await;
    assert_eq!(decided.expect("decided").state, ReviewState::Decided);
    let again = queue.decide(&second, "ben", Verdict::Confirm).await;
    let error = again.expect_err("decided already");
    assert!(matches!(error, StoreError::ReviewTaskDecided(_)), "{error}");
    let whats: Vec<_> = queue.changes().await.iter().map(|c| c.what).collect();
    use ReviewChangeKind::*;
    assert_eq!(whats, [Created, Claimed, Lapsed, Claimed, Decided]);
}

async fn an_extended_claim_keeps_its_version_and_a_released_one_is_free(ground: Ground) {
    let queue = Queue::on(ground).await;
    queue.examined("a", 0.5, "").await;
    let task = queue
        .claim("anna", 1, Duration::from_secs(1))
        .await
        .remove(0);
    let [anna, ben] = ["anna", "ben"].map(|name| Worker::parse(name).expect("valid"));
    let lease = LeaseDuration::new(MINUTE).expect("within bounds");
    let until = queue
        .store
        .extend_claim(tenant(), &task.id, &anna, lease)
        .await;
    assert!(until.expect("extended") > task.lease_until.expect("claimed"));
    let foreign = queue
        .store
        .extend_claim(tenant(), &task.id, &ben, lease)
        .await;
    assert!(matches!(foreign, Err(StoreError::ClaimOver { .. })));
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(
        queue
            .store
            .return_lapsed_review_tasks()
            .await
            .expect("asked"),
        0
    );
    let now = queue
        .store
        .review_task(tenant(), &task.id)
        .await
        .expect("found");
    assert_eq!(now.version, task.version);
    let foreign = queue
        .store
        .release_review_task(tenant(), &task.id, &ben)
        .await;
    assert!(matches!(foreign, Err(StoreError::ClaimOver { .. })));
    queue
        .store
        .release_review_task(tenant(), &task.id, &anna)
        .await
        .expect("released");
    assert_eq!(queue.claim_one("ben").await.id, task.id);
    assert!(LeaseDuration::new(Duration::from_secs(3_601)).is_none());
    assert!(LeaseDuration::new(Duration::from_millis(999)).is_none());
}

async fn four_eyes_are_two_different_officers_and_a_third_where_they_differ(ground: Ground) {
    let queue = Queue::on(ground).await;
    queue.examined("a", 0.5, "four eyes").await;
    let task = queue.claim_one("anna").await;
    let after = queue
        .decide(&task, "anna", dismissed())
        .await
        .expect("heard");
    assert_eq!((after.state, after.officers_needed), (ReviewState::Open, 2));
    assert!(
        queue.claim("anna", 1, MINUTE).await.is_empty(),
        "not hers again"
    );
    let task = queue.claim_one("ben").await;
    let after = queue
        .decide(&task, "ben", Verdict::Confirm)
        .await
        .expect("heard");
    assert_eq!((after.state, after.officers_needed), (ReviewState::Open, 3));
    assert!(queue.claim("ben", 1, MINUTE).await.is_empty());
    assert_eq!(queue.store.waiting_events(10).await.expect("read"), []);
    let task = queue.claim_one("carla").await;
    let after = queue
        .decide(&task, "carla", dismissed())
        .await
        .expect("heard");
    assert_eq!(after.state, ReviewState::Decided);
    assert_eq!(after.verdicts[0].verdict, dismissed());
    let officers: Vec<_> = after.decisions.iter().map(|d| d.officer.as_str()).collect();
    assert_eq!(officers, ["anna", "ben", "carla"]);
    let events = queue.store.waiting_events(10).await.expect("read");
    let event: serde_json::Value = serde_json::from_str(&events[0].event).expect("JSON");
    assert_eq!(event["data"]["officers"], serde_json::json!(officers));
}

async fn a_decision_must_fit_its_task(ground: Ground) {
    let queue = Queue::on(ground).await;
    queue.examined("a", 0.5, "").await;
    let task = queue.claim_one("anna").await;
    let mut nothing = decision(&task, "anna", Verdict::Confirm);
    nothing.verdicts.clear();
    let refused = queue
        .store
        .decide_review_task(tenant(), &task.id, &nothing)
        .await;
    assert_eq!(
        refused.expect_err("no verdict").to_string(),
        "finding 0 has no verdict"
    );
    let mut elsewhere = corrected("1.00");
    if let Verdict::Correct { corrections, .. } = &mut elsewhere {
        corrections[0].page_anchor.page = 9;
    }
    let refused = queue.decide(&task, "anna", elsewhere).await;
    assert_eq!(
        refused.expect_err("no such page").to_string(),
        "finding 0: correction: the place is not on a page of the document"
    );
    // Nothing of it was kept.
    let unchanged = queue
        .store
        .review_task(tenant(), &task.id)
        .await
        .expect("found");
    assert_eq!(
        (unchanged.version, unchanged.decisions.len()),
        (task.version, 0)
    );
}

async fn a_decision_and_all_that_follows_from_it_are_stored_once(ground: Ground) {
    let queue = Queue::on(ground).await;
    let examination_id = queue.examined("a", 0.5, "").await;
    let task = queue.claim_one("anna").await;
    let mut decision = decision(&task, "anna", corrected("11510.00"));
    decision.request_id = RequestId::parse("d-1").expect("valid");
    for _ in 0..2 {
        let decided = queue
            .store
            .decide_review_task(tenant(), &task.id, &decision)
            .await;
        assert_eq!(decided.expect("decided").state, ReviewState::Decided);
    }
    let events = queue.store.waiting_events(10).await.expect("read");
    assert_eq!(events.len(), 1);
    let event: serde_json::Value = serde_json::from_str(&events[0].event).expect("JSON");
    assert_eq!(event["specversion"], "1.0");
    assert_eq!(event["id"], events[0].id.as_str());
    assert_eq!(event["type"], "docexam.review.task.decided.v1");
    assert_eq!(event["subject"], examination_id.as_str());
    let finding = &event["data"]["findings"][0];
    assert_eq!(finding["rule_id"], "E02");
    assert_eq!(finding["right"], false);
    assert_eq!(finding["verdict"]["corrections"][0]["value"], "11510.00");
    queue
        .store
        .event_refused(&events[0].id, "the receiver answers 503")
        .await
        .expect("noted");
    assert_eq!(queue.store.waiting_events(10).await.expect("read"), events);
    let ids = [events[0].id.clone()];
    queue.store.events_delivered(&ids).await.expect("marked");
    assert_eq!(queue.store.waiting_events(10).await.expect("read"), []);

    let start = TimeCursor::default();
    let judged = queue.store.judged_findings(tenant(), &start, 10);
    let (judged, next) = judged.await.expect("read");
    assert_eq!(judged.len(), 1);
    assert_eq!((judged[0].confidence, judged[0].right), (0.5, false));
    assert_eq!(judged[0].fields[0].key, "total_amount");
    assert!(!judged[0].fields[0].right);
    let next = next.expect("a cursor");
    let (judged, next) = queue
        .store
        .judged_findings(tenant(), &next, 10)
        .await
        .expect("read");
    assert_eq!((judged.len(), next), (0, None));
}

async fn a_correction_outlives_closing_and_examining_again(ground: Ground) {
    let queue = Queue::on(ground).await;
    queue.examined("the same invoice", 0.5, "").await;
    let task = queue.claim_one("anna").await;
    queue
        .decide(&task, "anna", corrected("11510.00"))
        .await
        .expect("decided");
    let Queue { ground, store } = queue;
    store.close().await;
    drop(store);
    let store = opened(&ground).await;
    let queue = Queue { ground, store };
    let again = queue.examined("the same invoice", 0.5, "").await;
    let other = queue.examined("another invoice", 0.5, "").await;
    let corrections = queue
        .store
        .corrections_for(tenant(), &again)
        .await
        .expect("read");
    assert_eq!(corrections.len(), 1);
    let correction = &corrections[0];
    assert_eq!(correction.value, "11510.00");
    assert_eq!(correction.read_value.as_deref(), Some("11150.00"));
    assert_eq!(correction.present_value.as_deref(), Some("11150.00"));
    assert_eq!(correction.officer, "anna");
    assert_eq!(correction.examination_id, task.examination_id);
    // The new reading stands as it was read.
    let result = queue
        .store
        .examination(tenant(), &again)
        .await
        .expect("found")
        .result;
    assert_eq!(
        result.expect("finished").documents[0].fields[0].value(),
        "11150.00"
    );
    let none = queue
        .store
        .corrections_for(tenant(), &other)
        .await
        .expect("read");
    assert_eq!(none, []);
    // Corrected once more: the last one counts.
    let task = queue.claim_one("ben").await;
    assert_eq!(task.examination_id, again);
    queue
        .decide(&task, "ben", corrected("11511.00"))
        .await
        .expect("decided");
    let corrections = queue
        .store
        .corrections_for(tenant(), &again)
        .await
        .expect("read");
    assert_eq!(corrections.len(), 1);
    assert_eq!(corrections[0].value, "11511.00");
    let pages = queue.store.corrected_pages(tenant()).await.expect("read");
    assert_eq!(pages.len(), 1);
    assert_eq!(
        (pages[0].page, pages[0].examination_id.as_str()),
        (1, again.as_str())
    );
}

async fn tenants_do_not_see_each_others_queue(ground: Ground) {
    let queue = Queue::on(ground).await;
    queue.examined("a", 0.5, "").await;
    let task = queue.claim_one("anna").await;
    let neighbour = Tenant::parse("neighbour").expect("valid");
    let error = queue.store.review_task(&neighbour, &task.id).await;
    assert!(matches!(error, Err(StoreError::NoReviewTask(_))));
    let claim = claim("ben", 5, MINUTE);
    let claimed = queue.store.claim_review_tasks(&neighbour, &claim).await;
    assert_eq!(claimed.expect("asked"), []);
    assert_eq!(
        queue
            .store
            .last_review_change(&neighbour)
            .await
            .expect("asked"),
        0
    );
}

/// Writers and readers at once: whoever reads on from where it was sees every change once, and the changes of
/// a task in their order.
async fn the_stream_has_no_gap_and_nothing_twice_under_concurrent_writers(ground: Ground) {
    let queue = Queue::on(ground).await;
    for _ in 0..12 {
        queue.examined("a", 0.5, "").await;
    }
    let mut writers = tokio::task::JoinSet::new();
    for worker in 0..4 {
        let store = queue.store.clone();
        writers.spawn(async move {
            let name = format!("w{worker}");
            loop {
                let claim = claim(&name, 2, MINUTE);
                let tasks = store.claim_review_tasks(tenant(), &claim).await;
                let tasks = tasks.expect("claimed");
                if tasks.is_empty() {
                    return;
                }
                for (index, task) in tasks.iter().enumerate() {
                    let worker = Worker::parse(&name).expect("valid");
                    match index {
                        // Comes back, for whoever is next.
                        0 if task.version < 4 => {
                            let released =
                                store.release_review_task(tenant(), &task.id, &worker).await;
                            released.expect("released");
                        }
                        _ => {
                            let decision = decision(task, &name, Verdict::Confirm);
                            let decided = store
                                .decide_review_task(tenant(), &task.id, &decision)
                                .await;
                            decided.expect("decided");
                        }
                    }
                }
            }
        });
    }
    let mut readers = tokio::task::JoinSet::new();
    for limit in [1, 3, 100] {
        let store = queue.store.clone();
        readers.spawn(async move {
            let (mut seen, mut position) = (Vec::new(), 0);
            let decided = |seen: &[ReviewChange]| {
                seen.iter()
                    .filter(|change| change.what == ReviewChangeKind::Decided)
                    .count()
            };
            while decided(&seen) < 12 {
                let changes = store.review_changes_after(tenant(), position, None, limit);
                for change in changes.await.expect("read") {
                    position = change.position;
                    seen.push(change);
                }
                tokio::task::yield_now().await;
            }
            seen
        });
    }
    while let Some(written) = writers.join_next().await {
        written.expect("no panic");
    }
    let all = queue.changes().await;
    for seen in readers.join_all().await {
        assert_eq!(seen, all[..seen.len()]);
    }
    let positions: Vec<i64> = all.iter().map(|change| change.position).collect();
    let expected: Vec<i64> = (1..).take(all.len()).collect();
    assert_eq!(positions, expected);
    let mut versions: BTreeMap<&str, i64> = BTreeMap::new();
    for change in &all {
        let last = versions
            .insert(&change.task_id, change.version)
            .unwrap_or(0);
        assert_eq!(change.version, last + 1, "{change:?}");
    }
    assert_eq!(versions.len(), 12);
}

async fn one_process_at_a_time_has_a_duty(ground: Ground) {
    let queue = Queue::on(ground).await;
    let take = |owner: &'static str, seconds| {
        let store = queue.store.clone();
        async move {
            let duration = Duration::from_millis(seconds);
            store
                .take_duty("outbox", owner, duration)
                .await
                .expect("asked")
        }
    };
    assert!(take("a", 60_000).await);
    assert!(!take("b", 60_000).await);
    assert!(take("a", 1).await, "its own");
    tokio::time::sleep(Duration::from_millis(20)).await;
    assert!(take("b", 60_000).await, "over");
}

async fn every_decision_is_in_the_audit_log_with_its_officer(ground: Ground) {
    let queue = Queue::on(ground).await;
    let examination_id = queue.examined("a", 0.5, "four eyes").await;
    let task = queue.claim_one("anna").await;
    let refused = queue.decide(&task, "ben", dismissed()).await;
    assert!(matches!(refused, Err(StoreError::ClaimOver { .. })));
    for officer in ["anna", "ben"] {
        let task = match officer {
            "anna" => task.clone(),
            _ => queue.claim_one(officer).await,
        };
        let decided = queue.decide(&task, officer, dismissed()).await;
        decided.expect("heard");
    }
    let key = SigningKey::create(
        &queue.ground.folder.path().join("audit.key"),
        "test.example/log",
    );
    let mut sequencer = queue
        .store
        .sequencer(key.expect("made"))
        .await
        .expect("new");
    sequencer.run_once().await.expect("sequenced");
    let filter = AuditFilter {
        examination: Some(examination_id.clone()),
        ..AuditFilter::default()
    };
    let entries = queue.store.audit_entries(tenant(), &filter, 100).await;
    let decisions = entries.expect("listed").into_iter().filter_map(|entry| {
        let entry = Record::parse(&entry.entry).expect("an entry").entry;
        matches!(entry, Entry::Decision { .. }).then_some(entry)
    });
    let expected = ["anna", "ben"].map(|officer| Entry::Decision {
        examination: examination_id.clone(),
        task: task.id.clone(),
        officer: officer.to_owned(),
        findings: vec![DecidedFinding {
            finding: 0,
            rule_id: "E02".to_owned(),
            verdict: docexam_audit::Verdict::Dismiss,
            reason: Some("EXPLAINED".to_owned()),
            correction: None,
        }],
        complete: officer == "ben",
    });
    assert_eq!(decisions.collect::<Vec<_>>(), expected);
}

on_both!(
    a_result_and_its_tasks_appear_together_in_the_order_of_the_queue,
    no_task_is_held_by_two_and_the_most_urgent_go_first,
    a_repeated_claim_yields_what_is_left_of_the_first,
    a_lapsed_task_returns_and_a_late_decision_changes_nothing,
    an_extended_claim_keeps_its_version_and_a_released_one_is_free,
    four_eyes_are_two_different_officers_and_a_third_where_they_differ,
    a_decision_must_fit_its_task,
    a_decision_and_all_that_follows_from_it_are_stored_once,
    a_correction_outlives_closing_and_examining_again,
    tenants_do_not_see_each_others_queue,
    the_stream_has_no_gap_and_nothing_twice_under_concurrent_writers,
    one_process_at_a_time_has_a_duty,
    every_decision_is_in_the_audit_log_with_its_officer,
);
