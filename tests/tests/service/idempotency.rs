//! The same request id: the same answer, or a refusal.

use crate::running::*;
use docexam_proto::v1::examination::State;
use tonic::Code;

#[tokio::test]
async fn the_same_id_and_content_yield_the_earlier_answer() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let request = examine(submission("D1", "invoice.pdf", "page"), "r-1");
    let first = client
        .examine(request.clone())
        .await
        .expect("examined")
        .into_inner();
    let second = client
        .examine(request)
        .await
        .expect("answered")
        .into_inner();
    assert_eq!(second, first);
    // Whether it is awaited makes no difference to what was asked.
    let request = create(submission("D1", "invoice.pdf", "page"), "r-1");
    let third = client
        .create_examination(request)
        .await
        .expect("answered")
        .into_inner();
    assert_eq!(third, first);
    assert_eq!(server.taken_up(), 1);
    server.stop().await;
}

#[tokio::test]
async fn the_same_id_with_other_content_already_exists() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let request = examine(submission("D1", "invoice.pdf", "page"), "r-1");
    client.examine(request).await.expect("examined");
    for other in [
        submission("D2", "invoice.pdf", "page"),
        submission("D1", "packing-list.pdf", "page"),
        submission("D1", "invoice.pdf", "another page"),
    ] {
        let status = client
            .examine(examine(other.clone(), "r-1"))
            .await
            .expect_err("refused");
        assert_eq!(status.code(), Code::AlreadyExists);
        assert_eq!(
            status.message(),
            "request id r-1 was used before with other content"
        );
        let status = client
            .create_examination(create(other, "r-1"))
            .await
            .expect_err("refused");
        assert_eq!(status.code(), Code::AlreadyExists);
    }
    let too_long = "x".repeat(129);
    let request = examine(submission("D1", "invoice.pdf", "page"), &too_long);
    let status = client.examine(request).await.expect_err("refused");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(server.taken_up(), 1);
    server.stop().await;
}

#[tokio::test]
async fn of_many_calls_at_once_with_one_id_one_is_worked_on_and_all_are_answered() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..12 {
        let mut client = server.client().await;
        calls.spawn(async move {
            let submission = submission("D1", "hold.pdf", "page one\npage two");
            match number % 2 {
                0 => client.examine(examine(submission, "r-1")).await,
                _ => client.create_examination(create(submission, "r-1")).await,
            }
        });
    }
    until("taken up", || server.taken_up() > 0).await;
    server.go_on();
    let answers = calls.join_all().await;
    let ids: Vec<String> = answers
        .into_iter()
        .map(|answer| answer.expect("answered").into_inner().id)
        .collect();
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    let mut client = server.client().await;
    reaches(&mut client, &ids[0], State::Examined).await;
    assert_eq!(server.taken_up(), 1);
    server.stop().await;
}
