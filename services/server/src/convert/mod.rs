//! Wire <-> domain, both ways and in full: nothing is lost on a round trip.
//!
//! From the wire everything is checked, and an error names the field by its path in the message.
//! To the wire nothing can fail.

mod declaration;
mod document;
mod examination;
mod finding;
mod parse;
mod review;

pub use declaration::{declaration_from_wire, declaration_to_wire};
pub use examination::{examination_from_wire, examination_to_wire};
pub(crate) use examination::{
    progress_to_wire, record_to_wire, state_filter_from_wire, timestamp_to_wire,
};
pub use parse::BadField;
pub(crate) use parse::{digest, name};
pub(crate) use review::{
    change_to_wire, filter_from_wire, given, note, officer_correction_to_wire, pages_to_wire,
    task_to_wire, verdicts_from_wire, version_from_etag,
};

#[cfg(test)]
mod tests;
