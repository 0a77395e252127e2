//! Shared by the tests of whole flows: files nobody should send, and the servers that a shared store needs.

pub mod hostile;
pub mod postgres;
pub mod s3;
