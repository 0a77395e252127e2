//! Lists: newest first, by pages, under filters.

use crate::running::*;
use docexam_proto::v1::ListExaminationsRequest;
use docexam_proto::v1::examination::State;
use tonic::Code;

#[tokio::test]
async fn a_list_is_newest_first_filtered_and_paged() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let mut ids = Vec::new();
    for number in 0..7 {
        let declaration = ["D1", "D2"][number % 2];
        let name = ["invoice.pdf", "refuse.pdf"][usize::from(number == 4)];
        let request = examine(submission(declaration, name, "page"), "");
        ids.push(
            client
                .examine(request)
                .await
                .expect("examined")
                .into_inner()
                .id,
        );
    }
    ids.reverse();
    let mut listed = Vec::new();
    let mut request = ListExaminationsRequest {
        page_size: 3,
        ..Default::default()
    };
    let mut sizes = Vec::new();
    loop {
        let page = client
            .list_examinations(request.clone())
            .await
            .expect("listed")
            .into_inner();
        sizes.push(page.examinations.len());
        for examination in page.examinations {
            assert_eq!(examination.files.len(), 1);
            assert!(examination.documents.is_empty() && examination.findings.is_empty());
            listed.push(examination.id);
        }
        if page.next_page_token.is_empty() {
            break;
        }
        request.page_token = page.next_page_token;
    }
    assert_eq!((listed, sizes), (ids.clone(), vec![3, 3, 1]));

    // A token goes with its filters.
    request.declaration_id = Some("D1".to_owned());
    let status = client
        .list_examinations(request.clone())
        .await
        .expect_err("refused");
    assert_eq!(status.code(), Code::InvalidArgument);
    request.page_token.clear();
    request.page_size = 0;
    request.set_state(State::Failed);
    let page = client
        .list_examinations(request)
        .await
        .expect("listed")
        .into_inner();
    let listed: Vec<_> = page
        .examinations
        .into_iter()
        .map(|found| found.id)
        .collect();
    assert_eq!(listed, [ids[2].clone()]);
    server.stop().await;
}
