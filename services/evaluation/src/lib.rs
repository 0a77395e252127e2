//! How well documents are read, measured against truth in any of several forms.
//!
//! Goes in: folders of documents with their truth, and what a reader made of them. Comes out: precision, recall and
//! F1 by field and for line-item cells, page classes, bundles, calibration, and every error with its place.
//! In the order of the work: `truth` (what is true, its five forms) → `corrections` and `printed` (what of it
//! counts) → `scan` (the same document without its text layer) → `align` and `score` (with `comparable`, the
//! one rule of when two values are the same) → `result`. `baseline` is a second reader, captions and
//! regular expressions, to measure the first against. `checks` counts which planted errors the findings report.
//! Deliberately absent: reading itself, tables and reports.

mod align;
pub mod baseline;
mod calibration;
mod checks;
mod comparable;
pub mod corrections;
mod error;
pub mod printed;
mod result;
mod scan;
mod score;
mod tally;
#[cfg(test)]
mod testing;
mod timing;
pub mod truth;

pub use calibration::{Bin, Calibration, Judged, calibration};
pub use checks::{CaseFinding, ChecksResult, PlantedFigure};
pub use comparable::comparable;
pub use error::EvaluationError;
pub use result::{CountFigure, FieldFigure, Figure, Figures, SetResult, TruthValues};
pub use scan::scanned;
pub use score::{ErrorKind, FieldError, Score, score};
pub use tally::{Count, Tally};
pub use timing::{PageTime, Summary, Timing, timing};
