//! `docexam train`: the layout model from labelled pages, the token table from a sentence encoder, one model of
//! several, and the letters of the line reader (`train_letters`).

use super::train_letters;
use crate::exit::Done;
use anyhow::bail;
use clap::{Args, Subcommand};
use docexam_layout::{DistilOptions, NetworkSize, TrainDevice, TrainOptions, TrainProgress};
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
    /// Make one model of several that were trained apart, on the same labels: what they say is averaged
    Join {
        /// Weights folders, two or more
        #[arg(required = true, num_args = 2.., value_name = "DIR")]
        weights: Vec<PathBuf>,
        /// Weights folder to write; its calibration is to be fitted anew
        #[arg(long, value_name = "DIR")]
        out: PathBuf,
    },
    /// Train the letters of the line reader on lines of print (see `docexam corpus lines`)
    Letters(train_letters::Arguments),
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
    /// Officers' corrections (JSON lines of `docexam feedback export`): train the weights in --tokens further on
    /// them, among the pages of --train. Takes fewer steps and a lower rate than training from nothing
    #[arg(long, value_name = "FILE")]
    from: Vec<PathBuf>,
    /// [default: 4000, 400 with --from]
    #[arg(long)]
    steps: Option<usize>,
    /// End after this step, to go on with --resume; the weights so far are written
    #[arg(long, value_name = "STEP")]
    stop_at: Option<usize>,
    #[arg(long, default_value_t = TrainOptions::default().pages_per_step)]
    pages_per_step: usize,
    /// [default: 0.002, 0.0003 with --from]
    #[arg(long)]
    learning_rate: Option<f32>,
    #[arg(long, default_value_t = TrainOptions::default().evaluate_every, value_name = "STEPS")]
    evaluate_every: usize,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// On the CPU they share the pages of a step; for a GPU they prepare the steps ahead of it
    #[arg(long, default_value_t = 1, value_name = "N")]
    threads: usize,
    /// `cuda` is the first GPU of NVIDIA's, for a program built with `--features cuda`
    #[arg(long, default_value = "cpu", value_name = "cpu|cuda")]
    device: TrainDevice,
    #[arg(long, default_value_t = TrainOptions::default().dropout, value_name = "SHARE")]
    dropout: f32,
    #[arg(long, default_value_t = TrainOptions::default().warm_up_steps, value_name = "STEPS")]
    warm_up_steps: usize,
    /// Length of a word's vector; a multiple of --heads
    #[arg(long, default_value_t = NetworkSize::default().width)]
    width: usize,
    #[arg(long, default_value_t = NetworkSize::default().layers)]
    layers: usize,
    #[arg(long, default_value_t = NetworkSize::default().heads)]
    heads: usize,
    #[arg(long, default_value_t = NetworkSize::default().feed_forward)]
    feed_forward: usize,
    /// Do not give words the heading of their column (to measure what it brings)
    #[arg(long)]
    no_headings: bool,
}

/// Of further training on corrections: enough to move, too little to forget.
const FURTHER_STEPS: usize = 400;
const FURTHER_RATE: f32 = 3e-4;

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
        Some(Command::Join { weights, out }) => {
            println!("{}", docexam_layout::join(weights, out)?);
            Ok(Done::Complete)
        }
        Some(Command::Letters(arguments)) => train_letters::run(arguments),
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
    let further = !arguments.from.is_empty();
    if (arguments.train.is_empty() && !further) || arguments.validation.is_empty() {
        bail!("training needs --train FILE (or --from FILE) and --validation FILE");
    }
    let defaults = TrainOptions::default();
    let (steps, rate) = match further {
        true => (FURTHER_STEPS, FURTHER_RATE),
        false => (defaults.steps, defaults.learning_rate),
    };
    let options = TrainOptions {
        train: [arguments.train.clone(), arguments.from.clone()].concat(),
        start: further.then(|| arguments.tokens.clone()),
        validation: arguments.validation.clone(),
        tokens: arguments.tokens.clone(),
        output: arguments.out.clone(),
        checkpoints: arguments.checkpoints.clone(),
        resume: arguments.resume,
        steps: arguments.steps.unwrap_or(steps),
        stop_at: arguments.stop_at,
        pages_per_step: arguments.pages_per_step,
        learning_rate: arguments.learning_rate.unwrap_or(rate),
        evaluate_every: arguments.evaluate_every,
        seed: arguments.seed,
        threads: arguments.threads,
        device: arguments.device,
        dropout: arguments.dropout,
        warm_up_steps: arguments.warm_up_steps,
        size: NetworkSize {
            width: arguments.width,
            layers: arguments.layers,
            heads: arguments.heads,
            feed_forward: arguments.feed_forward,
            headings: !arguments.no_headings,
            ..NetworkSize::default()
        },
        ..defaults
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
