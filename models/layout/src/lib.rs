//! The layout model: the words of a page with their boxes -> what each word is and what the page is.
//!
//! `Model` answers, `train` makes one from labelled pages, `distil` makes the token table that
//! training starts from, `join` makes a committee of several, `evaluate` measures. Tensors and tokens only: the nouns of customs, the
//! meaning of labels and the values of fields belong to `docexam-extract`.

mod augment;
mod calibrate;
mod committee;
mod config;
mod distil;
mod encoder;
mod error;
mod evaluate;
mod labels;
mod manifest;
mod model;
mod network;
mod ops;
mod page;
mod pca;
mod relations;
mod shape;
mod stored;
mod token_table;
mod train;
mod vocabulary;
mod window;

pub use committee::join;
pub use config::{ModelConfig, NetworkSize, Temperatures};
pub use distil::{DistilOptions, DistilReport, distil};
pub use error::LayoutError;
pub use evaluate::{Evaluation, LabelScore, evaluate};
pub use labels::UNLABELLED;
pub use model::{CALIBRATION_FILE, Model, PageTags, WordTag};
pub use page::{LabelledWord, PageWord, TrainingPage, read_training_pages};
pub use train::{TrainDevice, TrainOptions, TrainProgress, TrainReport, train};
