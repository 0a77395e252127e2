//! `docexam submit`: what a Single Window does, from the command line: upload the files, create the
//! examination, watch it, show the result.

use crate::exit::Done;
use crate::input;
use crate::output::{self, Format, report};
use anyhow::{Context, bail};
use bytes::Bytes;
use clap::Args;
use docexam_domain::Examination;
use docexam_intake::Limits;
use docexam_pipeline::InputFile;
use docexam_proto::v1 as wire;
use docexam_server::convert;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use tonic::transport::Channel;
use wire::examination_service_client::ExaminationServiceClient;
use wire::watch_examination_response::Event;

/// A chunk of an upload: large enough to fill a fast line, far below any message limit.
const CHUNK_BYTES: usize = 256 << 10;
/// An examination of 5,000 pages lists them all; the server bounds its own messages.
const MAX_ANSWER_BYTES: usize = 256 << 20;

/// Submit documents to a running service and show its findings
#[derive(Args)]
pub struct Arguments {
    /// The service
    #[arg(long, default_value = "http://127.0.0.1:50051", value_name = "URL")]
    server: String,
    /// The declaration, as JSON
    #[arg(long, value_name = "FILE")]
    declaration: PathBuf,
    /// PDF, TIFF, PNG or JPEG files, or folders of them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Makes a repeated call harmless: the same id and content yield the same examination
    #[arg(long, value_name = "ID", default_value = "")]
    request_id: String,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// List passed and unchecked rules too
    #[arg(long)]
    all: bool,
    /// Write an HTML report with the pages and the evidence on them
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let limits = Limits::default();
    let declaration = input::declaration(&arguments.declaration)?;
    let files = input::files(&arguments.files, limits.max_file_bytes)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let submitted = runtime.block_on(async {
        tokio::select! {
            result = submit(arguments, declaration, &files) => result,
            _ = tokio::signal::ctrl_c() => Ok(Submitted::Interrupted),
        }
    })?;
    let examination = match submitted {
        Submitted::Done(examination) => *examination,
        Submitted::Busy => return Ok(Done::Busy),
        Submitted::Interrupted => return Ok(Done::Interrupted),
    };
    match arguments.format {
        Format::Text => print!("{}", output::findings::text(&examination, arguments.all)),
        Format::Json => output::print_json(&examination)?,
    }
    if let Some(path) = &arguments.report {
        report::write(path, &examination, &files, &limits)?;
    }
    Ok(Done::of(&examination))
}

enum Submitted {
    Done(Box<Examination>),
    Busy,
    Interrupted,
}

async fn submit(
    arguments: &Arguments,
    declaration: docexam_domain::Declaration,
    files: &[InputFile],
) -> anyhow::Result<Submitted> {
    let mut client = ExaminationServiceClient::connect(arguments.server.clone())
        .await
        .with_context(|| format!("no service at {}", arguments.server))?
        .max_decoding_message_size(MAX_ANSWER_BYTES);
    let mut submitted = Vec::new();
    for file in files {
        submitted.push(upload(&mut client, file).await?);
    }
    let request = wire::CreateExaminationRequest {
        submission: Some(wire::Submission {
            declaration: Some(convert::declaration_to_wire(declaration)),
            files: submitted,
        }),
        request_id: arguments.request_id.clone(),
    };
    let created = match client.create_examination(request).await {
        Ok(created) => created.into_inner(),
        Err(status) if status.code() == tonic::Code::ResourceExhausted => {
            eprintln!("docexam: {}", status.message());
            return Ok(Submitted::Busy);
        }
        Err(status) => bail!("{:?}: {}", status.code(), status.message()),
    };
    let finished = watch(&mut client, created.id).await?;
    if let Some(failure) = &finished.failure {
        bail!("examination {} failed: {failure}", finished.id);
    }
    let examination = convert::examination_from_wire(finished)
        .map_err(|problem| anyhow::anyhow!("the service's answer is not understood: {problem}"))?;
    Ok(Submitted::Done(Box::new(examination)))
}

async fn upload(
    client: &mut ExaminationServiceClient<Channel>,
    file: &InputFile,
) -> anyhow::Result<wire::SubmittedFile> {
    use wire::submitted_file::Source;
    use wire::upload_file_request::Part;
    let metadata = wire::UploadMetadata {
        name: file.name.clone(),
        ..Default::default()
    };
    let bytes = Bytes::from_owner(file.bytes.clone());
    let chunks = (0..bytes.len())
        .step_by(CHUNK_BYTES)
        .map(move |start| Part::Chunk(bytes.slice(start..bytes.len().min(start + CHUNK_BYTES))));
    let parts = std::iter::once(Part::Metadata(metadata)).chain(chunks);
    let requests = parts.map(|part| wire::UploadFileRequest { part: Some(part) });
    let stored = client
        .upload_file(tokio_stream::iter(requests))
        .await
        .map_err(|status| anyhow::anyhow!("{}: {}", file.name, status.message()))?
        .into_inner();
    Ok(wire::SubmittedFile {
        name: file.name.clone(),
        source: Some(Source::Digest(stored.digest)),
    })
}

/// Follows the examination with a progress bar by page until it is finished.
async fn watch(
    client: &mut ExaminationServiceClient<Channel>,
    id: String,
) -> anyhow::Result<wire::Examination> {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{pos}/{len} pages {bar:30} {elapsed} {msg}") {
        bar.set_style(style);
    }
    let request = wire::WatchExaminationRequest { id };
    let mut events = client
        .watch_examination(request)
        .await
        .map_err(|status| anyhow::anyhow!("{:?}: {}", status.code(), status.message()))?
        .into_inner();
    let mut latest = None;
    while let Some(response) = events.message().await? {
        match response.event {
            Some(Event::Examination(examination)) => latest = Some(examination),
            Some(Event::FileOpened(opened)) => bar.inc_length(u64::from(opened.pages)),
            Some(Event::FileFailed(problem)) => {
                bar.println(format!("not read: {}", problem.problem));
            }
            Some(Event::PageRead(_)) => bar.inc(1),
            Some(Event::DocumentsFound(found)) => {
                bar.set_message(format!("{} documents", found.documents));
            }
            Some(Event::State(_) | Event::Finding(_)) | None => {}
        }
    }
    bar.finish_and_clear();
    latest.context("the service ended the watch without an examination")
}
