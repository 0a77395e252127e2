//! The wire: messages, client and server of `docexam.v1`, generated from `docexam/v1/*.proto`.
//!
//! Goes in: nothing. Comes out: generated code, and the descriptors that reflection serves.
//! Deliberately absent: conversion to and from the nouns of `docexam-domain` (the server does that).

/// Messages and the client and server modules of `docexam.v1`.
#[allow(clippy::all, clippy::unwrap_used, unused_qualifications)]
pub mod v1 {
    tonic::include_proto!("docexam.v1");
}

/// Encoded `google.protobuf.FileDescriptorSet` of `docexam.v1` and all that it imports.
pub const FILE_DESCRIPTOR_SET: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/docexam.v1.bin"));

#[cfg(test)]
mod tests {
    use super::*;
    use prost::Message;

    fn methods(service: &str) -> Vec<String> {
        let set = prost_types::FileDescriptorSet::decode(FILE_DESCRIPTOR_SET).expect("encoded");
        let mut services = set.file.iter().flat_map(|file| &file.service);
        let service = services.find(|declared| declared.name() == service);
        let methods = &service.expect("declared").method;
        methods
            .iter()
            .map(|method| method.name().to_owned())
            .collect()
    }

    #[test]
    fn the_descriptors_hold_the_services_with_their_methods() {
        assert_eq!(
            methods("ExaminationService"),
            [
                "Examine",
                "UploadFile",
                "CreateExamination",
                "GetExamination",
                "ListExaminations",
                "WatchExamination"
            ]
        );
        assert_eq!(
            methods("ReviewService"),
            [
                "ListReviewTasks",
                "GetReviewTask",
                "ClaimReviewTasks",
                "ExtendClaim",
                "ReleaseReviewTask",
                "DecideReviewTask",
                "WatchReviewTasks",
                "GetPageImage"
            ]
        );
    }
}
