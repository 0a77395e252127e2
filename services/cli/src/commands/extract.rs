//! `docexam extract`: the documents and their fields, without a declaration.

use crate::exit::Done;
use crate::input::{self, ReadingOptions};
use crate::output::{self, Format};
use clap::Args;
use docexam_pipeline::Submission;
use std::path::PathBuf;

/// Read documents and print their fields and line items
#[derive(Args)]
pub struct Arguments {
    /// PDF, TIFF, PNG or JPEG files, or folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    #[command(flatten)]
    reading: ReadingOptions,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let config = arguments.reading.config()?;
    let files = input::files(&arguments.files, config.limits.max_file_bytes)?;
    let submission = Submission {
        files,
        ..Submission::default()
    };
    let Some(examination) = super::reading::examine(config, &submission)? else {
        return Ok(Done::Interrupted);
    };
    match arguments.format {
        Format::Text => print!("{}", output::fields::text(&examination)),
        Format::Json => output::print_json(&examination)?,
    }
    Ok(Done::of(&examination))
}
