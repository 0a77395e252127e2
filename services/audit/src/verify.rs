//! The verdict over an exported log, with nothing but the log, the verifier keys, and, to notice a
//! history that was cut or written anew as a whole, checkpoints that were kept from earlier.
//!
//! Each entry is proven against the signed checkpoint before it, so an edited, deleted, moved or added
//! entry is named exactly. The whole tree is computed too, so that each checkpoint continues the one
//! before it. Memory does not depend on the length of the log.

use crate::log_file::{Line, LineProblem, ProvenRecord, next_line};
use crate::{
    AuditError, Checkpoint, Hash, StoredHashes, VerifierKey, append, check_inclusion,
    hash_from_hex, leaf_hash, root,
};
use std::io::BufRead;

/// A log that is whole.
#[derive(Debug, PartialEq, Eq)]
pub struct Verified {
    pub newest: Checkpoint,
    pub checkpoints: u64,
    /// Kept checkpoints that the log contains: all that were given.
    pub kept: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct VerifyError {
    /// From 1; one more than there are at the end of the log.
    pub line: u64,
    pub problem: Problem,
}

/// What is wrong with a log.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    #[error("{0}")]
    Line(#[from] LineProblem),
    #[error("the log does not begin with its head")]
    NoHead,
    #[error("{0}")]
    Checkpoint(AuditError),
    #[error(
        "entry {0} is not the one that was signed: it was edited, or another was put in its place"
    )]
    Changed(u64),
    #[error("entry {expected} is missing: entry {found} stands in its place")]
    Missing { expected: u64, found: u64 },
    #[error("entry {found} stands where entry {expected} belongs: it was moved or doubled")]
    Moved { expected: u64, found: u64 },
    #[error(
        "entry {0} is not covered by a checkpoint: it was added, or the checkpoint was taken out"
    )]
    Unsigned(u64),
    #[error("the log was cut: entry {first_missing} is missing, {size} entries were signed")]
    Cut { first_missing: u64, size: u64 },
    #[error("the checkpoint of {size} entries stands behind that of {before} entries")]
    Order { before: u64, size: u64 },
    #[error(
        "the history was forked: the checkpoint of {size} entries does not continue that of {before}, \
         though both were signed; one of the first {before} entries was another one"
    )]
    SignedFork { before: u64, size: u64 },
    #[error(
        "the history was forked: the log is not the one of the kept checkpoint of {size} entries; the \
         first entry that differs is one of {agreed} to {last}"
    )]
    Fork { agreed: u64, last: u64, size: u64 },
}

impl Problem {
    /// Index of the first entry that is not as it was signed; the lowest that it can be.
    pub fn first_bad_entry(&self) -> Option<u64> {
        match self {
            Self::Changed(index) | Self::Unsigned(index) => Some(*index),
            Self::Missing { expected, .. } | Self::Moved { expected, .. } => Some(*expected),
            Self::Cut { first_missing, .. } => Some(*first_missing),
            Self::Fork { agreed, .. } => Some(*agreed),
            Self::SignedFork { .. } => Some(0),
            Self::Line(_) | Self::NoHead | Self::Checkpoint(_) | Self::Order { .. } => None,
        }
    }
}

/// Reads the log to its end. `kept` are checkpoints that the reader has from earlier and trusts.
pub fn verify(
    mut log: impl BufRead,
    keys: &[VerifierKey],
    kept: &[Checkpoint],
) -> Result<Verified, VerifyError> {
    let mut line = 1;
    let wrong = |line, problem: Problem| VerifyError { line, problem };
    let mut reading = match next_line(&mut log).map_err(|problem| wrong(1, problem.into()))? {
        Some(Line::Log { checkpoint, .. }) => {
            Reading::begin(&checkpoint, keys, kept).map_err(|problem| wrong(1, problem))?
        }
        _ => return Err(wrong(1, Problem::NoHead)),
    };
    loop {
        line += 1;
        let next = next_line(&mut log).map_err(|problem| wrong(line, problem.into()))?;
        let read = match next {
            Some(Line::Entry(entry)) => reading.entry(&entry),
            Some(Line::Checkpoint(note)) => reading.checkpoint(&note),
            Some(Line::Log { .. }) => Err(Problem::NoHead),
            None => break,
        };
        read.map_err(|problem| wrong(line, problem))?;
    }
    reading.end().map_err(|problem| wrong(line, problem))
}

struct Reading<'a> {
    keys: &'a [VerifierKey],
    /// By size; those that the log was found to contain are left behind.
    kept: Vec<&'a Checkpoint>,
    kept_found: usize,
    /// Entries that the kept checkpoints found so far agree on.
    agreed: u64,
    newest: Checkpoint,
    /// Covers the entries that come next.
    signed: Option<Checkpoint>,
    /// Entries of the checkpoint before `signed`.
    before: u64,
    checkpoints: u64,
    size: u64,
    hashes: StoredHashes,
}

impl<'a> Reading<'a> {
    fn begin(
        newest: &str,
        keys: &'a [VerifierKey],
        kept: &'a [Checkpoint],
    ) -> Result<Self, Problem> {
        let newest = Checkpoint::open(newest, keys).map_err(Problem::Checkpoint)?;
        let mut kept: Vec<&Checkpoint> = kept.iter().collect();
        kept.sort_by_key(|checkpoint| std::cmp::Reverse(checkpoint.size));
        for checkpoint in &kept {
            check_origin(checkpoint, &newest)?;
        }
        let mut reading = Self {
            keys,
            kept,
            kept_found: 0,
            agreed: 0,
            newest,
            signed: None,
            before: 0,
            checkpoints: 0,
            size: 0,
            hashes: StoredHashes::default(),
        };
        reading.compare_kept()?;
        Ok(reading)
    }

    fn checkpoint(&mut self, note: &str) -> Result<(), Problem> {
        let checkpoint = Checkpoint::open(note, self.keys).map_err(Problem::Checkpoint)?;
        check_origin(&checkpoint, &self.newest)?;
        self.close_checkpoint()?;
        if checkpoint.size <= self.size {
            return Err(Problem::Order {
                before: self.size,
                size: checkpoint.size,
            });
        }
        self.before = self.size;
        self.signed = Some(checkpoint);
        self.checkpoints += 1;
        Ok(())
    }

    fn entry(&mut self, entry: &ProvenRecord) -> Result<(), Problem> {
        let (expected, found) = (self.size, entry.index);
        let Some(signed) = self.signed.as_ref().filter(|signed| signed.size > expected) else {
            return Err(Problem::Unsigned(expected));
        };
        if found < expected {
            return Err(Problem::Moved { expected, found });
        }
        if found > expected {
            return Err(Problem::Missing { expected, found });
        }
        let leaf = leaf_hash(entry.record.get());
        let proven = hashes(&entry.proof)
            .and_then(|proof| check_inclusion(&proof, found, signed.size, leaf, signed.root));
        if proven.is_err() {
            return Err(Problem::Changed(found));
        }
        append(found, leaf, &mut self.hashes).map_err(Problem::Checkpoint)?;
        self.size += 1;
        self.hashes
            .keep_for_appending(self.size)
            .map_err(Problem::Checkpoint)?;
        self.compare_kept()
    }

    /// All entries of the checkpoint were there, and the tree as a whole is the one it signed.
    fn close_checkpoint(&self) -> Result<(), Problem> {
        let Some(signed) = &self.signed else {
            return Ok(());
        };
        if self.size < signed.size {
            return Err(Problem::Cut {
                first_missing: self.size,
                size: signed.size,
            });
        }
        match self.root()? == signed.root {
            true => Ok(()),
            false => Err(Problem::SignedFork {
                before: self.before,
                size: signed.size,
            }),
        }
    }

    /// At the size of a kept checkpoint, the log must have its root.
    fn compare_kept(&mut self) -> Result<(), Problem> {
        while let Some(kept) = self.kept.last().filter(|kept| kept.size == self.size) {
            if kept.root != self.root()? {
                return Err(Problem::Fork {
                    agreed: self.agreed,
                    last: kept.size.saturating_sub(1),
                    size: kept.size,
                });
            }
            self.agreed = kept.size;
            self.kept_found += 1;
            self.kept.pop();
        }
        Ok(())
    }

    fn end(self) -> Result<Verified, Problem> {
        self.close_checkpoint()?;
        let signed = self.kept.iter().map(|kept| kept.size).max();
        let signed = signed.unwrap_or(0).max(self.newest.size);
        if self.size < signed {
            return Err(Problem::Cut {
                first_missing: self.size,
                size: signed,
            });
        }
        if self.newest.size < self.size {
            return Err(Problem::Order {
                before: self.size,
                size: self.newest.size,
            });
        }
        match self.newest.root == self.root()? {
            true => Ok(Verified {
                newest: self.newest,
                checkpoints: self.checkpoints,
                kept: self.kept_found,
            }),
            false => Err(Problem::SignedFork {
                before: self.size,
                size: self.newest.size,
            }),
        }
    }

    fn root(&self) -> Result<Hash, Problem> {
        root(self.size, &self.hashes).map_err(Problem::Checkpoint)
    }
}

fn check_origin(checkpoint: &Checkpoint, newest: &Checkpoint) -> Result<(), Problem> {
    match checkpoint.origin == newest.origin {
        true => Ok(()),
        false => Err(Problem::Checkpoint(AuditError::BadCheckpoint(format!(
            "it is of {:?}, the log is of {:?}",
            checkpoint.origin, newest.origin
        )))),
    }
}

fn hashes(proof: &[String]) -> Result<Vec<Hash>, AuditError> {
    proof.iter().map(|hash| hash_from_hex(hash)).collect()
}
