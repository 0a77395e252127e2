//! Archives: many documents, examined once, kept for good, and examined again without reading a page.
//!
//! Goes in: a [`Manifest`], whose documents [`submit`] enters into a store. [`Worker`]s take them up, in one
//! process or on many machines. Comes out: [`export`] writes JSON lines, Parquet and a summary; [`replay`]
//! examines anew from stored readings and says what differs; [`graph`] hands parties, identifiers and
//! addresses to a knowledge graph.
//!
//! The store is the queue and the journal: a local run has a SQLite store of its own. Deliberately absent:
//! SQL, the reader (it comes as a function), the command line.

mod diff;
mod document;
mod error;
mod export;
mod graph;
mod manifest;
mod readings;
mod replay;
mod submit;
mod summary;
mod tables;
mod work;

pub use diff::{Change, ChangeKind, Counts, OutcomeDiff, Side};
pub use document::{Examine, FailureClass};
pub use error::BatchError;
pub use export::{Exporter, export};
pub use graph::{GraphCounts, graph};
pub use manifest::{Entries, Entry, Manifest};
pub use readings::reader_digest;
pub use replay::{Replay, Replayed, replay};
pub use submit::{Shard, Source, batch_id, submit};
pub use summary::Summary;
pub use work::{End, WorkEvent, WorkOptions, Worker};

/// Version of everything this crate writes into files. Raise it when a column or key changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;
