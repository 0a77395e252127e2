//! `docexam feedback`: what officers said, as data to learn from.

use super::stored::{PastOptions, Stored};
use crate::exit::Done;
use crate::input::ReaderOptions;
use crate::learning::pages::{least_unchecked_confidence, training_page};
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use docexam_domain::{Document, PageReading};
use docexam_intake::Limits;
use docexam_layout::TrainingPage;
use docexam_ocr::{OcrConfig, Reader};
use docexam_store::{CorrectedPage, OfficerCorrection};
use serde::Serialize;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Take out what officers said, as data to learn from
#[derive(Subcommand)]
pub enum Command {
    /// Write corrected pages for `docexam train --train` and decisions for `docexam calibrate --decisions`
    Export(Export),
}

#[derive(Args)]
pub struct Export {
    #[command(flatten)]
    store: PastOptions,
    /// Write pages with corrections here, as JSON lines; they are read anew (about a second a page)
    #[arg(long, value_name = "FILE")]
    pages: Option<PathBuf>,
    /// Write judged findings here, as JSON lines
    #[arg(long, value_name = "FILE")]
    decisions: Option<PathBuf>,
    /// Leave out pages with a field that no officer corrected and that was read with less confidence
    #[arg(long, default_value_t = 0.5, value_name = "CONFIDENCE")]
    least_confidence: f32,
    #[command(flatten)]
    reader: ReaderOptions,
}

pub fn run(command: &Command) -> anyhow::Result<Done> {
    let Command::Export(arguments) = command;
    if arguments.pages.is_none() && arguments.decisions.is_none() {
        bail!("nothing to export: name --pages FILE, --decisions FILE or both");
    }
    if !(0.0..=1.0).contains(&arguments.least_confidence) {
        bail!(
            "a confidence is between 0 and 1, not {}",
            arguments.least_confidence
        );
    }
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(export(arguments))
}

async fn export(arguments: &Export) -> anyhow::Result<Done> {
    let stored = arguments.store.open().await?;
    if let Some(path) = &arguments.decisions {
        let judged = stored.judged().await?;
        write_lines(path, &judged)?;
        println!("{}: {} judged findings", path.display(), judged.len());
    }
    let Some(path) = &arguments.pages else {
        return Ok(Done::Complete);
    };
    let ocr = arguments.reader.config()?;
    let mut exported = Exported::default();
    let mut reader = None;
    for corrected in stored.store.corrected_pages(&stored.tenant).await? {
        let page = page(&stored, &corrected, &ocr, &mut reader, arguments).await;
        let at = format!("{} page {}", corrected.file_digest, corrected.page);
        match page.with_context(|| at.clone()) {
            Ok(Some(page)) => exported.pages.push(page),
            Ok(None) => exported.doubtful += 1,
            Err(error) => exported.problems.push(format!("{error:#}")),
        }
    }
    write_lines(path, &exported.pages)?;
    for problem in &exported.problems {
        eprintln!("left out: {problem}");
    }
    println!(
        "{}: {} pages; {} left out for doubtful fields that nobody corrected",
        path.display(),
        exported.pages.len(),
        exported.doubtful
    );
    match exported.problems.is_empty() {
        true => Ok(Done::Complete),
        false => Ok(Done::Partial),
    }
}

#[derive(Default)]
struct Exported {
    pages: Vec<TrainingPage>,
    doubtful: u64,
    problems: Vec<String>,
}

/// None where a field that nobody corrected is too doubtful.
async fn page(
    stored: &Stored,
    corrected: &CorrectedPage,
    ocr: &OcrConfig,
    reader: &mut Option<Reader>,
    arguments: &Export,
) -> anyhow::Result<Option<TrainingPage>> {
    let (store, tenant) = (&stored.store, &stored.tenant);
    let record = store.examination(tenant, &corrected.examination_id).await?;
    let result = record.result.context("the examination has no result")?;
    let place = (corrected.file, corrected.page);
    let document = document_of(&result.documents, place).context("the page has no document")?;
    let corrections = store
        .corrections_for(tenant, &corrected.examination_id)
        .await?;
    if least_unchecked_confidence(document, &corrections, place) < arguments.least_confidence {
        return Ok(None);
    }
    let content = store.read_file(tenant, &corrected.file_digest).await?;
    let name = record.files.get(corrected.file as usize);
    let name = name.map_or("file", String::as_str);
    let reader = match reader {
        Some(reader) => reader,
        None => reader.insert(Reader::new(ocr)?),
    };
    let reading = read(reader, name, Arc::from(content.as_ref()), place)?;
    labelled(corrected, &reading, document, &corrections).map(Some)
}

fn document_of(documents: &[Document], (file, page): (u32, u32)) -> Option<&Document> {
    let mut documents = documents.iter();
    documents.find(|document| {
        let mut pages = document.pages.iter();
        pages.any(|own| (own.file, own.page) == (file, page))
    })
}

fn read(
    reader: &mut Reader,
    name: &str,
    bytes: Arc<[u8]>,
    (file, page): (u32, u32),
) -> anyhow::Result<PageReading> {
    let open = docexam_intake::open(name, bytes, &Limits::default())?;
    Ok(reader.read(file, open.page(page)?))
}

fn labelled(
    corrected: &CorrectedPage,
    reading: &PageReading,
    document: &Document,
    corrections: &[OfficerCorrection],
) -> anyhow::Result<TrainingPage> {
    let digits = &corrected.file_digest.hex()[..16];
    let id = format!("officers/{digits}/{}", corrected.page);
    training_page(id, "train", reading, document, corrections)
        .context("no words were read on the page")
}

/// Through a temporary file, so that a broken run leaves no half of it.
fn write_lines<T: Serialize>(path: &Path, lines: &[T]) -> anyhow::Result<()> {
    let temporary = path.with_extension("part");
    let write = || -> anyhow::Result<()> {
        let mut file = BufWriter::new(File::create(&temporary)?);
        for line in lines {
            serde_json::to_writer(&mut file, line)?;
            file.write_all(b"\n")?;
        }
        file.into_inner()?.sync_all()?;
        std::fs::rename(&temporary, path)?;
        Ok(())
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
