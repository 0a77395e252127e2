//! The officers' queue over the wire, with the client that a workbench uses.

use crate::process::ServerProcess;
use crate::running::*;
use docexam_proto::v1 as wire;
use docexam_proto::v1::examination_service_client::ExaminationServiceClient;
use docexam_review_client::{Claim, QueueError, ReviewQueue};
use docexam_server::Config;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tonic::Code;
use wire::review_task::State;
use wire::review_task_change::Kind;

async fn started(data_dir: &Path) -> Running {
    let config = Config {
        data_dir: data_dir.to_owned(),
        ..small()
    };
    Running::start_reviewing("127.0.0.1:0", config).await
}

async fn queue(address: SocketAddr, worker: &str) -> ReviewQueue {
    let url = format!("http://{address}");
    let queue = ReviewQueue::connect(&url, worker, None).await;
    queue.expect("it listens")
}

/// Examines so many submissions of this declaration: each leaves a task.
async fn examined(address: SocketAddr, declaration_id: &str, count: usize) {
    let mut client = ExaminationServiceClient::new(connect(address).await);
    for _ in 0..count {
        let request = examine(submission(declaration_id, "invoice.pdf", "one\ntwo"), "");
        client.examine(request).await.expect("examined");
    }
}

fn any() -> wire::ReviewTaskFilter {
    wire::ReviewTaskFilter::default()
}

async fn claim_one(queue: &ReviewQueue) -> Claim {
    let mut claims = queue.claim(any(), 1).await.expect("claimed");
    claims.pop().expect("one waits")
}

fn verdicts(task: &wire::ReviewTask, kind: wire::VerdictKind) -> Vec<wire::FindingVerdict> {
    let reason = match kind {
        wire::VerdictKind::Dismiss => wire::DismissReason::Explained,
        _ => wire::DismissReason::Unspecified,
    };
    let items = task.items.iter();
    items
        .map(|item| wire::FindingVerdict {
            finding_index: item.finding_index,
            verdict: kind.into(),
            dismiss_reason: reason.into(),
            ..Default::default()
        })
        .collect()
}

async fn decide(claim: Claim, kind: wire::VerdictKind) -> Result<wire::ReviewTask, QueueError> {
    let verdicts = verdicts(claim.task(), kind);
    claim.decide(verdicts, "looked at").await
}

fn code<T>(result: Result<T, QueueError>) -> Option<Code> {
    result.err().expect("refused").code()
}

#[tokio::test]
async fn a_task_is_shown_with_its_findings_pages_and_pictures_and_then_decided() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    examined(server.address, "D1", 1).await;
    let queue = queue(server.address, "anna").await;
    let listed = queue.list(Default::default()).await.expect("listed");
    assert_eq!(listed.tasks.len(), 1);
    assert_eq!(listed.tasks[0].items[0].finding, None, "lists are short");
    let claim = claim_one(&queue).await;
    let finding = claim.task().items[0].finding.as_ref().expect("with it");
    assert_eq!(finding.rule_id, "E02");
    let details = claim.details().await.expect("found");
    assert_eq!(details.pages.len(), 2);
    assert_eq!(details.readings[0].calibrated_confidence, Some(0.5));
    let id = claim.task().examination_id.clone();
    let image = queue.page_image(&id, 0, 2, 640).await.expect("drawn");
    assert_eq!((image.width_px, image.png.len()), (640, 64_000));
    let decided = decide(claim, wire::VerdictKind::Confirm)
        .await
        .expect("decided");
    assert_eq!(decided.state(), State::Decided);
    assert_eq!(decided.decisions[0].officer, "anna");
    let listed = queue.list(Default::default()).await.expect("listed");
    assert_eq!(listed.tasks.len(), 0);
    server.stop().await;
}

#[tokio::test]
async fn pictures_are_bounded_and_what_is_not_there_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    examined(server.address, "D1", 1).await;
    let queue = queue(server.address, "anna").await;
    let id = claim_one(&queue).await.task().examination_id.clone();
    let refused = async |file, page, side| {
        let image = queue.page_image(&id, file, page, side).await;
        let error = image.expect_err("refused");
        assert_eq!(error.code(), Some(Code::InvalidArgument));
        error.to_string()
    };
    assert_eq!(
        refused(0, 3, 0).await,
        "page: file invoice.pdf has 2 pages, not 3"
    );
    assert_eq!(
        refused(1, 1, 0).await,
        "file: is 1, the examination has 1 files"
    );
    // 400,000 bytes do not fit a message of 256 KiB.
    let error = refused(0, 1, 9_999).await;
    assert!(
        error.starts_with("max_side_px: 4000 makes a picture of 400000 bytes"),
        "{error}"
    );
    let nowhere = queue.page_image("x", 0, 1, 0).await;
    assert_eq!(code(nowhere), Some(Code::NotFound));
    server.stop().await;
}

#[tokio::test]
async fn two_officers_claiming_at_once_never_get_the_same_task() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    examined(server.address, "D1", 12).await;
    let mut officers = tokio::task::JoinSet::new();
    for officer in ["anna", "ben"] {
        let queue = queue(server.address, officer).await;
        officers.spawn(async move {
            let mut taken = Vec::new();
            loop {
                let tasks = queue.claim_for(any(), 2).await.expect("claimed");
                if tasks.is_empty() {
                    return taken;
                }
                taken.extend(tasks.into_iter().map(|task| task.id));
            }
        });
    }
    let taken: Vec<String> = officers.join_all().await.into_iter().flatten().collect();
    let different: BTreeSet<&String> = taken.iter().collect();
    assert_eq!((taken.len(), different.len()), (12, 12));
    server.stop().await;
}

#[tokio::test]
async fn a_late_a_foreign_and_a_stale_decision_are_told_apart() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    examined(server.address, "D1", 1).await;
    let anna = queue(server.address, "anna").await;
    let short = anna.clone().with_lease(Duration::from_secs(1));
    let task = short.claim_for(any(), 1).await.expect("claimed").remove(0);
    let mut watch = anna.watch("");
    watch.open().await.expect("opened");
    // Nobody claims meanwhile: the service itself returns the task.
    let change = watch.next().await.expect("told");
    assert_eq!((change.kind(), &change.task_id), (Kind::Lapsed, &task.id));
    let confirm = verdicts(&task, wire::VerdictKind::Confirm);
    let late = anna.decide(&task.id, &task.etag, confirm.clone(), "").await;
    assert_eq!(code(late), Some(Code::FailedPrecondition));
    let ben = queue(server.address, "ben").await;
    let claim = claim_one(&ben).await;
    let etag = &claim.task().etag;
    let foreign = anna.decide(&task.id, etag, confirm.clone(), "").await;
    assert_eq!(code(foreign), Some(Code::FailedPrecondition));
    let stale = ben.decide(&task.id, &task.etag, confirm.clone(), "").await;
    assert_eq!(code(stale), Some(Code::Aborted));
    let without = ben.decide(&task.id, "", confirm, "").await;
    assert_eq!(code(without), Some(Code::InvalidArgument));
    decide(claim, wire::VerdictKind::Confirm)
        .await
        .expect("decided");
    server.stop().await;
}

#[tokio::test]
async fn a_claim_that_is_held_outlives_its_lease_and_one_that_is_lost_says_so() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    examined(server.address, "D1", 2).await;
    let anna = queue(server.address, "anna").await;
    let short = anna.clone().with_lease(Duration::from_secs(1));
    let held = claim_one(&short).await;
    let mut taken = claim_one(&short).await;
    // Given back behind the claim's back, as another window of the same officer would.
    anna.release(&taken.task().id).await.expect("released");
    let lost = tokio::time::timeout(Duration::from_secs(5), taken.lost()).await;
    lost.expect("noticed");
    assert!(taken.is_lost());
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    assert!(!held.is_lost());
    let decided = decide(held, wire::VerdictKind::Confirm).await;
    assert_eq!(decided.expect("still hers").state(), State::Decided);
    server.stop().await;
}

#[tokio::test]
async fn four_eyes_are_those_of_another_officer() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    examined(server.address, "four-eyes", 1).await;
    let anna = queue(server.address, "anna").await;
    let first = claim_one(&anna).await;
    assert_eq!(
        first.task().items[0].four_eyes().next(),
        Some(wire::VerdictKind::Dismiss)
    );
    let after = decide(first, wire::VerdictKind::Dismiss)
        .await
        .expect("heard");
    assert_eq!((after.state(), after.officers_needed), (State::Open, 2));
    assert_eq!(anna.claim_for(any(), 5).await.expect("asked"), []);
    let ben = queue(server.address, "ben").await;
    let second = claim_one(&ben).await;
    let said = second
        .details()
        .await
        .expect("found")
        .task
        .expect("with it");
    assert_eq!(said.decisions[0].officer, "anna");
    let after = decide(second, wire::VerdictKind::Dismiss)
        .await
        .expect("heard");
    assert_eq!((after.state(), after.verdicts.len()), (State::Decided, 1));
    server.stop().await;
}

#[tokio::test]
async fn an_examination_that_dies_is_a_task_and_needs_a_note() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    let mut client = server.client().await;
    for name in ["refuse.pdf", "panic.pdf"] {
        let request = examine(submission("D1", name, "page"), "");
        client.examine(request).await.expect("answered");
    }
    let queue = queue(server.address, "anna").await;
    let listed = queue.list(Default::default()).await.expect("listed");
    let problems: Vec<&str> = listed
        .tasks
        .iter()
        .map(|task| task.problem.as_str())
        .collect();
    let broke_off = "the examination broke off; see the server's log";
    assert_eq!(problems, ["as the file says", broke_off]);
    assert_eq!(listed.tasks[0].reason(), wire::review_task::Reason::Failed);
    let silent = claim_one(&queue).await.decide(Vec::new(), "").await;
    assert_eq!(code(silent), Some(Code::InvalidArgument));
    let claims = queue.claim(any(), 5).await.expect("claimed");
    // The first one is still held by the refused decision's claim.
    assert_eq!(claims.len(), 1);
    for claim in claims {
        claim
            .decide(Vec::new(), "asked for a new scan")
            .await
            .expect("decided");
    }
    server.stop().await;
}

#[tokio::test]
async fn lists_are_filtered_and_paged_and_bad_requests_name_their_field() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    examined(server.address, "D1", 5).await;
    let queue = queue(server.address, "anna").await;
    let list = async |page_token: String, filter| {
        let request = wire::ListReviewTasksRequest {
            page_size: 2,
            page_token,
            filter: Some(filter),
            state: 0,
        };
        queue.list(request).await
    };
    let (mut ids, mut token) = (BTreeSet::new(), String::new());
    for expected in [2, 2, 1] {
        let page = list(token, any()).await.expect("listed");
        assert_eq!(page.tasks.len(), expected);
        ids.extend(page.tasks.into_iter().map(|task| task.id));
        token = page.next_page_token;
    }
    assert_eq!((ids.len(), token.as_str()), (5, ""));
    let first = list(String::new(), any()).await.expect("listed");
    let other = wire::ReviewTaskFilter {
        rule_id: "F01".to_owned(),
        ..any()
    };
    assert_eq!(
        list(String::new(), other.clone())
            .await
            .expect("listed")
            .tasks,
        []
    );
    let wrong = list(first.next_page_token, other).await;
    assert_eq!(code(wrong), Some(Code::InvalidArgument));
    let error = queue.claim_for(any(), 0).await.expect_err("none");
    assert_eq!(error.to_string(), "max_tasks: is 0, not 1 to 100");
    let long = queue.clone().with_lease(Duration::from_secs(7_200));
    let error = long.claim_for(any(), 1).await.expect_err("too long");
    assert_eq!(error.to_string(), "lease: is not between 1 s and 3600 s");
    let ahead = queue.watch("").resuming("0123-7").next().await;
    assert_eq!(code(ahead), Some(Code::InvalidArgument));
    server.stop().await;
}

/// A watcher that breaks off after every few messages and goes on by its token sees what one sees that never
/// breaks off, while officers work.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_watch_resumed_again_and_again_has_no_gap_and_nothing_twice() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    let address = server.address;
    let mut steady = queue(address, "").await.watch("");
    steady.open().await.expect("opened");
    let breaking = queue(address, "").await;
    let mut first = breaking.watch("");
    first.open().await.expect("opened");
    let token = first.resume_token().to_owned();
    drop(first);
    const TASKS: usize = 20;
    let officers: Vec<_> = ["anna", "ben", "carla"]
        .into_iter()
        .map(|officer| {
            tokio::spawn(async move {
                let queue = queue(address, officer).await;
                loop {
                    let claims = queue.claim(any(), 3).await.expect("claimed");
                    if claims.is_empty() {
                        tokio::time::sleep(Duration::from_millis(20)).await;
                    }
                    for (index, claim) in claims.into_iter().enumerate() {
                        match index {
                            1 if claim.task().etag == "v2" => {
                                claim.release().await.expect("released");
                            }
                            _ => {
                                decide(claim, wire::VerdictKind::Confirm)
                                    .await
                                    .expect("decided");
                            }
                        }
                    }
                }
            })
        })
        .collect();
    let resumed = tokio::spawn(async move {
        let (mut seen, mut token) = (Vec::new(), token);
        while decided(&seen) < TASKS {
            let mut watch = breaking.watch("").resuming(&token);
            for _ in 0..3 {
                if decided(&seen) < TASKS {
                    seen.push(watch.next().await.expect("told"));
                }
            }
            token = watch.resume_token().to_owned();
        }
        seen
    });
    examined(address, "D1", TASKS).await;
    let mut seen = Vec::new();
    while decided(&seen) < TASKS {
        seen.push(steady.next().await.expect("told"));
    }
    let resumed = resumed.await.expect("no panic");
    for officer in officers {
        officer.abort();
    }
    let keys = |changes: &[wire::ReviewTaskChange]| -> Vec<(String, String)> {
        let keys = changes.iter();
        keys.map(|change| (change.task_id.clone(), change.etag.clone()))
            .collect()
    };
    assert_eq!(keys(&resumed), keys(&seen));
    let mut versions: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (task, etag) in keys(&seen) {
        versions.entry(task).or_default().push(etag);
    }
    assert_eq!(versions.len(), TASKS);
    for (task, etags) in versions {
        let expected: Vec<String> = (1..=etags.len()).map(|n| format!("v{n}")).collect();
        assert_eq!(etags, expected, "{task}");
    }
    server.stop().await;
}

fn decided(changes: &[wire::ReviewTaskChange]) -> usize {
    let kinds = changes.iter().map(|change| change.kind());
    kinds.filter(|kind| *kind == Kind::Decided).count()
}

#[tokio::test]
async fn a_watch_goes_on_by_itself_when_the_service_comes_back() {
    let folder = tempfile::tempdir().expect("folder");
    let server = started(folder.path()).await;
    let address = server.address;
    examined(address, "D1", 1).await;
    let mut watch = queue(address, "").await.watch("documents").from_beginning();
    assert_eq!(watch.next().await.expect("told").kind(), Kind::Created);
    server.stop().await;
    let config = Config {
        data_dir: folder.path().to_owned(),
        ..small()
    };
    let server = Running::start_reviewing(&address.to_string(), config).await;
    examined(address, "D2", 1).await;
    let change = tokio::time::timeout(Duration::from_secs(30), watch.next()).await;
    let change = change.expect("in time").expect("told");
    assert_eq!((change.kind(), change.etag.as_str()), (Kind::Created, "v1"));
    server.stop().await;
}

/// An HTTP receiver that refuses the first requests; what it took, in order.
struct Receiver {
    address: SocketAddr,
    taken: Arc<std::sync::Mutex<Vec<Value>>>,
    asked: Arc<AtomicUsize>,
}

impl Receiver {
    async fn refusing(first: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let receiver = Self {
            address: listener.local_addr().expect("bound"),
            taken: Arc::default(),
            asked: Arc::default(),
        };
        let (taken, asked) = (Arc::clone(&receiver.taken), Arc::clone(&receiver.asked));
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let body = request(&mut stream).await;
                let refused = asked.fetch_add(1, Ordering::SeqCst) < first;
                let answer = match refused {
                    true => "HTTP/1.1 503 Service Unavailable\r\n",
                    false => "HTTP/1.1 204 No Content\r\n",
                };
                if !refused {
                    let event = serde_json::from_str(&body).expect("JSON");
                    taken.lock().expect("no panic").push(event);
                }
                let answer = format!("{answer}Content-Length: 0\r\nConnection: close\r\n\r\n");
                stream.write_all(answer.as_bytes()).await.expect("answered");
            }
        });
        receiver
    }
}

/// Reads one request; its body.
async fn request(stream: &mut TcpStream) -> String {
    let mut received = Vec::new();
    loop {
        let mut block = [0; 4_096];
        let count = stream.read(&mut block).await.expect("read");
        received.extend_from_slice(&block[..count]);
        let text = String::from_utf8_lossy(&received).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else {
            assert!(count > 0, "a whole request");
            continue;
        };
        let head = head.to_ascii_lowercase();
        assert!(
            head.contains("content-type: application/cloudevents+json"),
            "{head}"
        );
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.expect("given").parse().expect("a number");
        if body.len() >= length {
            return body.to_owned();
        }
    }
}

#[tokio::test]
async fn decisions_reach_an_http_receiver_that_was_away() {
    let folder = tempfile::tempdir().expect("folder");
    let receiver = Receiver::refusing(2).await;
    let config = Config {
        data_dir: folder.path().to_owned(),
        outbox: Some(format!("http://{}/events", receiver.address)),
        ..small()
    };
    let server = Running::start_reviewing("127.0.0.1:0", config).await;
    examined(server.address, "D1", 3).await;
    let queue = queue(server.address, "anna").await;
    let mut tasks = Vec::new();
    for claim in queue.claim(any(), 3).await.expect("claimed") {
        tasks.push(
            decide(claim, wire::VerdictKind::Dismiss)
                .await
                .expect("decided")
                .id,
        );
    }
    let taken = Arc::clone(&receiver.taken);
    until("delivered", || taken.lock().expect("no panic").len() >= 3).await;
    let events = receiver.taken.lock().expect("no panic").clone();
    let told: Vec<&str> = events
        .iter()
        .filter_map(|event| event["data"]["task_id"].as_str())
        .collect();
    assert_eq!(told, tasks, "in the order of the decisions");
    assert_eq!(
        events[0]["data"]["findings"][0]["verdict"]["reason"],
        "EXPLAINED"
    );
    assert_eq!(receiver.asked.load(Ordering::SeqCst), 5);
    server.stop().await;
}

/// Killed at some moment while officers decide, again and again: every decision that was acknowledged is in the
/// file in the end, and what stands there twice is the same event.
#[tokio::test]
async fn whatever_moment_a_kill_comes_at_no_decision_is_lost_on_its_way_out() {
    let folder = tempfile::tempdir().expect("folder");
    let outbox = folder.path().join("decisions.jsonl");
    let place = format!("file:{}", outbox.display());
    let mut acknowledged = BTreeSet::new();
    for (decisions, more_microseconds) in [(2, 300), (4, 2_100), (7, 5_700)] {
        let process = ServerProcess::start_with_outbox(folder.path(), &place).await;
        let address = process.address;
        examined(address, "D1", 10).await;
        let queue = queue(address, "anna").await;
        let claims = queue.claim(any(), 10).await.expect("claimed");
        let (sender, mut told) = tokio::sync::mpsc::unbounded_channel();
        let officer = tokio::spawn(async move {
            for claim in claims {
                match decide(claim, wire::VerdictKind::Confirm).await {
                    Ok(task) => sender.send(task.id).expect("heard"),
                    Err(_) => return,
                }
            }
        });
        for _ in 0..decisions {
            acknowledged.insert(told.recv().await.expect("decided"));
        }
        tokio::time::sleep(Duration::from_micros(more_microseconds)).await;
        process.kill();
        officer.abort();
        while let Ok(id) = told.try_recv() {
            acknowledged.insert(id);
        }
    }
    let process = ServerProcess::start_with_outbox(folder.path(), &place).await;
    let events = || -> BTreeMap<String, BTreeSet<String>> {
        let text = std::fs::read_to_string(&outbox).unwrap_or_default();
        let mut events: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for line in text.lines() {
            // A line that is being written is read when it is whole.
            let Ok(event) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            let text = |value: &Value| value.as_str().expect("text").to_owned();
            let ids = events.entry(text(&event["data"]["task_id"])).or_default();
            ids.insert(text(&event["id"]));
        }
        events
    };
    let all = || {
        let events = events();
        acknowledged.iter().all(|task| events.contains_key(task))
    };
    // A killed process keeps the duty of sending for half a minute.
    for _ in 0..600 {
        if all() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let events = events();
    for task in &acknowledged {
        assert_eq!(events.get(task).map(BTreeSet::len), Some(1), "{task}");
    }
    assert!(acknowledged.len() >= 13);
    process.kill();
}
