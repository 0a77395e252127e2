//! One file for each command of the program.

pub mod calibrate;
pub mod corpus;
pub mod examine;
pub mod extract;
pub mod feedback;
pub mod health;
pub mod nomenclature;
mod reading;
pub mod review;
pub mod rules;
pub mod serve;
pub mod stats;
mod stored;
pub mod submit;
pub mod train;
