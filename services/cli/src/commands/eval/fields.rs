//! `docexam eval fields`: what is read from documents, against truth.

use super::{Measured, TruthSet, of_each};
use crate::commands::reading::cancel_on_interrupt;
use crate::exit::Done;
use crate::input;
use crate::kept::KeptReadings;
use crate::output::errors::{self, CaseFiles};
use crate::output::{self, Format, evaluation};
use anyhow::Context;
use clap::Args;
use docexam_evaluation::corrections::{self, Correction};
use docexam_evaluation::truth::TruthCase;
use docexam_evaluation::{
    Figures, PageTime, Score, SetResult, TruthValues, baseline, printed, scanned, score, timing,
};
use docexam_extract::{Calibration, Observation};
use docexam_intake::Limits;
use docexam_pipeline::{Event, Examiner, Extraction, InputFile, Readings, Submission};
use indicatif::ProgressBar;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// Score fields, line items, page classes and bundles of documents with truth
///
/// A folder of truth is any of: cases of `docexam corpus generate`; documents with a label file or flat
/// invoices (.json) or a Factur-X / ZUGFeRD invoice (.xml) beside them; receipts as images/ and keys/. A label
/// file may also be named itself. Values are compared after normalisation; what is not printed on the
/// page, and keys that partial truth does not speak of, do not count.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    measured: Measured,
    /// Wrong truth put right, with reasons (TOML)
    #[arg(long, value_name = "FILE")]
    corrections: Vec<PathBuf>,
    /// Measure the captions-and-regexes extractor beside the reader
    #[arg(long)]
    baseline: bool,
    /// Read every PDF as if it had been printed and scanned, without its text layer
    #[arg(long, value_name = "DPI", num_args = 0..=1, default_missing_value = "200", value_parser = clap::value_parser!(u32).range(72..=400))]
    as_scans: Option<u32>,
    /// Fit the calibration of the model's weights on these sets, which must not be those it is measured on, and
    /// write it beside them. The figures printed are those before
    #[arg(long)]
    calibrate: bool,
    /// Write an HTML page that shows each error on its page
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let measured = &arguments.measured;
    let config = measured.reading.config()?;
    let (limits, threads) = (config.limits.clone(), config.threads);
    let weights = config.layout_weights();
    if arguments.calibrate {
        Calibration::remove(&weights)?;
    }
    let mut sets = measured.sets()?;
    correct(&mut sets, &arguments.corrections)?;
    let cancelled = cancel_on_interrupt()?;
    let examiner = Examiner::new(config)?;
    let evaluator = Evaluator {
        arguments,
        limits,
        threads,
        kept: measured.kept(&examiner),
        examiner,
        cancelled: &cancelled,
        bar: measured.start(&mut sets),
    };
    let Some(evaluated) = of_each(sets, |set| evaluator.evaluate(set))? else {
        return Ok(Done::Interrupted);
    };
    let mut results = Vec::new();
    let mut shown = Vec::new();
    let mut observations = Vec::new();
    for (result, files, observed) in evaluated {
        results.push(result);
        shown.push(files);
        observations.extend(observed);
    }
    evaluator.bar.finish_and_clear();
    match measured.format {
        Format::Text => print!("{}", evaluation::text(&results)),
        Format::Json => output::print_json(&results)?,
    }
    if arguments.calibrate {
        Calibration::fit(&observations).write(&weights)?;
        eprintln!(
            "calibrated on {} values: {}",
            observations.len(),
            weights.display()
        );
    }
    if let Some(path) = &arguments.report {
        errors::write(path, &results, &shown, &evaluator.limits)?;
    }
    let all_read = results.iter().all(|result| result.problems.is_empty());
    Ok(Done::when(all_read))
}

/// Applies the corrections to the sets.
fn correct(sets: &mut [TruthSet], files: &[PathBuf]) -> anyhow::Result<()> {
    let corrections: Vec<Vec<Correction>> = files
        .iter()
        .map(|path| corrections::load(path))
        .collect::<Result<_, _>>()?;
    let corrections = corrections.concat();
    let mut applied = 0;
    for case in sets.iter_mut().flat_map(|set| &mut set.cases) {
        applied += corrections::apply(case, &corrections)?;
    }
    if applied < corrections.len() {
        let rest = corrections.len() - applied;
        eprintln!(
            "{rest} of {} corrections are for documents of no set",
            corrections.len()
        );
    }
    Ok(())
}

struct Evaluator<'a> {
    arguments: &'a Arguments,
    limits: Limits,
    threads: usize,
    kept: Option<KeptReadings>,
    examiner: Examiner,
    cancelled: &'a AtomicBool,
    bar: ProgressBar,
}

impl Evaluator<'_> {
    /// Reads and scores all cases of a set; returns the files too, for the report, and what a calibration is
    /// fitted on.
    fn evaluate(
        &self,
        set: TruthSet,
    ) -> anyhow::Result<(SetResult, Vec<CaseFiles>, Vec<Observation>)> {
        let mut reader = Score::default();
        let mut plain = Score::default();
        let mut values = TruthValues::default();
        let mut times = Vec::new();
        let (mut problems, mut shown) = (Vec::new(), Vec::new());
        let mut observations = Vec::new();
        let (mut pages, mut documents) = (0, 0);
        let count = set.cases.len();
        for mut case in set.cases {
            self.bar.set_message(case.name.clone());
            let files = input::files(&case.files, self.limits.max_file_bytes)?;
            self.leave_out_unprinted(&mut case, &files)?;
            let (extraction, case_times) = self.read(&case, self.as_submitted(&files)?)?;
            let of_case = score(&case, &extraction.documents);
            let judged = of_case.judged.iter();
            observations.extend(judged.map(|value| value.observation(&extraction.readings)));
            reader.add(of_case);
            if self.arguments.baseline {
                plain.add(score(&case, &baseline::documents(&extraction.readings)));
            }
            values.add(&case);
            times.extend(case_times);
            problems.extend(problems_of(&case, &extraction));
            pages += extraction.readings.len();
            documents += case.documents.len();
            shown.push(CaseFiles {
                case: case.name,
                files,
            });
            self.bar.inc(1);
        }
        let result = SetResult {
            name: set.name,
            cases: count,
            pages,
            documents,
            truth_values: values,
            reader: Figures::of(&reader, true),
            baseline: self.arguments.baseline.then(|| Figures::of(&plain, false)),
            timing: timing(&times, self.threads),
            problems,
            errors: reader.errors,
        };
        Ok((result, shown, observations))
    }

    fn leave_out_unprinted(&self, case: &mut TruthCase, files: &[InputFile]) -> anyhow::Result<()> {
        if !case.may_be_unprinted {
            return Ok(());
        }
        let opened: Result<Vec<_>, _> = files
            .iter()
            .map(|file| docexam_intake::open(&file.name, file.bytes.clone(), &self.limits))
            .collect();
        printed::leave_out_unprinted(case, &opened?);
        Ok(())
    }

    /// The files as the reader gets them.
    fn as_submitted(&self, files: &[InputFile]) -> anyhow::Result<Vec<InputFile>> {
        let Some(dpi) = self.arguments.as_scans else {
            return Ok(files.to_vec());
        };
        let submitted = files.iter().map(|file| {
            if !file.bytes.starts_with(b"%PDF") {
                return Ok(file.clone());
            }
            Ok(InputFile {
                name: file.name.clone(),
                bytes: scanned(&file.name, &file.bytes, dpi, &self.limits)?,
            })
        });
        submitted.collect()
    }

    fn read(
        &self,
        case: &TruthCase,
        files: Vec<InputFile>,
    ) -> anyhow::Result<(Extraction, Vec<PageTime>)> {
        let costs = Mutex::new(Vec::new());
        let submission = Submission {
            files,
            ..Submission::default()
        };
        let observe = |event: Event| {
            if let (Event::PageRead { cost, .. }, Ok(mut costs)) = (event, costs.lock()) {
                costs.push(cost);
            }
        };
        let kept = self.kept.as_ref().map(|kept| kept as &dyn Readings);
        let extraction = self
            .examiner
            .extract(&submission, kept, &observe, self.cancelled)
            .with_context(|| case.name.clone())?;
        let milliseconds = |time: Duration| time.as_secs_f64() * 1000.0;
        let costs = costs.into_inner().unwrap_or_default();
        let assemble = milliseconds(extraction.assembly) / costs.len().max(1) as f64;
        let times = costs
            .iter()
            .map(|cost| PageTime {
                decode: milliseconds(cost.decode),
                read: milliseconds(cost.read),
                tag: milliseconds(cost.tag),
                assemble,
            })
            .collect();
        Ok((extraction, times))
    }
}

fn problems_of(case: &TruthCase, extraction: &Extraction) -> Vec<String> {
    let files = extraction.problems.iter().map(|problem| &problem.problem);
    let pages = extraction
        .readings
        .iter()
        .filter_map(|page| page.problem.as_ref());
    files
        .chain(pages)
        .map(|problem| format!("{}: {problem}", case.name))
        .collect()
}
