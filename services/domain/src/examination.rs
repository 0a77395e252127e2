//! The result of examining a submission: what the caller gets back, and what is stored.

use crate::{Document, Finding, PageReading, Sha256Digest};
use serde::{Deserialize, Serialize};

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
