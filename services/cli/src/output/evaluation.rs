//! The result of an evaluation as tables for people.

use comfy_table::{Cell, CellAlignment, Table};
use docexam_evaluation::{Calibration, CountFigure, FieldFigure, Figure, Figures, SetResult};
use std::fmt::Write;

/// One block for each set: what was measured, the figures, the fields, what could not be read.
pub fn text(results: &[SetResult]) -> String {
    let mut out = String::new();
    for result in results {
        let values = result.truth_values;
        let _ = writeln!(
            out,
            "{}: {} cases, {} documents on {} pages; {} true values, {} more not printed, {} left out",
            result.name,
            result.cases,
            result.documents,
            result.pages,
            values.counted,
            values.not_printed,
            values.ignored
        );
        let _ = writeln!(out, "{}", figures(result));
        let _ = writeln!(out, "{}", fields(result));
        if let Some(calibration) = &result.reader.calibration {
            let _ = writeln!(out, "{}", bins(calibration));
        }
        for problem in &result.problems {
            let _ = writeln!(out, "not read, or not in full: {problem}");
        }
        out.push('\n');
    }
    out
}

fn figures(result: &SetResult) -> Table {
    let mut table = table();
    let readers = readers(result);
    let mut head = vec![String::new()];
    head.extend(readers.iter().map(|(name, _)| (*name).to_owned()));
    table.set_header(head);
    let mut row = |name: &str, of: &dyn Fn(&Figures) -> String| {
        let mut cells = vec![Cell::new(name)];
        let figures = readers.iter().map(|(_, figures)| right(of(figures)));
        cells.extend(figures);
        table.add_row(cells);
    };
    row("header fields: F1", &|f| share(f.header.f1));
    row("header fields: precision / recall", &|f| both(&f.header));
    row("line-item cells: F1", &|f| share(f.line_items.f1));
    row("line-item cells: precision / recall", &|f| {
        both(&f.line_items)
    });
    row("page class right", &|f| count(&f.page_classes));
    row("bundle split exact", &|f| count(&f.bundles_exact));
    row("documents found", &|f| count(&f.documents_found));
    let of_calibration = |figures: &Figures, of: fn(&Calibration) -> f64| {
        share(figures.calibration.as_ref().map(of))
    };
    row("calibration error (ECE)", &|f| {
        of_calibration(f, |calibration| calibration.ece)
    });
    row("coverage at 95 % precision", &|f| {
        of_calibration(f, |calibration| calibration.coverage_at_95_precision)
    });
    if let Some(timing) = &result.timing {
        let others = match timing.threads {
            1 => String::new(),
            threads => format!(" ({threads} threads: too high)"),
        };
        for (stage, time) in [
            ("decode", timing.decode_ms),
            ("read", timing.read_ms),
            ("extract", timing.extract_ms),
        ] {
            let mut cells = vec![
                Cell::new(format!("CPU ms a page, {stage}: median / mean{others}")),
                right(format!("{:.0} / {:.0}", time.median, time.mean)),
            ];
            cells.resize_with(1 + readers.len(), || right(String::new()));
            table.add_row(cells);
        }
    }
    table
}

fn readers(result: &SetResult) -> Vec<(&'static str, &Figures)> {
    let baseline = result.baseline.as_ref().map(|f| ("Baseline", f));
    std::iter::once(("Reader", &result.reader))
        .chain(baseline)
        .collect()
}

fn fields(result: &SetResult) -> Table {
    let mut table = table();
    let mut head = vec!["Field", "True", "Precision", "Recall", "F1"];
    if result.baseline.is_some() {
        head.extend(["Baseline precision", "recall", "F1"]);
    }
    table.set_header(head);
    let parts: [(&str, Part); 2] = [
        ("", |figures| &figures.header_fields),
        ("line_item.", |figures| &figures.cell_fields),
    ];
    for (prefix, part) in parts {
        for field in part(&result.reader) {
            let tally = field.figure.tally;
            let mut cells = vec![
                Cell::new(format!("{prefix}{}", field.key)),
                right((tally.right + tally.missed).to_string()),
            ];
            cells.extend(three(Some(&field.figure)));
            if let Some(baseline) = &result.baseline {
                let same = part(baseline).iter().find(|other| other.key == field.key);
                cells.extend(three(same.map(|field| &field.figure)));
            }
            table.add_row(cells);
        }
    }
    table
}

/// The header fields or the cells.
type Part = fn(&Figures) -> &Vec<FieldFigure>;

fn bins(calibration: &Calibration) -> Table {
    let mut table = table();
    table.set_header(["Confidence (mean of the bin)", "Share right", "Values"]);
    for bin in &calibration.bins {
        table.add_row([
            right(format!("{:.3}", bin.mean_confidence)),
            right(format!("{:.3}", bin.share_right)),
            right(bin.values.to_string()),
        ]);
    }
    table
}

fn three(figure: Option<&Figure>) -> [Cell; 3] {
    let of = |value: fn(&Figure) -> Option<f64>| right(share(figure.and_then(value)));
    [
        of(|figure| figure.precision),
        of(|figure| figure.recall),
        of(|figure| figure.f1),
    ]
}

fn both(figure: &Figure) -> String {
    format!("{} / {}", share(figure.precision), share(figure.recall))
}

fn count(figure: &CountFigure) -> String {
    let count = figure.count;
    format!("{} ({} of {})", share(figure.share), count.right, count.of)
}

/// Three decimals; a dash where there was nothing to measure.
fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "–".to_owned(), |share| format!("{share:.3}"))
}

pub fn right(text: impl Into<String>) -> Cell {
    Cell::new(text.into()).set_alignment(CellAlignment::Right)
}

/// Without lines between the rows: there are many.
pub fn table() -> Table {
    let mut table = super::table();
    table.load_style(comfy_table::presets::UTF8_FULL_CONDENSED);
    table
}
