//! Keeps the audit log up: gives what was written down its place, soon after it happened and to the last
//! entry when the server stops.

use crate::config::Config;
use crate::desk::Phase;
use crate::serve::ServeError;
use docexam_audit::{Checkpoint, SigningKey};
use docexam_store::{MAX_BATCH, Sequenced, Sequencer, Store};
use std::time::Duration;
use tokio::sync::watch;

/// An entry waits for at most this long, and a busy server signs at most five times a second.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// After an error, not to fill the log of the server with it.
const TRY_AGAIN: Duration = Duration::from_secs(5);

/// With the configured key, which is made if the log is empty and there is none.
pub(crate) async fn sequencer(config: &Config, store: &Store) -> Result<Sequencer, ServeError> {
    let file = config.audit_key();
    let newest = store.newest_checkpoint().await?;
    let key = match (file.exists(), newest) {
        (true, _) => SigningKey::load(&file)?,
        (false, None) => SigningKey::create(&file, &format!("docexam/{}", uuid::Uuid::new_v4()))?,
        (false, Some(note)) => {
            return Err(ServeError::NoAuditKey {
                origin: Checkpoint::read(&note)?.origin,
                file: file.display().to_string(),
            });
        }
    };
    let mut sequencer = store.sequencer(key).await?;
    // At once, so that the log exists and another key cannot begin it.
    sequencer.run_once().await?;
    tracing::info!(key = %sequencer.key().verifier(), "audit log");
    Ok(sequencer)
}

/// Runs until all workers have ended and nothing waits any more.
pub(crate) async fn run(mut sequencer: Sequencer, mut phase: watch::Receiver<Phase>) {
    loop {
        let stopped = *phase.borrow_and_update() == Phase::Stopped;
        let pause = match sequencer.run_once().await {
            Ok(Sequenced::Entries(MAX_BATCH)) => continue,
            Ok(_) => LOOK_AGAIN,
            Err(error) => {
                tracing::error!(%error, "the audit log does not go on");
                TRY_AGAIN
            }
        };
        if stopped {
            return;
        }
        tokio::select! {
            _ = phase.changed() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}
