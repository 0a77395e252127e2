//! The Merkle tree of RFC 6962 over leaf hashes, as hashes that are stored once and never change.
//!
//! Every complete subtree's hash has its position in one row of numbers, from 0; an entry adds its leaf
//! hash and those of the subtrees that it completes, about two. Whoever keeps the hashes asks first
//! which ones a question needs (`…_needs`), fetches them as it likes, and then asks the question.
//! The arithmetic is that of `tlog_tiles`.

use crate::AuditError;
use std::cell::RefCell;
use std::collections::BTreeMap;
use tlog_tiles::{Error, HashReader};

pub type Hash = [u8; 32];

/// Far more entries than there will be, and few enough that no position overflows.
const MAX_ENTRIES: u64 = 1 << 48;

/// Stored hashes by their position: all of a tree, or those that a question needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoredHashes(BTreeMap<u64, Hash>);

impl StoredHashes {
    /// Forgets all but what appending to a tree of this size needs.
    pub fn keep_for_appending(&mut self, size: u64) -> Result<(), AuditError> {
        let needed = root_needs(size)?;
        self.0
            .retain(|position, _| needed.binary_search(position).is_ok());
        Ok(())
    }
}

impl Extend<(u64, Hash)> for StoredHashes {
    fn extend<T: IntoIterator<Item = (u64, Hash)>>(&mut self, hashes: T) {
        self.0.extend(hashes);
    }
}

impl FromIterator<(u64, Hash)> for StoredHashes {
    fn from_iter<T: IntoIterator<Item = (u64, Hash)>>(hashes: T) -> Self {
        Self(hashes.into_iter().collect())
    }
}

/// SHA-256 of a zero byte and the entry's text.
pub fn leaf_hash(entry: &str) -> Hash {
    tlog_tiles::record_hash(entry.as_bytes()).0
}

/// Position of the first hash that the entry with this index adds, which is its leaf hash.
pub fn first_position(index: u64) -> Result<u64, AuditError> {
    Ok(tlog_tiles::stored_hash_index(0, bounded(index)?))
}

/// The hashes that the root of a tree of this size is made of, in rising order. Appending an entry to
/// that tree needs the same.
pub fn root_needs(size: u64) -> Result<Vec<u64>, AuditError> {
    let mut needed = tlog_tiles::sub_tree_index(0, bounded(size)?, Vec::new());
    needed.sort_unstable();
    Ok(needed)
}

pub fn root(size: u64, hashes: &StoredHashes) -> Result<Hash, AuditError> {
    require(hashes, &root_needs(size)?)?;
    Ok(tlog_tiles::tree_hash(size, &Reader(hashes))
        .map_err(broken)?
        .0)
}

/// Adds the entry with this index. Returns what is to be stored; `hashes` then holds it too.
pub fn append(
    index: u64,
    leaf: Hash,
    hashes: &mut StoredHashes,
) -> Result<Vec<(u64, Hash)>, AuditError> {
    require(hashes, &root_needs(index)?)?;
    let added =
        tlog_tiles::stored_hashes_for_record_hash(index, tlog_tiles::Hash(leaf), &Reader(hashes))
            .map_err(broken)?;
    let added: Vec<(u64, Hash)> = (first_position(index)?..)
        .zip(added.into_iter().map(|hash| hash.0))
        .collect();
    hashes.0.extend(added.iter().copied());
    Ok(added)
}

/// What the proof needs that the tree of `size` entries holds the entry `index`.
pub fn inclusion_needs(index: u64, size: u64) -> Result<Vec<u64>, AuditError> {
    check_index(index, size)?;
    needed_by(|reader| tlog_tiles::prove_record(size, index, reader))
}

pub fn inclusion_proof(
    index: u64,
    size: u64,
    hashes: &StoredHashes,
) -> Result<Vec<Hash>, AuditError> {
    require(hashes, &inclusion_needs(index, size)?)?;
    let proof = tlog_tiles::prove_record(size, index, &Reader(hashes)).map_err(broken)?;
    Ok(proof.into_iter().map(|hash| hash.0).collect())
}

/// Fails with `BadProof` unless the tree of `size` entries with this root has this leaf at `index`.
pub fn check_inclusion(
    proof: &[Hash],
    index: u64,
    size: u64,
    leaf: Hash,
    root: Hash,
) -> Result<(), AuditError> {
    check_index(index, size)?;
    let (leaf, root) = (tlog_tiles::Hash(leaf), tlog_tiles::Hash(root));
    tlog_tiles::check_record(&wrapped(proof), size, root, index, leaf).map_err(broken)
}

/// What the proof needs that the tree of `size` entries only adds to its state at `earlier` entries.
pub fn consistency_needs(earlier: u64, size: u64) -> Result<Vec<u64>, AuditError> {
    check_earlier(earlier, size)?;
    needed_by(|reader| tlog_tiles::prove_tree(size, earlier, reader))
}

pub fn consistency_proof(
    earlier: u64,
    size: u64,
    hashes: &StoredHashes,
) -> Result<Vec<Hash>, AuditError> {
    require(hashes, &consistency_needs(earlier, size)?)?;
    let proof = tlog_tiles::prove_tree(size, earlier, &Reader(hashes)).map_err(broken)?;
    Ok(proof.into_iter().map(|hash| hash.0).collect())
}

/// Fails with `BadProof` unless the tree of `size` entries adds to that of `earlier` entries.
pub fn check_consistency(
    proof: &[Hash],
    (earlier, earlier_root): (u64, Hash),
    (size, root): (u64, Hash),
) -> Result<(), AuditError> {
    check_earlier(earlier, size)?;
    let (earlier_root, root) = (tlog_tiles::Hash(earlier_root), tlog_tiles::Hash(root));
    tlog_tiles::check_tree(&wrapped(proof), size, root, earlier, earlier_root).map_err(broken)
}

pub fn hash_from_hex(text: &str) -> Result<Hash, AuditError> {
    let mut hash = Hash::default();
    match hex::decode_to_slice(text, &mut hash) {
        Ok(()) => Ok(hash),
        Err(_) => Err(AuditError::BadHash(text.chars().take(80).collect())),
    }
}

fn bounded(size: u64) -> Result<u64, AuditError> {
    match size > MAX_ENTRIES {
        true => Err(AuditError::TooLarge(size)),
        false => Ok(size),
    }
}

fn check_index(index: u64, size: u64) -> Result<(), AuditError> {
    match index < bounded(size)? {
        true => Ok(()),
        false => Err(AuditError::NoEntry { index, size }),
    }
}

/// The empty tree is the beginning of any tree: there is nothing to prove, and no proof.
fn check_earlier(earlier: u64, size: u64) -> Result<(), AuditError> {
    match (1..=bounded(size)?).contains(&earlier) {
        true => Ok(()),
        false => Err(AuditError::NoEarlierState { earlier, size }),
    }
}

fn require(hashes: &StoredHashes, positions: &[u64]) -> Result<(), AuditError> {
    match positions
        .iter()
        .find(|position| !hashes.0.contains_key(position))
    {
        Some(missing) => Err(AuditError::NoHash(*missing)),
        None => Ok(()),
    }
}

fn wrapped(proof: &[Hash]) -> Vec<tlog_tiles::Hash> {
    proof.iter().map(|hash| tlog_tiles::Hash(*hash)).collect()
}

/// Arguments are checked and hashes required before, so only a wrong proof is left.
fn broken(_: Error) -> AuditError {
    AuditError::BadProof
}

struct Reader<'a>(&'a StoredHashes);

impl HashReader for Reader<'_> {
    fn read_hashes(&self, positions: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
        let found = |position| {
            let hash = self.0.0.get(position).copied();
            hash.map(tlog_tiles::Hash)
                .ok_or_else(|| Error::InvalidInput(format!("no hash {position}")))
        };
        positions.iter().map(found).collect()
    }
}

/// Runs the question on zeros, to hear what it asks for.
fn needed_by<T>(question: impl Fn(&Listener) -> Result<T, Error>) -> Result<Vec<u64>, AuditError> {
    let listener = Listener::default();
    question(&listener).map_err(broken)?;
    Ok(listener.0.into_inner())
}

#[derive(Default)]
struct Listener(RefCell<Vec<u64>>);

impl HashReader for Listener {
    fn read_hashes(&self, positions: &[u64]) -> Result<Vec<tlog_tiles::Hash>, Error> {
        self.0.borrow_mut().extend(positions);
        Ok(vec![tlog_tiles::Hash::default(); positions.len()])
    }
}
