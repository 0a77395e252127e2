//! Readings that outlive their examination, so that a page is read once.

use docexam_domain::{PageReading, Sha256Digest};

/// Why a kept reading could not be fetched or kept; the text is for the caller's message.
pub type ReadingsError = Box<dyn std::error::Error + Send + Sync>;

/// Where readings are kept, by the content of the file. Called from the reading threads.
pub trait Readings: Sync {
    /// The reading of this page (from 1), if the same reader has read it before.
    fn reading(&self, file: &Sha256Digest, page: u32)
    -> Result<Option<PageReading>, ReadingsError>;

    /// Keeps a page that was read or is blank. Failed pages are not offered: another try may succeed.
    fn keep(&self, file: &Sha256Digest, reading: &PageReading) -> Result<(), ReadingsError>;
}
