//! Examinations and their progress: wire <-> domain.

use super::document::{
    document_from_wire, document_to_wire, page_from_wire, page_to_wire, problem_from_wire,
    problem_to_wire, unknown,
};
use super::finding::{finding_from_wire, finding_to_wire};
use super::parse::{BadField, digest};
use docexam_domain::{Digests, Examination, ExaminationState};
use docexam_proto::v1 as wire;
use docexam_store::{ExaminationRecord, Progress};
use jiff::Timestamp;
use wire::watch_examination_response::Event;

/// A result alone; what the server adds (id, times) is left empty.
pub fn examination_to_wire(examination: Examination) -> wire::Examination {
    wire::Examination {
        declaration_id: examination.declaration_id,
        state: state_to_wire(examination.state).into(),
        files: examination.files,
        documents: examination
            .documents
            .into_iter()
            .map(document_to_wire)
            .collect(),
        findings: examination
            .findings
            .into_iter()
            .map(finding_to_wire)
            .collect(),
        pages: examination.pages.into_iter().map(page_to_wire).collect(),
        problems: examination
            .problems
            .into_iter()
            .map(problem_to_wire)
            .collect(),
        digests: Some(digests_to_wire(examination.digests)),
        ..Default::default()
    }
}

/// The result in a finished examination. What the server added (id, times) is left out.
pub fn examination_from_wire(wire: wire::Examination) -> Result<Examination, BadField> {
    let state = state_from_wire(wire.state())
        .ok_or_else(|| unknown("state".to_owned(), &wire.state.to_string()))?;
    let digests = wire.digests.ok_or_else(|| {
        let failure = wire.failure.as_deref().unwrap_or("it is not finished");
        BadField::new(
            "digests",
            format!("the examination has no result: {failure}"),
        )
    })?;
    Ok(Examination {
        declaration_id: wire.declaration_id,
        state,
        files: wire.files,
        documents: indexed(wire.documents, "documents", document_from_wire)?,
        findings: indexed(wire.findings, "findings", finding_from_wire)?,
        pages: indexed(wire.pages, "pages", page_from_wire)?,
        problems: wire.problems.into_iter().map(problem_from_wire).collect(),
        digests: digests_from_wire(digests)?,
    })
}

pub(crate) fn record_to_wire(record: ExaminationRecord) -> wire::Examination {
    let result = record.result.map(examination_to_wire).unwrap_or_default();
    wire::Examination {
        id: record.id,
        declaration_id: record.declaration_id,
        state: state_to_wire(record.state).into(),
        files: record.files,
        failure: record.failure,
        create_time: Some(timestamp_to_wire(record.created_at)),
        start_time: record.started_at.map(timestamp_to_wire),
        finish_time: record.finished_at.map(timestamp_to_wire),
        ..result
    }
}

pub(crate) fn progress_to_wire(progress: Progress) -> Event {
    match progress {
        Progress::Started => Event::State(wire::examination::State::Running.into()),
        Progress::FileOpened { file, pages } => Event::FileOpened(wire::FileOpened { file, pages }),
        Progress::FileFailed(problem) => Event::FileFailed(problem_to_wire(problem)),
        Progress::PageRead(page) => Event::PageRead(page_to_wire(page)),
        Progress::DocumentsFound(documents) => {
            Event::DocumentsFound(wire::DocumentsFound { documents })
        }
        Progress::Finding(finding) => Event::Finding(finding_to_wire(finding)),
    }
}

/// Unspecified means any state.
pub(crate) fn state_filter_from_wire(state: i32) -> Result<Option<ExaminationState>, BadField> {
    match wire::examination::State::try_from(state) {
        Ok(wire::examination::State::Unspecified) => Ok(None),
        Ok(state) => Ok(state_from_wire(state)),
        Err(_) => Err(unknown("state".to_owned(), &state.to_string())),
    }
}

fn state_to_wire(state: ExaminationState) -> wire::examination::State {
    match state {
        ExaminationState::Pending => wire::examination::State::Pending,
        ExaminationState::Running => wire::examination::State::Running,
        ExaminationState::Examined => wire::examination::State::Examined,
        ExaminationState::Failed => wire::examination::State::Failed,
    }
}

fn state_from_wire(state: wire::examination::State) -> Option<ExaminationState> {
    match state {
        wire::examination::State::Unspecified => None,
        wire::examination::State::Pending => Some(ExaminationState::Pending),
        wire::examination::State::Running => Some(ExaminationState::Running),
        wire::examination::State::Examined => Some(ExaminationState::Examined),
        wire::examination::State::Failed => Some(ExaminationState::Failed),
    }
}

fn digests_to_wire(digests: Digests) -> wire::Digests {
    wire::Digests {
        input: digests.input.to_string(),
        engine: digests.engine,
        model: digests.model.to_string(),
        rule_pack: digests.rule_pack.to_string(),
        configuration: digests.configuration.map(|digest| digest.to_string()),
    }
}

fn digests_from_wire(wire: wire::Digests) -> Result<Digests, BadField> {
    Ok(Digests {
        input: digest(&wire.input, "digests.input")?,
        engine: wire.engine,
        model: digest(&wire.model, "digests.model")?,
        rule_pack: digest(&wire.rule_pack, "digests.rule_pack")?,
        configuration: wire
            .configuration
            .map(|configuration| digest(&configuration, "digests.configuration"))
            .transpose()?,
    })
}

pub(crate) fn timestamp_to_wire(time: Timestamp) -> prost_types::Timestamp {
    prost_types::Timestamp {
        seconds: time.as_second(),
        nanos: time.subsec_nanosecond(),
    }
}

fn indexed<W, D>(
    wire: Vec<W>,
    path: &str,
    convert: fn(W, &str) -> Result<D, BadField>,
) -> Result<Vec<D>, BadField> {
    wire.into_iter()
        .enumerate()
        .map(|(index, element)| convert(element, &format!("{path}[{index}]")))
        .collect()
}
