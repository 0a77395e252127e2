//! The digests of the files of a weights folder, written after training and checked on load.

use crate::LayoutError;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

pub const MANIFEST_FILE: &str = "manifest.json";

/// File name -> SHA-256 in lower-case hex.
pub type Manifest = BTreeMap<String, String>;

/// Writes the manifest of the named files of a folder.
pub fn write(folder: &Path, files: &[impl AsRef<str>]) -> Result<(), LayoutError> {
    let manifest: Manifest = files
        .iter()
        .map(AsRef::as_ref)
        .map(|file| Ok((file.to_owned(), digest_of(&folder.join(file))?)))
        .collect::<Result<_, LayoutError>>()?;
    let path = folder.join(MANIFEST_FILE);
    let text =
        serde_json::to_string_pretty(&manifest).map_err(|e| LayoutError::format(&path, e))?;
    std::fs::write(&path, text + "\n").map_err(|e| LayoutError::file("write", &path, e))
}

/// Checks every file, and that the `needed` ones are listed; returns `sha256:` and the digest of
/// the manifest itself, which stands for all of them, and the manifest.
pub fn verify(folder: &Path, needed: &[&str]) -> Result<(String, Manifest), LayoutError> {
    let path = folder.join(MANIFEST_FILE);
    let text = std::fs::read(&path).map_err(|e| LayoutError::file("read", &path, e))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|e| LayoutError::format(&path, e))?;
    if let Some(missing) = needed.iter().find(|file| !manifest.contains_key(**file)) {
        return Err(LayoutError::format(
            &path,
            format!("{missing} is not listed"),
        ));
    }
    for (file, expected) in &manifest {
        let path = folder.join(file);
        let found = digest_of(&path)?;
        if found != *expected {
            return Err(LayoutError::Digest {
                path,
                found,
                expected: expected.clone(),
            });
        }
    }
    let digest = format!("sha256:{}", hex::encode(Sha256::digest(&text)));
    Ok((digest, manifest))
}

fn digest_of(path: &Path) -> Result<String, LayoutError> {
    let bytes = std::fs::read(path).map_err(|e| LayoutError::file("read", path, e))?;
    Ok(hex::encode(Sha256::digest(&bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_is_refused_with_both_digests() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("a.bin");
        std::fs::write(&file, b"one").expect("written");
        write(folder.path(), &["a.bin"]).expect("written");
        let (digest, listed) = verify(folder.path(), &["a.bin"]).expect("verified");
        assert!(listed.contains_key("a.bin"));
        assert!(digest.starts_with("sha256:") && digest.len() == 71);
        assert!(verify(folder.path(), &["b.bin"]).is_err());
        std::fs::write(&file, b"two").expect("written");
        let error = verify(folder.path(), &["a.bin"])
            .expect_err("changed")
            .to_string();
        for text in [&b"one"[..], b"two"] {
            assert!(
                error.contains(&hex::encode(Sha256::digest(text))),
                "{error}"
            );
        }
    }
}
