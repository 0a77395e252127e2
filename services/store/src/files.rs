//! Files that tenants have stored. A tenant can use only what it stored itself, even if another
//! tenant has stored the same content.

use crate::blobs::BlobUpload;
use crate::{RequestId, Store, StoreError, Tenant, now, requests};
use bytes::Bytes;
use docexam_domain::Sha256Digest;
use sqlx::{Any, AnyConnection};

impl Store {
    /// Stores a whole file.
    pub async fn put_file(
        &self,
        tenant: &Tenant,
        name: &str,
        content: Bytes,
    ) -> Result<Sha256Digest, StoreError> {
        let size = content.len() as u64;
        let digest = self.blobs.put(content.clone()).await?;
        let mut transaction = self.database.writer().await?;
        match self
            .insert_file(&mut transaction, tenant, name, &digest, size)
            .await
        {
            Err(StoreError::Removed(_)) => {
                // By retention, which cannot come between now: we hold its lock.
                self.blobs.put(content).await?;
            }
            inserted => inserted?,
        }
        transaction.commit().await?;
        Ok(digest)
    }

    /// Begins a file that arrives in chunks.
    pub fn upload_file(&self, tenant: &Tenant, name: &str) -> FileUpload {
        FileUpload {
            store: self.clone(),
            tenant: tenant.clone(),
            name: name.to_owned(),
            blob: self.blobs.upload(),
        }
    }

    /// The content of a file of this tenant, verified against its digest.
    pub async fn read_file(
        &self,
        tenant: &Tenant,
        digest: &Sha256Digest,
    ) -> Result<Bytes, StoreError> {
        let mut connection = self.database.reader().acquire().await?;
        require(&mut connection, tenant, digest).await?;
        drop(connection);
        self.blobs.get(digest).await
    }
}

/// A file on its way in. Dropped before `finish`, it leaves nothing behind.
pub struct FileUpload {
    store: Store,
    tenant: Tenant,
    name: String,
    blob: BlobUpload,
}

impl FileUpload {
    pub async fn write(&mut self, chunk: Bytes) -> Result<(), StoreError> {
        self.blob.write(chunk).await
    }

    /// Digest and size, once the file is on the disk. `announced` must match if it is given.
    pub async fn finish(
        self,
        announced: Option<&Sha256Digest>,
        request_id: Option<&RequestId>,
    ) -> Result<(Sha256Digest, u64), StoreError> {
        let (digest, size) = self.blob.finish(announced).await?;
        let body = [
            b"upload".as_slice(),
            self.name.as_bytes(),
            digest.as_str().as_bytes(),
        ];
        let body = Sha256Digest::of_parts(body);
        let mut transaction = self.store.database.writer().await?;
        requests::earlier_answer(
            &mut transaction,
            &self.tenant,
            request_id,
            &body,
            digest.as_str(),
        )
        .await?;
        // After an earlier call too: its file may have expired since.
        self.store
            .insert_file(&mut transaction, &self.tenant, &self.name, &digest, size)
            .await?;
        transaction.commit().await?;
        Ok((digest, size))
    }
}

impl Store {
    /// The row is there and says that the content is. Whoever removes contents is kept out until the end
    /// of the transaction.
    async fn insert_file(
        &self,
        connection: &mut AnyConnection,
        tenant: &Tenant,
        name: &str,
        digest: &Sha256Digest,
        size: u64,
    ) -> Result<(), StoreError> {
        let dialect = self.database.dialect();
        dialect.lock_shared(connection, digest.as_str()).await?;
        let (expired,) = sqlx::query_as::<Any, (i64,)>(
            "SELECT COUNT(*) FROM files WHERE digest = $1 AND expired_at IS NOT NULL",
        )
        .bind(digest.as_str())
        .fetch_one(&mut *connection)
        .await?;
        // `created_at` is when it was stored last: retention counts from then.
        sqlx::query(
            "INSERT INTO files (tenant, digest, name, size_bytes, created_at)
             VALUES ($1, $2, $3, $4, $5) ON CONFLICT (tenant, digest)
             DO UPDATE SET created_at = EXCLUDED.created_at, expired_at = NULL",
        )
        .bind(tenant.as_str())
        .bind(digest.as_str())
        .bind(name)
        .bind(i64::try_from(size).unwrap_or(i64::MAX))
        .bind(now())
        .execute(connection)
        .await?;
        match expired > 0 && self.blobs.size(digest).await?.is_none() {
            true => Err(StoreError::Removed(digest.clone())),
            false => Ok(()),
        }
    }
}

/// Size of the file in bytes; an error if the tenant has not stored it.
pub(crate) async fn require(
    connection: &mut AnyConnection,
    tenant: &Tenant,
    digest: &Sha256Digest,
) -> Result<u64, StoreError> {
    sqlx::query_as::<Any, (i64,)>(
        "SELECT size_bytes FROM files WHERE tenant = $1 AND digest = $2 AND expired_at IS NULL",
    )
    .bind(tenant.as_str())
    .bind(digest.as_str())
    .fetch_optional(connection)
    .await?
    .map(|(size,)| u64::try_from(size).unwrap_or(0))
    .ok_or_else(|| StoreError::NoFile(digest.clone()))
}
