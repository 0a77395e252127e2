//! `docexam train letters`: the letters of the line reader from lines of print.

use crate::exit::Done;
use anyhow::{Context, bail};
use clap::Args;
use docexam_corpus::label::PrintedLine;
use docexam_letters::{Line, TrainOptions};
use docexam_ocr::{LineNetwork, OcrConfig};
use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

#[derive(Args)]
pub struct Arguments {
    /// Lines to learn from (JSON lines of `docexam corpus lines`)
    #[arg(long, required = true, value_name = "FILE")]
    lines: Vec<PathBuf>,
    /// Lines to measure on
    #[arg(long, required = true, value_name = "FILE")]
    validation: Vec<PathBuf>,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Folder of all models: the network that sees the lines is there
    #[arg(long, default_value = "models", value_name = "DIR")]
    models: PathBuf,
    #[arg(long, default_value_t = TrainOptions::default().steps)]
    steps: usize,
    #[arg(long, default_value_t = TrainOptions::default().lines_per_step)]
    lines_per_step: usize,
    #[arg(long, default_value_t = TrainOptions::default().learning_rate)]
    learning_rate: f64,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[arg(long, default_value_t = 1, value_name = "N")]
    threads: usize,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let file = OcrConfig::with_models(&arguments.models).line_model;
    let file = file.context("there is no line reader")?;
    let networks: Vec<LineNetwork> = (0..arguments.threads.max(1))
        .map(|_| LineNetwork::load(&file))
        .collect::<Result<_, _>>()?;
    let lines = looked_at(&arguments.lines, &networks)?;
    let validation = looked_at(&arguments.validation, &networks)?;
    let options = TrainOptions {
        seed: arguments.seed,
        steps: arguments.steps,
        lines_per_step: arguments.lines_per_step,
        learning_rate: arguments.learning_rate,
        threads: arguments.threads,
        ..TrainOptions::default()
    };
    let bar = bar(options.steps as u64, "steps")?;
    if let Some(folder) = arguments.out.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    }
    let report = docexam_letters::train(
        &lines,
        &validation,
        networks[0].digest(),
        &arguments.out,
        &options,
        &mut |progress| {
            bar.set_position(progress.step as u64);
            bar.set_message(format!("loss {:.4}", progress.loss));
            if let Some(right) = progress.right {
                bar.suspend(|| {
                    eprintln!(
                        "step {}: loss {:.4}, {:.2} % of validation lines right",
                        progress.step,
                        progress.loss,
                        100.0 * right
                    );
                });
            }
        },
    )?;
    bar.finish_and_clear();
    println!(
        "{}: {} letters from {} lines; {:.2} % of {} validation lines right",
        arguments.out.display(),
        report.letters,
        report.lines,
        100.0 * report.right,
        validation.len()
    );
    Ok(Done::Complete)
}

/// The lines as the network sees them, one copy of it for each thread.
fn looked_at(files: &[PathBuf], networks: &[LineNetwork]) -> anyhow::Result<Vec<Line>> {
    let mut printed = Vec::new();
    for file in files {
        printed.extend(read(file)?);
    }
    let bar = bar(printed.len() as u64, "lines looked at")?;
    let share = printed.len().div_ceil(networks.len().max(1)).max(1);
    let parts = networks.par_iter().zip(printed.par_chunks(share));
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(networks.len())
        .build()?;
    let look = parts.map(|(network, part)| {
        let look = |line: &PrintedLine| {
            bar.inc(1);
            Some(Line {
                features: network.features(&line.pixels()?)?,
                text: line.text.clone(),
            })
        };
        part.iter().filter_map(look).collect()
    });
    let found: Vec<Vec<Line>> = threads.install(|| look.collect());
    bar.finish_and_clear();
    let lines: Vec<Line> = found.into_iter().flatten().collect();
    match lines.is_empty() {
        true => {
            let files: Vec<String> = files
                .iter()
                .map(|file| file.display().to_string())
                .collect();
            bail!("{}: no lines of print", files.join(", "))
        }
        false => Ok(lines),
    }
}

fn read(path: &Path) -> anyhow::Result<Vec<PrintedLine>> {
    let file = std::fs::File::open(path).with_context(|| format!("{}", path.display()))?;
    let lines = BufReader::new(file).lines().enumerate();
    lines
        .map(|(number, line)| {
            let place = || format!("{} line {}", path.display(), number + 1);
            let line = line.with_context(place)?;
            serde_json::from_str(&line).with_context(place)
        })
        .collect()
}

fn bar(length: u64, of: &str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template(&format!(
        "{{pos}}/{{len}} {of} {{bar:30}} {{eta}} left {{msg}}"
    ))?;
    Ok(ProgressBar::new(length).with_style(style))
}
