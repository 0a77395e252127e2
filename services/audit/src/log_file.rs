//! The exported log: one JSON object a line, which anybody can read, keep and check without us.
//!
//! ```json
//! {"log":{"format":1,"checkpoint":"…"}}
//! {"checkpoint":"docexam.example/log\n2\n…\n"}
//! {"entry":{"index":0,"record":{…},"proof":["…"]}}
//! {"entry":{"index":1,"record":{…},"proof":["…"]}}
//! ```
//!
//! The first line holds the newest checkpoint. Every other checkpoint stands before the entries that it
//! adds, so that each of them can be checked as it is read. A record is hashed as it stands, to the byte.

use crate::{AuditError, Hash};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::io::{BufRead, Read, Write};

/// Raise it when a change makes older programs misread a log.
const FORMAT: u32 = 1;
/// An entry with its proof has about 2 KB; a submission of 100 files some 10 KB.
const MAX_LINE_BYTES: u64 = 4 << 20;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Line {
    Log { format: u32, checkpoint: String },
    Checkpoint(String),
    Entry(ProvenRecord),
}

/// An entry with the proof that the checkpoint before it covers it.
#[derive(Serialize, Deserialize)]
pub struct ProvenRecord {
    pub index: u64,
    pub record: Box<RawValue>,
    /// Inclusion proof, 64 hex digits each.
    pub proof: Vec<String>,
}

impl ProvenRecord {
    pub fn new(index: u64, record: String, proof: &[Hash]) -> Result<Self, AuditError> {
        // What is no JSON any more is quoted, and the verifier will name it.
        let json = match serde_json::from_str::<&RawValue>(&record) {
            Ok(_) => record,
            Err(_) => serde_json::to_string(&record).map_err(AuditError::Json)?,
        };
        Ok(Self {
            index,
            record: RawValue::from_string(json).map_err(AuditError::Json)?,
            proof: proof.iter().map(hex::encode).collect(),
        })
    }
}

pub struct LogWriter<W: Write> {
    out: W,
}

impl<W: Write> LogWriter<W> {
    pub fn begin(out: W, newest_checkpoint: &str) -> Result<Self, AuditError> {
        let mut writer = Self { out };
        writer.write(&Line::Log {
            format: FORMAT,
            checkpoint: newest_checkpoint.to_owned(),
        })?;
        Ok(writer)
    }

    pub fn write(&mut self, line: &Line) -> Result<(), AuditError> {
        let mut text = serde_json::to_string(line).map_err(AuditError::Json)?;
        text.push('\n');
        Ok(self.out.write_all(text.as_bytes())?)
    }

    pub fn end(mut self) -> Result<(), AuditError> {
        Ok(self.out.flush()?)
    }
}

/// Why a line cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LineProblem {
    #[error("is longer than {MAX_LINE_BYTES} bytes")]
    TooLong,
    #[error("is cut short")]
    CutShort,
    #[error("is not a line of an audit log: {0}")]
    Json(serde_json::Error),
    #[error("has format {0}, this program knows up to {FORMAT}")]
    NewerFormat(u32),
    #[error("cannot be read: {0}")]
    Io(#[from] std::io::Error),
}

/// The next line; none at the end.
pub(crate) fn next_line(log: &mut impl BufRead) -> Result<Option<Line>, LineProblem> {
    let mut text = Vec::new();
    log.take(MAX_LINE_BYTES + 1).read_until(b'\n', &mut text)?;
    match text.last() {
        None => Ok(None),
        Some(b'\n') => parse(&text).map(Some),
        Some(_) if text.len() as u64 > MAX_LINE_BYTES => Err(LineProblem::TooLong),
        Some(_) => Err(LineProblem::CutShort),
    }
}

fn parse(text: &[u8]) -> Result<Line, LineProblem> {
    #[derive(Deserialize)]
    struct Head {
        log: Format,
    }
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    match serde_json::from_slice(text) {
        Ok(Line::Log { format, .. }) if format > FORMAT => Err(LineProblem::NewerFormat(format)),
        Ok(line) => Ok(line),
        // A newer head may not even parse.
        Err(error) => match serde_json::from_slice(text) {
            Ok(Head { log }) if log.format > FORMAT => Err(LineProblem::NewerFormat(log.format)),
            _ => Err(LineProblem::Json(error)),
        },
    }
}
