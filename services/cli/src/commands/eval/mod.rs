//! `docexam eval`: how well documents are read and errors in them found, against truth.

mod checks;
mod fields;

use crate::exit::Done;
use crate::input::ReadingOptions;
use crate::kept::KeptReadings;
use crate::output::Format;
use clap::{Args, Subcommand};
use docexam_evaluation::truth::{self, TruthCase};
use docexam_pipeline::{Examiner, PipelineError};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::{Path, PathBuf};

/// Measure how well documents are read and examined
#[derive(Subcommand)]
pub enum Command {
    Fields(fields::Arguments),
    Checks(checks::Arguments),
}

pub fn run(command: &Command) -> anyhow::Result<Done> {
    match command {
        Command::Fields(arguments) => fields::run(arguments),
        Command::Checks(arguments) => checks::run(arguments),
    }
}

/// What is measured, and how it is read.
#[derive(Args)]
struct Measured {
    /// Folders of documents with their truth, or label files; each is a set of its own
    #[arg(long, required = true, num_args = 1.., value_name = "DIR")]
    truth: Vec<PathBuf>,
    /// Only the first N cases of each set
    #[arg(long, value_name = "N")]
    limit: Option<usize>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Keep what is read in this folder, and do not read again what is there: to measure another model on the
    /// same readings. Take an empty folder after a change of the reader's code
    #[arg(long, value_name = "DIR")]
    keep_readings: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingOptions,
}

/// A folder of truth.
struct TruthSet {
    name: String,
    cases: Vec<TruthCase>,
}

impl Measured {
    /// All sets, with all of their cases. Truth is loaded before anything is read: a mistake in it shows at once.
    fn sets(&self) -> anyhow::Result<Vec<TruthSet>> {
        let set = |path: &PathBuf| {
            Ok(TruthSet {
                name: set_name(path),
                cases: truth::load(path)?,
            })
        };
        self.truth.iter().map(set).collect()
    }

    /// Leaves the cases that are to be measured; returns the bar of their progress.
    fn start(&self, sets: &mut [TruthSet]) -> ProgressBar {
        for set in &mut *sets {
            set.cases.truncate(self.limit.unwrap_or(usize::MAX));
        }
        bar(sets.iter().map(|set| set.cases.len()).sum())
    }

    fn kept(&self, examiner: &Examiner) -> Option<KeptReadings> {
        let folder = self.keep_readings.as_deref()?;
        Some(KeptReadings::new(folder, &examiner.reader_digest()))
    }
}

/// What is measured of each set; `None` when the user interrupted.
fn of_each<T>(
    sets: Vec<TruthSet>,
    measure: impl FnMut(TruthSet) -> anyhow::Result<T>,
) -> anyhow::Result<Option<Vec<T>>> {
    let measured: anyhow::Result<Vec<T>> = sets.into_iter().map(measure).collect();
    match measured {
        Err(error) if matches!(error.downcast_ref(), Some(PipelineError::Cancelled)) => Ok(None),
        other => other.map(Some),
    }
}

fn set_name(path: &Path) -> String {
    let canonical = path.canonicalize();
    let path = canonical.as_deref().unwrap_or(path);
    path.file_stem()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

fn bar(cases: usize) -> ProgressBar {
    let bar = ProgressBar::new(cases as u64);
    // The template is a constant; if it were wrong the plain bar would do.
    if let Ok(style) =
        ProgressStyle::with_template("{pos}/{len} cases {bar:30} {elapsed}, {eta} left {msg}")
    {
        bar.set_style(style);
    }
    bar
}
