//! The program `docexam`: one binary that examines, serves, trains and verifies.
//!
//! Standard output carries data only; progress and logs go to standard error.
//! Exit codes: 0 done, 1 fatal, 2 usage, 3 some pages or files failed, 75 busy, 130 interrupted.

mod commands;
mod exit;
mod input;
mod kept;
mod learning;
mod output;
mod single_thread;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Reads the documents behind a customs declaration and lists what does not agree, with the place on
/// the page that shows it.
#[derive(Parser)]
#[command(name = "docexam", version, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Examine(commands::examine::Arguments),
    Extract(commands::extract::Arguments),
    Serve(commands::serve::Arguments),
    Submit(commands::submit::Arguments),
    Health(commands::health::Arguments),
    #[command(subcommand)]
    Review(commands::review::Command),
    #[command(subcommand)]
    Feedback(commands::feedback::Command),
    Calibrate(commands::calibrate::Arguments),
    Stats(commands::stats::Arguments),
    #[command(subcommand)]
    Audit(commands::audit::Command),
    #[command(subcommand)]
    Store(commands::store::Command),
    #[command(subcommand)]
    Batch(commands::batch::Command),
    #[command(subcommand)]
    Rules(commands::rules::Command),
    #[command(subcommand)]
    Nomenclature(commands::nomenclature::Command),
    #[command(subcommand)]
    Corpus(commands::corpus::Command),
    Train(commands::train::Arguments),
    #[command(subcommand)]
    Eval(commands::eval::Command),
}

fn main() -> ExitCode {
    single_thread::ensure();
    let arguments = Arguments::parse();
    start_logging();
    let result = match arguments.command {
        Command::Examine(arguments) => commands::examine::run(&arguments),
        Command::Extract(arguments) => commands::extract::run(&arguments),
        Command::Serve(arguments) => commands::serve::run(arguments),
        Command::Submit(arguments) => commands::submit::run(&arguments),
        Command::Health(arguments) => commands::health::run(&arguments),
        Command::Review(command) => commands::review::run(&command),
        Command::Feedback(command) => commands::feedback::run(&command),
        Command::Calibrate(arguments) => commands::calibrate::run(&arguments),
        Command::Stats(arguments) => commands::stats::run(&arguments),
        Command::Audit(command) => commands::audit::run(command),
        Command::Store(command) => commands::store::run(&command),
        Command::Batch(command) => commands::batch::run(&command),
        Command::Rules(command) => commands::rules::run(&command),
        Command::Nomenclature(command) => commands::nomenclature::run(&command),
        Command::Corpus(command) => commands::corpus::run(&command),
        Command::Train(arguments) => commands::train::run(&arguments),
        Command::Eval(command) => commands::eval::run(&command),
    };
    exit::code(result)
}

/// Logs go to standard error; `DOCEXAM_LOG` chooses (`info`, `docexam_server=debug`), default warnings.
fn start_logging() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DOCEXAM_LOG").unwrap_or_else(|_| {
        tracing_subscriber::EnvFilter::new(
            "error,docexam=warn,docexam_server=info,docexam_store=warn",
        )
    });
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
}
