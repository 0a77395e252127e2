//! Work for nobody is dropped, and a full queue says so.

use crate::running::*;
use docexam_proto::v1::examination::State;
use docexam_proto::v1::{GetExaminationRequest, ListExaminationsRequest};
use docexam_server::Config;
use std::sync::atomic::Ordering;
use tonic::Code;

#[tokio::test]
async fn an_examination_whose_caller_has_gone_is_dropped_and_can_be_asked_for_again() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let request = examine(submission("D1", "hold.pdf", "page one\npage two"), "r-1");
    let call = tokio::spawn({
        let (mut client, request) = (client.clone(), request.clone());
        async move { client.examine(request).await }
    });
    until("taken up", || server.taken_up() == 1).await;
    let list = client
        .list_examinations(ListExaminationsRequest::default())
        .await
        .expect("listed");
    let dropped_id = list.into_inner().examinations[0].id.clone();
    call.abort();
    until("cancelled", || {
        server.stand_in.cancelled.load(Ordering::SeqCst) == 1
    })
    .await;
    for _ in 0..1_000 {
        let request = GetExaminationRequest {
            id: dropped_id.clone(),
        };
        match client.get_examination(request).await {
            Err(status) if status.code() == Code::NotFound => break,
            _ => tokio::time::sleep(std::time::Duration::from_millis(10)).await,
        }
    }
    server.go_on();
    let examination = client
        .examine(request)
        .await
        .expect("examined")
        .into_inner();
    assert_ne!(examination.id, dropped_id);
    assert_eq!(examination.state(), State::Examined);
    server.stop().await;
}

#[tokio::test]
async fn an_examination_that_another_caller_wants_is_not_dropped() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let submission = submission("D1", "hold.pdf", "page one\npage two");
    let call = tokio::spawn({
        let (mut client, request) = (client.clone(), examine(submission.clone(), "r-1"));
        async move { client.examine(request).await }
    });
    until("taken up", || server.taken_up() == 1).await;
    let created = client
        .create_examination(create(submission, "r-1"))
        .await
        .expect("answered");
    let id = created.into_inner().id;
    call.abort();
    // Another call later than the abort, so that the server has noticed it.
    let request = examine(crate::running::submission("D2", "refuse.pdf", "page"), "");
    client.examine(request).await.expect("answered");
    server.go_on();
    reaches(&mut client, &id, State::Examined).await;
    assert_eq!(server.stand_in.cancelled.load(Ordering::SeqCst), 0);
    server.stop().await;
}

#[tokio::test]
async fn a_full_queue_refuses_and_has_room_again_later() {
    let folder = tempfile::tempdir().expect("folder");
    let data_dir = folder.path().to_owned();
    let config = Config {
        data_dir,
        workers: 1,
        max_queue: 2,
        ..small()
    };
    let server = Running::start_with(config).await;
    let mut client = server.client().await;
    let hold = || create(submission("D1", "hold.pdf", "page"), "");
    client.create_examination(hold()).await.expect("worked on");
    until("taken up", || server.taken_up() == 1).await;
    let mut waiting = Vec::new();
    for _ in 0..2 {
        let created = client.create_examination(hold()).await.expect("waits");
        waiting.push(created.into_inner().id);
    }
    let status = client.create_examination(hold()).await.expect_err("full");
    assert_eq!(status.code(), Code::ResourceExhausted);
    assert_eq!(status.message(), "2 examinations are waiting, limit 2");
    let request = examine(submission("D2", "invoice.pdf", "page"), "");
    let status = client.examine(request.clone()).await.expect_err("full");
    assert_eq!(status.code(), Code::ResourceExhausted);
    server.go_on();
    for id in &waiting {
        reaches(&mut client, id, State::Examined).await;
    }
    client.examine(request).await.expect("there is room again");
    server.stop().await;
}
