//! `docexam eval checks`: which planted errors the rules report, and what they report where nothing is wrong.

use super::{Measured, TruthSet, of_each};
use crate::commands::reading::cancel_on_interrupt;
use crate::exit::Done;
use crate::input;
use crate::output::{self, Format, checks};
use anyhow::Context;
use clap::Args;
use docexam_domain::Examination;
use docexam_evaluation::ChecksResult;
use docexam_evaluation::truth::{Declared, TruthCase};
use docexam_pipeline::{Examiner, Readings, Submission};
use indicatif::ProgressBar;
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
    let checker = Checker {
        kept: kept.as_ref().map(|kept| kept as &dyn Readings),
        examiner: &examiner,
        cancelled: &cancelled,
        max_file_bytes,
        bar: measured.start(&mut sets),
    };
    let Some(results) = of_each(sets, |set| checker.check(set))? else {
        return Ok(Done::Interrupted);
    };
    checker.bar.finish_and_clear();
    match measured.format {
        Format::Text => print!("{}", checks::text(&results)),
        Format::Json => output::print_json(&results)?,
    }
    let all_read = results.iter().all(|result| result.problems.is_empty());
    Ok(Done::when(all_read))
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
    bar: ProgressBar,
}

impl Checker<'_> {
    /// Examines all cases of a set and counts what is found.
    fn check(&self, set: TruthSet) -> anyhow::Result<ChecksResult> {
        let mut result = ChecksResult::new(set.name);
        for case in set.cases {
            self.bar.set_message(case.name.clone());
            let examination = self.examine(&case)?;
            let planted = &declared(&case)?.planted;
            result.add(&case.name, planted, &examination.findings);
            let unread = output::unread(&examination).into_iter();
            let named = unread.map(|problem| format!("{}: {problem}", case.name));
            result.problems.extend(named);
            self.bar.inc(1);
        }
        Ok(result)
    }

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
