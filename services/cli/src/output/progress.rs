//! A progress bar by page on standard error; hidden when that is not a terminal.

use docexam_pipeline::Event;
use indicatif::{ProgressBar, ProgressStyle};

pub struct PageProgress(ProgressBar);

impl PageProgress {
    pub fn new() -> Self {
        let bar = ProgressBar::new(0);
        let style =
            ProgressStyle::with_template("{spinner} {pos}/{len} pages {bar:30} {elapsed} {msg}");
        // The template is a constant; if it were wrong the plain bar would do.
        if let Ok(style) = style {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Called from the reading threads.
    pub fn observe(&self, event: &Event) {
        match event {
            Event::FileOpened { pages, .. } => self.0.inc_length(u64::from(*pages)),
            Event::FileFailed { problem, .. } => {
                self.0.println(format!("not read: {}", problem.problem))
            }
            Event::PageRead { .. } => self.0.inc(1),
            Event::DocumentsFound(count) => self.0.set_message(format!("{count} documents")),
            Event::Reading(_) | Event::Finding(_) => {}
        }
    }

    pub fn finish(&self) {
        self.0.finish_and_clear();
    }
}
