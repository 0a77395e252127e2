//! Shared by the tests of whole flows: files nobody should send, and a service to send them to.

pub mod hostile;
