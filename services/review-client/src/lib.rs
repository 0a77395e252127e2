//! What a workbench needs to work off the officers' queue: claims that stay valid while an officer thinks,
//! decisions that survive a broken line, and a watch that misses nothing.
//!
//! Goes in: the address of a service and the name of a worker. Comes out: messages of `docexam.v1`.
//! Start at [`ReviewQueue`]; `examples/workbench.rs` is a whole consumer.
//! Deliberately absent: how anything is shown, and who the officer is (the workbench knows).

mod claim;
mod queue;
mod watch;

pub use claim::Claim;
pub use docexam_proto::v1;
pub use queue::{QueueError, ReviewQueue};
pub use watch::Watch;
