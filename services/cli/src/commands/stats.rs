//! `docexam stats`: what officers made of the findings, and how much needed no officer, by week.

use super::stored::PastOptions;
use crate::exit::Done;
use crate::learning::statistics::{Statistics, Week};
use crate::output::{Format, table};
use clap::Args;

/// Show confirmed and dismissed findings by rule, precision, and coverage of automation, by week
#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    store: PastOptions,
    /// Only the last so many weeks
    #[arg(long, value_name = "N")]
    weeks: Option<usize>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let mut statistics = Statistics::default();
    runtime.block_on(async {
        let stored = arguments.store.open().await?;
        for judged in stored.judged().await? {
            statistics.judged(&judged);
        }
        stored
            .for_each_sorted(|sorted| statistics.sorted(&sorted))
            .await
    })?;
    statistics.keep_last(arguments.weeks.unwrap_or(usize::MAX));
    match arguments.format {
        Format::Json => println!("{}", serde_json::to_string_pretty(&statistics)?),
        Format::Text => print!("{}", text(&statistics)),
    }
    Ok(Done::Complete)
}

fn text(statistics: &Statistics) -> String {
    let mut weeks = table();
    weeks.set_header([
        "Week",
        "Examinations",
        "Findings",
        "To officers",
        "Drawn",
        "Proven",
        "Allowed",
        "Coverage",
        "Bound",
        "Judged",
        "Precision",
    ]);
    for (week, counts) in &statistics.weeks {
        weeks.add_row(row(week, counts));
    }
    let mut rules = table();
    rules.set_header([
        "Week",
        "Rule",
        "Outcome",
        "Judged",
        "Confirmed",
        "Dismissed",
        "Corrected",
        "Right",
    ]);
    for (week, counts) in &statistics.weeks {
        for rule in &counts.rules {
            rules.add_row([
                week.clone(),
                rule.rule_id.clone(),
                rule.outcome.to_string(),
                rule.judged().to_string(),
                rule.confirmed.to_string(),
                rule.dismissed.to_string(),
                rule.corrected.to_string(),
                share(rule.right, rule.judged()),
            ]);
        }
    }
    format!("{weeks}\n\n{rules}\n")
}

fn row(week: &str, counts: &Week) -> [String; 11] {
    [
        week.to_owned(),
        counts.examinations.to_string(),
        counts.findings().to_string(),
        counts.to_officers.to_string(),
        counts.sampled.to_string(),
        counts.proven.to_string(),
        counts.allowed.to_string(),
        share(counts.proven + counts.allowed, counts.findings()),
        counts
            .error_bound
            .map_or_else(|| "-".to_owned(), |bound| bound.to_string()),
        counts.judged().to_string(),
        share(counts.discrepancies_right, counts.discrepancies),
    ]
}

fn share(part: u64, of: u64) -> String {
    match of {
        0 => "-".to_owned(),
        of => format!("{:.1} %", part as f64 * 100.0 / of as f64),
    }
}
