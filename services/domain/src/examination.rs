//! The result of examining a submission: what the caller gets back, and what is stored.

use crate::{Document, Field, FieldKey, Finding, Observed, PageReading, Sha256Digest};
use serde::{Deserialize, Serialize};
use std::str::FromStr;

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ExaminationState {
    /// Accepted and waiting for a worker.
    Pending,
    /// Pages are being read.
    Running,
    /// Done; pages that failed are listed with their reason.
    Examined,
    /// Could not be examined at all; `problems` says why.
    Failed,
}

/// A file that yielded no page: empty, encrypted, not a document, over a limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FileProblem {
    /// Index of the file in the submission, from 0.
    pub file: u32,
    pub name: String,
    /// Lowercase, names the value and the limit.
    pub problem: String,
}

/// What produced a result, so that it can be produced again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Digests {
    /// Over the declaration and the files in their order.
    pub input: Sha256Digest,
    /// OCR engine with its version, language models and settings.
    pub engine: String,
    pub model: Sha256Digest,
    pub rule_pack: Sha256Digest,
    /// The program's version and its limits; absent in results older than it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Sha256Digest>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Examination {
    /// Empty when fields were extracted without a declaration.
    #[serde(default)]
    pub declaration_id: String,
    pub state: ExaminationState,
    /// File names in submission order; `file` indices elsewhere point here.
    #[serde(default)]
    pub files: Vec<String>,
    pub documents: Vec<Document>,
    #[serde(default)]
    pub findings: Vec<Finding>,
    /// Every page of every file with its status; words are left out here.
    pub pages: Vec<PageReading>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<FileProblem>,
    pub digests: Digests,
}

impl Examination {
    /// The field that a finding cites; of several with its key, the one at the cited place.
    pub fn cited(&self, observed: &Observed) -> Option<&Field> {
        let mut documents = self.documents.iter();
        let document = documents.find(|document| document.id == observed.document)?;
        match row_and_cell(&observed.field) {
            Some((row, key)) => document.line_items().nth(row)?.property(key),
            None => {
                let key = FieldKey::from_str(&observed.field).ok()?;
                let mut fields = document.fields_of(key);
                fields
                    .find(|field| field.page_anchor == observed.page_anchor)
                    .or_else(|| document.field(key))
            }
        }
    }
}

/// Index of the row, from 0, and key of the cell of `line_item[2].quantity`.
fn row_and_cell(path: &str) -> Option<(usize, FieldKey)> {
    let (row, cell) = path.strip_prefix("line_item[")?.split_once("].")?;
    let row: usize = row.parse().ok()?;
    Some((row.checked_sub(1)?, FieldKey::from_str(cell).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_counted_from_one() {
        let quantity = Some((1, FieldKey::Quantity));
        assert_eq!(row_and_cell("line_item[2].quantity"), quantity);
        for bad in [
            "line_item[0].quantity",
            "line_item[x].quantity",
            "total_amount",
            "line_item[1]",
        ] {
            assert_eq!(row_and_cell(bad), None, "{bad}");
        }
    }
}
