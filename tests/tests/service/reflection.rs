//! Health and reflection, as `grpcurl` and load balancers use them.

use crate::running::*;
use prost::Message;
use std::collections::BTreeSet;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;
use tonic_reflection::pb::v1::server_reflection_client::ServerReflectionClient;
use tonic_reflection::pb::v1::server_reflection_request::MessageRequest;
use tonic_reflection::pb::v1::server_reflection_response::MessageResponse;
use tonic_reflection::pb::v1::{ServerReflectionRequest, ServerReflectionResponse};
use tonic_reflection::pb::v1alpha;

const SERVICE: &str = "docexam.v1.ExaminationService";
const AUDIT: &str = "docexam.v1.AuditService";

#[tokio::test]
async fn health_is_serving_until_the_server_stops() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut health = HealthClient::new(server.channel().await);
    for service in ["", SERVICE, AUDIT] {
        let request = HealthCheckRequest {
            service: service.to_owned(),
        };
        let answer = health.check(request).await.expect("known").into_inner();
        assert_eq!(answer.status(), ServingStatus::Serving, "{service:?}");
    }
    let request = HealthCheckRequest {
        service: SERVICE.to_owned(),
    };
    let mut watch = health.watch(request).await.expect("watched").into_inner();
    let first = watch.message().await.expect("told").expect("a status");
    assert_eq!(first.status(), ServingStatus::Serving);
    let stopping = tokio::spawn(server.stop());
    let next = watch.message().await.expect("told").expect("a status");
    assert_eq!(next.status(), ServingStatus::NotServing);
    drop((watch, health));
    stopping.await.expect("stopped");
}

#[tokio::test]
async fn reflection_lists_the_services_and_gives_complete_descriptors() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut reflection = ServerReflectionClient::new(server.channel().await);
    let mut ask = async |message_request| -> MessageResponse {
        let request = ServerReflectionRequest {
            host: String::new(),
            message_request: Some(message_request),
        };
        let mut answers: tonic::Streaming<ServerReflectionResponse> = reflection
            .server_reflection_info(tokio_stream::iter([request]))
            .await
            .expect("answered")
            .into_inner();
        let answer = answers
            .message()
            .await
            .expect("no error")
            .expect("an answer");
        answer.message_response.expect("one of them")
    };
    let MessageResponse::ListServicesResponse(list) =
        ask(MessageRequest::ListServices(String::new())).await
    else {
        panic!("not a list")
    };
    let names: BTreeSet<&str> = list
        .service
        .iter()
        .map(|service| service.name.as_str())
        .collect();
    assert!(
        names.contains(SERVICE) && names.contains(AUDIT) && names.contains("grpc.health.v1.Health"),
        "{names:?}"
    );

    // What grpcurl does: from the service's file through all its imports.
    let mut wanted = vec![
        MessageRequest::FileContainingSymbol(SERVICE.to_owned()),
        MessageRequest::FileContainingSymbol(AUDIT.to_owned()),
        MessageRequest::FileContainingSymbol("google.rpc.BadRequest".to_owned()),
    ];
    let mut seen = BTreeSet::new();
    while let Some(request) = wanted.pop() {
        let MessageResponse::FileDescriptorResponse(files) = ask(request).await else {
            panic!("not a file")
        };
        for file in files.file_descriptor_proto {
            let file = prost_types::FileDescriptorProto::decode(file.as_slice()).expect("decoded");
            for import in &file.dependency {
                if seen.insert(import.clone()) {
                    wanted.push(MessageRequest::FileByFilename(import.clone()));
                }
            }
        }
    }
    assert!(seen.contains("docexam/v1/declaration.proto"));
    assert!(seen.contains("google/protobuf/timestamp.proto"));
    server.stop().await;
}

#[tokio::test]
async fn older_clients_find_the_older_reflection_service() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut reflection =
        v1alpha::server_reflection_client::ServerReflectionClient::new(server.channel().await);
    let request = v1alpha::ServerReflectionRequest {
        host: String::new(),
        message_request: Some(
            v1alpha::server_reflection_request::MessageRequest::ListServices(String::new()),
        ),
    };
    let answers = reflection
        .server_reflection_info(tokio_stream::iter([request]))
        .await;
    let answer = answers
        .expect("answered")
        .into_inner()
        .message()
        .await
        .expect("no error");
    let Some(v1alpha::server_reflection_response::MessageResponse::ListServicesResponse(list)) =
        answer.expect("an answer").message_response
    else {
        panic!("not a list")
    };
    assert!(list.service.iter().any(|service| service.name == SERVICE));
    server.stop().await;
}
