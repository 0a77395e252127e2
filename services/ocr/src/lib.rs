//! Page in, words out: the only place that knows Tesseract.
//!
//! Goes in: a straightened grey page from `docexam-intake`. Comes out: a `PageReading` with words in
//! reading order, their boxes on the upright page and their confidences, whether OCR gave them or
//! the page's own text layer. A page that cannot be read is a reading with status `Failed`.
//! Read it in the order of the work: `ink` (is there print, how large) → `text_layer` (can it be trusted) → `stamps`, `bands`, `ruling`,
//! `scale` (the page as Tesseract should get it) → `engine` → `gaps` (what it passed over),
//! `second_look` (doubtful words, and Chinese, read again by `line_reader` where `places` finds their print), `rows`,
//! `words`, `cells` (words of two cells cut), `signatures` (strokes of a pen); `trial` finds out how a doubtful page lies, `reader` holds all together.
//! Deliberately absent: image decoding, meaning of words, correction of what was read, and any type
//! of Tesseract in the interface, so that another engine can take its place.

mod bands;
mod cells;
mod config;
mod engine;
mod error;
mod gaps;
mod ink;
mod line_network;
mod line_reader;
mod lines_at;
mod mask;
mod models;
mod places;
mod reader;
mod rows;
mod ruling;
mod scale;
mod second_look;
mod signatures;
mod span;
mod stamps;
mod text_layer;
mod trial;
mod words;

pub use config::{OcrConfig, require_single_thread};
pub use error::OcrError;
pub use line_network::LineNetwork;
pub use lines_at::{LineImage, lines_at};
pub use reader::Reader;
