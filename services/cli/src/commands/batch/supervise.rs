//! A process that watches over the one that works: a document that ends its reader (a broken decoder, too
//! little memory) must not end the whole run. The watcher starts the work again, which knows by its store
//! what it was at.
//!
//! Goes in: the command line of this process. Comes out: the exit code of the work. When the watcher ends,
//! however it ends, a pipe closes and the work finishes what it has in hand.

use crate::exit::Done;
use anyhow::bail;
use std::io::Read;
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Tells the working process that it is the one, and how many were before it.
const WORKING: &str = "DOCEXAM_BATCH_WORKING";
/// The exit code of work that hangs (`EX_SOFTWARE`): it is to be started again.
pub const HANGS: i32 = 70;
/// Work that ends sooner than this, so often in a row, does not end because of a document.
const TOO_SOON: Duration = Duration::from_secs(5);
const TOO_OFTEN: u32 = 5;

/// What the working process is told.
pub struct Shift {
    /// Becomes true when it is to stop.
    pub stop: watch::Receiver<bool>,
    /// Whether none before it was ended by its work.
    pub is_first: bool,
}

/// Runs `work` in a process of its own.
pub fn supervised(work: impl FnOnce(Shift) -> anyhow::Result<Done>) -> anyhow::Result<Done> {
    match std::env::var_os(WORKING) {
        Some(before) => work(Shift {
            stop: told_to_stop()?,
            is_first: before == "0",
        }),
        None => watch_over(),
    }
}

/// What the watcher was told, and the pipe by which it passes it on.
#[derive(Default)]
struct Told {
    stop: AtomicBool,
    pipe: Mutex<Option<ChildStdin>>,
}

fn watch_over() -> anyhow::Result<Done> {
    let told = Arc::new(Told::default());
    close_when_told(told.clone())?;
    let mut too_soon = 0;
    for before in 0u64.. {
        let started = Instant::now();
        let mut child = start(before)?;
        if let Ok(mut pipe) = told.pipe.lock() {
            *pipe = child.stdin.take();
        }
        let status = child.wait()?;
        let how = match (status.code(), status.signal()) {
            (Some(HANGS), _) => "hung".to_owned(),
            (Some(code), _) => return Ok(Done::Code(u8::try_from(code).unwrap_or(1))),
            (None, signal) => format!("was ended by signal {}", signal.unwrap_or(0)),
        };
        if told.stop.load(Ordering::Relaxed) {
            return Ok(Done::Interrupted);
        }
        too_soon = if started.elapsed() < TOO_SOON {
            too_soon + 1
        } else {
            0
        };
        if too_soon == TOO_OFTEN {
            bail!("the working process {how} {TOO_OFTEN} times in a row soon after its start");
        }
        eprintln!("docexam: the working process {how}; starting it again");
    }
    Ok(Done::Interrupted)
}

fn start(before: u64) -> anyhow::Result<Child> {
    Ok(Command::new(std::env::current_exe()?)
        .args(std::env::args_os().skip(1))
        .env(WORKING, before.to_string())
        .stdin(Stdio::piped())
        .spawn()?)
}

/// Ctrl-C reaches both processes; a signal to this one alone is passed on by closing the pipe.
fn close_when_told(told: Arc<Told>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                loop {
                    crate::commands::serve::told_to_stop().await;
                    told.stop.store(true, Ordering::Relaxed);
                    if let Ok(mut pipe) = told.pipe.lock() {
                        pipe.take();
                    }
                }
            });
        })?;
    Ok(())
}

/// In the working process: true at the first signal or when the watcher is gone; the second signal kills.
fn told_to_stop() -> anyhow::Result<watch::Receiver<bool>> {
    let (sender, receiver) = watch::channel(false);
    let sender = Arc::new(sender);
    let by_pipe = sender.clone();
    std::thread::Builder::new()
        .name("watcher".to_owned())
        .spawn(move || {
            let _ = std::io::stdin().read_to_end(&mut Vec::new());
            by_pipe.send_replace(true);
        })?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            runtime.block_on(async {
                crate::commands::serve::told_to_stop().await;
                eprintln!("docexam: finishing what is in hand; once more to end at once");
                sender.send_replace(true);
                crate::commands::serve::told_to_stop().await;
                std::process::exit(130);
            });
        })?;
    Ok(receiver)
}
