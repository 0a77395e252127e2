//! Watching an examination: the state at once, then every page and finding in order, then the result.

use crate::running::*;
use docexam_proto::v1::examination::State;
use docexam_proto::v1::watch_examination_response::Event;
use docexam_proto::v1::{WatchExaminationRequest, WatchExaminationResponse};
use tonic::Streaming;

async fn watch(client: &mut Client, id: &str) -> Streaming<WatchExaminationResponse> {
    let request = WatchExaminationRequest { id: id.to_owned() };
    client
        .watch_examination(request)
        .await
        .expect("watched")
        .into_inner()
}

async fn next(stream: &mut Streaming<WatchExaminationResponse>) -> Option<Event> {
    let message = stream.message().await.expect("no error");
    message.map(|message| message.event.expect("one of them"))
}

/// An event in a word, to compare orders.
fn in_a_word(event: &Event) -> String {
    match event {
        Event::Examination(examination) => format!("{:?}", examination.state()),
        Event::State(state) => format!("state {state}"),
        Event::FileOpened(file) => format!("file {} of {} pages", file.file, file.pages),
        Event::FileFailed(problem) => format!("file {} failed", problem.file),
        Event::PageRead(page) => format!("page {}/{}", page.file, page.page),
        Event::DocumentsFound(found) => format!("{} documents", found.documents),
        Event::Finding(finding) => format!("finding {}", finding.rule_id),
    }
}

#[tokio::test]
async fn a_watcher_sees_everything_in_order_whenever_it_comes() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let mut submission = submission("D1", "hold.pdf", "page one\npage two");
    submission.files.push(inline("b.pdf", "page"));
    let created = client
        .create_examination(create(submission, ""))
        .await
        .expect("created");
    let id = created.into_inner().id;
    let early = watch(&mut client, &id).await;
    reaches(&mut client, &id, State::Running).await;
    let late = watch(&mut client, &id).await;
    server.go_on();

    for (mut stream, first) in [(early, None), (late, Some("Running"))] {
        let mut events = Vec::new();
        let mut last = None;
        while let Some(event) = next(&mut stream).await {
            events.push(in_a_word(&event));
            last = Some(event);
        }
        if let Some(first) = first {
            assert_eq!(events[0], first);
        }
        let expected = [
            "state 2",
            "file 0 of 2 pages",
            "page 0/1",
            "page 0/2",
            "file 1 of 1 pages",
            "page 1/1",
            "1 documents",
            "finding E02",
            "Examined",
        ];
        assert_eq!(events[1..], expected);
        let Some(Event::Examination(result)) = last else {
            panic!("{last:?}")
        };
        assert_eq!(result, get(&mut client, &id).await);
    }

    let mut after = watch(&mut client, &id).await;
    assert_eq!(
        in_a_word(&next(&mut after).await.expect("the result")),
        "Examined"
    );
    assert_eq!(next(&mut after).await, None);
    server.stop().await;
}

#[tokio::test]
async fn progress_is_seen_while_it_happens() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let request = create(submission("D1", "hold.pdf", "page one\npage two"), "");
    let id = client
        .create_examination(request)
        .await
        .expect("created")
        .into_inner()
        .id;
    let mut stream = watch(&mut client, &id).await;
    // The examiner holds after the first page, which is seen nevertheless.
    loop {
        let event = next(&mut stream).await.expect("not at its end");
        if in_a_word(&event) == "page 0/1" {
            break;
        }
    }
    assert_eq!(get(&mut client, &id).await.state(), State::Running);
    server.go_on();
    assert_eq!(
        in_a_word(&next(&mut stream).await.expect("goes on")),
        "page 0/2"
    );
    server.stop().await;
}

#[tokio::test]
async fn a_failed_examination_ends_its_stream() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let mut submission = submission("D1", "hold.pdf", "page");
    submission.files.push(inline("refuse.pdf", "page"));
    let created = client
        .create_examination(create(submission, ""))
        .await
        .expect("created");
    let id = created.into_inner().id;
    let mut stream = watch(&mut client, &id).await;
    server.go_on();
    let mut last = None;
    while let Some(event) = next(&mut stream).await {
        last = Some(event);
    }
    let Some(Event::Examination(result)) = last else {
        panic!("{last:?}")
    };
    assert_eq!(
        (result.state(), result.failure()),
        (State::Failed, "as the file says")
    );
    server.stop().await;
}
