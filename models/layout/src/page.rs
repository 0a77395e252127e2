//! The words of a page as they enter the model, and labelled pages as they enter training.
//!
//! Training pages are JSON lines, one `TrainingPage` a line. No images and no domain nouns here.

use crate::LayoutError;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

/// One word in reading order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PageWord {
    pub text: String,
    /// x0, y0, x1, y1 in [0, 1] of the upright page.
    pub bbox: [f32; 4],
    /// Of the reader, [0, 1]; 1 for words of a PDF's text layer.
    pub confidence: f32,
    /// Index of the text line, in reading order.
    pub line: u32,
}

/// A word and what it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LabelledWord {
    #[serde(flatten)]
    pub word: PageWord,
    /// `O`, a header key (`total_amount`) or `item.` and the key of a cell (`item.hs_code`); `?` where
    /// nobody has said what the word is.
    pub label: String,
    /// First word of a mention.
    pub begins: bool,
    /// First word, in reading order, of a row of the goods table.
    pub starts_row: bool,
}

/// A page whose words are labelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TrainingPage {
    pub id: String,
    /// `?` where nobody has said what the page is; then `starts_document` says nothing either.
    pub page_class: String,
    /// Whether a document begins on this page.
    pub starts_document: bool,
    pub language: String,
    /// `train`, `validation` or `test`.
    pub split: String,
    pub words: Vec<LabelledWord>,
}

/// Reads JSON lines; an unreadable line is an error that names it, except a torn last line of a
/// file that is still being written.
pub fn read_training_pages(path: &Path) -> Result<Vec<TrainingPage>, LayoutError> {
    let file = File::open(path).map_err(|e| LayoutError::file("open", path, e))?;
    let mut pages = Vec::new();
    let mut torn: Option<LayoutError> = None;
    for (index, line) in BufReader::new(file).lines().enumerate() {
        if let Some(error) = torn.take() {
            return Err(error);
        }
        let line = line.map_err(|e| LayoutError::file("read", path, e))?;
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str(&line) {
            Ok(page) => pages.push(page),
            Err(error) => {
                torn = Some(LayoutError::TrainingPage {
                    path: path.to_path_buf(),
                    line: index + 1,
                    reason: error.to_string(),
                });
            }
        }
    }
    Ok(pages)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"{"id":"a","page_class":"packing_list","starts_document":true,
        "language":"de","split":"train","words":[{"text":"Kiste","bbox":[0.1,0.1,0.2,0.12],
        "confidence":0.9,"line":0,"label":"O","begins":false,"starts_row":false}]}"#;

    #[test]
    fn a_torn_last_line_is_left_out_and_a_torn_middle_line_is_an_error() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("pages.jsonl");
        let line = PAGE.replace('\n', " ");
        std::fs::write(&path, format!("{line}\n{line}\n{{\"id\":\"b")).expect("written");
        assert_eq!(read_training_pages(&path).expect("readable").len(), 2);
        std::fs::write(&path, format!("{line}\n{{\"id\n{line}\n")).expect("written");
        let error = read_training_pages(&path).expect_err("torn in the middle");
        assert!(error.to_string().contains("line 2"), "{error}");
    }
}
