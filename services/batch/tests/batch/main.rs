//! Archives as a whole: entered, worked on, killed, gone on with, exported, examined again. What examines is a
//! stand-in (`stand_in.rs`), so that these tests need no OCR engine; the rules of replays are the real ones.

mod graphs;
mod killing;
mod replaying;
mod results;
mod stand_in;
mod working;
