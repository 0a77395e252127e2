//! Letters of a line of print: a second ending for the line reader's network, trained on captured trade documents.
//!
//! The line reader (PP-OCRv6, see models/reader) was made for signs and screens in many scripts; what it sees of broken Latin print
//! holds more than its own last layer makes of it. In: its features of a line. Out: how likely each letter is at each step, and how
//! likely a given text. `train` makes the weights from lines with their texts.
//! Reading does not use it yet (see the README beside).
//! Deliberately absent: pictures, the network that sees them, and who is believed (`docexam-ocr`).

mod ctc;
mod error;
mod features;
mod letters;
mod network;
mod train;

pub use ctc::BLANK;
pub use error::LettersError;
pub use features::Features;
pub use letters::{Alphabet, Letters, Seen};
pub use train::{Line, TrainOptions, TrainProgress, TrainReport, train};
