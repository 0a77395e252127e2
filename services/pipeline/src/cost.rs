//! CPU time by stage, for the benchmark and for whoever sizes a machine.

use cpu_time::ProcessTime;
use std::time::Duration;

/// CPU time that the process spent while a page went through each stage. It is the page's own cost only
/// with one worker thread, which is how the benchmark runs; a stage may use helper threads of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct PageCost {
    /// Decoding, rendering, straightening.
    pub decode: Duration,
    /// Text layer check, orientation, Tesseract.
    pub read: Duration,
    /// Tokens and the transformer.
    pub tag: Duration,
}

/// Runs `work` and adds the CPU time spent meanwhile to `total`.
pub(crate) fn charge<T>(total: &mut Duration, work: impl FnOnce() -> T) -> T {
    let start = ProcessTime::now();
    let result = work();
    *total += start.elapsed();
    result
}
