//! What is wrong with a call is said at once, with the code and the field.

use crate::running::*;
use docexam_proto::v1::examination::State;
use docexam_proto::v1::{
    DeclarationItem, GetExaminationRequest, ListExaminationsRequest, Money, SubmittedFile,
    WatchExaminationRequest, submitted_file::Source,
};
use tonic::metadata::MetadataValue;
use tonic::{Code, Request};

#[tokio::test]
async fn an_examination_returns_its_findings_with_their_evidence() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let request = examine(submission("D1", "invoice.pdf", "page one\npage two"), "");
    let examination = client
        .examine(request)
        .await
        .expect("examined")
        .into_inner();
    assert_eq!(examination.state(), State::Examined);
    assert_eq!(examination.declaration_id, "D1");
    assert_eq!(examination.files, ["invoice.pdf"]);
    assert_eq!(examination.pages.len(), 2);
    assert_eq!(
        examination.documents[0].fields[0].mention_text,
        "page one\npage two"
    );
    assert_eq!(examination.findings[0].rule_id, "E02");
    let anchor = examination.findings[0].observed[0]
        .page_anchor
        .as_ref()
        .expect("a place");
    assert_eq!(anchor.polygon.len(), 4);
    assert_eq!(get(&mut client, &examination.id).await, examination);
    server.stop().await;
}

#[tokio::test]
async fn without_a_declaration_only_fields_come_back() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let mut submission = submission("D1", "invoice.pdf", "page");
    submission.declaration = None;
    let examination = client
        .examine(examine(submission, ""))
        .await
        .expect("examined")
        .into_inner();
    assert_eq!(examination.declaration_id, "");
    assert_eq!(
        (examination.documents.len(), examination.findings.len()),
        (1, 0)
    );
    server.stop().await;
}

#[tokio::test]
async fn a_malformed_declaration_is_refused_by_its_field() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let mut refused = async |change: fn(&mut docexam_proto::v1::Submission)| {
        let mut submission = submission("D1", "invoice.pdf", "page");
        change(&mut submission);
        let status = client
            .examine(examine(submission, ""))
            .await
            .expect_err("refused");
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
        status.message().to_owned()
    };
    let message = refused(|s| s.declaration.as_mut().expect("set").id.clear()).await;
    assert_eq!(message, "submission.declaration.id: is empty");
    let message = refused(|s| {
        let net_mass_kg = Some("1.450,5".to_owned());
        s.declaration.as_mut().expect("set").items = vec![DeclarationItem {
            net_mass_kg,
            ..Default::default()
        }];
    })
    .await;
    assert_eq!(
        message,
        "submission.declaration.items[0].net_mass_kg: \"1.450,5\" is not a decimal like \
         \"11150.00\""
    );
    let message = refused(|s| {
        let money = Money {
            amount: "ten".to_owned(),
            currency: "EUR".to_owned(),
        };
        s.declaration.as_mut().expect("set").invoice_total = Some(money);
    })
    .await;
    assert!(
        message.starts_with("submission.declaration.invoice_total.amount: "),
        "{message}"
    );
    let message = refused(|s| s.files.clear()).await;
    assert_eq!(message, "submission.files: is empty");
    let message = refused(|s| s.files = vec![inline("a", "b"); 101]).await;
    assert_eq!(message, "submission.files: has 101 files, limit 100");
    let message = refused(|s| s.files[0].name = "a\u{7}".to_owned()).await;
    assert_eq!(message, "submission.files[0].name: has control characters");
    let message = refused(|s| s.files[0].source = None).await;
    assert_eq!(
        message,
        "submission.files[0]: has neither content nor digest"
    );
    let message = refused(|s| {
        s.files[0].source = Some(Source::Digest("sha256:../../etc/passwd".to_owned()));
    })
    .await;
    assert!(
        message.starts_with("submission.files[0].digest: "),
        "{message}"
    );
    assert_eq!(server.taken_up(), 0);
    server.stop().await;
}

#[tokio::test]
async fn unknown_ids_are_not_found_and_bad_tokens_are_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    for id in [
        "0192e4a0-7d5f-7b3a-9c1e-1f2a3b4c5d6e",
        "",
        "x",
        "'; DROP TABLE files; --",
    ] {
        let request = GetExaminationRequest { id: id.to_owned() };
        let status = client.get_examination(request).await.expect_err("unknown");
        assert_eq!(status.code(), Code::NotFound, "{id}");
        let request = WatchExaminationRequest { id: id.to_owned() };
        let status = client
            .watch_examination(request)
            .await
            .expect_err("unknown");
        assert_eq!(status.code(), Code::NotFound, "{id}");
    }
    let page_token = "not a token".to_owned();
    let request = ListExaminationsRequest {
        page_token,
        ..Default::default()
    };
    let status = client
        .list_examinations(request)
        .await
        .expect_err("refused");
    assert_eq!(status.code(), Code::InvalidArgument);
    assert_eq!(status.message(), "page_token: is not a token of a list");
    let request = ListExaminationsRequest {
        state: 99,
        ..Default::default()
    };
    let status = client
        .list_examinations(request)
        .await
        .expect_err("refused");
    assert_eq!(status.code(), Code::InvalidArgument);
    let digest = format!("sha256:{}", "0".repeat(64));
    let mut submission = submission("D1", "a", "b");
    submission.files = vec![SubmittedFile {
        name: "a".to_owned(),
        source: Some(Source::Digest(digest)),
    }];
    let status = client
        .examine(examine(submission, ""))
        .await
        .expect_err("not uploaded");
    assert_eq!(status.code(), Code::NotFound);
    server.stop().await;
}

#[tokio::test]
async fn tenants_do_not_see_each_other() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let request = examine(submission("D1", "invoice.pdf", "page"), "");
    let id = client
        .examine(request)
        .await
        .expect("examined")
        .into_inner()
        .id;
    let as_tenant = |tenant: &'static str| {
        let mut request = Request::new(GetExaminationRequest { id: id.clone() });
        let tenant = MetadataValue::try_from(tenant).expect("a value");
        request.metadata_mut().insert("x-docexam-tenant", tenant);
        request
    };
    let status = client
        .get_examination(as_tenant("neighbour"))
        .await
        .expect_err("not theirs");
    assert_eq!(status.code(), Code::NotFound);
    client
        .get_examination(as_tenant("default"))
        .await
        .expect("found");
    let status = client
        .get_examination(as_tenant("../x"))
        .await
        .expect_err("no tenant");
    assert_eq!(status.code(), Code::InvalidArgument);
    server.stop().await;
}

#[tokio::test]
async fn an_examiner_that_fails_or_panics_leaves_a_failed_examination_and_a_running_server() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    for (name, failure) in [
        ("refuse.pdf", "as the file says"),
        (
            "panic.pdf",
            "the examination broke off; see the server's log",
        ),
    ] {
        let request = examine(submission("D1", name, "page"), "");
        let examination = client
            .examine(request)
            .await
            .expect("answered")
            .into_inner();
        assert_eq!(examination.state(), State::Failed);
        assert_eq!(examination.failure(), failure);
    }
    let request = examine(submission("D1", "invoice.pdf", "page"), "");
    let examination = client
        .examine(request)
        .await
        .expect("answered")
        .into_inner();
    assert_eq!(examination.state(), State::Examined);
    server.stop().await;
}

#[tokio::test]
async fn a_file_that_another_declaration_used_is_known_to_the_examiner() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    for (declaration, rules) in [
        ("D1", vec!["E02"]),
        ("D1", vec!["E02"]),
        ("D2", vec!["E02", "I02"]),
    ] {
        let request = examine(submission(declaration, "invoice.pdf", "the same page"), "");
        let examination = client
            .examine(request)
            .await
            .expect("examined")
            .into_inner();
        let found: Vec<_> = examination
            .findings
            .iter()
            .map(|found| &found.rule_id)
            .collect();
        assert_eq!(found, rules, "{declaration}");
    }
    server.stop().await;
}
