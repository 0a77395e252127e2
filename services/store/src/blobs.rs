//! File contents, named by their SHA-256 digest.
//!
//! Goes in: bytes, whole or in chunks. Comes out: their digest, and later the same bytes, verified.
//! A content gets its name only once it is complete and on the disk, so that a name never stands for half
//! a file; two writers of the same content write the same bytes and cannot disturb each other, so no store
//! has to refuse the second one. The same for a folder and for an object store.

use crate::{BlobPlace, StoreError, remote};
use bytes::{Bytes, BytesMut};
use docexam_domain::Sha256Digest;
use object_store::path::Path as BlobPath;
use object_store::{ObjectStore, ObjectStoreExt, WriteMultipart, local::LocalFileSystem};
use sha2::{Digest, Sha256};
use std::io::ErrorKind;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_stream::{Stream, StreamExt};

/// Where complete contents lie.
const CONTENTS: &str = "sha256";
/// Where uploads lie until they are complete.
const INCOMING: &str = "incoming";
/// A part of an upload. Object stores refuse parts under 5 MiB (but for the last).
const PART_BYTES: usize = 5 << 20;
/// Before each look at the size of a copy.
const COPY_PAUSES: [Duration; 4] = [
    Duration::ZERO,
    Duration::from_millis(200),
    Duration::from_secs(1),
    Duration::from_secs(3),
];
/// No upload takes this long: its sender would have been given up.
const ABANDONED: Duration = Duration::from_secs(24 * 3600);

#[derive(Clone)]
pub(crate) struct Blobs {
    store: Arc<dyn ObjectStore>,
    max_file_bytes: u64,
}

impl Blobs {
    /// Opens the place, makes a folder if it is not there, and removes what unfinished uploads left.
    pub(crate) async fn open(place: &BlobPlace, max_file_bytes: u64) -> Result<Self, StoreError> {
        let store: Arc<dyn ObjectStore> = match place {
            BlobPlace::Folder(folder) => {
                let problem = |error| StoreError::Folder {
                    folder: folder.display().to_string(),
                    error,
                };
                std::fs::create_dir_all(folder).map_err(problem)?;
                remove_old_uploads(&folder.join(INCOMING)).map_err(problem)?;
                Arc::new(LocalFileSystem::new_with_prefix(folder)?.with_fsync(true))
            }
            BlobPlace::Url { url, settings } => remote::open(url, settings)?,
        };
        Ok(Self {
            store,
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
    pub(crate) fn upload(&self) -> BlobUpload {
        BlobUpload {
            blobs: self.clone(),
            state: Some(UploadState::Small(BytesMut::new())),
            hasher: Sha256::new(),
            size: 0,
        }
    }

    /// Size in bytes; none if it is not there.
    pub(crate) async fn size(&self, digest: &Sha256Digest) -> Result<Option<u64>, StoreError> {
        match self.store.head(&place(digest)).await {
            Ok(meta) => Ok(Some(meta.size)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// It is no error if it is not there.
    pub(crate) async fn delete(&self, digest: &Sha256Digest) -> Result<(), StoreError> {
        match self.store.delete(&place(digest)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Every blob that is there, as the store lists it.
    pub(crate) fn list(
        &self,
    ) -> Pin<Box<dyn Stream<Item = Result<ListedBlob, StoreError>> + Send>> {
        let listed = self.store.list(Some(&BlobPath::from(CONTENTS)));
        Box::pin(listed.map(|listed| {
            let listed = listed?;
            Ok(ListedBlob {
                digest: digest_at(&listed.location),
                stored_at: listed.last_modified.timestamp_micros(),
                name: listed.location.to_string(),
            })
        }))
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

/// A name found among the blobs.
pub(crate) struct ListedBlob {
    /// None for a name that no digest has.
    pub(crate) digest: Option<Sha256Digest>,
    /// Microseconds since 1970.
    pub(crate) stored_at: i64,
    pub(crate) name: String,
}

/// A content on its way in. Dropped before `finish`, it leaves nothing behind.
pub(crate) struct BlobUpload {
    blobs: Blobs,
    /// None once it is finished.
    state: Option<UploadState>,
    hasher: Sha256,
    size: u64,
}

/// What fits a part is kept until its digest is known, and then written once under its own name.
enum UploadState {
    Small(BytesMut),
    Large {
        passing_name: BlobPath,
        writer: WriteMultipart,
    },
}

impl BlobUpload {
    pub(crate) async fn write(&mut self, chunk: Bytes) -> Result<(), StoreError> {
        self.size = self.size.saturating_add(chunk.len() as u64);
        self.blobs.check_size(self.size)?;
        self.hasher.update(&chunk);
        let kept = match &mut self.state {
            Some(UploadState::Small(kept)) if kept.len() + chunk.len() <= PART_BYTES => {
                kept.extend_from_slice(&chunk);
                return Ok(());
            }
            Some(UploadState::Small(kept)) => kept.split().freeze(),
            Some(UploadState::Large { writer, .. }) => return write_part(writer, chunk).await,
            None => return Ok(()),
        };
        let passing_name = BlobPath::from_iter([INCOMING, &uuid::Uuid::new_v4().to_string()]);
        let parts = self.blobs.store.put_multipart(&passing_name).await?;
        let mut writer = WriteMultipart::new_with_chunk_size(parts, PART_BYTES);
        write_part(&mut writer, kept).await?;
        write_part(&mut writer, chunk).await?;
        self.state = Some(UploadState::Large {
            passing_name,
            writer,
        });
        Ok(())
    }

    /// The digest and size, once the content lies under its digest on the disk.
    pub(crate) async fn finish(
        mut self,
        announced: Option<&Sha256Digest>,
    ) -> Result<(Sha256Digest, u64), StoreError> {
        let digest = digest_of(std::mem::take(&mut self.hasher))?;
        if let Some(announced) = announced.filter(|announced| **announced != digest) {
            return Err(StoreError::OtherContent {
                actual: digest,
                announced: announced.clone(),
            });
        }
        let store = Arc::clone(&self.blobs.store);
        // Over an earlier copy in both cases: it is the same content, and mends one that was damaged.
        match self.state.take() {
            Some(UploadState::Small(content)) => {
                store.put(&place(&digest), content.freeze().into()).await?;
            }
            Some(UploadState::Large {
                passing_name,
                writer,
            }) => {
                writer.finish().await?;
                // Object stores have no rename: it is a copy, whole or not at all, and a deletion.
                store.rename(&passing_name, &place(&digest)).await?;
                self.blobs.verify_size(&digest, self.size).await?;
            }
            None => {}
        }
        Ok((digest, self.size))
    }
}

impl Blobs {
    /// Not every server that speaks S3 copies in one step: another writer of the same content may be at it.
    async fn verify_size(&self, digest: &Sha256Digest, expected: u64) -> Result<(), StoreError> {
        let mut stored = 0;
        for pause in COPY_PAUSES {
            tokio::time::sleep(pause).await;
            stored = self.size(digest).await?.unwrap_or(0);
            if stored == expected {
                return Ok(());
            }
        }
        Err(StoreError::CutFile {
            digest: digest.clone(),
            stored,
            expected,
        })
    }
}

impl Drop for BlobUpload {
    /// A folder forgets the unfinished parts by itself; an object store keeps and bills them until told.
    fn drop(&mut self) {
        if let Some(UploadState::Large { writer, .. }) = self.state.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(writer.abort());
        }
    }
}

async fn write_part(writer: &mut WriteMultipart, chunk: Bytes) -> Result<(), StoreError> {
    // One part on its way at a time: memory stays at two parts however large the file is.
    writer.wait_for_capacity(1).await?;
    writer.put(chunk);
    Ok(())
}

/// Only old ones: another process may be uploading.
fn remove_old_uploads(folder: &Path) -> std::io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let old = match entry.metadata().and_then(|data| data.modified()) {
            Ok(modified) => modified.elapsed().is_ok_and(|age| age > ABANDONED),
            Err(_) => false,
        };
        if old {
            match std::fs::remove_file(entry.path()) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}

/// `sha256/ab/cdef…`: 256 folders keep each small enough for any file system.
fn place(digest: &Sha256Digest) -> BlobPath {
    let (folder, name) = digest.hex().split_at(2);
    BlobPath::from_iter([CONTENTS, folder, name])
}

fn digest_at(path: &BlobPath) -> Option<Sha256Digest> {
    let parts: Vec<_> = path.parts().collect();
    match parts.as_slice() {
        [contents, folder, name] if contents.as_ref() == CONTENTS => {
            Sha256Digest::parse(&format!("sha256:{}{}", folder.as_ref(), name.as_ref()))
        }
        _ => None,
    }
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

    async fn blobs(folder: &Path, max_file_bytes: u64) -> Blobs {
        let place = BlobPlace::Folder(folder.to_owned());
        Blobs::open(&place, max_file_bytes).await.expect("opened")
    }

    #[tokio::test]
    async fn chunks_and_a_whole_file_give_the_same_blob() {
        let folder = tempfile::tempdir().expect("folder");
        let blobs = blobs(folder.path(), 20 << 20).await;
        // Not a multiple of the part size, and larger than two parts.
        let content: Bytes = (0..12_345_678u32)
            .map(|n| n.wrapping_mul(31) as u8)
            .collect();
        let mut upload = blobs.upload();
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
        let blobs = blobs(folder.path(), 20 << 20).await;
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
        let blobs = blobs(folder.path(), 10).await;
        let mut upload = blobs.upload();
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
        let mut upload = blobs.upload();
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
        let blobs = blobs(folder.path(), 20 << 20).await;
        let content = Bytes::from(vec![7u8; 1 << 20]);
        let mut writers = tokio::task::JoinSet::new();
        for _ in 0..8 {
            let (blobs, content) = (blobs.clone(), content.clone());
            writers.spawn(async move {
                let mut upload = blobs.upload();
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
