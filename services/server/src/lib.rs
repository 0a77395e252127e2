//! The gRPC server: `docexam.v1.ExaminationService`, `ReviewService` and `AuditService`, health and reflection.
//!
//! Goes in: a [`Config`] and something that examines. Comes out: a server that runs until it is told
//! to stop. Entry point: [`serve`]; then `service.rs` (the calls), `workers.rs` (the work behind them).
//! Deliberately absent: how a submission is examined, SQL, configuration files and arguments.

mod audit_service;
mod auditing;
mod call;
mod caller;
mod config;
pub mod convert;
mod desk;
mod examiner;
mod outbox;
mod page_token;
mod review;
mod serve;
mod service;
mod status;
mod submit;
mod upload;
mod watch;
mod workers;

pub use config::Config;
pub use examiner::{
    Event, Examine, ExamineError, Examiner, FieldConfidence, InputFile, Picture, RenderPage,
    Submission,
};
pub use outbox::{BadOutbox, OutboxPlace};
pub use serve::{ServeError, serve, serve_on};
