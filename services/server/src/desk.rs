//! Who is waiting for which examination in this process: wakes callers when something happened, and
//! tells the worker when nobody waits any more. What must survive a restart is in the store, not here.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use tokio::sync::watch;

/// How far the server is on its way to the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Phase {
    Running,
    /// No new work is taken up.
    Stopping,
    /// Workers are done; whoever still waits will not be answered.
    Stopped,
}

pub(crate) struct Desk {
    /// Changes when an examination was accepted.
    pub(crate) work: watch::Sender<()>,
    pub(crate) phase: watch::Sender<Phase>,
    /// Changes when review tasks changed.
    pub(crate) review: watch::Sender<()>,
    /// Entries live as long as a worker, caller or watcher holds them.
    entries: Mutex<HashMap<String, Weak<Entry>>>,
}

/// An examination that someone in this process works on or waits for.
pub(crate) struct Entry {
    /// Set when the work is to be given up.
    pub(crate) cancelled: AtomicBool,
    /// Calls of `Examine` that wait for the result.
    callers: AtomicUsize,
    /// Accepted by `Examine` alone: worth nothing once its callers are gone.
    droppable: AtomicBool,
    changed: watch::Sender<()>,
}

impl Desk {
    pub(crate) fn new() -> Self {
        Self {
            work: watch::Sender::new(()),
            phase: watch::Sender::new(Phase::Running),
            review: watch::Sender::new(()),
            entries: Mutex::new(HashMap::new()),
        }
    }

    pub(crate) fn entry(&self, id: &str) -> Arc<Entry> {
        let mut entries = self.entries();
        if let Some(entry) = entries.get(id).and_then(Weak::upgrade) {
            return entry;
        }
        entries.retain(|_, entry| entry.strong_count() > 0);
        let entry = Arc::new(Entry {
            cancelled: AtomicBool::new(false),
            callers: AtomicUsize::new(0),
            droppable: AtomicBool::new(false),
            changed: watch::Sender::new(()),
        });
        entries.insert(id.to_owned(), Arc::downgrade(&entry));
        entry
    }

    /// Tells all running work to give up.
    pub(crate) fn cancel_all(&self) {
        for entry in self.entries().values().filter_map(Weak::upgrade) {
            entry.cancelled.store(true, Ordering::Relaxed);
        }
    }

    fn entries(&self) -> MutexGuard<'_, HashMap<String, Weak<Entry>>> {
        // The map is whole between any two of its operations, so a panic elsewhere does not spoil it.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// Something happened that the store now shows.
    pub(crate) fn wake(&self) {
        self.changed.send_replace(());
    }

    /// To be taken before the store is read, so that no change falls between reading and waiting.
    pub(crate) fn changes(&self) -> watch::Receiver<()> {
        self.changed.subscribe()
    }

    /// Whether the work may be dropped when its callers are gone.
    pub(crate) fn set_droppable(&self, droppable: bool) {
        self.droppable.store(droppable, Ordering::SeqCst);
    }

    pub(crate) fn caller_came(&self) {
        self.callers.fetch_add(1, Ordering::SeqCst);
    }

    pub(crate) fn caller_answered(&self) {
        self.callers.fetch_sub(1, Ordering::SeqCst);
    }

    /// Whether the work is to be dropped, because this was the last caller and nobody else wants it.
    pub(crate) fn caller_left(&self) -> bool {
        let last = self.callers.fetch_sub(1, Ordering::SeqCst) == 1;
        let drop_it = last && self.droppable.load(Ordering::SeqCst);
        if drop_it {
            self.cancelled.store(true, Ordering::SeqCst);
        }
        drop_it
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_is_dropped_only_when_the_last_caller_of_examine_is_gone() {
        let desk = Desk::new();
        let entry = desk.entry("e1");
        entry.set_droppable(true);
        entry.caller_came();
        entry.caller_came();
        assert!(!entry.caller_left());
        assert!(entry.caller_left());
        assert!(entry.cancelled.load(Ordering::SeqCst));

        let entry = desk.entry("e2");
        entry.caller_came();
        assert!(!entry.caller_left(), "created to stay");
    }

    #[test]
    fn entries_are_shared_while_held_and_forgotten_after() {
        let desk = Desk::new();
        let entry = desk.entry("e1");
        assert!(Arc::ptr_eq(&entry, &desk.entry("e1")));
        drop(entry);
        desk.entry("e2");
        assert_eq!(desk.entries().len(), 1);
    }
}
