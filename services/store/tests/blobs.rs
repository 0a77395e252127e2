//! What a place for file contents must do, whether it is a folder or an S3 server; and what is not noticed
//! of an S3 server that is busy or slow.

use bytes::Bytes;
use docexam_domain::Sha256Digest;
use docexam_store::*;
use docexam_tests::s3::S3;
use std::sync::atomic::Ordering;
use std::time::Instant;
use tempfile::TempDir;

/// A store with its files in a folder or on a server.
struct Ground {
    folder: TempDir,
    s3: Option<S3>,
}

impl Ground {
    fn folder() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        Self { folder, s3: None }
    }

    async fn s3() -> Self {
        Self {
            s3: Some(S3::start().await),
            ..Self::folder()
        }
    }

    async fn open(&self) -> Store {
        let mut places = Places::in_folder(self.folder.path());
        if let Some(s3) = &self.s3 {
            places.blobs = BlobPlace::Url {
                url: s3.url(),
                settings: s3.settings(),
            };
        }
        Store::open_at(&places, StoreLimits::default())
            .await
            .expect("opened")
    }

    /// Where the bytes of a file lie in the end.
    fn file(&self, digest: &Sha256Digest) -> std::path::PathBuf {
        let blobs = match &self.s3 {
            Some(s3) => s3.bucket().join("blobs"),
            None => self.folder.path().join("blobs"),
        };
        let (start, rest) = digest.hex().split_at(2);
        blobs.join("sha256").join(start).join(rest)
    }
}

fn tenant() -> Tenant {
    Tenant::default()
}

/// Larger than two parts of an upload, and no multiple of one.
fn large() -> Bytes {
    (0..12_345_678u32)
        .map(|n| n.wrapping_mul(31) as u8)
        .collect()
}

async fn uploaded(store: &Store, content: &Bytes) -> Sha256Digest {
    let mut upload = store.upload_file(&tenant(), "scan.tif");
    for chunk in content.chunks(777_777) {
        upload
            .write(Bytes::copy_from_slice(chunk))
            .await
            .expect("written");
    }
    let (digest, size) = upload.finish(None, None).await.expect("finished");
    assert_eq!(size, content.len() as u64);
    digest
}

async fn files_whole_and_in_chunks_are_the_same(ground: Ground) {
    let store = ground.open().await;
    for content in [
        Bytes::from_static(b""),
        Bytes::from_static(b"small"),
        large(),
    ] {
        let digest = uploaded(&store, &content).await;
        assert_eq!(digest, Sha256Digest::of(&content));
        let again = store
            .put_file(&tenant(), "scan.tif", content.clone())
            .await
            .expect("put");
        assert_eq!(again, digest);
        assert_eq!(
            store.read_file(&tenant(), &digest).await.expect("read"),
            content
        );
    }
}

async fn a_damaged_file_is_noticed_and_mended_by_sending_it_again(ground: Ground) {
    let store = ground.open().await;
    for content in [Bytes::from_static(b"an invoice"), large()] {
        let digest = uploaded(&store, &content).await;
        let mut damaged = content.to_vec();
        damaged[3] ^= 1;
        std::fs::write(ground.file(&digest), damaged).expect("tampered");
        let error = store
            .read_file(&tenant(), &digest)
            .await
            .expect_err("damaged");
        assert!(matches!(error, StoreError::DamagedFile { .. }), "{error}");
        std::fs::remove_file(ground.file(&digest)).expect("removed");
        let error = store.read_file(&tenant(), &digest).await.expect_err("gone");
        assert!(matches!(error, StoreError::NoFile(_)), "{error}");
        uploaded(&store, &content).await;
        assert_eq!(
            store.read_file(&tenant(), &digest).await.expect("mended"),
            content
        );
    }
}

async fn an_upload_that_is_given_up_leaves_no_file(ground: Ground) {
    let store = ground.open().await;
    let content = large();
    let mut upload = store.upload_file(&tenant(), "scan.tif");
    upload.write(content.clone()).await.expect("written");
    drop(upload);
    let mut upload = store.upload_file(&tenant(), "scan.tif");
    upload.write(content.clone()).await.expect("written");
    let announced = Sha256Digest::of(b"something else");
    let error = upload
        .finish(Some(&announced), None)
        .await
        .expect_err("other content");
    assert!(matches!(error, StoreError::OtherContent { .. }), "{error}");
    assert!(!ground.file(&Sha256Digest::of(&content)).exists());
}

async fn writers_of_one_content_do_not_disturb_each_other(ground: Ground) {
    let store = ground.open().await;
    let content = Bytes::from(vec![7u8; 6 << 20]);
    let mut writers = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (store, content) = (store.clone(), content.clone());
        writers.spawn(async move { uploaded(&store, &content).await });
    }
    for digest in writers.join_all().await {
        assert_eq!(
            store.read_file(&tenant(), &digest).await.expect("read"),
            content
        );
    }
}

/// Each test on each kind of place.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod folder {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::Ground::folder()).await;
            })*
        }
        mod s3 {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                super::$test(super::Ground::s3().await).await;
            })*
        }
    };
}

on_both!(
    files_whole_and_in_chunks_are_the_same,
    a_damaged_file_is_noticed_and_mended_by_sending_it_again,
    an_upload_that_is_given_up_leaves_no_file,
    writers_of_one_content_do_not_disturb_each_other,
);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_server_is_asked_again() {
    let ground = Ground::s3().await;
    let store = ground.open().await;
    let faults = &ground.s3.as_ref().expect("started").faults;
    let content = large();
    for content in [Bytes::from_static(b"small"), content] {
        faults.unavailable.store(3, Ordering::SeqCst);
        let digest = uploaded(&store, &content).await;
        assert_eq!(faults.unavailable.load(Ordering::SeqCst), 0, "it did fail");
        faults.unavailable.store(3, Ordering::SeqCst);
        assert_eq!(
            store.read_file(&tenant(), &digest).await.expect("read"),
            content
        );
        assert_eq!(faults.unavailable.load(Ordering::SeqCst), 0, "it did fail");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_server_is_waited_for() {
    let ground = Ground::s3().await;
    let store = ground.open().await;
    let faults = &ground.s3.as_ref().expect("started").faults;
    faults.delay_ms.store(400, Ordering::SeqCst);
    let began = Instant::now();
    let content = large();
    let digest = uploaded(&store, &content).await;
    assert!(began.elapsed().as_millis() >= 400, "it was slow");
    assert_eq!(
        store.read_file(&tenant(), &digest).await.expect("read"),
        content
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stays_away_is_given_up_and_nothing_is_acknowledged() {
    let ground = Ground::s3().await;
    let store = ground.open().await;
    let faults = &ground.s3.as_ref().expect("started").faults;
    faults.unavailable.store(usize::MAX, Ordering::SeqCst);
    let content = Bytes::from_static(b"an invoice");
    let began = Instant::now();
    let error = store
        .put_file(&tenant(), "invoice.pdf", content.clone())
        .await
        .expect_err("busy");
    assert!(error.is_temporary(), "{error:?}");
    assert!(began.elapsed().as_secs() < 60, "bounded");
    faults.unavailable.store(0, Ordering::SeqCst);
    let digest = Sha256Digest::of(&content);
    let error = store
        .read_file(&tenant(), &digest)
        .await
        .expect_err("not stored");
    assert!(matches!(error, StoreError::NoFile(_)), "{error}");
    store
        .put_file(&tenant(), "invoice.pdf", content)
        .await
        .expect("it is back");
}
