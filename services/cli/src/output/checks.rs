//! Which planted errors were found, as tables for people.

use super::evaluation::{right, table};
use comfy_table::{Cell, Table};
use docexam_evaluation::{CaseFinding, ChecksResult, PlantedFigure};
use std::fmt::Write;

/// One block for each set: the figures by rule, then what was missed and what is false, a line each.
pub fn text(results: &[ChecksResult]) -> String {
    let mut out = String::new();
    for result in results {
        let _ = writeln!(
            out,
            "{}: {} cases, {} of them without errors; {} of {} planted errors reported, {} clean cases held up",
            result.name,
            result.cases,
            result.clean_cases,
            result.total.reported,
            result.total.planted,
            result.clean_cases_held_up
        );
        if result.total.planted > 0 {
            let _ = writeln!(out, "{}", figures(result));
        }
        list(&mut out, "not reported", &result.unreported);
        list(&mut out, "false, on a clean case", &result.false_on_clean);
        list(&mut out, "beside planted errors", &result.beside);
        for problem in &result.problems {
            let _ = writeln!(out, "{problem}");
        }
        out.push('\n');
    }
    out
}

fn figures(result: &ChecksResult) -> Table {
    let mut table = table();
    table.set_header(["Rule", "Planted", "Reported", "Indeterminate", "Missed"]);
    let rules = result
        .rules
        .iter()
        .map(|(id, figure)| (id.as_str(), figure));
    for (name, figure) in rules.chain([("all", &result.total)]) {
        table.add_row(row(name, *figure));
    }
    table
}

fn row(name: &str, figure: PlantedFigure) -> Vec<Cell> {
    let missed = figure.planted - figure.reported - figure.indeterminate;
    let counts = [
        figure.planted,
        figure.reported,
        figure.indeterminate,
        missed,
    ];
    let counts = counts.into_iter().map(|count| right(count.to_string()));
    std::iter::once(Cell::new(name)).chain(counts).collect()
}

fn list(out: &mut String, what: &str, findings: &[CaseFinding]) {
    for finding in findings {
        let CaseFinding {
            case,
            rule_id,
            explanation,
        } = finding;
        let _ = writeln!(out, "{what}: {case} {rule_id}: {explanation}");
    }
}
