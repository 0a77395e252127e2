//! What is learnt from officers: counts for people, pages for training.

pub mod pages;
pub mod statistics;
