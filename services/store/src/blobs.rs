//! File contents, named by their SHA-256 digest.
//!
//! Goes in: bytes, whole or in chunks. Comes out: their digest, and later the same bytes, verified.
//! A content is written under a passing name and renamed once it is complete and on the disk, so that
//! a name never stands for half a file and two writers of the same content cannot disturb each other.

use crate::{BlobPlace, StoreError};
use bytes::Bytes;
use docexam_domain::Sha256Digest;
use object_store::path::Path as BlobPath;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart, local::LocalFileSystem};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::Arc;

/// Where uploads lie until they are complete.
const INCOMING: &str = "incoming";
/// A part of an upload. Object stores refuse parts under 5 MiB (but for the last).
const PART_BYTES: usize = 5 << 20;

#[derive(Clone)]
pub(crate) struct Blobs {
    store: Arc<dyn ObjectStore>,
    max_file_bytes: u64,
}

impl Blobs {
    pub(crate) async fn open(place: &BlobPlace, max_file_bytes: u64) -> Result<Self, StoreError> {
        match place {
            BlobPlace::Folder(folder) => Self::local(folder, max_file_bytes),
            BlobPlace::Url(_) => Err(StoreError::BadPlace {
                what: "blobs",
                place: place.to_string(),
                known: "a folder",
            }),
        }
    }

    /// Opens `folder`, makes it if it is not there, and removes what unfinished uploads left.
    pub(crate) fn local(folder: &Path, max_file_bytes: u64) -> Result<Self, StoreError> {
        let problem = |error| StoreError::Folder {
            folder: folder.display().to_string(),
            error,
        };
        std::fs::create_dir_all(folder).map_err(problem)?;
        match std::fs::remove_dir_all(folder.join(INCOMING)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(problem(error));
            }
            _ => {}
        }
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Self {
            store: Arc::new(store),
            max_file_bytes,
        })
    }

    pub(crate) async fn put(&self, content: Bytes) -> Result<Sha256Digest, StoreError> {
        self.check_size(content.len() as u64)?;
        let hashed = content.clone();
        let digest = blocking(move || Sha256Digest::of(&hashed)).await?;
        self.store.put(&place(&digest), content.into()).await?;
        Ok(digest)
    }

    /// The bytes with this digest; an error if they are gone or changed.
    pub(crate) async fn get(&self, digest: &Sha256Digest) -> Result<Bytes, StoreError> {
        let content = match self.store.get(&place(digest)).await {
            Ok(found) => found.bytes().await?,
            Err(object_store::Error::NotFound { .. }) => {
                return Err(StoreError::NoFile(digest.clone()));
            }
            Err(error) => return Err(error.into()),
        };
        let hashed = content.clone();
        let actual = blocking(move || Sha256Digest::of(&hashed)).await?;
        match actual == *digest {
            true => Ok(content),
            false => Err(StoreError::DamagedFile {
                digest: digest.clone(),
                actual,
            }),
        }
    }

    /// Begins a content that arrives in chunks.
    pub(crate) async fn upload(&self) -> Result<BlobUpload, StoreError> {
        let passing_name = BlobPath::from_iter([INCOMING, &uuid::Uuid::new_v4().to_string()]);
        let parts = self.store.put_multipart(&passing_name).await?;
        Ok(BlobUpload {
            blobs: self.clone(),
            passing_name,
            writer: WriteMultipart::new_with_chunk_size(parts, PART_BYTES),
            hasher: Sha256::new(),
            size: 0,
        })
    }

    fn check_size(&self, bytes: u64) -> Result<(), StoreError> {
        match bytes > self.max_file_bytes {
            true => Err(StoreError::FileTooLarge {
                bytes,
                limit: self.max_file_bytes,
            }),
            false => Ok(()),
        }
    }
}

/// A content on its way in. Dropped before `finish`, it leaves nothing behind.
pub(crate) struct BlobUpload {
    blobs: Blobs,
    passing_name: BlobPath,
    writer: WriteMultipart,
    hasher: Sha256,
    size: u64,
}

impl BlobUpload {
    pub(crate) async fn write(&mut self, chunk: Bytes) -> Result<(), StoreError> {
        self.size = self.size.saturating_add(chunk.len() as u64);
        self.blobs.check_size(self.size)?;
        self.hasher.update(&chunk);
        // One part on its way at a time: memory stays at two parts however large the file is.
        self.writer.wait_for_capacity(1).await?;
        self.writer.put(chunk);
        Ok(())
    }

    /// The digest and size, once the content lies under its digest on the disk.
    pub(crate) async fn finish(
        self,
        announced: Option<&Sha256Digest>,
    ) -> Result<(Sha256Digest, u64), StoreError> {
        let digest = digest_of(self.hasher)?;
        if let Some(announced) = announced.filter(|announced| **announced != digest) {
            self.writer.abort().await?;
            return Err(StoreError::OtherContent {
                actual: digest,
                announced: announced.clone(),
            });
        }
        self.writer.finish().await?;
        // Over an earlier copy too: it is the same content, and mends one that was damaged.
        self.blobs
            .store
            .rename(&self.passing_name, &place(&digest))
            .await?;
        Ok((digest, self.size))
    }
}

/// `sha256/ab/cdef…`: 256 folders keep each small enough for any file system.
fn place(digest: &Sha256Digest) -> BlobPath {
    let (folder, name) = digest.hex().split_at(2);
    BlobPath::from_iter(["sha256", folder, name])
}

fn digest_of(hasher: Sha256) -> Result<Sha256Digest, StoreError> {
    let text = format!("sha256:{}", hex::encode(hasher.finalize()));
    Sha256Digest::parse(&text).ok_or(StoreError::DamagedRow {
        what: "digest",
        problem: text,
    })
}

/// Hashing a large file takes long enough to hold up every other call of an async thread.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::DamagedRow {
            what: "file",
            problem: error.to_string(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blobs(folder: &Path) -> Blobs {
        Blobs::local(folder, 20 << 20).expect("opened")
    }

    #[tokio::test]
    async fn chunks_and_a_whole_file_give_the_same_blob() {
        let folder = tempfile::tempdir().expect("folder");
        let blobs = blobs(folder.path());
        // Not a multiple of the part size, and larger than two parts.
        let content: Bytes = (0..12_345_678u32)
            .map(|n| n.wrapping_mul(31) as u8)
            .collect();
        let mut upload = blobs.upload().await.expect("begun");
        for chunk in content.chunks(777_777) {
            upload
                .write(Bytes::copy_from_slice(chunk))
                .await
                .expect("written");
        }
        let (digest, size) = upload.finish(None).await.expect("finished");
        assert_eq!(size, 12_345_678);
        assert_eq!(blobs.put(content.clone()).await.expect("put"), digest);
        assert_eq!(blobs.get(&digest).await.expect("read"), content);
    }

    #[tokio::test]
    async fn a_changed_or_missing_blob_is_noticed() {
        let folder = tempfile::tempdir().expect("folder");
        let blobs = blobs(folder.path());
        let digest = blobs
            .put(Bytes::from_static(b"invoice"))
            .await
            .expect("put");
        let file = folder.path().join(place(&digest).as_ref());
        std::fs::write(&file, b"invoic3").expect("tampered");
        let error = blobs.get(&digest).await.expect_err("damaged");
        assert!(matches!(error, StoreError::DamagedFile { .. }), "{error}");
        std::fs::remove_file(&file).expect("removed");
        let error = blobs.get(&digest).await.expect_err("gone");
        assert!(matches!(error, StoreError::NoFile(_)), "{error}");
    }

    #[tokio::test]
    async fn an_upload_over_the_limit_or_of_other_content_leaves_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let blobs = Blobs::local(folder.path(), 10).expect("opened");
        let mut upload = blobs.upload().await.expect("begun");
        upload
            .write(Bytes::from_static(b"0123456789"))
            .await
            .expect("at the limit");
        let error = upload
            .write(Bytes::from_static(b"x"))
            .await
            .expect_err("over");
        assert_eq!(
            error.to_string(),
            "file is larger than 10 bytes: 11 bytes received"
        );
        drop(upload);
        let mut upload = blobs.upload().await.expect("begun");
        upload
            .write(Bytes::from_static(b"abc"))
            .await
            .expect("written");
        let announced = Sha256Digest::of(b"abd");
        let error = upload.finish(Some(&announced)).await.expect_err("other");
        assert!(matches!(error, StoreError::OtherContent { .. }), "{error}");
        assert!(!folder.path().join("sha256").exists());
    }

    #[tokio::test]
    async fn many_writers_of_the_same_content_agree() {
        let folder = tempfile::tempdir().expect("folder");
        let blobs = blobs(folder.path());
        let content = Bytes::from(vec![7u8; 1 << 20]);
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (blobs, content) = (blobs.clone(), content.clone());
            writers.spawn(async move {
                let mut upload = blobs.upload().await?;
                upload.write(content.clone()).await?;
                upload.finish(None).await?;
                blobs.put(content).await
            });
        }
        for digest in writers.join_all().await {
            let digest = digest.expect("written");
            assert_eq!(blobs.get(&digest).await.expect("read"), content);
        }
    }
}
