//! `docexam batch replay`: what would another rule pack or model say about an archive?

use super::archive::Archive;
use crate::exit::Done;
use crate::input;
use crate::output::{self, Format};
use clap::Args;
use docexam_batch::{Replay, replay};
use docexam_pipeline::Assessor;
use indicatif::{ProgressBar, ProgressStyle};
use std::path::PathBuf;
use std::sync::Arc;

#[derive(Args)]
pub struct Arguments {
    #[command(flatten)]
    archive: Archive,
    /// The new rule pack: a folder, or a name under the models folder's `rules`
    #[arg(long, default_value = "wco-baseline", value_name = "PACK")]
    rule_pack: PathBuf,
    /// Folder with the model and the nomenclature. Where its model is another one than that of the stored
    /// results, fields are extracted anew from the stored readings
    #[arg(long, env = "DOCEXAM_MODELS", value_name = "DIR")]
    models: Option<PathBuf>,
    /// Extract fields anew in any case
    #[arg(long)]
    extract: bool,
    /// Folder for the new results, replay.json and changes.jsonl; the stored results stay as they are
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Threads (default: one for each core)
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
    /// How the differences are printed
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let models = input::models_dir(arguments.models.as_deref())?;
    let assessor = Arc::new(Assessor::load(&models, &arguments.rule_pack)?);
    let cores = || std::thread::available_parallelism().map_or(1, usize::from);
    super::runtime()?.block_on(async {
        let (store, tenant) = arguments.archive.open().await?;
        let batch = arguments.archive.batch(&store, &tenant).await?;
        let documents = store.batch(&tenant, &batch).await?.documents;
        let bar = ProgressBar::new(documents.unwrap_or_default());
        if let Ok(style) = ProgressStyle::with_template("{pos}/{len} documents {bar:30} {eta} left")
        {
            bar.set_style(style);
        }
        let again = Replay {
            store: store.clone(),
            tenant,
            assessor,
            extract: arguments.extract,
            threads: arguments.threads.unwrap_or_else(cores),
        };
        let replayed = replay(&again, &batch, &arguments.out, &|done| {
            bar.set_position(done)
        })
        .await?;
        bar.finish_and_clear();
        store.close().await;
        output::batch::print_diff(&replayed.diff, arguments.format)?;
        Ok(match replayed.diff.documents_without_result {
            0 => Done::Complete,
            _ => Done::Partial,
        })
    })
}
