//! What one rule says about one thing, before the pack's name, severity and digest are stamped on it.
//!
//! Deliberately absent: rule id, severity of the rule, legal reference; `examine` knows those.

use crate::judge::Judgement;
use crate::seen::Seen;
use docexam_domain::{Expected, Observed, Outcome, Severity};

#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub outcome: Outcome,
    pub explanation: String,
    pub observed: Vec<Observed>,
    pub expected: Option<Expected>,
    pub tolerance: Option<String>,
    /// [0, 1]; the weakest reading used bounds it, because readings of one page err together.
    pub confidence: f32,
    /// Replaces the rule's own severity.
    pub severity: Option<Severity>,
    /// Replaces the rule's own legal reference (rows of decision tables carry theirs).
    pub legal_reference: Option<String>,
}

/// A rule that cannot judge ends early with this: `NOT_CHECKED` or `INDETERMINATE`.
pub type Unable = Box<Verdict>;
/// What every rule returns.
pub type Checked = Result<Vec<Verdict>, Unable>;

impl Verdict {
    fn new(outcome: Outcome, explanation: impl Into<String>) -> Self {
        Self {
            outcome,
            explanation: explanation.into(),
            observed: Vec::new(),
            expected: None,
            tolerance: None,
            confidence: 1.0,
            severity: None,
            legal_reference: None,
        }
    }

    pub fn pass(explanation: impl Into<String>) -> Self {
        Self::new(Outcome::Pass, explanation)
    }

    pub fn discrepancy(explanation: impl Into<String>) -> Self {
        Self::new(Outcome::Discrepancy, explanation)
    }

    pub fn indeterminate(explanation: impl Into<String>) -> Self {
        Self::new(Outcome::Indeterminate, explanation)
    }

    /// `reason` names the missing input: "the declaration has no acceptance date".
    pub fn not_checked(reason: impl Into<String>) -> Self {
        Self::new(Outcome::NotChecked, reason)
    }

    /// `differs` says both values; what makes the evidence weak is added to it.
    pub fn of(judgement: Judgement, agrees: String, differs: String) -> Self {
        match judgement {
            Judgement::Agrees => Self::pass(agrees),
            Judgement::Differs => Self::discrepancy(differs),
            Judgement::Doubtful(reason) => Self::indeterminate(format!("{differs} {reason}")),
        }
    }

    /// Adds evidence, and lowers the confidence to the weakest reading.
    pub fn seen<'a>(mut self, evidence: impl IntoIterator<Item = Seen<'a>>) -> Self {
        for seen in evidence {
            self.confidence = self.confidence.min(seen.confidence());
            self.observed.push(seen.observed());
        }
        self
    }

    pub fn expected(mut self, pointer: Option<String>, value: impl ToString) -> Self {
        self.expected = Some(Expected {
            declaration_pointer: pointer,
            value: value.to_string(),
        });
        self
    }

    pub fn tolerance(mut self, tolerance: impl ToString) -> Self {
        self.tolerance = Some(tolerance.to_string());
        self
    }

    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = Some(severity);
        self
    }

    pub fn legal_reference(mut self, reference: &str) -> Self {
        if !reference.is_empty() {
            self.legal_reference = Some(reference.to_owned());
        }
        self
    }

    pub fn into_unable(self) -> Unable {
        Box::new(self)
    }
}

/// Ends a rule because an input is missing.
pub fn not_checked<T>(reason: impl Into<String>) -> Result<T, Unable> {
    Err(Verdict::not_checked(reason).into_unable())
}

/// Ends a rule because its evaluation failed: never a pass.
pub fn failed(reason: impl Into<String>) -> Unable {
    Verdict::indeterminate(reason).into_unable()
}

/// One verdict per comparison, folded: all passes into one, all missing inputs into one, deviations that
/// rest on the same evidence into one, the rest as they are. Keeps a list of a hundred rows readable.
pub fn folded(verdicts: impl IntoIterator<Item = Result<Verdict, Unable>>) -> Vec<Verdict> {
    let mut others = Vec::new();
    let mut passes = Vec::new();
    let mut missing = Vec::new();
    for verdict in verdicts {
        let verdict = verdict.unwrap_or_else(|unable| *unable);
        match verdict.outcome {
            Outcome::Pass => passes.push(verdict),
            Outcome::NotChecked => missing.push(verdict),
            _ => deviate(&mut others, verdict),
        }
    }
    let folded_passes = fold(passes, "comparisons agree");
    let folded_missing = fold(missing, "comparisons lack an input");
    folded_passes
        .into_iter()
        .chain(others)
        .chain(folded_missing)
        .collect()
}

/// One printed country that contradicts five items is one thing to look at, not five.
fn deviate(others: &mut Vec<Verdict>, verdict: Verdict) {
    let same = others.iter_mut().find(|other| {
        !verdict.observed.is_empty()
            && (other.outcome, &other.observed, &other.expected)
                == (verdict.outcome, &verdict.observed, &verdict.expected)
    });
    match same {
        Some(other) => {
            other.explanation = format!("{} {}", other.explanation, verdict.explanation);
        }
        None => others.push(verdict),
    }
}

/// How many texts of folded verdicts are repeated; the evidence of all is kept.
const TEXTS_SHOWN: usize = 3;

fn fold(verdicts: Vec<Verdict>, what: &str) -> Option<Verdict> {
    let count = verdicts.len();
    let mut texts: Vec<String> = Vec::new();
    for verdict in &verdicts {
        if !texts.contains(&verdict.explanation) {
            texts.push(verdict.explanation.clone());
        }
    }
    let mut verdicts = verdicts.into_iter();
    let mut first = verdicts.next()?;
    for verdict in verdicts {
        first.confidence = first.confidence.min(verdict.confidence);
        for observed in verdict.observed {
            if !first.observed.contains(&observed) {
                first.observed.push(observed);
            }
        }
        if first.expected != verdict.expected {
            first.expected = None;
        }
        if first.tolerance != verdict.tolerance {
            first.tolerance = None;
        }
    }
    if texts.len() > 1 {
        let more = texts.len().saturating_sub(TEXTS_SHOWN);
        let shown = texts[..texts.len().min(TEXTS_SHOWN)].join(" ");
        first.explanation = match more {
            0 => shown,
            _ => format!("{count} {what}. {shown} And {more} more."),
        };
    }
    Some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passes_fold_and_discrepancies_stay() {
        let verdicts = folded([
            Ok(Verdict::pass("Row 1 agrees.")),
            Err(Verdict::not_checked("row 2 has no price").into_unable()),
            Ok(Verdict::discrepancy("Row 3 differs.")),
            Ok(Verdict::pass("Row 4 agrees.")),
        ]);
        let outcomes: Vec<_> = verdicts.iter().map(|verdict| verdict.outcome).collect();
        assert_eq!(
            outcomes,
            [Outcome::Pass, Outcome::Discrepancy, Outcome::NotChecked]
        );
        assert_eq!(verdicts[0].explanation, "Row 1 agrees. Row 4 agrees.");
    }

    #[test]
    fn deviations_on_the_same_evidence_are_one() {
        let differs = |item: u32, page: &str| {
            let mut verdict = Verdict::discrepancy(format!("Item {item} differs."));
            verdict.observed.push(Observed {
                field: "country_of_origin".to_owned(),
                value: "FR".to_owned(),
                document: page.to_owned(),
                page_anchor: None,
            });
            Ok(verdict.expected(None, "KR"))
        };
        let verdicts = folded([differs(1, "d1"), differs(2, "d1"), differs(2, "d4")]);
        assert_eq!(verdicts.len(), 2);
        assert_eq!(verdicts[0].explanation, "Item 1 differs. Item 2 differs.");
    }
}
