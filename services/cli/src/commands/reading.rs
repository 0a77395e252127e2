//! Examining in process, with a progress bar and Ctrl-C: shared by `examine`, `extract` and `eval`.

use crate::output::progress::PageProgress;
use docexam_domain::Examination;
use docexam_pipeline::{Config, Examiner, PipelineError, Submission};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// `None` when the user interrupted.
pub fn examine(config: Config, submission: &Submission) -> anyhow::Result<Option<Examination>> {
    let examiner = Examiner::new(config)?;
    let cancelled = cancel_on_interrupt()?;
    let progress = PageProgress::new();
    let result = examiner.examine(submission, &|event| progress.observe(&event), &cancelled);
    progress.finish();
    match result {
        Err(PipelineError::Cancelled) => Ok(None),
        other => Ok(Some(other?)),
    }
}

/// Raises the flag at the first Ctrl-C, so that the pages under way end cleanly; the second one kills.
pub fn cancel_on_interrupt() -> anyhow::Result<Arc<AtomicBool>> {
    let cancelled = Arc::new(AtomicBool::new(false));
    let flag = cancelled.clone();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("interrupt".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                let _ = tokio::signal::ctrl_c().await;
                flag.store(true, Ordering::Relaxed);
                let _ = tokio::signal::ctrl_c().await;
                std::process::exit(130);
            });
        })?;
    Ok(cancelled)
}
