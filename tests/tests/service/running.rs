//! A running server, and the requests that tests send to it.

use crate::stand_in::{StandIn, examiner, reviewed};
use docexam_proto::v1::examination_service_client::ExaminationServiceClient;
use docexam_proto::v1::submitted_file::Source;
use docexam_proto::v1::{
    CreateExaminationRequest, Declaration, Examination, ExamineRequest, GetExaminationRequest,
    Submission, SubmittedFile, examination,
};
use docexam_server::{Config, Examiner, ServeError, serve_on};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::oneshot;
use tonic::transport::Channel;

pub type Client = ExaminationServiceClient<Channel>;

pub struct Running {
    pub address: SocketAddr,
    pub stand_in: Arc<StandIn>,
    stop: oneshot::Sender<()>,
    task: oneshot::Receiver<Result<(), ServeError>>,
}

impl Running {
    pub async fn start(data_dir: &Path) -> Self {
        Self::start_with(Config {
            data_dir: data_dir.to_owned(),
            ..small()
        })
        .await
    }

    pub async fn start_with(config: Config) -> Self {
        let stand_in = Arc::new(StandIn::default());
        let examiner = examiner(&stand_in).into();
        Self::start_on("127.0.0.1:0", config, examiner, stand_in).await
    }

    /// With an officers' queue, at this address.
    pub async fn start_reviewing(address: &str, config: Config) -> Self {
        let stand_in = Arc::new(StandIn::default());
        let examiner = reviewed(&stand_in);
        Self::start_on(address, config, examiner, stand_in).await
    }

    async fn start_on(
        address: &str,
        config: Config,
        examiner: Examiner,
        stand_in: Arc<StandIn>,
    ) -> Self {
        // With threads of its own, as the server of the program has.
        let listener = std::net::TcpListener::bind(address).expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("bound");
        let (stop, stopped) = oneshot::channel();
        let (ended, task) = oneshot::channel();
        std::thread::spawn(move || {
            let runtime = Builder::new_multi_thread()
                .worker_threads(2)
                .enable_all()
                .build()
                .expect("threads");
            let result = runtime.block_on(async move {
                let listener = TcpListener::from_std(listener).expect("bound");
                let stopped = async move {
                    let _ = stopped.await;
                };
                serve_on(listener, config, examiner, stopped).await
            });
            let _ = ended.send(result);
        });
        Self {
            address,
            stand_in,
            stop,
            task,
        }
    }

    pub async fn channel(&self) -> Channel {
        connect(self.address).await
    }

    pub async fn client(&self) -> Client {
        ExaminationServiceClient::new(self.channel().await)
    }

    /// Lets files named `hold.*` be read on.
    pub fn go_on(&self) {
        self.stand_in.go_on.store(true, Ordering::SeqCst);
    }

    pub fn taken_up(&self) -> usize {
        self.stand_in.taken_up.load(Ordering::SeqCst)
    }

    pub async fn stop(self) {
        self.stop.send(()).expect("it runs");
        self.task.await.expect("no panic").expect("no error");
    }
}

pub async fn connect(address: SocketAddr) -> Channel {
    let endpoint = Channel::from_shared(format!("http://{address}")).expect("an address");
    endpoint.connect().await.expect("it listens")
}

/// Small limits, so that tests reach them.
pub fn small() -> Config {
    Config {
        max_message_bytes: 256 << 10,
        max_file_bytes: 4 << 20,
        max_queue: 20,
        workers: 2,
        grace_seconds: 1,
        ..Config::default()
    }
}

pub fn submission(declaration_id: &str, name: &str, content: &'static str) -> Submission {
    Submission {
        declaration: Some(Declaration {
            id: declaration_id.to_owned(),
            ..Default::default()
        }),
        files: vec![inline(name, content)],
    }
}

pub fn inline(name: &str, content: &'static str) -> SubmittedFile {
    SubmittedFile {
        name: name.to_owned(),
        source: Some(Source::Content(content.into())),
    }
}

pub fn examine(submission: Submission, request_id: &str) -> ExamineRequest {
    ExamineRequest {
        submission: Some(submission),
        request_id: request_id.to_owned(),
    }
}

pub fn create(submission: Submission, request_id: &str) -> CreateExaminationRequest {
    CreateExaminationRequest {
        submission: Some(submission),
        request_id: request_id.to_owned(),
    }
}

pub async fn get(client: &mut Client, id: &str) -> Examination {
    let request = GetExaminationRequest { id: id.to_owned() };
    client
        .get_examination(request)
        .await
        .expect("found")
        .into_inner()
}

/// Asks until the examination is in this state.
pub async fn reaches(client: &mut Client, id: &str, state: examination::State) -> Examination {
    for _ in 0..1_000 {
        let examination = get(client, id).await;
        if examination.state() == state {
            return examination;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!(
        "{id} does not become {state:?}: {:?}",
        get(client, id).await
    );
}

/// Waits for something that happens in another task.
pub async fn until(what: &str, condition: impl Fn() -> bool) {
    for _ in 0..1_000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("did not happen: {what}");
}
