//! What is recorded. The text of an entry is a promise: what was ever written must still be read and
//! have the same hash, so every version keeps its samples in `samples/`.
//!
//! Entries hold digests and ids, not what stands on a document: they stay when the files are deleted.

use crate::{AuditError, canonical_json};
use docexam_domain::Sha256Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Raise it when a change makes older programs misread an entry.
const VERSION: u32 = 1;

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Entry {
    SubmissionAccepted {
        examination: String,
        /// Empty without a declaration.
        declaration_id: String,
        /// Over the declaration's canonical JSON.
        #[serde(skip_serializing_if = "Option::is_none")]
        declaration: Option<Sha256Digest>,
        /// Contents of the files, in submission order.
        files: Vec<Sha256Digest>,
    },
    /// Forgotten before it was finished, because nobody waited for it any more.
    SubmissionDiscarded { examination: String },
    ExaminationFinished {
        examination: String,
        /// From 1.
        attempt: i64,
        #[serde(flatten)]
        produced: Produced,
    },
    /// It could not be examined at all.
    ExaminationFailed {
        examination: String,
        attempt: i64,
        reason: String,
    },
    /// What a person decided about findings of an examination.
    Decision {
        examination: String,
        /// Id of the review task.
        task: String,
        /// As the calling system named the person.
        officer: String,
        findings: Vec<DecidedFinding>,
        /// False while another officer must agree.
        complete: bool,
    },
    /// A document of an archive was examined. Its `history` is empty: archives are examined document by document.
    ArchiveDocumentExamined {
        /// The caller's name of the archive.
        batch: String,
        /// The manifest's name of the document.
        document: String,
        /// From 1.
        attempt: i64,
        #[serde(flatten)]
        produced: Produced,
    },
    ArchiveDocumentFailed {
        batch: String,
        document: String,
        attempt: i64,
        /// Of the failure, e.g. `unreadable`.
        class: String,
        reason: String,
    },
    /// The next result comes from other artefacts than the one before.
    ArtefactsChanged {
        #[serde(flatten)]
        artefacts: Artefacts,
    },
    /// Checkpoints are signed with this key from here on.
    KeyChanged { verifier: String },
}

/// What produces results.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Artefacts {
    /// OCR engine with its version, language models and settings.
    pub engine: String,
    pub model: Sha256Digest,
    pub rule_pack: Sha256Digest,
    /// The program's version and its limits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub configuration: Option<Sha256Digest>,
}

/// A result and what it was made from, so that it can be made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Produced {
    /// Over the declaration and the files.
    pub input: Sha256Digest,
    /// Over the files that other declarations had used before, with the ids of these declarations.
    pub history: Sha256Digest,
    #[serde(flatten)]
    pub artefacts: Artefacts,
    /// Over the findings' canonical JSON.
    pub findings: Sha256Digest,
    /// Over the canonical JSON of the whole result, findings included.
    pub result: Sha256Digest,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DecidedFinding {
    /// Index among the examination's findings, from 0.
    pub finding: u32,
    pub rule_id: String,
    pub verdict: Verdict,
    /// Code of the reason, if one was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Over the canonical JSON of the corrected value with its place, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correction: Option<Sha256Digest>,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    Confirm,
    Dismiss,
    Correct,
}

impl Entry {
    /// Id of the examination that it is about; empty for what concerns all.
    pub fn examination(&self) -> &str {
        match self {
            Self::SubmissionAccepted { examination, .. }
            | Self::SubmissionDiscarded { examination }
            | Self::ExaminationFinished { examination, .. }
            | Self::ExaminationFailed { examination, .. }
            | Self::Decision { examination, .. } => examination,
            Self::ArchiveDocumentExamined { .. }
            | Self::ArchiveDocumentFailed { .. }
            | Self::ArtefactsChanged { .. }
            | Self::KeyChanged { .. } => "",
        }
    }
}

/// An entry with its time and tenant: the text that is hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    pub at: Timestamp,
    /// Empty for what concerns the whole installation.
    pub tenant: String,
    #[serde(flatten)]
    pub entry: Entry,
}

impl Record {
    pub fn new(at: Timestamp, tenant: &str, entry: Entry) -> Self {
        Self {
            version: VERSION,
            at,
            tenant: tenant.to_owned(),
            entry,
        }
    }

    pub fn to_canonical(&self) -> Result<String, AuditError> {
        canonical_json(self)
    }

    pub fn parse(text: &str) -> Result<Self, AuditError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        // The version first: a newer entry may not even parse.
        let Version { version } = serde_json::from_str(text).map_err(AuditError::Json)?;
        match version > VERSION {
            true => Err(AuditError::NewerFormat {
                what: "audit entry",
                version,
                known: VERSION,
            }),
            false => serde_json::from_str(text).map_err(AuditError::Json),
        }
    }
}
