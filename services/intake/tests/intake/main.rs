//! Intake from outside: files made here go in, pages or clear errors come out.
#![allow(
    clippy::unwrap_used,
    reason = "a test that cannot make its input fails"
)]

mod bad_input;
mod made;
mod pdf;
mod picture;
mod placement;
mod tiff;
