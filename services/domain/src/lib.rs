//! The nouns of document examination: what a page, a reading, a document, a declaration and a finding are.
//!
//! Goes in: nothing. Comes out: plain values that every other crate passes on, with the JSON form of
//! the contract (proto3 JSON of `docexam.v1`, names in `snake_case`).
//! Deliberately absent: input and output, async, wire types, SQL, image pixels, rules.

mod declaration;
mod digest;
mod document;
mod examination;
mod field_key;
mod finding;
mod geometry;
mod reading;
mod review;

pub use declaration::{
    Declaration, DeclarationItem, DeclarationProblem, DeclaredDocument, DeclaredParty, Money,
};
pub use digest::Sha256Digest;
pub use document::{Document, DocumentType, Field, PageAnchor, PageRef};
pub use examination::{Digests, Examination, ExaminationState, FileProblem};
pub use field_key::{FieldKey, ValueForm};
pub use finding::{Expected, Finding, Observed, Outcome, Severity};
pub use geometry::{Placement, Polygon, Rect};
pub use reading::{PageReading, PageStatus, ReadingSource, Ruling, Word};
pub use review::{
    Correction, Decision, DecisionProblem, DismissReason, Examined, FindingVerdict, JudgedField,
    JudgedFinding, NewReviewTask, ReviewItem, ReviewReason, Settled, SettledBasis, Standing,
    Triage, Verdict, VerdictKind,
};
