//! What is examined: one declaration with the documents behind it.

use docexam_domain::{Declaration, Document, PageReading, Sha256Digest};
use std::collections::BTreeMap;

/// A file as it was submitted; `file` indices of pages point into the list of these.
#[derive(Clone, Debug, PartialEq)]
pub struct SubmittedFile {
    pub name: String,
    pub digest: Sha256Digest,
}

/// What earlier submissions held. Empty when nothing is known.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// Declaration ids under which a file was submitted before.
    pub seen_files: BTreeMap<Sha256Digest, Vec<String>>,
}

/// Everything the rules may look at. `pages` tells whether a value was read by OCR or stands in the
/// file's own text; a page that is not listed counts as read by OCR.
#[derive(Clone, Copy, Debug)]
pub struct Case<'a> {
    pub declaration: &'a Declaration,
    pub documents: &'a [Document],
    pub files: &'a [SubmittedFile],
    pub pages: &'a [PageReading],
    pub history: &'a History,
}
