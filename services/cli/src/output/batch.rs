//! What a user sees of a batch: progress by page, summaries, differences.

use super::{Format, table};
use docexam_batch::{Counts, OutcomeDiff, Summary, WorkEvent};
use docexam_store::BatchRecord;
use indicatif::{HumanDuration, ProgressBar, ProgressStyle};
use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Where there is no terminal, a line of progress each time this has passed.
const BETWEEN_LINES: Duration = Duration::from_secs(60);

/// Progress by page on standard error, with the time that is left. How many pages wait is not known before
/// files are opened: until then they count as the documents that are done, on average.
#[derive(Default)]
pub struct BatchProgress(Mutex<Seen>);

struct Seen {
    bar: ProgressBar,
    documents: u64,
    documents_done: u64,
    failed: u64,
    pages_done: u64,
    /// Read since this process began, and when that was: the speed.
    pages_read: u64,
    begun: Instant,
    said: Instant,
}

impl Default for Seen {
    fn default() -> Self {
        Self {
            bar: ProgressBar::hidden(),
            documents: 0,
            documents_done: 0,
            failed: 0,
            pages_done: 0,
            pages_read: 0,
            begun: Instant::now(),
            said: Instant::now(),
        }
    }
}

impl BatchProgress {
    pub fn begin(&self, record: &BatchRecord) {
        let bar = ProgressBar::new(0);
        if let Ok(style) =
            ProgressStyle::with_template("{pos}/~{len} pages {bar:30} {elapsed} {msg}")
        {
            bar.set_style(style);
        }
        let seen = Seen {
            bar,
            documents: record.documents.unwrap_or_default(),
            documents_done: record.examined + record.failed,
            failed: record.failed,
            pages_done: record.pages,
            ..Seen::default()
        };
        seen.show();
        self.with(|old| *old = seen);
    }

    /// Called from any thread.
    pub fn observe(&self, event: &WorkEvent) {
        self.with(|seen| {
            match event {
                WorkEvent::Opened { .. } => {}
                WorkEvent::PageRead => {
                    seen.pages_done += 1;
                    seen.pages_read += 1;
                }
                WorkEvent::Examined { .. } => seen.documents_done += 1,
                WorkEvent::Failed {
                    document,
                    class,
                    problem,
                } => {
                    seen.documents_done += 1;
                    seen.failed += 1;
                    seen.say(&format!("{document}: {class}: {problem}"));
                }
            }
            seen.show();
            if seen.bar.is_hidden() && seen.said.elapsed() > BETWEEN_LINES {
                seen.said = Instant::now();
                eprintln!(
                    "docexam: {}/~{} pages, {}",
                    seen.pages_done,
                    seen.pages_expected(),
                    seen.text()
                );
            }
        });
    }

    pub fn finish(&self) {
        self.with(|seen| seen.bar.finish_and_clear());
    }

    fn with(&self, change: impl FnOnce(&mut Seen)) {
        if let Ok(mut seen) = self.0.lock() {
            change(&mut seen);
        }
    }
}

impl Seen {
    fn pages_expected(&self) -> u64 {
        let each = self.pages_done as f64 / self.documents_done.max(1) as f64;
        let waiting = self.documents.saturating_sub(self.documents_done);
        self.pages_done + (each.max(1.0) * waiting as f64) as u64
    }

    fn time_left(&self) -> Option<Duration> {
        let waiting = self.pages_expected().saturating_sub(self.pages_done) as f64;
        let pages_a_second = self.pages_read as f64 / self.begun.elapsed().as_secs_f64();
        (self.pages_read > 0).then(|| Duration::from_secs_f64(waiting / pages_a_second))
    }

    fn show(&self) {
        self.bar.set_length(self.pages_expected());
        self.bar.set_position(self.pages_done);
        self.bar.set_message(self.text());
    }

    fn text(&self) -> String {
        let left = match self.time_left() {
            Some(time) => format!(", {} left", HumanDuration(time)),
            None => String::new(),
        };
        let (done, all, failed) = (self.documents_done, self.documents, self.failed);
        format!("{done}/{all} documents, {failed} failed{left}")
    }

    /// Above the bar, or as a line of its own where there is no terminal.
    fn say(&self, line: &str) {
        if self.bar.is_hidden() {
            eprintln!("docexam: {line}");
        } else {
            self.bar.println(line);
        }
    }
}

/// Of a batch that is done or is collected before.
pub fn print_summary(summary: &Summary, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        return print(&serde_json::to_string_pretty(summary)?);
    }
    let documents = &summary.documents;
    let pages = &summary.pages;
    let mut lines = vec![
        format!(
            "{} documents: {} examined ({} in part), {} failed, {} waiting",
            documents.total,
            documents.examined,
            documents.examined_in_part,
            documents.failed,
            documents.waiting
        ),
        format!(
            "{} pages: {} read, {} blank, {} failed",
            pages.total, pages.read, pages.blank, pages.failed
        ),
    ];
    let counted = |counts: &std::collections::BTreeMap<String, u64>| {
        let each = counts.iter().map(|(name, count)| format!("{count} {name}"));
        each.collect::<Vec<_>>().join(", ")
    };
    for (what, counts) in [
        ("failures", &summary.failures),
        ("findings", &summary.findings),
        ("discrepancies by rule", &summary.discrepancies),
    ] {
        if !counts.is_empty() {
            lines.push(format!("{what}: {}", counted(counts)));
        }
    }
    print(&lines.join("\n"))
}

pub fn print_status(records: &[BatchRecord], format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        let rows: Vec<serde_json::Value> = records.iter().map(status_json).collect();
        return print(&serde_json::to_string_pretty(&rows)?);
    }
    let mut shown = table();
    shown.set_header([
        "Batch",
        "Documents",
        "Waiting",
        "Running",
        "Examined",
        "Failed",
        "Pages",
        "Pages failed",
    ]);
    for record in records {
        let documents = record.documents.map_or_else(
            || "being entered".to_owned(),
            |documents| documents.to_string(),
        );
        let counts = [
            record.waiting,
            record.running,
            record.examined,
            record.failed,
            record.pages,
            record.pages_failed,
        ];
        let counts = counts.iter().map(ToString::to_string);
        shown.add_row([record.id.clone(), documents].into_iter().chain(counts));
    }
    print(&shown.to_string())
}

fn status_json(record: &BatchRecord) -> serde_json::Value {
    serde_json::json!({
        "batch": record.id,
        "manifest": record.manifest,
        "documents": record.documents,
        "waiting": record.waiting,
        "running": record.running,
        "examined": record.examined,
        "failed": record.failed,
        "failures": record.failures,
        "pages": record.pages,
        "pages_failed": record.pages_failed,
        "finished": record.is_finished(),
    })
}

/// By rule and HS chapter; `all` is the number of findings of a rule, which may be about several chapters.
pub fn print_diff(diff: &OutcomeDiff, format: Format) -> anyhow::Result<()> {
    if format == Format::Json {
        return print(&serde_json::to_string_pretty(diff)?);
    }
    let mut lines = Vec::new();
    if !diff.by_rule.is_empty() {
        let mut shown = table();
        shown.set_header(["Rule", "HS chapter", "Appear", "Vanish", "Change"]);
        for (rule, counts) in &diff.by_rule {
            shown.add_row(diff_row(rule, "all", counts));
            for (chapter, counts) in diff.by_rule_and_hs_chapter.get(rule).into_iter().flatten() {
                shown.add_row(diff_row("", chapter, counts));
            }
        }
        lines.push(shown.to_string());
    }
    lines.push(format!(
        "{} of {} documents differ under {}: {} findings appear, {} vanish, {} change; {} documents \
         extracted anew, {} without a result",
        diff.documents_changed,
        diff.documents,
        diff.rule_pack,
        diff.total.appear,
        diff.total.vanish,
        diff.total.change,
        diff.documents_extracted,
        diff.documents_without_result,
    ));
    print(&lines.join("\n"))
}

fn diff_row(rule: &str, chapter: &str, counts: &Counts) -> [String; 5] {
    let Counts {
        appear,
        vanish,
        change,
    } = counts;
    [
        rule.to_owned(),
        chapter.to_owned(),
        appear.to_string(),
        vanish.to_string(),
        change.to_string(),
    ]
}

fn print(text: &str) -> anyhow::Result<()> {
    writeln!(std::io::stdout().lock(), "{text}")?;
    Ok(())
}
