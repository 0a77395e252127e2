//! Readings kept in the store, for reading threads that know nothing of async.

use docexam_domain::{PageReading, Sha256Digest};
use docexam_pipeline::{Readings, ReadingsError};
use docexam_store::Store;
use tokio::runtime::Handle;

/// What stored readings are filed under: the reader's version, models and settings.
pub fn reader_digest(engine: &str) -> Sha256Digest {
    Sha256Digest::of(engine.as_bytes())
}

pub(crate) struct StoredReadings {
    pub store: Store,
    pub reader: Sha256Digest,
    pub runtime: Handle,
}

impl Readings for StoredReadings {
    fn reading(
        &self,
        file: &Sha256Digest,
        page: u32,
    ) -> Result<Option<PageReading>, ReadingsError> {
        let reading = self.store.reading(file, page, &self.reader, 0);
        Ok(self.runtime.block_on(reading)?)
    }

    fn keep(&self, file: &Sha256Digest, reading: &PageReading) -> Result<(), ReadingsError> {
        let readings = std::slice::from_ref(reading);
        let keep = self.store.put_readings(file, &self.reader, readings);
        Ok(self.runtime.block_on(keep)?)
    }
}
