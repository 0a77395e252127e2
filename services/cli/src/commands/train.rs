//! `docexam train`: the layout model from labelled pages, and the token table from a sentence encoder.

use crate::exit::Done;
use anyhow::bail;
use clap::{Args, Subcommand};
use docexam_layout::{DistilOptions, TrainOptions, TrainProgress};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

/// Train the layout model
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    training: Training,
}

#[derive(Subcommand)]
enum Command {
    /// Distil the token table from a multilingual sentence encoder (see models/layout/fetch-encoder.sh)
    Distil {
        /// `e5-small-q4.bin`
        #[arg(long, value_name = "FILE")]
        encoder: PathBuf,
        /// Words that become entries of their own
        #[arg(
            long,
            default_value = "models/layout/trade-words.txt",
            value_name = "FILE"
        )]
        trade_words: PathBuf,
        #[arg(long, default_value = "models/layout/weights", value_name = "DIR")]
        out: PathBuf,
    },
}

#[derive(Args)]
struct Training {
    /// Training pages (JSON lines of `docexam corpus label`)
    #[arg(long, value_name = "FILE")]
    train: Vec<PathBuf>,
    /// Pages to choose the best step by and to fit confidences on
    #[arg(long, value_name = "FILE")]
    validation: Vec<PathBuf>,
    /// Folder of the token table
    #[arg(long, default_value = "models/layout/weights", value_name = "DIR")]
    tokens: PathBuf,
    /// Weights folder to write
    #[arg(long, default_value = "models/layout/weights", value_name = "DIR")]
    out: PathBuf,
    /// Folder for checkpoints
    #[arg(long, default_value = ".checkpoints", value_name = "DIR")]
    checkpoints: PathBuf,
    /// Go on from the last checkpoint
    #[arg(long)]
    resume: bool,
    #[arg(long, default_value_t = TrainOptions::default().steps)]
    steps: usize,
    #[arg(long, default_value_t = TrainOptions::default().pages_per_step)]
    pages_per_step: usize,
    #[arg(long, default_value_t = TrainOptions::default().learning_rate)]
    learning_rate: f32,
    #[arg(long, default_value_t = TrainOptions::default().evaluate_every, value_name = "STEPS")]
    evaluate_every: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 1, value_name = "N")]
    threads: usize,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    match &arguments.command {
        Some(Command::Distil {
            encoder,
            trade_words,
            out,
        }) => distil(DistilOptions::new(
            encoder.clone(),
            trade_words.clone(),
            out.clone(),
        )),
        None => train(&arguments.training),
    }
}

fn distil(options: DistilOptions) -> anyhow::Result<Done> {
    let bar = ProgressBar::new(0);
    let report = docexam_layout::distil(&options, &mut |done, of| {
        bar.set_length(of as u64);
        bar.set_position(done as u64);
    })?;
    bar.finish_and_clear();
    let kept = report.explained_variance * 100.0;
    println!("{} pieces, {kept:.1} % of the variance kept", report.pieces);
    Ok(Done::Complete)
}

fn train(arguments: &Training) -> anyhow::Result<Done> {
    if arguments.train.is_empty() || arguments.validation.is_empty() {
        bail!("training needs --train FILE and --validation FILE");
    }
    let options = TrainOptions {
        train: arguments.train.clone(),
        validation: arguments.validation.clone(),
        tokens: arguments.tokens.clone(),
        output: arguments.out.clone(),
        checkpoints: arguments.checkpoints.clone(),
        resume: arguments.resume,
        steps: arguments.steps,
        pages_per_step: arguments.pages_per_step,
        learning_rate: arguments.learning_rate,
        evaluate_every: arguments.evaluate_every,
        seed: arguments.seed,
        threads: arguments.threads,
        ..TrainOptions::default()
    };
    let bar = ProgressBar::new(options.steps as u64);
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} steps {bar:30} {eta} left {msg}") {
        bar.set_style(style);
    }
    let report = docexam_layout::train(&options, &mut |progress| show(&bar, progress))?;
    bar.finish_and_clear();
    println!("{}", serde_json::to_string_pretty(&report)?);
    Ok(Done::Complete)
}

fn show(bar: &ProgressBar, progress: &TrainProgress) {
    bar.set_position(progress.step as u64);
    bar.set_message(format!("loss {:.4}", progress.loss));
    if let Some(evaluation) = &progress.evaluation {
        bar.println(format!(
            "step {}: loss {:.4}, {evaluation:?}",
            progress.step, progress.loss
        ));
    }
}
