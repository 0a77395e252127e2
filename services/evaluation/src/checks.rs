//! How well errors are found: the findings on documents in which errors were planted, and on documents without.

use crate::truth::PlantedError;
use docexam_domain::{Finding, Outcome};
use serde::Serialize;
use std::collections::BTreeMap;

/// The result of examining a set, as it is printed and as machines read it.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ChecksResult {
    /// The folder's name.
    pub name: String,
    pub cases: usize,
    /// Cases without an error.
    pub clean_cases: usize,
    /// Clean cases with a discrepancy: traders who are held up for nothing.
    pub clean_cases_held_up: usize,
    pub total: PlantedFigure,
    /// By the rule that the error breaks.
    pub rules: BTreeMap<String, PlantedFigure>,
    /// Errors that were not reported as a discrepancy.
    pub unreported: Vec<CaseFinding>,
    /// Discrepancies on clean cases.
    pub false_on_clean: Vec<CaseFinding>,
    /// Discrepancies on cases with errors, by rules that none of them breaks: false, or consequences of an error.
    pub beside: Vec<CaseFinding>,
    /// Files and pages that could not be read.
    pub problems: Vec<String>,
}

/// Planted errors by what was said of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PlantedFigure {
    pub planted: u64,
    /// As a discrepancy.
    pub reported: u64,
    /// As `INDETERMINATE`: an officer looks at it all the same.
    pub indeterminate: u64,
}

/// Something said, or not said, of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseFinding {
    pub case: String,
    pub rule_id: String,
    /// What the rule says; of an error that it says nothing of, the error.
    pub explanation: String,
}

impl ChecksResult {
    pub fn new(name: String) -> Self {
        Self {
            name,
            ..Self::default()
        }
    }

    /// Counts a case. An error counts as reported when the rule that it breaks has a discrepancy, wherever in the
    /// case: rules report an error once for each document that shows it.
    pub fn add(&mut self, case: &str, planted: &[PlantedError], findings: &[Finding]) {
        self.cases += 1;
        for error in planted {
            self.add_planted(case, error, findings);
        }
        let discrepancies = findings
            .iter()
            .filter(|finding| finding.outcome == Outcome::Discrepancy);
        let unplanted: Vec<CaseFinding> = discrepancies
            .filter(|finding| !planted.iter().any(|error| error.rule_id == finding.rule_id))
            .map(|finding| said(case, finding))
            .collect();
        if planted.is_empty() {
            self.clean_cases += 1;
            self.clean_cases_held_up += usize::from(!unplanted.is_empty());
            self.false_on_clean.extend(unplanted);
        } else {
            self.beside.extend(unplanted);
        }
    }

    fn add_planted(&mut self, case: &str, error: &PlantedError, findings: &[Finding]) {
        let with = |outcome: Outcome| {
            findings
                .iter()
                .find(|finding| finding.rule_id == error.rule_id && finding.outcome == outcome)
        };
        let reported = with(Outcome::Discrepancy).is_some();
        let doubted = with(Outcome::Indeterminate).filter(|_| !reported);
        if !reported {
            self.unreported
                .push(doubted.map_or_else(|| unsaid(case, error), |finding| said(case, finding)));
        }
        let of_rule = self.rules.entry(error.rule_id.clone()).or_default();
        for figure in [of_rule, &mut self.total] {
            figure.planted += 1;
            figure.reported += u64::from(reported);
            figure.indeterminate += u64::from(doubted.is_some());
        }
    }
}

fn said(case: &str, finding: &Finding) -> CaseFinding {
    CaseFinding {
        case: case.to_owned(),
        rule_id: finding.rule_id.clone(),
        explanation: finding.explanation.clone(),
    }
}

fn unsaid(case: &str, error: &PlantedError) -> CaseFinding {
    CaseFinding {
        case: case.to_owned(),
        rule_id: error.rule_id.clone(),
        explanation: error.what.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::{Severity, Sha256Digest};

    fn finding(rule_id: &str, outcome: Outcome) -> Finding {
        Finding {
            rule_id: rule_id.to_owned(),
            outcome,
            severity: Severity::High,
            explanation: format!("says {rule_id}"),
            observed: Vec::new(),
            expected: None,
            tolerance: None,
            confidence: 1.0,
            not_checked_reason: None,
            rule_pack: "pack@1".to_owned(),
            rule_pack_digest: Sha256Digest::of(b"pack"),
            legal_reference: None,
        }
    }

    fn error(rule_id: &str) -> PlantedError {
        PlantedError {
            rule_id: rule_id.to_owned(),
            what: format!("wrong for {rule_id}"),
        }
    }

    #[test]
    fn errors_are_reported_doubted_or_missed() {
        let mut result = ChecksResult::new("set".to_owned());
        let planted = ["E02", "D01", "F01"].map(error);
        let findings = [
            finding("E02", Outcome::Indeterminate),
            finding("E02", Outcome::Discrepancy),
            finding("D01", Outcome::Indeterminate),
            finding("F01", Outcome::Pass),
            finding("H01", Outcome::Discrepancy),
        ];
        result.add("a", &planted, &findings);
        let figure = |planted, reported, indeterminate| PlantedFigure {
            planted,
            reported,
            indeterminate,
        };
        assert_eq!(result.total, figure(3, 1, 1));
        assert_eq!(result.rules["E02"], figure(1, 1, 0));
        assert_eq!(result.rules["D01"], figure(1, 0, 1));
        assert_eq!(result.rules["F01"], figure(1, 0, 0));
        let texts = |findings: &[CaseFinding]| -> Vec<String> {
            findings.iter().map(|it| it.explanation.clone()).collect()
        };
        assert_eq!(texts(&result.unreported), ["says D01", "wrong for F01"]);
        assert_eq!(texts(&result.beside), ["says H01"]);
        assert_eq!((result.clean_cases, result.clean_cases_held_up), (0, 0));
    }

    #[test]
    fn a_clean_case_is_held_up_once_however_much_is_said() {
        let mut result = ChecksResult::new("set".to_owned());
        let twice = [
            finding("E02", Outcome::Discrepancy),
            finding("H01", Outcome::Discrepancy),
        ];
        result.add("a", &[], &twice);
        result.add("b", &[], &[finding("E02", Outcome::Indeterminate)]);
        assert_eq!((result.clean_cases, result.clean_cases_held_up), (2, 1));
        assert_eq!(result.false_on_clean.len(), 2);
        assert_eq!(result.beside, []);
    }
}
