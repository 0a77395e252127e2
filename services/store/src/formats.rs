//! The JSON that stands in rows. It is a promise: what an older program wrote must still be read, so
//! every format that was ever written keeps its version and a sample in `samples/`.

use crate::{BatchResult, BatchTask, StoreError};
use docexam_domain::{
    Decision, Declaration, Examination, FindingVerdict, NewReviewTask, PageAnchor, PageReading,
    Sha256Digest, Triage,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Raise it when a change of the nouns makes older programs misread a row.
const VERSION: u32 = 1;

/// Any stored document: `{"format": 1, "body": …}`.
#[derive(Serialize, Deserialize)]
struct Versioned<T> {
    format: u32,
    body: T,
}

pub(crate) fn write_submission(declaration: &Option<Declaration>) -> Result<String, StoreError> {
    write("submission", declaration)
}

pub(crate) fn read_submission(json: &str) -> Result<Option<Declaration>, StoreError> {
    read("submission", json)
}

pub(crate) fn write_result(examination: &Examination) -> Result<String, StoreError> {
    write("result", examination)
}

/// The result's JSON as it was written, to be compared to the byte.
pub(crate) fn result_text(json: &str) -> Result<String, StoreError> {
    read_result(json)?;
    let stored: Versioned<Box<RawValue>> =
        serde_json::from_str(json).map_err(|error| StoreError::DamagedRow {
            what: "result",
            problem: error.to_string(),
        })?;
    Ok(stored.body.get().to_owned())
}

pub(crate) fn read_result(json: &str) -> Result<Examination, StoreError> {
    read("result", json)
}

pub(crate) fn write_reading(reading: &PageReading) -> Result<String, StoreError> {
    write("reading", reading)
}

pub(crate) fn read_reading(json: &str) -> Result<PageReading, StoreError> {
    read("reading", json)
}

pub(crate) fn digest(text: String) -> Result<Sha256Digest, StoreError> {
    Sha256Digest::parse(&text).ok_or(StoreError::DamagedRow {
        what: "digest",
        problem: text,
    })
}

pub(crate) fn write_triage(triage: &Triage) -> Result<String, StoreError> {
    write("triage", triage)
}

pub(crate) fn read_triage(json: &str) -> Result<Triage, StoreError> {
    read("triage", json)
}

pub(crate) fn write_review_plan(task: &NewReviewTask) -> Result<String, StoreError> {
    write("review task", task)
}

pub(crate) fn read_review_plan(json: &str) -> Result<NewReviewTask, StoreError> {
    read("review task", json)
}

pub(crate) fn write_decision(decision: &Decision) -> Result<String, StoreError> {
    write("decision", decision)
}

pub(crate) fn read_decision(json: &str) -> Result<Decision, StoreError> {
    read("decision", json)
}

pub(crate) fn write_verdicts(verdicts: &[FindingVerdict]) -> Result<String, StoreError> {
    write("verdicts", &verdicts)
}

pub(crate) fn read_verdicts(json: &str) -> Result<Vec<FindingVerdict>, StoreError> {
    read("verdicts", json)
}

pub(crate) fn write_anchor(anchor: &PageAnchor) -> Result<String, StoreError> {
    write("anchor", anchor)
}

pub(crate) fn read_anchor(json: &str) -> Result<PageAnchor, StoreError> {
    read("anchor", json)
}

pub(crate) fn write_batch_task(task: &BatchTask) -> Result<String, StoreError> {
    write("batch task", task)
}

pub(crate) fn read_batch_task(json: &str) -> Result<BatchTask, StoreError> {
    read("batch task", json)
}

pub(crate) fn write_batch_result(result: &BatchResult) -> Result<String, StoreError> {
    write("batch result", result)
}

pub(crate) fn read_batch_result(json: &str) -> Result<BatchResult, StoreError> {
    read("batch result", json)
}

fn write<T: Serialize>(what: &'static str, body: &T) -> Result<String, StoreError> {
    serde_json::to_string(&Versioned {
        format: VERSION,
        body,
    })
    .map_err(|error| StoreError::DamagedRow {
        what,
        problem: error.to_string(),
    })
}

fn read<T: DeserializeOwned>(what: &'static str, json: &str) -> Result<T, StoreError> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let damaged = |error: serde_json::Error| StoreError::DamagedRow {
        what,
        problem: error.to_string(),
    };
    // The version first: a newer body may not even parse.
    let Format { format } = serde_json::from_str(json).map_err(damaged)?;
    if format > VERSION {
        return Err(StoreError::NewerFormat {
            what,
            version: format,
            known: VERSION,
        });
    }
    let stored: Versioned<T> = serde_json::from_str(json).map_err(damaged)?;
    Ok(stored.body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_ever_written_is_still_read() {
        let result = read_result(include_str!("../samples/result-1.json")).expect("read");
        assert_eq!(result.findings[0].rule_id, "E02");
        assert_eq!(result.documents[0].fields[0].value(), "11150.00");
        let declaration = read_submission(include_str!("../samples/submission-1.json"));
        let declaration = declaration.expect("read").expect("with a declaration");
        assert_eq!(declaration.items[0].hs_code.as_deref(), Some("84821090"));
        let reading = read_reading(include_str!("../samples/reading-1.json")).expect("read");
        assert_eq!(reading.words[1].text, "Aldermoor");
        let task = read_review_plan(include_str!("../samples/review-task-1.json")).expect("read");
        assert_eq!(task.items[0].rule_id, "E02");
        let decision = read_decision(include_str!("../samples/decision-1.json")).expect("read");
        assert_eq!(
            decision.verdicts[0].verdict.corrections()[0].value,
            "11510.00"
        );
        let triage = read_triage(include_str!("../samples/triage-1.json")).expect("read");
        assert_eq!(triage.settled[0].rule_id, "D02");
        let fields_only = read_submission(r#"{"format":1,"body":null}"#).expect("read");
        assert_eq!(fields_only, None);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let result = read_result(include_str!("../samples/result-1.json")).expect("read");
        let again = read_result(&write_result(&result).expect("written")).expect("read");
        assert_eq!(again, result);
    }

    #[test]
    fn a_newer_format_is_refused_by_its_version() {
        let error = read_submission(r#"{"format":2,"body":{"items":"a string now"}}"#);
        let text = error.expect_err("newer").to_string();
        assert_eq!(
            text,
            "stored submission has format 2, this program knows up to 1"
        );
    }
}
