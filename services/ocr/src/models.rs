//! Where Tesseract's trained data lies, and what exactly it is.
//!
//! In: the configuration. Out: the folder, the name by which Tesseract finds a model in it, and a
//! digest of each file, because a reading is only reproducible with the same models.

use crate::{OcrConfig, OcrError};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Debian, Fedora, Alpine and Homebrew, then a build from source.
const USUAL_FOLDERS: [&str; 6] = [
    "/usr/share/tesseract-ocr/5/tessdata",
    "/usr/share/tesseract/tessdata",
    "/usr/share/tessdata",
    "/opt/homebrew/share/tessdata",
    "/usr/local/share/tessdata",
    "/usr/share/tesseract-ocr/4.00/tessdata",
];

#[derive(Clone, Debug)]
pub(crate) struct Models {
    pub folder: PathBuf,
    /// As Tesseract wants it: `Latin`, or `script/Latin` where scripts have a folder of their own.
    pub latin: String,
    /// Of Tesseract's models and the line reader's: `name:first 12 hex digits of the SHA-256` for each model.
    pub digests: Vec<String>,
}

impl Models {
    pub(crate) fn find(config: &OcrConfig) -> Result<Self, OcrError> {
        let folder = folder(config)?;
        let latin = name_in(&folder, &config.latin_model)?;
        let digest = short_digest(&trained_data(&folder, &latin))?;
        let mut digests = vec![format!("{latin}:{digest}")];
        if let Some(network) = &config.line_model {
            if !network.is_file() {
                return Err(OcrError::NoLineModel {
                    path: network.clone(),
                });
            }
            let name = network.file_stem().unwrap_or_default().to_string_lossy();
            digests.push(format!("{name}:{}", short_digest(network)?));
        }
        Ok(Self {
            folder,
            latin,
            digests,
        })
    }
}

fn folder(config: &OcrConfig) -> Result<PathBuf, OcrError> {
    let named = config.tessdata_dir.clone();
    let named = named.or_else(|| std::env::var_os("TESSDATA_PREFIX").map(PathBuf::from));
    if let Some(folder) = named {
        return if folder.is_dir() {
            Ok(folder)
        } else {
            Err(OcrError::NoTessdata {
                looked_in: folder.display().to_string(),
            })
        };
    }
    let found = USUAL_FOLDERS
        .iter()
        .map(Path::new)
        .find(|folder| folder.is_dir());
    found
        .map(Path::to_owned)
        .ok_or_else(|| OcrError::NoTessdata {
            looked_in: USUAL_FOLDERS.join(", "),
        })
}

fn name_in(folder: &Path, model: &str) -> Result<String, OcrError> {
    [model.to_owned(), format!("script/{model}")]
        .into_iter()
        .find(|name| trained_data(folder, name).is_file())
        .ok_or_else(|| OcrError::NoModel {
            model: model.to_owned(),
            folder: folder.to_owned(),
        })
}

fn trained_data(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.traineddata"))
}

/// Computed once for each path in a process: the Latin model is 89 MB and every worker asks.
pub(crate) fn short_digest(path: &Path) -> Result<String, OcrError> {
    static KNOWN: Mutex<Option<HashMap<PathBuf, String>>> = Mutex::new(None);
    let unreadable = |source| OcrError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let path = fs::canonicalize(path).map_err(unreadable)?;
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let known = known.get_or_insert_with(HashMap::new);
    if let Some(digest) = known.get(&path) {
        return Ok(digest.clone());
    }
    let unreadable = |source| OcrError::Unreadable {
        path: path.clone(),
        source,
    };
    let mut hasher = HashWriter(Sha256::new());
    let mut file = File::open(&path).map_err(unreadable)?;
    std::io::copy(&mut file, &mut hasher).map_err(unreadable)?;
    let digest = hex::encode(hasher.0.finalize())[..12].to_owned();
    known.insert(path, digest.clone());
    Ok(digest)
}

struct HashWriter(Sha256);

impl std::io::Write for HashWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_model_is_named() {
        let config = OcrConfig {
            latin_model: "Klingon".to_owned(),
            ..OcrConfig::default()
        };
        let problem = Models::find(&config).unwrap_err().to_string();
        assert!(
            problem.starts_with("no trained data `Klingon` in /"),
            "{problem}"
        );
        let config = OcrConfig {
            tessdata_dir: Some("/nowhere".into()),
            ..OcrConfig::default()
        };
        let problem = Models::find(&config).unwrap_err().to_string();
        assert_eq!(problem, "no tessdata folder found; looked in /nowhere");
        let problem = Models::find(&OcrConfig::with_models(Path::new("/nowhere")));
        assert_eq!(
            problem.unwrap_err().to_string(),
            "no line reader /nowhere/reader/data/PP-OCRv6_rec_small.onnx; models/reader/obtain.sh puts it there"
        );
    }
}
