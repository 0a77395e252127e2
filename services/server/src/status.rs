//! Errors of the calls, and the one place that decides which gRPC code each gets.
//! What a caller can mend is told in full; what only the operator can mend is logged and called internal.

use crate::convert::BadField;
use docexam_audit::AuditError;
use docexam_store::StoreError;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

#[derive(Debug, thiserror::Error)]
pub enum CallError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A field of the request, by its path in the message, and what is wrong with it.
    #[error("{field}: {problem}")]
    Field { field: String, problem: String },
    #[error("no chunk for {0} seconds")]
    UploadStalled(u64),
    #[error("the upload ended early: {0}")]
    UploadBroken(Status),
    #[error("the server is stopping; call again later")]
    Stopping,
    #[error("this server offers no {0}")]
    NotOffered(&'static str),
}

impl From<BadField> for CallError {
    fn from(BadField { field, problem }: BadField) -> Self {
        Self::Field { field, problem }
    }
}

impl CallError {
    pub(crate) fn field(field: impl Into<String>, problem: impl ToString) -> Self {
        Self::Field {
            field: field.into(),
            problem: problem.to_string(),
        }
    }
}

/// When a caller may come back to a full queue.
const RETRY_AFTER: Duration = Duration::from_secs(5);

impl From<CallError> for Status {
    fn from(error: CallError) -> Self {
        let text = error.to_string();
        match error {
            CallError::Store(error) => from_store(error, text),
            CallError::Field { field, problem } => bad_field(field, problem),
            CallError::UploadStalled(_) => Self::deadline_exceeded(text),
            CallError::UploadBroken(status) => status,
            CallError::Stopping => Self::unavailable(text),
            CallError::NotOffered(_) => Self::unimplemented(text),
        }
    }
}

fn from_store(error: StoreError, text: String) -> Status {
    if error.is_out_of_space() {
        tracing::error!(error = text, "the store is full");
        return later(
            Code::ResourceExhausted,
            "the store is full; call again later",
        );
    }
    if error.is_temporary() {
        tracing::warn!(error = text, "the store is not there");
        return later(
            Code::Unavailable,
            "the store is not there; call again later",
        );
    }
    match error {
        StoreError::BadTenant(_) => bad_field("x-docexam-tenant", text),
        StoreError::BadRequestId(_) => bad_field("request_id", text),
        StoreError::RequestReused(_) => Status::already_exists(text),
        StoreError::NoExamination(_)
        | StoreError::NoFile(_)
        | StoreError::NoBatch(_)
        | StoreError::EmptyLog => Status::not_found(text),
        StoreError::FileTooLarge { .. } => bad_field("content", text),
        StoreError::SubmissionTooLarge { .. } => bad_field("submission.files", text),
        StoreError::OtherContent { .. } => bad_field("sha256", text),
        StoreError::QueueFull { .. } => later(Code::ResourceExhausted, text),
        // Handled above, being temporary.
        StoreError::CutFile { .. } | StoreError::Removed(_) => later(Code::Unavailable, text),
        StoreError::AttemptOver { .. } | StoreError::ReviewTaskChanged(_) => Status::aborted(text),
        StoreError::BadWorker(_) => bad_field("worker", text),
        StoreError::BadDecision(_) | StoreError::BadCorrection { .. } => {
            bad_field("verdicts", text)
        }
        StoreError::NoReviewTask(_) => Status::not_found(text),
        StoreError::ClaimOver { ref id, .. } => precondition("CLAIM", id, text),
        StoreError::ReviewTaskDecided(ref id) => precondition("UNDECIDED", id, text),
        StoreError::SameOfficer { ref id, .. } => precondition("OTHER_OFFICER", id, text),
        StoreError::Audit(AuditError::NoEntry { .. }) => bad_field("index", text),
        StoreError::Audit(AuditError::NoEarlierState { .. }) => bad_field("earlier_size", text),
        StoreError::Audit(AuditError::NotYet { .. } | AuditError::TooLarge(_)) => {
            bad_field("tree_size", text)
        }
        StoreError::DamagedFile { .. }
        | StoreError::DamagedRow { .. }
        | StoreError::Audit(AuditError::NoHash(_) | AuditError::BadHash(_)) => {
            tracing::error!(error = text, "stored data is damaged");
            Status::data_loss(text)
        }
        StoreError::NewerFormat { .. }
        | StoreError::NotExamined(_)
        | StoreError::OtherManifest { .. } => Status::failed_precondition(text),
        StoreError::FolderInUse(_)
        | StoreError::InUse(_)
        | StoreError::NoDatabase(_)
        | StoreError::NotEmpty(_)
        | StoreError::OtherCopy { .. }
        | StoreError::NotHere { .. }
        | StoreError::BadPlace { .. }
        | StoreError::Folder { .. }
        | StoreError::Database(_)
        | StoreError::Migration(_)
        | StoreError::Blobs(_)
        | StoreError::Audit(_) => {
            tracing::error!(error = text, "the store failed");
            Status::internal("the store failed; see the server's log")
        }
    }
}

/// Tells programs when to call again.
fn later(code: Code, text: impl Into<String>) -> Status {
    let details = ErrorDetails::with_retry_info(Some(RETRY_AFTER));
    Status::with_error_details(code, text, details)
}

/// FAILED_PRECONDITION that names what is missing, for programs in the details too.
fn precondition(kind: &str, task: &str, problem: String) -> Status {
    let details = ErrorDetails::with_precondition_failure_violation(kind, task, problem.clone());
    Status::with_error_details(Code::FailedPrecondition, problem, details)
}

/// INVALID_ARGUMENT that names the field twice: in the text, and for programs in the details.
fn bad_field(field: impl Into<String>, problem: String) -> Status {
    let field = field.into();
    let text = format!("{field}: {problem}");
    let details = ErrorDetails::with_bad_request_violation(field, problem);
    Status::with_error_details(Code::InvalidArgument, text, details)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bad_field_is_named_in_text_and_details() {
        let error = CallError::field(
            "submission.declaration.items[2].net_mass_kg",
            "\"1,5\" is …",
        );
        let status = Status::from(error);
        assert_eq!(status.code(), Code::InvalidArgument);
        let violation = &status
            .get_details_bad_request()
            .expect("given")
            .field_violations[0];
        assert_eq!(
            violation.field,
            "submission.declaration.items[2].net_mass_kg"
        );
        assert!(
            status
                .message()
                .starts_with("submission.declaration.items[2].net_mass_kg: ")
        );
    }

    #[test]
    fn a_full_queue_says_when_to_come_back() {
        let status = Status::from(CallError::from(StoreError::QueueFull {
            waiting: 9,
            limit: 9,
        }));
        assert_eq!(status.code(), Code::ResourceExhausted);
        let retry = status.get_details_retry_info().expect("given");
        assert_eq!(retry.retry_delay, Some(RETRY_AFTER));
    }

    #[test]
    fn what_the_operator_must_mend_is_not_told_to_callers() {
        let secret = StoreError::FolderInUse("/srv/customs/data".to_owned());
        let status = Status::from(CallError::from(secret));
        assert_eq!(status.code(), Code::Internal);
        assert!(!status.message().contains("customs"));
    }
}
