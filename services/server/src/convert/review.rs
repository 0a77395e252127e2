//! Review tasks, verdicts and changes: wire <-> domain.

use super::document::{anchor_from_wire, anchor_to_wire, unknown};
use super::examination::timestamp_to_wire;
use super::finding::finding_to_wire;
use super::parse::BadField;
use docexam_domain::{
    Correction, Decision, DismissReason, Examination, Finding, FindingVerdict, Outcome, PageStatus,
    ReviewItem, ReviewReason, Severity, Verdict, VerdictKind,
};
use docexam_proto::v1 as wire;
use docexam_store::{
    OfficerCorrection, ReviewChange, ReviewChangeKind, ReviewFilter, ReviewState, ReviewTask,
};
use jiff::{SignedDuration, Timestamp};

/// A note or a value; more is no note but a document.
const MAX_TEXT_BYTES: usize = 2_000;
/// An officer who corrects more than this rewrites the document.
const MAX_CORRECTIONS: usize = 50;
/// Names of offices, rules and the like.
const MAX_NAME_BYTES: usize = 128;
/// A hundred years.
const MAX_AGE_SECONDS: i64 = 3_153_600_000;

/// The findings of `examination` go with it; lists give none.
pub(crate) fn task_to_wire(
    task: ReviewTask,
    examination: Option<&Examination>,
) -> wire::ReviewTask {
    let plan = task.plan;
    let finding = |index: u32| examination.and_then(|done| done.findings.get(index as usize));
    let items = plan.items.into_iter();
    wire::ReviewTask {
        id: task.id,
        examination_id: task.examination_id,
        declaration_id: task.declaration_id,
        state: state_to_wire(task.state).into(),
        reason: reason_to_wire(plan.reason).into(),
        office: plan.office,
        priority: u32::from(plan.priority),
        severity: severity_to_wire(plan.severity).into(),
        hs_chapters: plan.hs_chapters.into_iter().collect(),
        create_time: Some(timestamp_to_wire(task.created_at)),
        due_time: Some(timestamp_to_wire(task.due_at)),
        worker: task.worker.unwrap_or_default(),
        lease_expire_time: task.lease_until.map(timestamp_to_wire),
        etag: etag(task.version),
        items: items
            .map(|item| {
                let finding = finding(item.finding);
                item_to_wire(item, finding)
            })
            .collect(),
        problem: plan.problem.unwrap_or_default(),
        officers_needed: u32::try_from(task.officers_needed).unwrap_or(0),
        decisions: task.decisions.into_iter().map(decision_to_wire).collect(),
        verdicts: task.verdicts.into_iter().map(verdict_to_wire).collect(),
        decide_time: task.decided_at.map(timestamp_to_wire),
    }
}

pub(crate) fn etag(version: i64) -> String {
    format!("v{version}")
}

pub(crate) fn version_from_etag(etag: &str) -> Result<i64, BadField> {
    if etag.is_empty() {
        return Err(BadField::new("etag", "is empty"));
    }
    let version = etag.strip_prefix('v').and_then(|text| text.parse().ok());
    version.ok_or_else(|| BadField::new("etag", "is not an etag of a review task"))
}

fn item_to_wire(item: ReviewItem, finding: Option<&Finding>) -> wire::ReviewItem {
    wire::ReviewItem {
        finding_index: item.finding,
        rule_id: item.rule_id,
        outcome: outcome_to_wire(item.outcome).into(),
        severity: severity_to_wire(item.severity).into(),
        calibrated_confidence: item.calibrated_confidence,
        sampled: item.sampled,
        four_eyes: item
            .four_eyes
            .into_iter()
            .map(|kind| kind_to_wire(kind).into())
            .collect(),
        finding: finding.cloned().map(finding_to_wire),
    }
}

fn decision_to_wire(decision: Decision) -> wire::ReviewDecision {
    wire::ReviewDecision {
        officer: decision.officer,
        verdicts: decision.verdicts.into_iter().map(verdict_to_wire).collect(),
        note: decision.note.unwrap_or_default(),
        decide_time: Some(timestamp_to_wire(decision.decided_at)),
    }
}

fn verdict_to_wire(given: FindingVerdict) -> wire::FindingVerdict {
    let kind = kind_to_wire(given.verdict.kind()).into();
    let mut wire = wire::FindingVerdict {
        finding_index: given.finding,
        verdict: kind,
        note: given.note.unwrap_or_default(),
        ..Default::default()
    };
    match given.verdict {
        Verdict::Confirm => {}
        Verdict::Dismiss { reason } => wire.dismiss_reason = reason_code_to_wire(reason).into(),
        Verdict::Correct {
            corrections,
            stands,
        } => {
            wire.finding_stands = stands;
            wire.corrections = corrections.into_iter().map(correction_to_wire).collect();
        }
    }
    wire
}

fn correction_to_wire(correction: Correction) -> wire::FieldCorrection {
    wire::FieldCorrection {
        document: correction.document,
        field: correction.field,
        value: correction.value,
        page_anchor: Some(anchor_to_wire(correction.page_anchor)),
    }
}

pub(crate) fn verdicts_from_wire(
    wire: Vec<wire::FindingVerdict>,
) -> Result<Vec<FindingVerdict>, BadField> {
    wire.into_iter()
        .enumerate()
        .map(|(index, verdict)| verdict_from_wire(verdict, &format!("verdicts[{index}]")))
        .collect()
}

/// What belongs to another kind of verdict is refused, so that none is lost unnoticed.
fn verdict_from_wire(wire: wire::FindingVerdict, path: &str) -> Result<FindingVerdict, BadField> {
    use wire::VerdictKind as Kind;
    let kind = wire.verdict();
    let reason = reason_code_from_wire(wire.dismiss_reason, path)?;
    if reason.is_some() && kind != Kind::Dismiss {
        let field = format!("{path}.dismiss_reason");
        return Err(BadField::new(field, "goes with DISMISS only"));
    }
    if (wire.finding_stands || !wire.corrections.is_empty()) && kind != Kind::Correct {
        let field = format!("{path}.corrections");
        return Err(BadField::new(field, "go with CORRECT only"));
    }
    let verdict = match kind {
        Kind::Confirm => Verdict::Confirm,
        Kind::Dismiss => Verdict::Dismiss {
            reason: reason
                .ok_or_else(|| BadField::new(format!("{path}.dismiss_reason"), "is missing"))?,
        },
        Kind::Correct => Verdict::Correct {
            corrections: corrections_from_wire(wire.corrections, &format!("{path}.corrections"))?,
            stands: wire.finding_stands,
        },
        Kind::Unspecified => {
            let value = wire.verdict.to_string();
            return Err(unknown(format!("{path}.verdict"), &value));
        }
    };
    Ok(FindingVerdict {
        finding: wire.finding_index,
        verdict,
        note: note(wire.note, &format!("{path}.note"))?,
    })
}

fn corrections_from_wire(
    wire: Vec<wire::FieldCorrection>,
    path: &str,
) -> Result<Vec<Correction>, BadField> {
    if wire.len() > MAX_CORRECTIONS {
        let problem = format!("has {} corrections, limit {MAX_CORRECTIONS}", wire.len());
        return Err(BadField::new(path, problem));
    }
    wire.into_iter()
        .enumerate()
        .map(|(index, correction)| {
            let path = format!("{path}[{index}]");
            let anchor = format!("{path}.page_anchor");
            Ok(Correction {
                document: bounded(correction.document, &format!("{path}.document"))?,
                field: bounded(correction.field, &format!("{path}.field"))?,
                value: value(correction.value, &format!("{path}.value"))?,
                page_anchor: anchor_from_wire(correction.page_anchor, &anchor)?
                    .filter(|anchor| !anchor.polygon.0.is_empty())
                    .ok_or_else(|| BadField::new(anchor, "is missing"))?,
            })
        })
        .collect()
}

fn bounded(text: String, path: &str) -> Result<String, BadField> {
    super::parse::name(&text, path, MAX_NAME_BYTES)
}

fn value(text: String, path: &str) -> Result<String, BadField> {
    match text.trim().is_empty() {
        true => Err(BadField::new(path, "is empty")),
        false => Ok(note(text, path)?.unwrap_or_default()),
    }
}

/// Text for people, which may have several lines; none if it is empty.
pub(crate) fn note(text: String, path: &str) -> Result<Option<String>, BadField> {
    if text.len() > MAX_TEXT_BYTES {
        let problem = format!("has {} bytes, limit {MAX_TEXT_BYTES}", text.len());
        return Err(BadField::new(path, problem));
    }
    if text.chars().any(|c| c.is_control() && c != '\n') {
        return Err(BadField::new(path, "has control characters"));
    }
    Ok((!text.is_empty()).then_some(text))
}

pub(crate) fn filter_from_wire(
    wire: Option<wire::ReviewTaskFilter>,
    state: i32,
) -> Result<ReviewFilter, BadField> {
    let wire = wire.unwrap_or_default();
    let state = match wire::review_task::State::try_from(state) {
        Ok(wire::review_task::State::Unspecified) => None,
        Ok(wire::review_task::State::Open) => Some(ReviewState::Open),
        Ok(wire::review_task::State::Claimed) => Some(ReviewState::Claimed),
        Ok(wire::review_task::State::Decided) => Some(ReviewState::Decided),
        Err(_) => return Err(unknown("state".to_owned(), &state.to_string())),
    };
    let from_severity = match wire::finding::Severity::try_from(wire.from_severity) {
        Ok(wire::finding::Severity::Unspecified) => None,
        Ok(wire::finding::Severity::Low) => Some(Severity::Low),
        Ok(wire::finding::Severity::Medium) => Some(Severity::Medium),
        Ok(wire::finding::Severity::High) => Some(Severity::High),
        Err(_) => {
            let value = wire.from_severity.to_string();
            return Err(unknown("filter.from_severity".to_owned(), &value));
        }
    };
    Ok(ReviewFilter {
        state,
        office: given(wire.office, "filter.office")?,
        rule_id: given(wire.rule_id, "filter.rule_id")?,
        hs_chapter: given(wire.hs_chapter, "filter.hs_chapter")?,
        from_severity,
        created_before: wire.min_age.map(before).transpose()?,
        examination_id: given(wire.examination_id, "filter.examination_id")?,
    })
}

/// Empty means any.
pub(crate) fn given(text: String, path: &str) -> Result<Option<String>, BadField> {
    match text.is_empty() {
        true => Ok(None),
        false => bounded(text, path).map(Some),
    }
}

fn before(age: prost_types::Duration) -> Result<Timestamp, BadField> {
    let bad = || BadField::new("filter.min_age", "is not between 0 s and 100 years");
    if !(0..=MAX_AGE_SECONDS).contains(&age.seconds) {
        return Err(bad());
    }
    let age = SignedDuration::new(age.seconds, age.nanos.clamp(0, 999_999_999));
    Timestamp::now().checked_sub(age).map_err(|_| bad())
}

pub(crate) fn officer_correction_to_wire(correction: OfficerCorrection) -> wire::OfficerCorrection {
    wire::OfficerCorrection {
        field: correction.field,
        value: correction.value,
        read_value: correction.read_value,
        present_value: correction.present_value,
        page_anchor: Some(anchor_to_wire(correction.page_anchor)),
        officer: correction.officer,
        task_id: correction.task_id,
        examination_id: correction.examination_id,
        decide_time: Some(timestamp_to_wire(correction.decided_at)),
    }
}

pub(crate) fn pages_to_wire(examination: &Examination) -> Vec<wire::ReviewPage> {
    let name = |file: u32| examination.files.get(file as usize).cloned();
    let pages = examination.pages.iter();
    pages
        .map(|page| wire::ReviewPage {
            file: page.file,
            page: page.page,
            file_name: name(page.file).unwrap_or_default(),
            status: match page.status {
                PageStatus::Read => wire::page::Status::Read,
                PageStatus::Blank => wire::page::Status::Blank,
                PageStatus::Failed => wire::page::Status::Failed,
            }
            .into(),
        })
        .collect()
}

pub(crate) fn change_to_wire(change: ReviewChange) -> wire::ReviewTaskChange {
    use wire::review_task_change::Kind;
    let kind = match change.what {
        ReviewChangeKind::Created => Kind::Created,
        ReviewChangeKind::Claimed => Kind::Claimed,
        ReviewChangeKind::Released => Kind::Released,
        ReviewChangeKind::Lapsed => Kind::Lapsed,
        ReviewChangeKind::Referred => Kind::Referred,
        ReviewChangeKind::Decided => Kind::Decided,
    };
    wire::ReviewTaskChange {
        task_id: change.task_id,
        kind: kind.into(),
        etag: etag(change.version),
        office: change.office,
        worker: change.worker.unwrap_or_default(),
        change_time: Some(timestamp_to_wire(change.changed_at)),
    }
}

fn state_to_wire(state: ReviewState) -> wire::review_task::State {
    match state {
        ReviewState::Open => wire::review_task::State::Open,
        ReviewState::Claimed => wire::review_task::State::Claimed,
        ReviewState::Decided => wire::review_task::State::Decided,
    }
}

fn reason_to_wire(reason: ReviewReason) -> wire::review_task::Reason {
    match reason {
        ReviewReason::Findings => wire::review_task::Reason::Findings,
        ReviewReason::Unread => wire::review_task::Reason::Unread,
        ReviewReason::Failed => wire::review_task::Reason::Failed,
    }
}

fn outcome_to_wire(outcome: Outcome) -> wire::finding::Outcome {
    match outcome {
        Outcome::Pass => wire::finding::Outcome::Pass,
        Outcome::Discrepancy => wire::finding::Outcome::Discrepancy,
        Outcome::Indeterminate => wire::finding::Outcome::Indeterminate,
        Outcome::NotChecked => wire::finding::Outcome::NotChecked,
    }
}

fn severity_to_wire(severity: Severity) -> wire::finding::Severity {
    match severity {
        Severity::Low => wire::finding::Severity::Low,
        Severity::Medium => wire::finding::Severity::Medium,
        Severity::High => wire::finding::Severity::High,
    }
}

fn kind_to_wire(kind: VerdictKind) -> wire::VerdictKind {
    match kind {
        VerdictKind::Confirm => wire::VerdictKind::Confirm,
        VerdictKind::Dismiss => wire::VerdictKind::Dismiss,
        VerdictKind::Correct => wire::VerdictKind::Correct,
    }
}

fn reason_code_to_wire(reason: DismissReason) -> wire::DismissReason {
    match reason {
        DismissReason::Misread => wire::DismissReason::Misread,
        DismissReason::NotApplicable => wire::DismissReason::NotApplicable,
        DismissReason::WithinTolerance => wire::DismissReason::WithinTolerance,
        DismissReason::Explained => wire::DismissReason::Explained,
        DismissReason::MissedDiscrepancy => wire::DismissReason::MissedDiscrepancy,
        DismissReason::Other => wire::DismissReason::Other,
    }
}

fn reason_code_from_wire(code: i32, path: &str) -> Result<Option<DismissReason>, BadField> {
    let reason = wire::DismissReason::try_from(code)
        .map_err(|_| unknown(format!("{path}.dismiss_reason"), &code.to_string()))?;
    Ok(match reason {
        wire::DismissReason::Unspecified => None,
        wire::DismissReason::Misread => Some(DismissReason::Misread),
        wire::DismissReason::NotApplicable => Some(DismissReason::NotApplicable),
        wire::DismissReason::WithinTolerance => Some(DismissReason::WithinTolerance),
        wire::DismissReason::Explained => Some(DismissReason::Explained),
        wire::DismissReason::MissedDiscrepancy => Some(DismissReason::MissedDiscrepancy),
        wire::DismissReason::Other => Some(DismissReason::Other),
    })
}
