//! Intake from outside: files made here go in, pages or clear errors come out.

mod bad_input;
mod made;
mod pdf;
mod picture;
mod placement;
mod tiff;
