//! `docexam serve`: the gRPC service, with the real examiner plugged in.

use crate::exit::Done;
use crate::input::ReadingOptions;
use anyhow::Context;
use clap::Args;
use docexam_checks::{Calibration, History, Reviewer};
use docexam_domain::{Examined, Sha256Digest};
use docexam_intake::Limits;
use docexam_pipeline as pipeline;
use docexam_server::{Config, Event, Examine, ExamineError, Examiner, Picture, Submission};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use tokio::net::TcpListener;

/// Serve docexam.v1 over gRPC
#[derive(Args)]
pub struct Arguments {
    /// Configuration as TOML: listen, data_dir, store, blobs, max_message_bytes, max_file_bytes,
    /// max_submission_bytes, max_queue, workers, lease_seconds, outbox, grace_seconds, audit_key; the
    /// options below win
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
    /// Where decisions of officers are sent: `file:PATH` (JSON lines) or `http://…`, as CloudEvents
    #[arg(long, value_name = "PLACE")]
    outbox: Option<String>,
    /// Calibration of `docexam calibrate`: what it proves is settled without an officer
    #[arg(long, value_name = "FILE")]
    calibration: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingOptions,
}

pub fn run(arguments: Arguments) -> anyhow::Result<Done> {
    let config = configuration(&arguments)?;
    let mut examiner_config = arguments.reading.config()?;
    examiner_config.limits.max_file_bytes = config.max_file_bytes;
    let limits = examiner_config.limits.clone();
    let calibration = arguments.calibration.as_deref().map(Calibration::load);
    let calibration = calibration.transpose()?;
    let examiner = pipeline::Examiner::new(examiner_config)?;
    eprintln!("reader: {}", examiner.engine());
    eprintln!("model: {}", examiner.model_digest());
    eprintln!(
        "rule pack: {} {}",
        examiner.rule_pack().name(),
        examiner.rule_pack().digest()
    );
    if let Some(digest) = calibration.as_ref().and_then(|known| known.digest.as_ref()) {
        eprintln!("calibration: {digest}");
    }
    let reviewer = Arc::new(Reviewer::new(examiner.rule_pack(), calibration));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind(config.listen)
            .await
            .with_context(|| format!("cannot listen on {}", config.listen))?;
        // The bound address, because port 0 stands for any free one.
        eprintln!("serving on {}", listener.local_addr()?);
        let plugged = plugged(examiner, reviewer, limits);
        docexam_server::serve_on(listener, config, plugged, told_to_stop()).await?;
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
    if let Some(outbox) = &arguments.outbox {
        config.outbox = Some(outbox.clone());
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

/// The size of a file that the service takes, with this configuration file.
pub fn limits(config: Option<&Path>) -> anyhow::Result<u64> {
    let config = config.map(from_file).transpose()?.unwrap_or_default();
    Ok(config.max_file_bytes)
}

fn from_file(path: &Path) -> anyhow::Result<Config> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    toml::from_str(&text).with_context(|| path.display().to_string())
}

/// All that the server needs of the rest of the program.
fn plugged(examiner: pipeline::Examiner, reviewer: Arc<Reviewer>, limits: Limits) -> Examiner {
    let planner = Arc::clone(&reviewer);
    Examiner {
        examine: examine_with(examiner),
        plan_review: Some(Arc::new(move |examined: &Examined| {
            planner.triage(examined)
        })),
        render_page: Some(Arc::new(move |name: &str, bytes, page, side| {
            picture(name, bytes, page, side, &limits).map_err(|error| format!("{error:#}"))
        })),
        field_confidence: Some(Arc::new(move |key: &str, confidence| {
            reviewer.calibration()?.of_field(key, confidence)
        })),
    }
}

fn picture(
    name: &str,
    bytes: Arc<[u8]>,
    page: u32,
    side: u32,
    limits: &Limits,
) -> anyhow::Result<Picture> {
    let image = docexam_intake::open(name, bytes, limits)?.displayed_image(page, side)?;
    let mut png = Vec::new();
    image.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)?;
    Ok(Picture {
        png,
        width_px: image.width(),
        height_px: image.height(),
    })
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
