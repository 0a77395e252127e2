//! Files larger than a message: streamed in, then named by their digest.

use crate::process::ServerProcess;
use crate::running::*;
use docexam_proto::v1::upload_file_request::Part;
use docexam_proto::v1::{SubmittedFile, UploadFileRequest, UploadMetadata, submitted_file::Source};
use tonic::Code;

/// 1 MB, four times the message limit of these tests.
fn large() -> Vec<u8> {
    (0..1_000_000u32)
        .map(|n| b'a' + (n.wrapping_mul(2_654_435_761) >> 28) as u8)
        .collect()
}

fn parts(metadata: UploadMetadata, content: &[u8]) -> Vec<UploadFileRequest> {
    let chunks = content
        .chunks(100_000)
        .map(|chunk| Part::Chunk(chunk.to_vec().into()));
    std::iter::once(Part::Metadata(metadata))
        .chain(chunks)
        .map(|part| UploadFileRequest { part: Some(part) })
        .collect()
}

fn metadata(request_id: &str) -> UploadMetadata {
    UploadMetadata {
        name: "scan.tif".to_owned(),
        sha256: None,
        request_id: request_id.to_owned(),
    }
}

#[tokio::test]
async fn a_file_larger_than_a_message_is_uploaded_and_examined() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let content = large();
    let mut too_large = submission("D1", "scan.tif", "");
    too_large.files[0].source = Some(Source::Content(content.clone().into()));
    let status = client
        .examine(examine(too_large, ""))
        .await
        .expect_err("over the limit");
    assert_eq!(status.code(), Code::OutOfRange, "{status}");

    let upload = tokio_stream::iter(parts(metadata("u-1"), &content));
    let uploaded = client
        .upload_file(upload)
        .await
        .expect("uploaded")
        .into_inner();
    assert_eq!(uploaded.size_bytes, 1_000_000);
    assert_eq!(
        uploaded.digest,
        docexam_domain::Sha256Digest::of(&content).as_str()
    );
    // Again, with and without its request id.
    for request_id in ["u-1", ""] {
        let upload = tokio_stream::iter(parts(metadata(request_id), &content));
        let again = client
            .upload_file(upload)
            .await
            .expect("uploaded")
            .into_inner();
        assert_eq!(again, uploaded);
    }
    let mut by_digest = submission("D1", "scan.tif", "");
    by_digest.files.push(SubmittedFile {
        name: "scan.tif".to_owned(),
        source: Some(Source::Digest(uploaded.digest)),
    });
    let examination = client
        .examine(examine(by_digest, ""))
        .await
        .expect("examined")
        .into_inner();
    assert_eq!(examination.files, ["scan.tif", "scan.tif"]);
    server.stop().await;
}

#[tokio::test]
async fn an_upload_that_is_not_what_it_says_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let mut refused = async |parts: Vec<UploadFileRequest>| {
        client
            .upload_file(tokio_stream::iter(parts))
            .await
            .expect_err("refused")
    };
    // Announced as "abd", in the form that checksum programs print.
    let sha256 = docexam_domain::Sha256Digest::of(b"abd")
        .hex()
        .to_uppercase();
    let announced = UploadMetadata {
        sha256: Some(sha256),
        ..metadata("")
    };
    let status = refused(parts(announced, b"abc")).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    assert!(
        status.message().contains("announced was sha256:"),
        "{status}"
    );
    let status = refused(parts(metadata(""), b"abc").split_off(1)).await;
    assert_eq!(status.message(), "metadata: must come in the first message");
    let twice = [parts(metadata(""), b"abc"), parts(metadata(""), b"abc")].concat();
    let status = refused(twice).await;
    assert_eq!(
        status.message(),
        "metadata: must come in the first message only"
    );
    let status = refused(Vec::new()).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    let status = refused(parts(metadata(""), &vec![0; (4 << 20) + 1])).await;
    assert_eq!(status.code(), Code::InvalidArgument);
    let limit = "content: file is larger than 4194304 bytes: 4194305 bytes received";
    assert_eq!(status.message(), limit);
    refused_leaves_nothing(folder.path());
    server.stop().await;
}

fn refused_leaves_nothing(data_dir: &std::path::Path) {
    assert!(!data_dir.join("blobs/sha256").exists());
}

#[tokio::test]
async fn the_same_upload_id_with_other_content_already_exists() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let upload = tokio_stream::iter(parts(metadata("u-1"), b"abc"));
    client.upload_file(upload).await.expect("uploaded");
    let upload = tokio_stream::iter(parts(metadata("u-1"), b"abd"));
    let status = client.upload_file(upload).await.expect_err("refused");
    assert_eq!(status.code(), Code::AlreadyExists);
    server.stop().await;
}

#[tokio::test]
async fn an_empty_file_is_a_file() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let upload = tokio_stream::iter(parts(metadata(""), b""));
    let uploaded = client
        .upload_file(upload)
        .await
        .expect("uploaded")
        .into_inner();
    assert_eq!(uploaded.size_bytes, 0);
    let empty = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(uploaded.digest, empty);
    server.stop().await;
}

#[tokio::test]
async fn a_large_upload_takes_little_memory() {
    const CHUNK: usize = 128 << 10;
    const CHUNKS: usize = 1_000;
    let folder = tempfile::tempdir().expect("folder");
    let server = ServerProcess::start(folder.path()).await;
    let mut client = Client::new(connect(server.address).await);
    let before = server.peak_memory_mib();
    let chunks = (0..CHUNKS).map(|n| Part::Chunk(vec![n as u8; CHUNK].into()));
    let parts = std::iter::once(Part::Metadata(metadata(""))).chain(chunks);
    let upload = tokio_stream::iter(parts.map(|part| UploadFileRequest { part: Some(part) }));
    let uploaded = client
        .upload_file(upload)
        .await
        .expect("uploaded")
        .into_inner();
    assert_eq!(uploaded.size_bytes, 131_072_000);
    if let (Some(before), Some(after)) = (before, server.peak_memory_mib()) {
        // Two parts of 5 MiB and what is on the line; the file has 125 MiB.
        assert!(
            after - before < 32,
            "{before} MiB before, {after} MiB after"
        );
        println!("upload of 125 MiB: peak memory {before} MiB before, {after} MiB after");
    }
    server.kill();
}
