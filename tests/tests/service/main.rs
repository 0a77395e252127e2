//! The service as a caller sees it: a real server on a port of its own, and a real client. What examines
//! is a stand-in (`stand_in.rs`), so that these tests need neither models nor an OCR engine.

mod auditing;
mod cancelling;
mod checking;
mod faults;
mod idempotency;
mod listing;
mod process;
mod reflection;
mod restart;
mod review;
mod running;
mod stand_in;
mod upload;
mod watching;
