//! `docexam examine`: a declaration and its documents, examined in this process.

use crate::exit::Done;
use crate::input::{self, ReadingOptions};
use crate::output::{self, Format, report};
use clap::Args;
use docexam_pipeline::Submission;
use std::path::PathBuf;

/// Examine documents against their declaration and list the discrepancies
#[derive(Args)]
pub struct Arguments {
    /// The declaration, as JSON
    #[arg(long, value_name = "FILE")]
    declaration: PathBuf,
    /// PDF, TIFF, PNG or JPEG files, or folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// List passed and unchecked rules too
    #[arg(long)]
    all: bool,
    /// Write an HTML report with the pages and the evidence on them
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingOptions,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let config = arguments.reading.config()?;
    let limits = config.limits.clone();
    let submission = Submission {
        declaration: Some(input::declaration(&arguments.declaration)?),
        files: input::files(&arguments.files, limits.max_file_bytes)?,
        ..Submission::default()
    };
    let Some(examination) = super::reading::examine(config, &submission)? else {
        return Ok(Done::Interrupted);
    };
    match arguments.format {
        Format::Text => print!("{}", output::findings::text(&examination, arguments.all)),
        Format::Json => output::print_json(&examination)?,
    }
    if let Some(path) = &arguments.report {
        report::write(path, &examination, &submission.files, &limits)?;
    }
    Ok(Done::of(&examination))
}
