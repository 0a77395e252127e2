//! One file for each command of the program.

pub mod audit;
pub mod batch;
pub mod calibrate;
pub mod corpus;
pub mod eval;
pub mod examine;
pub mod extract;
pub mod feedback;
pub mod health;
pub mod nomenclature;
mod reading;
pub mod replay;
pub mod review;
pub mod rules;
pub mod serve;
pub mod stats;
pub mod store;
mod stored;
pub mod submit;
pub mod train;
pub mod train_letters;
