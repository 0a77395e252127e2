//! Keys: the secret one that signs checkpoints, in a file that only its owner reads, and the verifier
//! key, one line of text that everybody may have.
//!
//! Both are in the forms of C2SP signed notes: `PRIVATE+KEY+<origin>+<id>+<data>` and
//! `<origin>+<id>+<data>`. The key's name is the log's origin, so a key signs for one log only.

use crate::AuditError;
use base64::prelude::{BASE64_STANDARD, Engine};
use ed25519_dalek::SigningKey as Ed25519Key;
use signed_note::{StandardSigner, StandardVerifier, Verifier};
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

/// Algorithm of C2SP signed notes: Ed25519.
const ED25519: u8 = 1;
/// Readable and writable by the owner alone.
const OWNER_ONLY: u32 = 0o600;
/// A key file has some 150 bytes and a name.
const MAX_KEY_FILE_BYTES: u64 = 4_096;
const MAX_ORIGIN_BYTES: usize = 200;

/// Signs checkpoints. Its secret is neither printed nor cloned.
pub struct SigningKey {
    pub(crate) signer: StandardSigner,
    verifier: VerifierKey,
}

impl SigningKey {
    /// A new key for the log with this origin, and the text of its file.
    fn generate(origin: &str) -> Result<(Self, String), AuditError> {
        check_origin(origin)?;
        let secret = Ed25519Key::from_bytes(&rand::random());
        let verifier = signed_note::new_ed25519_verifier_key(origin, &secret.verifying_key());
        let verifier = VerifierKey::parse(&verifier)?;
        let data = [&[ED25519], secret.as_bytes().as_slice()].concat();
        let text = format!(
            "PRIVATE+KEY+{origin}+{:08x}+{}",
            verifier.0.key_id(),
            BASE64_STANDARD.encode(data)
        );
        Ok((
            Self::parse(&text).map_err(AuditError::BadVerifierKey)?,
            text,
        ))
    }

    /// Makes a key and its file. A file that is there is never overwritten: its log would be lost.
    pub fn create(file: &Path, origin: &str) -> Result<Self, AuditError> {
        let problem = |error: std::io::Error| key_file(file, error.to_string());
        let (key, text) = Self::generate(origin)?;
        let folder = match file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        std::fs::create_dir_all(folder).map_err(problem)?;
        // Readable by its owner alone from the first byte, and under its name only once it is whole.
        let mut made = tempfile::NamedTempFile::new_in(folder).map_err(problem)?;
        made.write_all(format!("{text}\n").as_bytes())
            .and_then(|()| made.as_file().sync_all())
            .map_err(problem)?;
        made.persist_noclobber(file)
            .map_err(|error| problem(error.error))?;
        Ok(key)
    }

    /// Refuses a file that others than its owner can read.
    pub fn load(file: &Path) -> Result<Self, AuditError> {
        let problem = |error: std::io::Error| key_file(file, error.to_string());
        let opened = File::open(file).map_err(problem)?;
        let mode = opened.metadata().map_err(problem)?.permissions().mode() & 0o777;
        if mode & !OWNER_ONLY != 0 {
            let text = format!("has mode {mode:04o}, must be {OWNER_ONLY:04o}: others could sign");
            return Err(key_file(file, text));
        }
        let mut text = String::new();
        opened
            .take(MAX_KEY_FILE_BYTES)
            .read_to_string(&mut text)
            .map_err(problem)?;
        Self::parse(text.trim_end()).map_err(|text| key_file(file, text))
    }

    pub fn origin(&self) -> &str {
        self.verifier.origin()
    }

    pub fn verifier(&self) -> &VerifierKey {
        &self.verifier
    }

    fn parse(text: &str) -> Result<Self, String> {
        let signer = StandardSigner::new(text).map_err(|error| match error {
            signed_note::SignerError::Id => "its id does not belong to its data".to_owned(),
            _ => "is no signing key".to_owned(),
        })?;
        let name = signed_note::Signer::name(&signer).to_owned();
        // The fifth part; '+' is a digit of base64 too.
        let data = text.splitn(5, '+').nth(4).unwrap_or_default();
        let secret = BASE64_STANDARD
            .decode(data)
            .ok()
            .and_then(|data| Ed25519Key::try_from(data.get(1..)?).ok())
            .ok_or("is no signing key")?;
        let verifier = signed_note::new_ed25519_verifier_key(&name, &secret.verifying_key());
        let verifier = VerifierKey::parse(&verifier).map_err(|error| error.to_string())?;
        Ok(Self { signer, verifier })
    }
}

/// Checks checkpoints. Prints as the one line that `parse` reads.
#[derive(Clone)]
pub struct VerifierKey(pub(crate) StandardVerifier, String);

impl VerifierKey {
    pub fn parse(text: &str) -> Result<Self, AuditError> {
        let verifier = StandardVerifier::new(text)
            .map_err(|error| AuditError::BadVerifierKey(error.to_string()))?;
        check_origin(verifier.name())?;
        Ok(Self(verifier, text.to_owned()))
    }

    pub fn origin(&self) -> &str {
        self.0.name()
    }
}

impl std::fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.1)
    }
}

fn check_origin(origin: &str) -> Result<(), AuditError> {
    let bad = origin.len() > MAX_ORIGIN_BYTES
        || origin.chars().any(char::is_control)
        || !signed_note::is_key_name_valid(origin);
    match bad {
        true => Err(AuditError::BadOrigin(origin.chars().take(80).collect())),
        false => Ok(()),
    }
}

fn key_file(file: &Path, problem: String) -> AuditError {
    AuditError::KeyFile {
        file: file.display().to_string(),
        problem,
    }
}
