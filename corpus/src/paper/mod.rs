//! From values to printed pages: `ink` writes Typst source that remembers what each value is,
//! `press` typesets it, and `words` finds every printed word again with its label.
//!
//! Deliberately absent: what the documents look like (`layout`).

mod fonts;
mod ink;
mod press;
mod words;

pub use ink::{Ink, Mention, escape};
pub use press::{Sheets, print};
