//! `docexam review`: the officers' queue from a terminal. A reference consumer: what a workbench does with
//! windows, this does with lines.

mod text;
mod verdicts;

use crate::exit::Done;
use crate::output::{Format, wire};
use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use docexam_proto::v1;
use docexam_review_client::{QueueError, ReviewQueue};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Work the officers' queue of a running service
#[derive(Subcommand)]
pub enum Command {
    /// List tasks, the most urgent first
    List(List),
    /// Show a task with its findings, what officers said before, and its pages
    Show(Show),
    /// Take the most urgent tasks for a while
    Claim(Claim),
    /// Judge the findings of a claimed task
    Decide(Decide),
    /// Give a claimed task back
    Release(Release),
    /// Follow every change of the queue, over restarts of the service
    Watch(Watch),
}

#[derive(Args)]
struct Service {
    /// The service
    #[arg(long, default_value = "http://127.0.0.1:50051", value_name = "URL")]
    server: String,
    /// Whose queue it is (default `default`)
    #[arg(long, value_name = "NAME")]
    tenant: Option<String>,
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Args)]
struct Worker {
    /// Name of the officer; it is recorded with every decision
    #[arg(long, env = "DOCEXAM_WORKER", value_name = "NAME")]
    worker: String,
}

// Which tasks; all that is given must hold
#[derive(Args)]
struct Filter {
    #[arg(long, value_name = "NAME", default_value = "")]
    office: String,
    /// Rule of which the task has a finding, e.g. E02
    #[arg(long, value_name = "ID", default_value = "")]
    rule: String,
    /// HS chapter of a declared item, two digits
    #[arg(long, value_name = "CHAPTER", default_value = "")]
    chapter: String,
    /// This severity or a higher one
    #[arg(long, value_enum, value_name = "SEVERITY")]
    severity: Option<SeverityName>,
    /// Made at least so many minutes ago
    #[arg(long, value_name = "MINUTES")]
    min_age: Option<u32>,
    /// Tasks of this examination
    #[arg(long, value_name = "ID", default_value = "")]
    examination: String,
}

#[derive(Clone, Copy, ValueEnum)]
enum SeverityName {
    Low,
    Medium,
    High,
}

#[derive(Clone, Copy, ValueEnum)]
enum StateName {
    Open,
    Claimed,
    Decided,
}

#[derive(Args)]
pub struct List {
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    filter: Filter,
    /// Only tasks in this state (default: whatever is not decided)
    #[arg(long, value_enum, value_name = "STATE")]
    state: Option<StateName>,
    /// At most so many
    #[arg(long, default_value_t = 50, value_name = "N")]
    limit: usize,
}

#[derive(Args)]
pub struct Show {
    #[command(flatten)]
    service: Service,
    /// Id of the task
    id: String,
    /// Write the pages of the task as PNG into this folder
    #[arg(long, value_name = "DIR")]
    pages: Option<PathBuf>,
}

#[derive(Args)]
pub struct Claim {
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    worker: Worker,
    #[command(flatten)]
    filter: Filter,
    /// At most so many tasks, 1 to 100
    #[arg(long, default_value_t = 1, value_name = "N")]
    max: u32,
    /// For how long, in seconds, 1 to 3600; then they return to the queue
    #[arg(long, default_value_t = 1_800, value_name = "SECONDS")]
    lease: u64,
}

#[derive(Args)]
pub struct Decide {
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    worker: Worker,
    /// Id of the task
    id: String,
    #[command(flatten)]
    verdicts: verdicts::Verdicts,
    /// Remark on the whole task; a task without findings needs one
    #[arg(long, default_value = "", value_name = "TEXT")]
    note: String,
    /// Of the task as you saw it (default: as it stands)
    #[arg(long, value_name = "ETAG")]
    etag: Option<String>,
}

#[derive(Args)]
pub struct Release {
    #[command(flatten)]
    service: Service,
    #[command(flatten)]
    worker: Worker,
    /// Id of the task
    id: String,
}

#[derive(Args)]
pub struct Watch {
    #[command(flatten)]
    service: Service,
    /// Changes of this office only
    #[arg(long, value_name = "NAME", default_value = "")]
    office: String,
    /// Go on after the change that this token came with
    #[arg(long, value_name = "TOKEN", conflicts_with = "from_beginning")]
    resume: Option<String>,
    /// Begin with the first change there is
    #[arg(long)]
    from_beginning: bool,
    /// End after so many changes
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

pub fn run(command: &Command) -> anyhow::Result<Done> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        tokio::select! {
            result = dispatch(command) => result,
            _ = tokio::signal::ctrl_c() => Ok(Done::Interrupted),
        }
    })
}

async fn dispatch(command: &Command) -> anyhow::Result<Done> {
    match command {
        Command::List(arguments) => list(arguments).await,
        Command::Show(arguments) => show(arguments).await,
        Command::Claim(arguments) => claim(arguments).await,
        Command::Decide(arguments) => decide(arguments).await,
        Command::Release(arguments) => release(arguments).await,
        Command::Watch(arguments) => watch(arguments).await,
    }
}

async fn connect(service: &Service, worker: &str) -> anyhow::Result<ReviewQueue> {
    let tenant = service.tenant.as_deref();
    Ok(ReviewQueue::connect(&service.server, worker, tenant).await?)
}

async fn list(arguments: &List) -> anyhow::Result<Done> {
    let queue = connect(&arguments.service, "").await?;
    let mut tasks = Vec::new();
    let mut page_token = String::new();
    while tasks.len() < arguments.limit {
        let request = v1::ListReviewTasksRequest {
            page_size: u32::try_from(arguments.limit - tasks.len()).unwrap_or(u32::MAX),
            page_token,
            filter: Some(arguments.filter.to_wire()),
            state: state(arguments.state).into(),
        };
        let page = queue.list(request).await.map_err(said)?;
        tasks.extend(page.tasks);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            break;
        }
    }
    print_tasks(&tasks, arguments.service.format, "no tasks")?;
    Ok(Done::Complete)
}

async fn show(arguments: &Show) -> anyhow::Result<Done> {
    let queue = connect(&arguments.service, "").await?;
    let details = queue.task(&arguments.id).await.map_err(said)?;
    match arguments.service.format {
        Format::Text => print(&text::details(&details))?,
        Format::Json => print_line(&wire::json("GetReviewTaskResponse", &details)?)?,
    }
    if let Some(folder) = &arguments.pages {
        write_pages(&queue, &details, folder).await?;
    }
    Ok(Done::Complete)
}

async fn write_pages(
    queue: &ReviewQueue,
    details: &v1::GetReviewTaskResponse,
    folder: &Path,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let id = details
        .task
        .as_ref()
        .map_or("", |task| &task.examination_id);
    for page in &details.pages {
        let picture = queue.page_image(id, page.file, page.page, 0).await;
        // A page that cannot be drawn is why somebody looks at the task: the others are wanted all the more.
        let picture = match picture {
            Ok(picture) => picture,
            Err(error) => {
                eprintln!("file {} page {}: {error}", page.file, page.page);
                continue;
            }
        };
        let path = folder.join(format!("file-{}-page-{}.png", page.file, page.page));
        std::fs::write(&path, &picture.png).with_context(|| path.display().to_string())?;
        eprintln!("{}", path.display());
    }
    Ok(())
}

async fn claim(arguments: &Claim) -> anyhow::Result<Done> {
    let queue = connect(&arguments.service, &arguments.worker.worker).await?;
    let queue = queue.with_lease(Duration::from_secs(arguments.lease));
    let filter = arguments.filter.to_wire();
    let tasks = queue.claim_for(filter, arguments.max).await.map_err(said)?;
    print_tasks(&tasks, arguments.service.format, "no task waits")?;
    Ok(Done::Complete)
}

async fn decide(arguments: &Decide) -> anyhow::Result<Done> {
    let queue = connect(&arguments.service, &arguments.worker.worker).await?;
    let details = queue.task(&arguments.id).await.map_err(said)?;
    let task = details.task.context("the service's answer has no task")?;
    let verdicts = arguments.verdicts.given(&task)?;
    let etag = arguments.etag.as_deref().unwrap_or(&task.etag);
    let decided = queue
        .decide(&task.id, etag, verdicts, &arguments.note)
        .await
        .map_err(said)?;
    match arguments.service.format {
        Format::Text => print_line(&text::standing(&decided))?,
        Format::Json => print_line(&wire::json("ReviewTask", &decided)?)?,
    }
    Ok(Done::Complete)
}

async fn release(arguments: &Release) -> anyhow::Result<Done> {
    let queue = connect(&arguments.service, &arguments.worker.worker).await?;
    let task = queue.release(&arguments.id).await.map_err(said)?;
    match arguments.service.format {
        Format::Text => print_line(&text::standing(&task))?,
        Format::Json => print_line(&wire::json("ReviewTask", &task)?)?,
    }
    Ok(Done::Complete)
}

async fn watch(arguments: &Watch) -> anyhow::Result<Done> {
    if arguments.count == Some(0) {
        bail!("--count is at least 1");
    }
    let queue = connect(&arguments.service, "").await?;
    let mut watch = queue.watch(&arguments.office);
    if let Some(token) = &arguments.resume {
        watch = watch.resuming(token);
    }
    if arguments.from_beginning {
        watch = watch.from_beginning();
    }
    let mut seen = 0;
    while arguments.count.is_none_or(|count| seen < count) {
        let change = watch.next().await.map_err(said)?;
        seen += 1;
        let token = watch.resume_token().to_owned();
        match arguments.service.format {
            Format::Text => print_line(&text::change(&change, &token))?,
            Format::Json => {
                let message = v1::WatchReviewTasksResponse {
                    resume_token: token,
                    change: Some(change),
                };
                print_line(&wire::json("WatchReviewTasksResponse", &message)?)?;
            }
        }
    }
    Ok(Done::Complete)
}

/// With the code, which tells what to do.
fn said(error: QueueError) -> anyhow::Error {
    match error.code() {
        Some(code) => anyhow::anyhow!("{code:?}: {error}"),
        None => error.into(),
    }
}

fn print_tasks(tasks: &[v1::ReviewTask], format: Format, none: &str) -> anyhow::Result<()> {
    match format {
        Format::Text if tasks.is_empty() => eprintln!("{none}"),
        Format::Text => print(&text::tasks(tasks))?,
        // A line each, for programs that read as it comes.
        Format::Json => {
            for task in tasks {
                print_line(&wire::json("ReviewTask", task)?)?;
            }
        }
    }
    Ok(())
}

fn print_line(text: &str) -> anyhow::Result<()> {
    print(&format!("{text}\n"))
}

fn print(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()?;
    Ok(())
}

fn state(name: Option<StateName>) -> v1::review_task::State {
    match name {
        None => v1::review_task::State::Unspecified,
        Some(StateName::Open) => v1::review_task::State::Open,
        Some(StateName::Claimed) => v1::review_task::State::Claimed,
        Some(StateName::Decided) => v1::review_task::State::Decided,
    }
}

impl Filter {
    fn to_wire(&self) -> v1::ReviewTaskFilter {
        let severity = match self.severity {
            None => v1::finding::Severity::Unspecified,
            Some(SeverityName::Low) => v1::finding::Severity::Low,
            Some(SeverityName::Medium) => v1::finding::Severity::Medium,
            Some(SeverityName::High) => v1::finding::Severity::High,
        };
        v1::ReviewTaskFilter {
            office: self.office.clone(),
            rule_id: self.rule.clone(),
            hs_chapter: self.chapter.clone(),
            from_severity: severity.into(),
            min_age: self.min_age.map(|minutes| prost_types::Duration {
                seconds: i64::from(minutes) * 60,
                nanos: 0,
            }),
            examination_id: self.examination.clone(),
        }
    }
}
