//! Runs a decoder so that it can neither take the process down nor hold its caller for ever.
//!
//! Goes in: a closure that owns what it needs. Comes out: its value, or that it panicked or overran.
//!
//! A thread cannot be stopped from outside. One that overruns is left behind: it keeps its own share
//! of the file's bytes and works on until its decoder ends, and its result is dropped. `Overruns`
//! counts those still running, so that a hostile file cannot pile up more than a few of them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::mpsc::sync_channel;
use std::time::Duration;

/// Deeply nested PDF content needs more than the default 2 MB.
const STACK_BYTES: usize = 16 * 1024 * 1024;

pub(crate) enum Stopped {
    /// The decoder panicked, with its message.
    Panicked(String),
    /// The work unwound on purpose, with this.
    Unwound(Box<dyn Any + Send>),
    TimedOut,
}

/// Decoders of one file that outlived their time limit and still run.
#[derive(Clone, Default)]
pub(crate) struct Overruns(Arc<AtomicU32>);

impl Overruns {
    /// More than this many abandoned decoders of one file, and its further pages are not tried.
    const MOST: u32 = 2;

    pub(crate) fn too_many(&self) -> Option<u32> {
        let running = self.0.load(Ordering::Relaxed);
        (running >= Self::MOST).then_some(running)
    }
}

const RUNNING: u8 = 0;
const ENDED: u8 = 1;
const ABANDONED: u8 = 2;

/// `work` on a thread of its own, for at most `seconds`.
pub(crate) fn run<T: Send + 'static>(
    seconds: f32,
    overruns: &Overruns,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Stopped> {
    let (sender, receiver) = sync_channel(1);
    let state = Arc::new(AtomicU8::new(RUNNING));
    let (thread_state, thread_overruns) = (state.clone(), overruns.0.clone());
    let started = std::thread::Builder::new()
        .name("intake-decoder".into())
        .stack_size(STACK_BYTES)
        .spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(work));
            // Nobody may be listening any more.
            let _ = sender.send(outcome);
            if thread_state.swap(ENDED, Ordering::AcqRel) == ABANDONED {
                thread_overruns.fetch_sub(1, Ordering::AcqRel);
            }
        });
    if let Err(error) = started {
        return Err(Stopped::Panicked(format!("no thread for it: {error}")));
    }
    match receiver.recv_timeout(Duration::from_secs_f32(seconds.clamp(0.001, 1e6))) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(cause)) => Err(stopped_by(cause)),
        Err(_) => {
            overruns.0.fetch_add(1, Ordering::AcqRel);
            if state.swap(ABANDONED, Ordering::AcqRel) == ENDED {
                overruns.0.fetch_sub(1, Ordering::AcqRel);
            }
            Err(Stopped::TimedOut)
        }
    }
}

fn stopped_by(cause: Box<dyn Any + Send>) -> Stopped {
    let text = cause
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| cause.downcast_ref::<String>().cloned());
    match text {
        Some(text) => Stopped::Panicked(format!("its decoder failed: {text}")),
        None => Stopped::Unwound(cause),
    }
}
