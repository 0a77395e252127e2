//! The officer's part: what is put before an officer and why, what the officer says to it, and what
//! was settled without one.
//!
//! A [`Triage`] sorts the findings of an examination; each [`NewReviewTask`] of it waits in the queue of
//! an office until officers have given a [`FindingVerdict`] on every finding in it.

use crate::{Declaration, Examination, Outcome, PageAnchor, Severity, Sha256Digest};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An examination that is over, as it is sorted into work for officers.
#[derive(Clone, Copy, Debug)]
pub struct Examined<'a> {
    /// Of the examination.
    pub id: &'a str,
    pub declaration: Option<&'a Declaration>,
    /// The result, or why there is none.
    pub result: Result<&'a Examination, &'a str>,
}

/// Who looks at what: the result of sorting the findings of one examination.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Triage {
    /// `name@version` of the pack whose policy was applied; empty if none was.
    pub rule_pack: String,
    /// Of the calibration by which findings were settled without an officer.
    pub calibration: Option<Sha256Digest>,
    /// The largest share of wrong automatic decisions that the pack accepts, [0, 1].
    pub error_bound: f64,
    pub tasks: Vec<NewReviewTask>,
    pub settled: Vec<Settled>,
}

/// Work for one office.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewReviewTask {
    pub reason: ReviewReason,
    pub office: String,
    /// 0 to 100; higher is more urgent.
    pub priority: u8,
    /// The highest among the findings.
    pub severity: Severity,
    /// Hours after its creation at which it should be decided.
    pub due_hours: u32,
    /// Two digits each, of all declared goods.
    pub hs_chapters: BTreeSet<String>,
    pub items: Vec<ReviewItem>,
    /// What could not be read, or why the examination failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Why a task exists.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum ReviewReason {
    /// There are findings that an officer must judge.
    Findings,
    /// Files or pages could not be read: somebody must look at the paper.
    Unread,
    /// The submission could not be examined at all.
    Failed,
}

/// A finding that is put before an officer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReviewItem {
    /// Index in the examination's findings.
    pub finding: u32,
    pub rule_id: String,
    pub outcome: Outcome,
    pub severity: Severity,
    /// Share of such findings that officers found right; absent while too few were judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibrated_confidence: Option<f32>,
    /// It would have been settled without an officer and was drawn to measure how often that is wrong.
    #[serde(default)]
    pub sampled: bool,
    /// Verdicts that a second officer must give too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub four_eyes: Vec<VerdictKind>,
}

/// A finding that no officer needs to see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Settled {
    /// Index in the examination's findings.
    pub finding: u32,
    pub rule_id: String,
    pub outcome: Outcome,
    pub basis: SettledBasis,
    pub calibrated_confidence: Option<f32>,
}

#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum SettledBasis {
    /// Decisions of officers show that the error stays under the pack's bound.
    Proven,
    /// The pack lets passes of this severity through without proof.
    Allowed,
}

#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum VerdictKind {
    Confirm,
    Dismiss,
    Correct,
}

/// Why a finding is dismissed. The codes are stored and sent out: more may be added, none renamed.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum DismissReason {
    /// A value was misread, and the officer does not say what stands there.
    Misread,
    /// Read rightly, but the rule does not apply to these goods or papers.
    NotApplicable,
    /// There is a difference, too small to matter.
    WithinTolerance,
    /// There is a difference, and the trader has explained or mended it.
    Explained,
    /// The finding is a PASS, and there is a discrepancy that it missed.
    MissedDiscrepancy,
    /// See the note.
    Other,
}

/// What an officer says to a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Verdict {
    /// The finding is right; of an INDETERMINATE one, there is a discrepancy.
    Confirm,
    Dismiss {
        reason: DismissReason,
    },
    /// Values were misread; what stands on the paper is this.
    Correct {
        corrections: Vec<Correction>,
        /// Whether the finding holds with the right values.
        stands: bool,
    },
}

impl Verdict {
    pub fn kind(&self) -> VerdictKind {
        match self {
            Self::Confirm => VerdictKind::Confirm,
            Self::Dismiss { .. } => VerdictKind::Dismiss,
            Self::Correct { .. } => VerdictKind::Correct,
        }
    }

    /// Whether the finding was right.
    pub fn finding_is_right(&self) -> bool {
        match self {
            Self::Confirm => true,
            Self::Dismiss { .. } => false,
            Self::Correct { stands, .. } => *stands,
        }
    }

    pub fn corrections(&self) -> &[Correction] {
        match self {
            Self::Correct { corrections, .. } => corrections,
            Self::Confirm | Self::Dismiss { .. } => &[],
        }
    }

    /// Two officers need not dismiss for the same reason, but must mean the same.
    fn agrees_with(&self, other: &Self) -> bool {
        let values = |verdict: &Self| -> BTreeSet<(String, String, String)> {
            let corrections = verdict.corrections().iter();
            corrections
                .map(|c| (c.document.clone(), c.field.clone(), c.value.clone()))
                .collect()
        };
        self.kind() == other.kind()
            && self.finding_is_right() == other.finding_is_right()
            && values(self) == values(other)
    }
}

/// What stands on the paper in place of what was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Correction {
    /// Id of the document in the examination (`d1`).
    pub document: String,
    /// Key of the field, e.g. `total_amount`; `line_item[2].quantity` for a cell (rows from 1).
    pub field: String,
    /// As it stands on the paper.
    pub value: String,
    /// Where it stands.
    pub page_anchor: PageAnchor,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FindingVerdict {
    /// Index in the examination's findings.
    pub finding: u32,
    pub verdict: Verdict,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// All that one officer said to a task.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    pub officer: String,
    /// One for each finding of the task; none for a task without findings.
    pub verdicts: Vec<FindingVerdict>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub decided_at: Timestamp,
}

/// A decision that does not fit its task; the text names the finding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecisionProblem {
    #[error("finding {0} is not part of the task")]
    NotInTask(u32),
    #[error("finding {0} has two verdicts")]
    Twice(u32),
    #[error("finding {0} has no verdict")]
    Missing(u32),
    #[error("finding {0}: a correction without a corrected value")]
    NothingCorrected(u32),
    #[error("finding {0}: the reason OTHER needs a note")]
    OtherWithoutNote(u32),
    #[error("finding {finding}: {reason} is a reason to dismiss a PASS only")]
    NotAPass { finding: u32, reason: DismissReason },
    #[error("a task without findings needs a note that says what was done")]
    NoNote,
}

/// Where a task stands once officers have spoken.
#[derive(Clone, Debug, PartialEq)]
pub enum Standing {
    /// These verdicts are final.
    Final(Vec<FindingVerdict>),
    /// Another officer must speak: this many in all.
    NeedsOfficers(usize),
}

impl NewReviewTask {
    /// Whether the verdicts fit the task: one for each of its findings, each complete.
    pub fn check(
        &self,
        verdicts: &[FindingVerdict],
        note: Option<&str>,
    ) -> Result<(), DecisionProblem> {
        let mut judged = BTreeSet::new();
        for FindingVerdict {
            finding,
            verdict,
            note,
        } in verdicts
        {
            let item = self.items.iter().find(|item| item.finding == *finding);
            let item = item.ok_or(DecisionProblem::NotInTask(*finding))?;
            if !judged.insert(*finding) {
                return Err(DecisionProblem::Twice(*finding));
            }
            check_verdict(item, verdict, note.as_deref())?;
        }
        if let Some(item) = self.items.iter().find(|i| !judged.contains(&i.finding)) {
            return Err(DecisionProblem::Missing(item.finding));
        }
        match self.items.is_empty() && blank(note) {
            true => Err(DecisionProblem::NoNote),
            false => Ok(()),
        }
    }

    /// What the decisions so far come to. A second officer speaks where a verdict asks for one; where the
    /// two differ, what a third one says stands.
    pub fn standing(&self, decisions: &[Decision]) -> Standing {
        match decisions {
            [] => Standing::NeedsOfficers(1),
            [only] if self.asks_for_second(&only.verdicts) => Standing::NeedsOfficers(2),
            [first, second] if !agree(&first.verdicts, &second.verdicts) => {
                Standing::NeedsOfficers(3)
            }
            [.., last] => Standing::Final(last.verdicts.clone()),
        }
    }

    fn asks_for_second(&self, verdicts: &[FindingVerdict]) -> bool {
        verdicts.iter().any(|given| {
            let mut items = self.items.iter();
            let item = items.find(|item| item.finding == given.finding);
            item.is_some_and(|item| item.four_eyes.contains(&given.verdict.kind()))
        })
    }
}

fn check_verdict(
    item: &ReviewItem,
    verdict: &Verdict,
    note: Option<&str>,
) -> Result<(), DecisionProblem> {
    let finding = item.finding;
    match verdict {
        Verdict::Dismiss {
            reason: DismissReason::Other,
        } if blank(note) => Err(DecisionProblem::OtherWithoutNote(finding)),
        Verdict::Dismiss {
            reason: reason @ DismissReason::MissedDiscrepancy,
        } if item.outcome != Outcome::Pass => Err(DecisionProblem::NotAPass {
            finding,
            reason: *reason,
        }),
        Verdict::Correct { corrections, .. } if corrections.is_empty() => {
            Err(DecisionProblem::NothingCorrected(finding))
        }
        _ => Ok(()),
    }
}

fn blank(note: Option<&str>) -> bool {
    note.is_none_or(|note| note.trim().is_empty())
}

fn agree(first: &[FindingVerdict], second: &[FindingVerdict]) -> bool {
    first.iter().all(|one| {
        let mut others = second.iter();
        let other = others.find(|other| other.finding == one.finding);
        other.is_some_and(|other| one.verdict.agrees_with(&other.verdict))
    })
}

/// A finding that officers have judged for good: what confidences are fitted on and statistics count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedFinding {
    pub examination_id: String,
    pub rule_id: String,
    pub outcome: Outcome,
    pub severity: Severity,
    /// As the finding gave it, before any calibration, [0, 1].
    pub confidence: f32,
    pub verdict: VerdictKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<DismissReason>,
    /// Whether the finding was right.
    pub right: bool,
    #[serde(default)]
    pub sampled: bool,
    pub rule_pack: String,
    pub decided_at: Timestamp,
    /// The fields that the finding rests on, where the verdict says something about them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<JudgedField>,
}

/// Whether a field was read rightly.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct JudgedField {
    /// The key alone: `quantity` for `line_item[2].quantity`.
    pub key: String,
    /// As the reading gave it, [0, 1].
    pub confidence: f32,
    pub right: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Polygon;

    fn item(finding: u32, four_eyes: &[VerdictKind]) -> ReviewItem {
        ReviewItem {
            finding,
            rule_id: "E02".to_owned(),
            outcome: Outcome::Discrepancy,
            severity: Severity::High,
            calibrated_confidence: None,
            sampled: false,
            four_eyes: four_eyes.to_vec(),
        }
    }

    fn task(items: Vec<ReviewItem>) -> NewReviewTask {
        NewReviewTask {
            reason: ReviewReason::Findings,
            office: "documents".to_owned(),
            priority: 80,
            severity: Severity::High,
            due_hours: 4,
            hs_chapters: BTreeSet::new(),
            items,
            problem: None,
        }
    }

    fn on(finding: u32, verdict: Verdict) -> FindingVerdict {
        FindingVerdict {
            finding,
            verdict,
            note: None,
        }
    }

    fn dismissed(finding: u32) -> FindingVerdict {
        let reason = DismissReason::Explained;
        on(finding, Verdict::Dismiss { reason })
    }

    fn by(officer: &str, verdicts: &[FindingVerdict]) -> Decision {
        Decision {
            officer: officer.to_owned(),
            verdicts: verdicts.to_vec(),
            note: None,
            decided_at: Timestamp::UNIX_EPOCH,
        }
    }

    fn corrected(value: &str) -> FindingVerdict {
        let correction = Correction {
            document: "d1".to_owned(),
            field: "total_amount".to_owned(),
            value: value.to_owned(),
            page_anchor: PageAnchor {
                file: 0,
                page: 1,
                polygon: Polygon::default(),
            },
        };
        on(
            1,
            Verdict::Correct {
                corrections: vec![correction],
                stands: false,
            },
        )
    }

    #[test]
    fn every_finding_of_the_task_needs_one_whole_verdict() {
        let task = task(vec![item(1, &[]), item(4, &[])]);
        let check = |verdicts: &[FindingVerdict]| task.check(verdicts, None);
        assert_eq!(check(&[on(1, Verdict::Confirm), dismissed(4)]), Ok(()));
        assert_eq!(check(&[dismissed(1)]), Err(DecisionProblem::Missing(4)));
        assert_eq!(
            check(&[dismissed(1), dismissed(2)]),
            Err(DecisionProblem::NotInTask(2))
        );
        assert_eq!(
            check(&[dismissed(1), dismissed(1)]),
            Err(DecisionProblem::Twice(1))
        );
        let other = on(
            1,
            Verdict::Dismiss {
                reason: DismissReason::Other,
            },
        );
        assert_eq!(check(&[other]), Err(DecisionProblem::OtherWithoutNote(1)));
        let missed = on(
            1,
            Verdict::Dismiss {
                reason: DismissReason::MissedDiscrepancy,
            },
        );
        assert_eq!(
            check(&[missed]).expect_err("no pass").to_string(),
            "finding 1: MISSED_DISCREPANCY is a reason to dismiss a PASS only"
        );
    }

    #[test]
    fn a_task_without_findings_needs_a_note() {
        let task = task(Vec::new());
        assert_eq!(task.check(&[], Some(" ")), Err(DecisionProblem::NoNote));
        assert_eq!(task.check(&[], Some("asked for a new scan")), Ok(()));
    }

    #[test]
    fn a_second_officer_speaks_where_the_verdict_asks_for_it() {
        let task = task(vec![item(1, &[VerdictKind::Dismiss])]);
        let confirmed = [on(1, Verdict::Confirm)];
        let standing = task.standing(&[by("a", &confirmed)]);
        assert_eq!(standing, Standing::Final(confirmed.to_vec()));
        let first = by("a", &[dismissed(1)]);
        assert_eq!(
            task.standing(std::slice::from_ref(&first)),
            Standing::NeedsOfficers(2)
        );
        // Another reason, but the same meaning.
        let reason = DismissReason::NotApplicable;
        let second = by("b", &[on(1, Verdict::Dismiss { reason })]);
        let standing = task.standing(&[first, second.clone()]);
        assert_eq!(standing, Standing::Final(second.verdicts));
    }

    #[test]
    fn where_two_officers_differ_the_third_has_the_last_word() {
        let task = task(vec![item(1, &[VerdictKind::Correct])]);
        let (first, second) = (by("a", &[corrected("12")]), by("b", &[corrected("13")]));
        let both = [first.clone(), second.clone()];
        assert_eq!(task.standing(&both), Standing::NeedsOfficers(3));
        let third = by("c", &[on(1, Verdict::Confirm)]);
        let standing = task.standing(&[first, second, third.clone()]);
        assert_eq!(standing, Standing::Final(third.verdicts));
    }

    #[test]
    fn verdicts_are_stored_with_their_codes() {
        let json = serde_json::to_string(&dismissed(3)).expect("plain data");
        assert_eq!(
            json,
            r#"{"finding":3,"verdict":{"kind":"DISMISS","reason":"EXPLAINED"}}"#
        );
        let again: FindingVerdict = serde_json::from_str(&json).expect("read back");
        assert_eq!(again, dismissed(3));
    }
}
