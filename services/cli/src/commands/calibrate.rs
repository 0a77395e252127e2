//! `docexam calibrate`: how far findings and readings can be trusted, fitted anew on what officers decided.
//! It writes a file that a service uses from its next start; past results stay as they are.

use super::stored::PastOptions;
use crate::exit::Done;
use crate::input::ReadingOptions;
use crate::output::table;
use anyhow::{Context, bail};
use clap::Args;
use docexam_checks::{Calibration, ReviewPolicy, RulePack, fit};
use docexam_domain::JudgedFinding;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// Fit confidences on officers' decisions and write a new calibration
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    store: PastOptions,
    /// Decisions as JSON lines of `docexam feedback export`, instead of those in the store
    #[arg(long, value_name = "FILE")]
    decisions: Vec<PathBuf>,
    /// Folder for the new file, `calibration-<date and time>.json`
    #[arg(long, default_value = "calibrations", value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    reading: ReadingOptions,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let judged = match arguments.decisions.is_empty() {
        true => from_store(&arguments.store)?,
        false => from_files(&arguments.decisions)?,
    };
    if judged.is_empty() {
        bail!("no decisions to fit on");
    }
    let pack = arguments.reading.rule_pack()?;
    let now = jiff::Timestamp::now();
    let calibration = fit(&judged, now);
    std::fs::create_dir_all(&arguments.out)
        .with_context(|| format!("cannot make {}", arguments.out.display()))?;
    let name = format!("calibration-{}.json", now.strftime("%Y-%m-%dT%H%M%SZ"));
    let path = arguments.out.join(name);
    let digest = calibration.write_new(&path)?;
    print!("{}", report(&calibration, &pack));
    println!("{} {digest}", path.display());
    Ok(Done::Complete)
}

fn from_store(options: &PastOptions) -> anyhow::Result<Vec<JudgedFinding>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let stored = options.open().await?;
        stored.judged().await
    })
}

fn from_files(paths: &[PathBuf]) -> anyhow::Result<Vec<JudgedFinding>> {
    let mut judged = Vec::new();
    for path in paths {
        judged.extend(read(path).with_context(|| path.display().to_string())?);
    }
    judged.sort_by_key(|judged: &JudgedFinding| judged.decided_at);
    Ok(judged)
}

fn read(path: &Path) -> anyhow::Result<Vec<JudgedFinding>> {
    let lines = BufReader::new(std::fs::File::open(path)?).lines();
    let mut judged = Vec::new();
    for (index, line) in lines.enumerate() {
        let line = line?;
        if !line.trim().is_empty() {
            let parsed = serde_json::from_str(&line);
            judged.push(parsed.with_context(|| format!("line {}", index + 1))?);
        }
    }
    Ok(judged)
}

/// What the decisions prove under the pack's bound, a row a rule and outcome.
fn report(calibration: &Calibration, pack: &RulePack) -> String {
    let policy: &ReviewPolicy = pack.review_policy();
    let automation = &policy.automation;
    let mut table = table();
    table.set_header([
        "Rule",
        "Outcome",
        "Decisions",
        "Right",
        "Without an officer",
        "Error at most",
    ]);
    for (rule_id, curves) in &calibration.rules {
        for curve in curves {
            let settled = curve.settled(automation);
            let never = automation.never_settles(rule_id, curve.outcome);
            let settled = settled.filter(|_| !never);
            let (without, error) = match &settled {
                Some(point) => {
                    let share = point.judged as f64 / curve.decisions.max(1) as f64;
                    let bound = curve.error_at_most(point, automation);
                    (format!("{:.1} %", share * 100.0), format!("{bound:.4}"))
                }
                None if never => ("never".to_owned(), String::new()),
                None => ("not proven".to_owned(), String::new()),
            };
            table.add_row([
                rule_id.clone(),
                curve.outcome.to_string(),
                curve.decisions.to_string(),
                format!(
                    "{:.1} %",
                    curve.right as f64 * 100.0 / curve.decisions.max(1) as f64
                ),
                without,
                error,
            ]);
        }
    }
    format!(
        "{table}\n{} decisions; bound {} of {} with assurance {}, from {} decisions on\n",
        calibration.decisions,
        automation.error_bound(),
        pack.name(),
        automation.assurance(),
        automation.min_decisions
    )
}
