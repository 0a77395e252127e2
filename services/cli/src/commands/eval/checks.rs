//! `docexam eval checks`: which planted errors the rules report, and what they report where nothing is wrong.

use super::{Measured, TruthSet};
use crate::commands::reading::cancel_on_interrupt;
use crate::exit::Done;
use crate::input;
use crate::output::{self, Format, checks};
use anyhow::Context;
use clap::Args;
use docexam_domain::Examination;
use docexam_evaluation::ChecksResult;
use docexam_evaluation::truth::{Declared, TruthCase};
use docexam_pipeline::{Examiner, PipelineError, Readings, Submission};
use std::sync::atomic::AtomicBool;

/// Count planted errors that are found, and discrepancies where there is no error
///
/// A folder of truth holds cases of `docexam corpus generate` or `docexam corpus sample`, with their declarations. An
/// error counts as reported when the rule that it breaks says DISCREPANCY.
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    measured: Measured,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let measured = &arguments.measured;
    let config = measured.reading.config()?;
    let max_file_bytes = config.limits.max_file_bytes;
    let mut sets = measured.sets()?;
    for case in sets.iter().flat_map(|set| &set.cases) {
        declared(case)?;
    }
    let cancelled = cancel_on_interrupt()?;
    let examiner = Examiner::new(config)?;
    let kept = measured.kept(&examiner);
    let bar = measured.start(&mut sets);
    let checker = Checker {
        examiner: &examiner,
        kept: kept.as_ref().map(|kept| kept as &dyn Readings),
        cancelled: &cancelled,
        max_file_bytes,
    };
    let mut results = Vec::new();
    for TruthSet { name, cases } in sets {
        let mut result = ChecksResult::new(name);
        for case in cases {
            bar.set_message(case.name.clone());
            match checker.examine(&case) {
                Err(error) if matches!(error.downcast_ref(), Some(PipelineError::Cancelled)) => {
                    return Ok(Done::Interrupted);
                }
                examination => {
                    let examination = examination?;
                    let planted = &declared(&case)?.planted;
                    result.add(&case.name, planted, &examination.findings);
                    let unread = output::unread(&examination).into_iter();
                    let named = unread.map(|problem| format!("{}: {problem}", case.name));
                    result.problems.extend(named);
                }
            }
            bar.inc(1);
        }
        results.push(result);
    }
    bar.finish_and_clear();
    match measured.format {
        Format::Text => print!("{}", checks::text(&results)),
        Format::Json => output::print_json(&results)?,
    }
    let all_read = results.iter().all(|result| result.problems.is_empty());
    Ok(if all_read {
        Done::Complete
    } else {
        Done::Partial
    })
}

fn declared(case: &TruthCase) -> anyhow::Result<&Declared> {
    case.declared.as_ref().with_context(|| {
        format!("{}: its truth names no declaration and no planted errors (expected truth.json and declaration.json in one folder)", case.name)
    })
}

struct Checker<'a> {
    examiner: &'a Examiner,
    kept: Option<&'a dyn Readings>,
    cancelled: &'a AtomicBool,
    max_file_bytes: u64,
}

impl Checker<'_> {
    fn examine(&self, case: &TruthCase) -> anyhow::Result<Examination> {
        let submission = Submission {
            declaration: Some(input::declaration(&declared(case)?.declaration)?),
            files: input::files(&case.files, self.max_file_bytes)?,
            ..Submission::default()
        };
        self.examiner
            .examine_keeping(&submission, self.kept, &|_| (), self.cancelled)
            .with_context(|| case.name.clone())
    }
}
