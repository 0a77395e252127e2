//! From the result of a command to the exit code of the process.

use docexam_domain::Examination;
use std::process::ExitCode;

/// How a command that ran to its end went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Complete,
    /// Some files or pages could not be read; the rest is in the output.
    Partial,
    /// The service was busy and nothing was accepted; try again later (`EX_TEMPFAIL`).
    Busy,
    Interrupted,
    /// What another process of this program ended with; it has said why.
    Code(u8),
}

impl Done {
    pub fn of(examination: &Examination) -> Self {
        let problem = examination.pages.iter().any(|page| page.problem.is_some());
        Self::when(!problem && examination.problems.is_empty())
    }

    /// By whether all files and pages could be read.
    pub fn when(all_read: bool) -> Self {
        match all_read {
            true => Self::Complete,
            false => Self::Partial,
        }
    }
}

pub fn code(result: anyhow::Result<Done>) -> ExitCode {
    match result {
        Ok(Done::Complete) => ExitCode::SUCCESS,
        Ok(Done::Partial) => ExitCode::from(3),
        Ok(Done::Busy) => ExitCode::from(75),
        Ok(Done::Interrupted) => ExitCode::from(130),
        Ok(Done::Code(code)) => ExitCode::from(code),
        Err(error) => {
            eprintln!("docexam: {error:#}");
            ExitCode::FAILURE
        }
    }
}
