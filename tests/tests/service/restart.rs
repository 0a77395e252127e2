//! What was acknowledged survives: a stop in good order, and a kill.

use crate::process::ServerProcess;
use crate::running::*;
use docexam_proto::v1::examination::State;
use docexam_proto::v1::examination_service_client::ExaminationServiceClient;
use docexam_proto::v1::{WatchExaminationRequest, watch_examination_response::Event};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tonic::Code;

#[tokio::test]
async fn a_result_is_still_there_after_a_stop() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let request = examine(submission("D1", "invoice.pdf", "page"), "r-1");
    let before = client
        .examine(request.clone())
        .await
        .expect("examined")
        .into_inner();
    server.stop().await;

    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    assert_eq!(get(&mut client, &before.id).await, before);
    let again = client
        .examine(request)
        .await
        .expect("answered")
        .into_inner();
    assert_eq!(again, before);
    assert_eq!(server.taken_up(), 0);
    server.stop().await;
}

#[tokio::test]
async fn a_stop_gives_running_work_back_and_tells_those_who_wait() {
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
    until("taken up", || server.taken_up() == 1).await;
    let request = WatchExaminationRequest { id: id.clone() };
    let mut watcher = client
        .watch_examination(request)
        .await
        .expect("watched")
        .into_inner();
    server.stop().await;
    let end = loop {
        match watcher.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("a stream that ends well has told the result"),
            Err(status) => break status,
        }
    };
    assert_eq!(end.code(), Code::Unavailable, "{end}");

    let server = Running::start(folder.path()).await;
    server.go_on();
    let mut client = server.client().await;
    let examination = reaches(&mut client, &id, State::Examined).await;
    assert_eq!(examination.pages.len(), 2);
    let request = WatchExaminationRequest { id };
    let mut watcher = client
        .watch_examination(request)
        .await
        .expect("watched")
        .into_inner();
    let last = watcher
        .message()
        .await
        .expect("no error")
        .and_then(|message| message.event);
    assert_eq!(last, Some(Event::Examination(examination)));
    server.stop().await;
}

#[tokio::test]
async fn acknowledged_work_survives_a_kill() {
    let folder = tempfile::tempdir().expect("folder");
    let process = ServerProcess::start(folder.path()).await;
    let mut client = ExaminationServiceClient::new(connect(process.address).await);
    let request = examine(submission("D1", "invoice.pdf", "page"), "r-1");
    let done = client
        .examine(request.clone())
        .await
        .expect("examined")
        .into_inner();
    let mut unfinished = Vec::new();
    for number in 0..6 {
        let hold = submission("D2", "hold.pdf", "page one\npage two");
        let request = create(hold, &format!("r-2-{number}"));
        unfinished.push(
            client
                .create_examination(request)
                .await
                .expect("created")
                .into_inner()
                .id,
        );
    }
    reaches(&mut client, &unfinished[0], State::Running).await;
    process.kill();

    let server = Running::start(folder.path()).await;
    server.go_on();
    let mut client = server.client().await;
    assert_eq!(get(&mut client, &done.id).await, done);
    let again = client
        .examine(request)
        .await
        .expect("answered")
        .into_inner();
    assert_eq!(again.id, done.id);
    for id in &unfinished {
        let examination = reaches(&mut client, id, State::Examined).await;
        assert_eq!(examination.pages.len(), 2);
    }
    let hold = submission("D2", "hold.pdf", "page one\npage two");
    let again = client
        .create_examination(create(hold, "r-2-3"))
        .await
        .expect("answered");
    assert_eq!(again.into_inner().id, unfinished[3]);
    server.stop().await;
}

#[tokio::test]
async fn whatever_moment_a_kill_comes_at_nothing_acknowledged_is_lost() {
    let folder = tempfile::tempdir().expect("folder");
    let mut acknowledged = Vec::new();
    // After so many answers, and a while longer, so that it falls on different steps of a call.
    for (answers, more_microseconds) in [(3, 0), (7, 1_300), (12, 4_700), (20, 9_100)] {
        let process = ServerProcess::start(folder.path()).await;
        let answered = Arc::new(AtomicUsize::new(0));
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let answered = Arc::clone(&answered);
            let mut client = ExaminationServiceClient::new(connect(process.address).await);
            callers.spawn(async move {
                let mut ids = Vec::new();
                let mut next = 0u32;
                loop {
                    next += 1;
                    let request = examine(submission("D1", "invoice.pdf", "page"), "");
                    let request = match next % 2 {
                        0 => client.examine(request).await,
                        _ => {
                            let docexam_proto::v1::ExamineRequest { submission, .. } = request;
                            let request = create(submission.expect("set"), "");
                            client.create_examination(request).await
                        }
                    };
                    match request {
                        Ok(examination) => {
                            ids.push(examination.into_inner().id);
                            answered.fetch_add(1, Ordering::SeqCst);
                        }
                        // Full queues pass; a killed server does not come back.
                        Err(status) if status.code() == Code::ResourceExhausted => {}
                        Err(_) => return ids,
                    }
                }
            });
        }
        until("answered", || answered.load(Ordering::SeqCst) >= answers).await;
        tokio::time::sleep(Duration::from_micros(more_microseconds)).await;
        process.kill();
        acknowledged.extend(callers.join_all().await.into_iter().flatten());
    }
    assert!(
        acknowledged.len() > 20,
        "only {} calls were answered",
        acknowledged.len()
    );

    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    for id in &acknowledged {
        let examination = reaches(&mut client, id, State::Examined).await;
        assert_eq!(examination.findings[0].rule_id, "E02");
    }
    server.stop().await;
}
