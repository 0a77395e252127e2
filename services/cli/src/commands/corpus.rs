//! `docexam corpus`: invented consignments for training, tests and samples.

use crate::exit::Done;
use crate::input::ReaderOptions;
use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use docexam_corpus::label::{LabelOptions, LineOptions, label_corpus, line_corpus, receipts};
use docexam_corpus::{GenerateOptions, Split, generate, golden, sample};
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;

/// Generate trade documents with their truth
#[derive(Subcommand)]
pub enum Command {
    /// Write training pages (JSON lines): documents typeset, captured, read and labelled.
    /// Stop and start it as you like: it continues the file
    Label(Label),
    /// Write lines of print with their texts (JSON lines), which `docexam train letters` learns from.
    /// Without --languages, every other document is in any language of training
    Lines(Lines),
    /// Write training pages from receipts that others labelled (SROIE: boxes/NAME.csv, keys/NAME.json)
    Receipts(Receipts),
    /// Write consignments as files: documents, declaration, truth and planted errors
    Generate(Generate),
    /// Write a consignment like corpus/sample: a scanned PDF, a multi-page TIFF and a photograph
    Sample(Sample),
    /// Write the small consignments of corpus/golden anew, with the digests of their files
    Golden(Golden),
}

/// What documents are drawn from.
#[derive(Args)]
struct Drawn {
    /// Splits differ in layouts, companies and goods
    #[arg(long, value_enum, default_value_t = SplitName::Train)]
    split: SplitName,
    /// Languages of the documents, e.g. de,fr; sv and ro only with --split test.
    /// Without it, those of training that fit the seller
    #[arg(long, value_delimiter = ',', value_name = "LIST")]
    languages: Vec<String>,
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Args)]
pub struct Golden {
    #[arg(long, default_value = "corpus/golden", value_name = "DIR")]
    out: PathBuf,
    /// Consignments
    #[arg(long, default_value_t = 30, value_name = "N")]
    count: u64,
}

#[derive(Args)]
pub struct Receipts {
    /// Folder with `boxes` and `keys`
    #[arg(long, value_name = "DIR")]
    from: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
pub struct Lines {
    /// The file to write, some 3 MB for 10 documents
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Documents, with about 60 lines each
    #[arg(long, value_name = "N")]
    count: u64,
    #[command(flatten)]
    drawn: Drawn,
    #[arg(long, default_value_t = 1, value_name = "N")]
    threads: usize,
}

#[derive(Args)]
pub struct Generate {
    /// Folder that receives a folder for each case
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Consignments
    #[arg(long, default_value_t = GenerateOptions::default().count, value_name = "N")]
    count: u64,
    #[command(flatten)]
    drawn: Drawn,
    /// Share of cases with planted errors, 0 to 1
    #[arg(long, default_value_t = GenerateOptions::default().share_planted, value_name = "SHARE")]
    share_planted: f64,
    /// Share of files that are scans or photographs, 0 to 1
    #[arg(long, default_value_t = GenerateOptions::default().share_captured, value_name = "SHARE")]
    share_captured: f64,
}

#[derive(Args)]
pub struct Sample {
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    #[arg(long, value_enum, default_value_t = SplitName::Test)]
    split: SplitName,
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Plant no errors
    #[arg(long)]
    clean: bool,
}

#[derive(Args)]
pub struct Label {
    /// The file to write or continue
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// Documents in the finished file
    #[arg(long, value_name = "N")]
    count: u64,
    #[command(flatten)]
    drawn: Drawn,
    #[arg(long, default_value_t = 1, value_name = "N")]
    threads: usize,
    /// Share of documents that are really captured and read (about a second a page), 0 to 1
    #[arg(long, default_value_t = 0.5, value_name = "SHARE")]
    share_ocr: f64,
    /// Share of the other documents that enter as clean text layers, 0 to 1
    #[arg(long, default_value_t = 0.3, value_name = "SHARE")]
    share_text_layer: f64,
    /// Variants, misread by the fitted error model, of each remaining document
    #[arg(long, default_value_t = 2, value_name = "N")]
    variants: u32,
    #[command(flatten)]
    reader: ReaderOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum SplitName {
    Train,
    Validation,
    Test,
}

pub fn run(command: &Command) -> anyhow::Result<Done> {
    match command {
        Command::Label(arguments) => label(arguments),
        Command::Lines(arguments) => lines(arguments),
        Command::Generate(arguments) => cases(arguments),
        Command::Receipts(arguments) => labelled_receipts(arguments),
        Command::Sample(arguments) => {
            sample(
                &arguments.out,
                split(arguments.split),
                arguments.seed,
                !arguments.clean,
            )?;
            Ok(Done::Complete)
        }
        Command::Golden(arguments) => {
            let bar = ProgressBar::new(arguments.count);
            golden(&arguments.out, arguments.count, &|done| {
                bar.set_position(done)
            })?;
            bar.finish_and_clear();
            Ok(Done::Complete)
        }
    }
}

fn labelled_receipts(arguments: &Receipts) -> anyhow::Result<Done> {
    let pages = receipts(&arguments.from)?;
    let lines: Result<Vec<String>, _> = pages.iter().map(serde_json::to_string).collect();
    std::fs::write(&arguments.out, lines?.join("\n") + "\n")
        .with_context(|| format!("{}", arguments.out.display()))?;
    println!("{} receipts", pages.len());
    Ok(Done::Complete)
}

fn cases(arguments: &Generate) -> anyhow::Result<Done> {
    check_shares([arguments.share_planted, arguments.share_captured])?;
    let options = GenerateOptions {
        seed: arguments.drawn.seed,
        count: arguments.count,
        split: split(arguments.drawn.split),
        languages: arguments.drawn.languages.clone(),
        out: arguments.out.clone(),
        share_planted: arguments.share_planted,
        share_captured: arguments.share_captured,
        ..GenerateOptions::default()
    };
    let bar = ProgressBar::new(arguments.count);
    let pages = generate(&options, &|progress| bar.set_position(progress.cases))?;
    bar.finish_and_clear();
    println!("{} cases, {pages} pages", arguments.count);
    Ok(Done::Complete)
}

fn lines(arguments: &Lines) -> anyhow::Result<Done> {
    let options = LineOptions {
        seed: arguments.drawn.seed,
        count: arguments.count,
        split: split(arguments.drawn.split),
        languages: arguments.drawn.languages.clone(),
        out: arguments.out.clone(),
        threads: arguments.threads,
    };
    let bar = ProgressBar::new(arguments.count);
    let lines = line_corpus(&options, &|done| bar.set_position(done))?;
    bar.finish_and_clear();
    println!("{lines} lines of {} documents", arguments.count);
    Ok(Done::Complete)
}

fn check_shares(shares: [f64; 2]) -> anyhow::Result<()> {
    match shares.iter().find(|share| !(0.0..=1.0).contains(*share)) {
        Some(share) => bail!("a share is between 0 and 1, not {share}"),
        None => Ok(()),
    }
}

fn label(arguments: &Label) -> anyhow::Result<Done> {
    check_shares([arguments.share_ocr, arguments.share_text_layer])?;
    let ocr = arguments.reader.config()?;
    let options = LabelOptions {
        seed: arguments.drawn.seed,
        count: arguments.count,
        split: split(arguments.drawn.split),
        languages: arguments.drawn.languages.clone(),
        out: arguments.out.clone(),
        threads: arguments.threads,
        share_ocr: arguments.share_ocr,
        share_text_layer: arguments.share_text_layer,
        variants: arguments.variants,
        ocr,
    };
    let bar = ProgressBar::new(arguments.count);
    if let Ok(style) =
        ProgressStyle::with_template("{pos}/{len} documents {bar:30} {eta} left {msg}")
    {
        bar.set_style(style);
    }
    let summary = label_corpus(&options, &|progress| {
        bar.set_position(progress.documents);
        bar.set_message(format!("{} pages", progress.pages));
    })?;
    bar.finish_and_clear();
    for problem in &summary.problems {
        eprintln!("left out: {problem}");
    }
    println!("{} documents, {} pages", summary.documents, summary.pages);
    Ok(if summary.problems.is_empty() {
        Done::Complete
    } else {
        Done::Partial
    })
}

fn split(name: SplitName) -> Split {
    match name {
        SplitName::Train => Split::Train,
        SplitName::Validation => Split::Validation,
        SplitName::Test => Split::Test,
    }
}
