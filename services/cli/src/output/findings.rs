//! The findings as a table for people: what does not agree first, then what could not be judged.

use super::evidence;
use docexam_domain::{Examination, Finding, Outcome};
use std::fmt::Write;

/// Values shown for a finding before the rest is only counted: a table row should stay readable.
const MAX_VALUES: usize = 4;

/// The table, the pages that could not be read, and a line of totals.
pub fn text(examination: &Examination, all: bool) -> String {
    let mut out = String::new();
    let shown = shown(examination, all);
    if !shown.is_empty() {
        let _ = writeln!(out, "{}", table(examination, &shown));
    }
    for problem in super::unread(examination) {
        let _ = writeln!(out, "{problem}");
    }
    let _ = writeln!(out, "{}", totals(examination));
    out
}

/// Discrepancies, most severe first, then what is indeterminate; with `all` everything else too.
fn shown(examination: &Examination, all: bool) -> Vec<&Finding> {
    let mut shown: Vec<&Finding> = examination
        .findings
        .iter()
        .filter(|finding| {
            all || matches!(
                finding.outcome,
                Outcome::Discrepancy | Outcome::Indeterminate
            )
        })
        .collect();
    shown.sort_by_key(|finding| (rank(finding.outcome), std::cmp::Reverse(finding.severity)));
    shown
}

fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Discrepancy => 0,
        Outcome::Indeterminate => 1,
        Outcome::NotChecked => 2,
        Outcome::Pass => 3,
    }
}

fn table(examination: &Examination, findings: &[&Finding]) -> comfy_table::Table {
    let mut table = super::table();
    table.set_header([
        "Rule",
        "Outcome",
        "Document says",
        "Declaration says",
        "Where",
        "Finding",
    ]);
    for finding in findings {
        table.add_row([
            format!("{}\n{}", finding.rule_id, finding.severity),
            finding.outcome.to_string().replace('_', " "),
            evidence::says(finding, MAX_VALUES),
            evidence::declared(finding),
            evidence::places(examination, finding).join("\n"),
            finding.explanation.clone(),
        ]);
    }
    table
}

fn totals(examination: &Examination) -> String {
    let count = |outcome| {
        examination
            .findings
            .iter()
            .filter(|f| f.outcome == outcome)
            .count()
    };
    format!(
        "{}: {} documents on {} pages; {} discrepancies, {} indeterminate, {} passed, {} not checked",
        examination.declaration_id,
        examination.documents.len(),
        examination.pages.len(),
        count(Outcome::Discrepancy),
        count(Outcome::Indeterminate),
        count(Outcome::Pass),
        count(Outcome::NotChecked),
    )
}
