//! `docexam serve`: the gRPC service, with the real examiner plugged in.

use crate::exit::Done;
use crate::input::ReadingOptions;
use anyhow::Context;
use clap::Args;
use docexam_checks::History;
use docexam_domain::Sha256Digest;
use docexam_pipeline as pipeline;
use docexam_server::{Config, Event, Examine, ExamineError, Submission};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::net::TcpListener;

/// Serve docexam.v1 over gRPC
#[derive(Args)]
pub struct Arguments {
    /// Configuration as TOML: listen, data_dir, store, blobs, max_message_bytes, max_file_bytes,
    /// max_submission_bytes, max_queue, workers, lease_seconds, grace_seconds; the options below win
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Address and port (default 127.0.0.1:50051); there is no authentication yet, so keep it on loopback
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Folder of the database and the files received (default `data`)
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Database, if not in the data folder: postgres://HOST/DATABASE (user and password by PGUSER and
    /// PGPASSWORD) or the path of a SQLite file
    #[arg(
        long,
        env = "DOCEXAM_STORE",
        hide_env_values = true,
        value_name = "PLACE"
    )]
    store: Option<String>,
    /// Files received, if not in the data folder: s3://BUCKET/PREFIX, az://, gs:// (keys and endpoint by AWS_*,
    /// AZURE_*, GOOGLE_* in the environment) or a folder
    #[arg(long, env = "DOCEXAM_BLOBS", value_name = "PLACE")]
    blobs: Option<String>,
    #[command(flatten)]
    reading: ReadingOptions,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Done> {
    let config = configuration(&arguments)?;
    let mut examiner_config = arguments.reading.config()?;
    examiner_config.limits.max_file_bytes = config.max_file_bytes;
    let examiner = pipeline::Examiner::new(examiner_config)?;
    eprintln!("reader: {}", examiner.engine());
    eprintln!("model: {}", examiner.model_digest());
    eprintln!(
        "rule pack: {} {}",
        examiner.rule_pack().name(),
        examiner.rule_pack().digest()
    );
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("cannot listen on {}", config.listen))?;
        // The bound address, because port 0 stands for any free one.
        eprintln!("serving on {}", listener.local_addr()?);
        docexam_server::serve_on(listener, config, examine_with(examiner), told_to_stop()).await?;
        Ok(Done::Complete)
    })
}

fn configuration(arguments: &Arguments) -> anyhow::Result<Config> {
    let mut config = match &arguments.config {
        Some(path) => from_file(path)?,
        None => Config::default(),
    };
    if let Some(listen) = arguments.listen {
        config.listen = listen;
    }
    if let Some(data_dir) = &arguments.data_dir {
        config.data_dir.clone_from(data_dir);
    }
    if arguments.store.is_some() {
        config.store.clone_from(&arguments.store);
    }
    if arguments.blobs.is_some() {
        config.blobs.clone_from(&arguments.blobs);
    }
    Ok(config)
}

fn from_file(path: &Path) -> anyhow::Result<Config> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

/// The seam between server and pipeline: their types differ so that neither needs the other.
fn examine_with(examiner: pipeline::Examiner) -> Arc<Examine> {
    let reader = examiner.reader_digest();
    Arc::new(
        move |submission: &Submission, report, cancelled: &AtomicBool| {
            let submission = pipeline::Submission {
                declaration: submission.declaration.clone(),
                files: submission.files.iter().map(input_file).collect(),
                history: History {
                    seen_files: submission.seen_files.clone(),
                },
            };
            examiner
                .examine(
                    &submission,
                    &|event| report(served_event(event, &reader)),
                    cancelled,
                )
                .map_err(served_error)
        },
    )
}

fn input_file(file: &docexam_server::InputFile) -> pipeline::InputFile {
    pipeline::InputFile {
        name: file.name.clone(),
        bytes: file.bytes.clone(),
    }
}

fn served_event(event: pipeline::Event, reader: &Sha256Digest) -> Event {
    match event {
        pipeline::Event::FileOpened { file, pages } => Event::FileOpened { file, pages },
        pipeline::Event::FileFailed { problem, .. } => Event::FileFailed(problem),
        pipeline::Event::PageRead { reading, .. } => Event::PageRead(reading),
        pipeline::Event::Reading(reading) => Event::Reading {
            reader: reader.clone(),
            reading,
        },
        pipeline::Event::DocumentsFound(count) => Event::DocumentsFound(count),
        pipeline::Event::Finding(finding) => Event::Finding(finding),
    }
}

fn served_error(error: pipeline::PipelineError) -> ExamineError {
    match error {
        pipeline::PipelineError::Cancelled => ExamineError::Cancelled,
        other => ExamineError::Failed(other.to_string()),
    }
}

/// Ctrl-C, or the SIGTERM of a service manager.
pub(super) async fn told_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
