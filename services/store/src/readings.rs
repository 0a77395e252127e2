//! What was read from pages, kept so that an archive can be examined again without OCR.
//!
//! The key is what a reading depends on: the content of the file, the page, and what read it (engine, models
//! and settings, by their digest). Retention removes readings together with the file.
//! A reading is deflated JSON as base64: the one form of bytes that is the same in both databases.

use crate::database::numbered;
use crate::{Store, StoreError, formats, now, packed};
use docexam_domain::{PageReading, Sha256Digest};
use sqlx::{Any, AssertSqlSafe};

/// A page has a few hundred words of about a hundred bytes; the largest one seen has 3 MB.
const MAX_READING_BYTES: u64 = 64 << 20;
const WHAT: &str = "reading";
/// Rows of one statement.
const ROWS_AT_ONCE: usize = 100;

/// What has been read of a file by one reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadingSet {
    /// Digest of engine, models and settings.
    pub reader: Sha256Digest,
    pub pages: u32,
}

impl Store {
    /// Keeps readings of a file; a page that this reader has read before keeps its earlier reading.
    pub async fn put_readings(
        &self,
        digest: &Sha256Digest,
        reader: &Sha256Digest,
        readings: &[PageReading],
    ) -> Result<(), StoreError> {
        for chunk in readings.chunks(ROWS_AT_ONCE) {
            let sql = format!(
                "INSERT INTO readings (digest, page, reader, reading, created_at) VALUES {}
                 ON CONFLICT (digest, page, reader) DO NOTHING",
                numbered(chunk.len(), 5)
            );
            let mut query = sqlx::query::<Any>(AssertSqlSafe(sql));
            for reading in chunk {
                query = query
                    .bind(digest.as_str())
                    .bind(i64::from(reading.page))
                    .bind(reader.as_str())
                    .bind(packed(reading)?)
                    .bind(now());
            }
            query.execute(self.database.writers()).await?;
        }
        Ok(())
    }

    /// One page, as `file` of its submission (from 0).
    pub async fn reading(
        &self,
        digest: &Sha256Digest,
        page: u32,
        reader: &Sha256Digest,
        file: u32,
    ) -> Result<Option<PageReading>, StoreError> {
        sqlx::query_as::<Any, (String,)>(
            "SELECT reading FROM readings WHERE digest = $1 AND page = $2 AND reader = $3",
        )
        .bind(digest.as_str())
        .bind(i64::from(page))
        .bind(reader.as_str())
        .fetch_optional(self.database.reader())
        .await?
        .map(|(reading,)| unpacked(&reading, file))
        .transpose()
    }

    /// All pages that were kept, in their order.
    pub async fn readings(
        &self,
        digest: &Sha256Digest,
        reader: &Sha256Digest,
        file: u32,
    ) -> Result<Vec<PageReading>, StoreError> {
        let rows = sqlx::query_as::<Any, (String,)>(
            "SELECT reading FROM readings WHERE digest = $1 AND reader = $2 ORDER BY page",
        )
        .bind(digest.as_str())
        .bind(reader.as_str())
        .fetch_all(self.database.reader())
        .await?;
        rows.iter()
            .map(|(reading,)| unpacked(reading, file))
            .collect()
    }

    /// Who has read a file, and how many of its pages; the latest reader first.
    pub async fn reading_sets(&self, digest: &Sha256Digest) -> Result<Vec<ReadingSet>, StoreError> {
        let rows = sqlx::query_as::<Any, (String, i64)>(
            "SELECT reader, COUNT(*) FROM readings WHERE digest = $1
             GROUP BY reader ORDER BY MAX(created_at) DESC, reader",
        )
        .bind(digest.as_str())
        .fetch_all(self.database.reader())
        .await?;
        rows.into_iter()
            .map(|(reader, pages)| {
                Ok(ReadingSet {
                    reader: formats::digest(reader)?,
                    pages: u32::try_from(pages).unwrap_or(u32::MAX),
                })
            })
            .collect()
    }
}

fn packed(reading: &PageReading) -> Result<String, StoreError> {
    packed::packed(WHAT, &formats::write_reading(reading)?)
}

/// The index of the file is that of the submission which asks, not of the one that was read.
pub(crate) fn unpacked(text: &str, file: u32) -> Result<PageReading, StoreError> {
    let json = packed::unpacked(WHAT, text, MAX_READING_BYTES)?;
    Ok(PageReading {
        file,
        ..formats::read_reading(&json)?
    })
}
