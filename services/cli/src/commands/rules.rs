//! `docexam rules`: checking a rule pack before it is used.

use crate::exit::Done;
use anyhow::bail;
use clap::{Args, Subcommand};
use docexam_checks::{PackProblem, RulePack};
use std::path::PathBuf;

/// Check a rule pack
#[derive(Subcommand)]
pub enum Command {
    /// Find unknown rules, bad dates, gaps, overlaps and conditions that do not compile
    Lint(Pack),
    /// Run the pack's own tests
    Test(Pack),
}

#[derive(Args)]
pub struct Pack {
    /// Folder of the pack
    #[arg(default_value = "models/rules/wco-baseline", value_name = "DIR")]
    pack: PathBuf,
    /// Folder of the nomenclature
    #[arg(long, default_value = "models/nomenclature/data", value_name = "DIR")]
    nomenclature: PathBuf,
}

pub fn run(command: &Command) -> anyhow::Result<Done> {
    match command {
        Command::Lint(arguments) => {
            let pack = load(arguments)?;
            verdict(&pack, &pack.lint())
        }
        Command::Test(arguments) => {
            let pack = load(arguments)?;
            let problems = pack.run_tests()?;
            verdict(&pack, &problems)
        }
    }
}

fn load(arguments: &Pack) -> anyhow::Result<RulePack> {
    Ok(RulePack::load(&arguments.pack, &arguments.nomenclature)?)
}

fn verdict(pack: &RulePack, problems: &[PackProblem]) -> anyhow::Result<Done> {
    for problem in problems {
        println!("{problem}");
    }
    if !problems.is_empty() {
        bail!("{} has {} problems", pack.name(), problems.len());
    }
    println!("{} {}: no problems", pack.name(), pack.digest());
    Ok(Done::Complete)
}
