//! The files of an examination, by their index in it: for pictures of pages.

use crate::{Store, StoreError, StoredFile, Tenant};
use docexam_domain::Sha256Digest;
use sqlx::Any;

impl Store {
    /// The file at this index, from 0; none if the examination has no such file.
    pub async fn examination_file(
        &self,
        tenant: &Tenant,
        examination_id: &str,
        file: u32,
    ) -> Result<Option<StoredFile>, StoreError> {
        let row = sqlx::query_as::<Any, (String, String)>(
            "SELECT name, digest FROM examination_files
             WHERE tenant = $1 AND examination_id = $2 AND position = $3",
        )
        .bind(tenant.as_str())
        .bind(examination_id)
        .bind(i64::from(file))
        .fetch_optional(self.database.reader())
        .await?;
        row.map(|(name, digest)| match Sha256Digest::parse(&digest) {
            Some(digest) => Ok(StoredFile { name, digest }),
            None => Err(StoreError::DamagedRow {
                what: "digest",
                problem: digest,
            }),
        })
        .transpose()
    }
}
