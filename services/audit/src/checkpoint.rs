//! Checkpoints: how many entries the log has and what its root is, signed (C2SP tlog-checkpoint).

use crate::{AuditError, Hash, SigningKey, VerifierKey};
use signed_note::{Note, NoteError, VerifierList};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log it is.
    pub origin: String,
    /// Entries.
    pub size: u64,
    pub root: Hash,
}

impl Checkpoint {
    /// The signed note over a tree.
    pub fn sign(size: u64, root: Hash, key: &SigningKey) -> Result<String, AuditError> {
        let text = tlog_tiles::Checkpoint::new(key.origin(), size, tlog_tiles::Hash(root), "")
            .map_err(|error| bad(error.to_string()))?
            .to_bytes();
        let mut note = Note::new(&text, &[]).map_err(|error| bad(error.to_string()))?;
        note.add_sigs(&[&key.signer])
            .map_err(|error| bad(error.to_string()))?;
        String::from_utf8(note.to_bytes()).map_err(|error| bad(error.to_string()))
    }

    /// Reads a note that one of the keys has signed, under the origin that the key is for.
    pub fn open(note: &str, keys: &[VerifierKey]) -> Result<Self, AuditError> {
        let note = Note::from_bytes(note.as_bytes()).map_err(|error| bad(error.to_string()))?;
        let keys = keys
            .iter()
            .map(|key| Box::new(key.0.clone()) as _)
            .collect();
        let (signatures, _) = note.verify(&VerifierList::new(keys)).map_err(|error| {
            bad(match error {
                NoteError::UnverifiedNote => "signed with none of the given keys".to_owned(),
                NoteError::InvalidSignature { .. } => "its signature is false".to_owned(),
                error => error.to_string(),
            })
        })?;
        let checkpoint = Self::of_text(note.text())?;
        match signatures
            .iter()
            .all(|signature| signature.name() == checkpoint.origin)
        {
            true => Ok(checkpoint),
            false => Err(bad(format!(
                "its origin {:?} is not the key's",
                checkpoint.origin
            ))),
        }
    }

    /// Reads a note of our own store, whose signature is not in question.
    pub fn read(note: &str) -> Result<Self, AuditError> {
        let note = Note::from_bytes(note.as_bytes()).map_err(|error| bad(error.to_string()))?;
        Self::of_text(note.text())
    }

    fn of_text(text: &[u8]) -> Result<Self, AuditError> {
        let read =
            tlog_tiles::Checkpoint::from_bytes(text).map_err(|error| bad(error.to_string()))?;
        Ok(Self {
            origin: read.origin().to_owned(),
            size: read.size(),
            root: read.hash().0,
        })
    }
}

fn bad(problem: String) -> AuditError {
    AuditError::BadCheckpoint(problem)
}
