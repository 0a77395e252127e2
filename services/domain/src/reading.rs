//! What was read from a page: words with places and confidences, before anyone asks what they mean.

use crate::{Placement, Rect};
use serde::{Deserialize, Serialize};

/// A word as the text layer or the OCR engine gave it; never changed afterwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Word {
    pub text: String,
    /// On the upright page.
    pub bbox: Rect,
    /// How sure the reader is of the letters, [0, 1]; 1 for a trusted text layer.
    pub confidence: f32,
    /// Index of the text line on the page, in reading order; words of a line stand left to right.
    pub line: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PageStatus {
    /// Words were found.
    Read,
    /// Decoded and looked at, but there is no text on it.
    Blank,
    /// Not read: broken, over a limit or out of time. `problem` says which.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReadingSource {
    Ocr,
    TextLayer,
    None,
}

/// Lines drawn on the upright page: borders of tables and boxes, rules between rows, dashed ones too. A long line is told in
/// several parts, so that each part says where a curled or slanted line is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Ruling {
    /// From left to right.
    pub across: Vec<Rect>,
    /// From top to bottom.
    pub down: Vec<Rect>,
}

impl Ruling {
    pub fn is_empty(&self) -> bool {
        self.across.is_empty() && self.down.is_empty()
    }
}

/// One page and all words on it. Every page of a submission ends as one of these: pages in = pages out.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageReading {
    /// Index of the file in the submission, from 0.
    pub file: u32,
    /// Page within the file, from 1.
    pub page: u32,
    pub status: PageStatus,
    pub source: ReadingSource,
    /// Legibility in [0, 1]: mean word confidence weighted by length; 1 for a text layer, 0 if unread.
    pub quality: f32,
    /// Why a page failed, or why something may be missing on it: lowercase, names file, page and limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub words: Vec<Word>,
    #[serde(default, skip_serializing_if = "Ruling::is_empty")]
    pub ruling: Ruling,
    /// What looks like signatures on the upright page.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Rect>,
}

impl PageReading {
    /// A page that could not be read, with the reason.
    pub fn failed(file: u32, page: u32, problem: String) -> Self {
        Self {
            file,
            page,
            status: PageStatus::Failed,
            source: ReadingSource::None,
            quality: 0.0,
            problem: Some(problem),
            placement: None,
            words: Vec::new(),
            ruling: Ruling::default(),
            signatures: Vec::new(),
        }
    }
}
