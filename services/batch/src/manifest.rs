//! A manifest: the documents of an archive as JSON lines or CSV.
//!
//! Goes in: a file with `doc_id`, `path` or `blob`, `sha256`, `declaration` and `name` in each row. Comes
//! out: tasks, one at a time. Consecutive rows with one `doc_id` are the files of one document. The whole
//! manifest is checked before any document is worked on, so that a slip in its last line shows at once.
//! Deliberately absent: the documents themselves; whether a file is there shows when it is its turn.

mod rows;

use crate::BatchError;
use docexam_domain::Sha256Digest;
use docexam_store::{BatchFile, BatchTask, DeclarationSource};
use rows::{Row, Rows};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A consignment's bundle seldom has 20 files; a hundred is a mistake or an attack.
const MOST_FILES: usize = 100;
/// Ids are kept in memory while a manifest is checked: about 50 bytes each.
const MOST_DOCUMENTS: u64 = 20_000_000;

/// A manifest that was read to its end and found good.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    pub path: PathBuf,
    /// Over the bytes of the file.
    pub digest: Sha256Digest,
    pub documents: u64,
    pub files: u64,
}

/// A document with the line where it begins.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// From 1.
    pub line: u64,
    pub task: BatchTask,
}

impl Manifest {
    /// Reads all of it. The first problem is an error that names its line.
    pub fn check(path: &Path) -> Result<Self, BatchError> {
        let (mut documents, mut files) = (0u64, 0u64);
        let mut lines_by_id: HashMap<u128, u64> = HashMap::new();
        for entry in entries(path)? {
            let Entry { line, task } = entry?;
            let at_line = |problem| BatchError::ManifestLine {
                path: path.to_owned(),
                line,
                problem,
            };
            if let Some(earlier) = lines_by_id.insert(key(&task.document_id), line) {
                let id = &task.document_id;
                return Err(at_line(format!(
                    "doc_id {id} stands on line {earlier} already; the files of a document stand on \
                     consecutive lines"
                )));
            }
            documents += 1;
            files += task.files.len() as u64;
            if documents > MOST_DOCUMENTS {
                let problem = format!("more than {MOST_DOCUMENTS} documents, which is the limit");
                return Err(at_line(problem));
            }
        }
        if documents == 0 {
            return Err(BatchError::EmptyManifest(path.to_owned()));
        }
        Ok(Self {
            path: path.to_owned(),
            digest: digest(path)?,
            documents,
            files,
        })
    }

    /// The documents in their order, read again from the file.
    pub fn entries(&self) -> Result<Entries, BatchError> {
        entries(&self.path)
    }
}

/// Enough of a digest to tell ids apart.
fn key(id: &str) -> u128 {
    let digest: [u8; 32] = Sha256::digest(id.as_bytes()).into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(half)
}

fn digest(path: &Path) -> Result<Sha256Digest, BatchError> {
    let failed = BatchError::file(path);
    let mut file = File::open(path).map_err(&failed)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer).map_err(&failed)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    let text = format!("sha256:{}", hex::encode(hasher.finalize()));
    Sha256Digest::parse(&text).ok_or_else(|| BatchError::ManifestHead {
        path: path.to_owned(),
        problem: format!("{text} is no digest"),
    })
}

fn entries(path: &Path) -> Result<Entries, BatchError> {
    Ok(Entries {
        path: path.to_owned(),
        folder: path.parent().unwrap_or(Path::new("")).to_owned(),
        rows: Rows::open(path)?,
        next: None,
        ended: false,
    })
}

/// Groups rows into documents.
pub struct Entries {
    path: PathBuf,
    /// What relative paths start from.
    folder: PathBuf,
    rows: Rows,
    /// The first row of the next document.
    next: Option<(u64, Row)>,
    ended: bool,
}

impl Iterator for Entries {
    type Item = Result<Entry, BatchError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let entry = self.entry();
        // After a problem the place in the file is uncertain.
        self.ended = !matches!(entry, Ok(Some(_)));
        entry.transpose()
    }
}

impl Entries {
    fn entry(&mut self) -> Result<Option<Entry>, BatchError> {
        let first = match self.next.take() {
            Some(row) => Some(row),
            None => self.rows.next_row()?,
        };
        let Some((line, row)) = first else {
            return Ok(None);
        };
        let mut task = BatchTask {
            document_id: self.id(line, &row)?,
            declaration: None,
            files: Vec::new(),
        };
        self.add(&mut task, line, row)?;
        while let Some((line, row)) = self.rows.next_row()? {
            if self.id(line, &row)? != task.document_id {
                self.next = Some((line, row));
                break;
            }
            self.add(&mut task, line, row)?;
        }
        Ok(Some(Entry { line, task }))
    }

    fn problem(&self, line: u64, problem: String) -> BatchError {
        BatchError::ManifestLine {
            path: self.path.clone(),
            line,
            problem,
        }
    }

    fn id(&self, line: u64, row: &Row) -> Result<String, BatchError> {
        let id = row.doc_id.trim();
        let printable = !id.is_empty() && id.len() <= 256 && !id.chars().any(char::is_control);
        match printable {
            true => Ok(id.to_owned()),
            false => Err(self.problem(
                line,
                "doc_id is empty, longer than 256 bytes or has control characters".to_owned(),
            )),
        }
    }

    fn add(&self, task: &mut BatchTask, line: u64, row: Row) -> Result<(), BatchError> {
        let file = self.file(line, &row)?;
        if task.files.len() == MOST_FILES {
            let id = &task.document_id;
            let problem =
                format!("document {id} has more than {MOST_FILES} files, which is the limit");
            return Err(self.problem(line, problem));
        }
        task.files.push(file);
        let Some(declaration) = row.declaration else {
            return Ok(());
        };
        let source = match declaration {
            rows::Declared::Inline(declaration) => DeclarationSource::Inline(declaration),
            rows::Declared::Path(path) => DeclarationSource::Path(self.located(&path)),
        };
        match &task.declaration {
            Some(earlier) if *earlier != source => {
                let id = &task.document_id;
                Err(self.problem(line, format!("document {id} has two declarations")))
            }
            _ => {
                task.declaration = Some(source);
                Ok(())
            }
        }
    }

    fn file(&self, line: u64, row: &Row) -> Result<BatchFile, BatchError> {
        let digest = |what: &str, text: &str| {
            let prefixed = match text.starts_with("sha256:") {
                true => text.to_owned(),
                false => format!("sha256:{text}"),
            };
            Sha256Digest::parse(&prefixed).ok_or_else(|| {
                self.problem(
                    line,
                    format!("{what} {text:?} is not sha256: and 64 hex digits"),
                )
            })
        };
        let announced = row
            .sha256
            .as_deref()
            .map(|text| digest("sha256", text))
            .transpose()?;
        let (path, content) = match (&row.path, &row.blob) {
            (Some(path), None) => (Some(self.located(path)), announced),
            (None, Some(blob)) => {
                let blob = digest("blob", blob)?;
                if announced.is_some_and(|announced| announced != blob) {
                    return Err(self.problem(line, "sha256 and blob differ".to_owned()));
                }
                (None, Some(blob))
            }
            _ => {
                let problem = "one of path and blob must be given, and not both".to_owned();
                return Err(self.problem(line, problem));
            }
        };
        let name = match (&row.name, &path, &content) {
            (Some(name), _, _) => name.clone(),
            (None, Some(path), _) => Path::new(path)
                .file_name()
                .map_or_else(|| path.clone(), |name| name.to_string_lossy().into_owned()),
            (None, None, content) => content
                .as_ref()
                .map_or_else(String::new, |digest| digest.hex()[..12].to_owned()),
        };
        Ok(BatchFile {
            name,
            path,
            digest: content,
        })
    }

    fn located(&self, path: &str) -> String {
        self.folder.join(path).to_string_lossy().into_owned()
    }
}

#[cfg(test)]
mod tests;
