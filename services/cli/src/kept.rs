//! Readings kept in a folder, so that another model can be measured on pages that were read before.
//!
//! One JSON file a page, in a folder for each file and each reader. A reader is told from another by engine,
//! models and settings (`Examiner::reader_digest`), not by its code: after a change of the code, take an empty
//! folder.

use docexam_domain::{PageReading, Sha256Digest};
use docexam_pipeline::{Readings, ReadingsError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

pub struct KeptReadings {
    folder: PathBuf,
}

impl KeptReadings {
    pub fn new(folder: &Path, reader: &Sha256Digest) -> Self {
        Self {
            folder: folder.join(reader.hex()),
        }
    }

    fn path(&self, file: &Sha256Digest, page: u32) -> PathBuf {
        self.folder.join(file.hex()).join(format!("{page}.json"))
    }
}

impl Readings for KeptReadings {
    fn reading(
        &self,
        file: &Sha256Digest,
        page: u32,
    ) -> Result<Option<PageReading>, ReadingsError> {
        match std::fs::read(self.path(file, page)) {
            Ok(json) => Ok(Some(serde_json::from_slice(&json)?)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn keep(&self, file: &Sha256Digest, reading: &PageReading) -> Result<(), ReadingsError> {
        let path = self.path(file, reading.page);
        let folder = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(folder)?;
        Ok(std::fs::write(&path, serde_json::to_vec(reading)?)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_reader_kept_is_there_for_it_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (file, reader) = (Sha256Digest::of(b"file"), Sha256Digest::of(b"reader"));
        let kept = KeptReadings::new(folder.path(), &reader);
        assert!(kept.reading(&file, 2).expect("readable").is_none());
        let reading = PageReading::failed(0, 2, "too long".to_owned());
        kept.keep(&file, &reading).expect("kept");
        assert_eq!(kept.reading(&file, 2).expect("readable"), Some(reading));
        assert!(kept.reading(&file, 1).expect("readable").is_none());
        let another = KeptReadings::new(folder.path(), &Sha256Digest::of(b"another"));
        assert!(another.reading(&file, 2).expect("readable").is_none());
        std::fs::write(kept.path(&file, 2), "{").expect("written");
        assert!(kept.reading(&file, 2).is_err());
    }
}
