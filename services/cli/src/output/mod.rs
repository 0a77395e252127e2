//! What a user sees: tables and JSON on standard output, progress on standard error, the HTML report.

pub mod batch;
pub mod checks;
pub mod differences;
pub mod errors;
pub mod evaluation;
mod evidence;
pub mod fields;
pub mod findings;
mod html;
pub mod progress;
pub mod report;
pub mod wire;

use clap::ValueEnum;
use docexam_domain::{Examination, PageStatus};
use serde::Serialize;
use std::io::Write;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// A table for people
    Text,
    /// The contract's JSON for programs
    Json,
}

/// Writes an examination, or another result, as indented JSON with a line end.
pub fn print_json(result: &impl Serialize) -> anyhow::Result<()> {
    let mut json = serde_json::to_string_pretty(result)?;
    json.push('\n');
    std::io::stdout().lock().write_all(json.as_bytes())?;
    Ok(())
}

/// Table width: the terminal's, else 140 columns so that piped output does not depend on a terminal.
pub fn table() -> comfy_table::Table {
    let mut table = comfy_table::Table::new();
    table
        .load_style(comfy_table::presets::UTF8_HORIZONTAL_ONLY)
        .set_content_arrangement(comfy_table::ContentArrangement::Dynamic);
    if !table.is_tty() {
        table.set_width(140);
    }
    table
}

/// Files and pages that could not be read, or not in full, one line each; empty when all were.
pub fn unread(examination: &Examination) -> Vec<String> {
    let files = examination
        .problems
        .iter()
        .map(|problem| format!("not read: {}", problem.problem));
    let pages = examination.pages.iter().filter_map(|page| {
        let problem = page.problem.as_ref()?;
        let what = if page.status == PageStatus::Failed {
            "not read"
        } else {
            "doubtful"
        };
        Some(format!("{what}: {problem}"))
    });
    files.chain(pages).collect()
}
