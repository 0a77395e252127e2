//! An S3 server for tests, on loopback: s3s-fs, which keeps objects in a folder and checks signatures.
//! It can be told to fail or to be slow, as the real ones are at times.

use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s::{S3Result, s3_error};
use s3s_fs::FileSystem;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

const ACCESS_KEY: &str = "tests";
const SECRET_KEY: &str = "only-for-tests";

pub struct S3 {
    address: SocketAddr,
    folder: TempDir,
    pub faults: Arc<Faults>,
    server: JoinHandle<()>,
}

/// What the server does wrong.
#[derive(Default)]
pub struct Faults {
    /// So many requests are answered 503.
    pub unavailable: AtomicUsize,
    /// Each request waits so long.
    pub delay_ms: AtomicU64,
    /// Requests seen, failed ones too.
    pub requests: AtomicUsize,
}

impl S3 {
    /// With an empty bucket `docexam`. Lives on the runtime that it is started on.
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::create_dir(folder.path().join("docexam")).expect("bucket");
        let faults = Arc::new(Faults::default());
        let files = FileSystem::new(folder.path()).expect("a folder");
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        builder.set_access(Gate(Arc::clone(&faults)));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("bound");
        let server = tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let http = Builder::new(TokioExecutor::new());
                    // A client that goes away is no error of the server.
                    let _ = http.serve_connection(TokioIo::new(socket), service).await;
                });
            }
        });
        Self {
            address,
            folder,
            faults,
            server,
        }
    }

    pub fn url(&self) -> String {
        "s3://docexam/blobs".to_owned()
    }

    /// What the environment of a client must say.
    pub fn settings(&self) -> Vec<(String, String)> {
        [
            ("AWS_ENDPOINT", format!("http://{}", self.address)),
            ("AWS_ALLOW_HTTP", "true".to_owned()),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ACCESS_KEY_ID", ACCESS_KEY.to_owned()),
            ("AWS_SECRET_ACCESS_KEY", SECRET_KEY.to_owned()),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .to_vec()
    }

    /// Where the server keeps the objects of the bucket.
    pub fn bucket(&self) -> std::path::PathBuf {
        Path::join(self.folder.path(), "docexam")
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Gate(Arc<Faults>);

#[async_trait::async_trait]
impl S3Access for Gate {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        self.0.requests.fetch_add(1, Ordering::SeqCst);
        let delay = self.0.delay_ms.load(Ordering::SeqCst);
        if delay > 0 {
            tokio::time::sleep(Duration::from_millis(delay)).await;
        }
        let one_less = |left: usize| left.checked_sub(1);
        let order = Ordering::SeqCst;
        if self
            .0
            .unavailable
            .fetch_update(order, order, one_less)
            .is_ok()
        {
            return Err(s3_error!(SlowDown, "as the test wants it"));
        }
        match context.credentials() {
            Some(_) => Ok(()),
            None => Err(s3_error!(AccessDenied, "signature required")),
        }
    }
}
