//! One file for each command of the program.

pub mod batch;
pub mod corpus;
pub mod examine;
pub mod extract;
pub mod health;
pub mod nomenclature;
mod reading;
pub mod rules;
pub mod serve;
pub mod store;
pub mod submit;
pub mod train;
