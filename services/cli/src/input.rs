//! Reading what the user names on the command line.

use anyhow::{Context, bail};
use clap::Args;
use docexam_checks::RulePack;
use docexam_domain::Declaration;
use docexam_ocr::OcrConfig;
use docexam_pipeline::{Config, InputFile};
use docexam_store::{DatabasePlace, Places, Store, StoreLimits};
use std::path::{Path, PathBuf};

/// What reads pages; all that commands need which only read.
#[derive(Args, Clone)]
pub struct ReaderOptions {
    /// Folder with the models, the rule packs and the nomenclature
    #[arg(long, env = "DOCEXAM_MODELS", value_name = "DIR")]
    models: Option<PathBuf>,
    /// Folder with Tesseract's traineddata files, if not the system's
    #[arg(long, env = "DOCEXAM_TESSDATA", value_name = "DIR")]
    tessdata: Option<PathBuf>,
}

impl ReaderOptions {
    pub fn config(&self) -> anyhow::Result<OcrConfig> {
        Ok(OcrConfig {
            tessdata_dir: self.tessdata.clone(),
            ..OcrConfig::with_models(&self.models_dir()?)
        })
    }

    fn models_dir(&self) -> anyhow::Result<PathBuf> {
        models_dir(self.models.as_deref())
    }
}

/// Where artefacts are and how many threads read; shared by all commands that examine documents.
#[derive(Args, Clone)]
pub struct ReadingOptions {
    #[command(flatten)]
    reader: ReaderOptions,
    /// Rule pack, a folder under the models folder's `rules`
    #[arg(long, default_value = "wco-baseline", value_name = "NAME")]
    rule_pack: String,
    /// Reading threads (default: one for each core)
    #[arg(long, value_name = "N")]
    threads: Option<usize>,
}

impl ReadingOptions {
    pub fn config(&self) -> anyhow::Result<Config> {
        let mut config = Config::new(self.models_dir()?);
        config.rule_pack.clone_from(&self.rule_pack);
        config.ocr.tessdata_dir.clone_from(&self.reader.tessdata);
        if let Some(threads) = self.threads {
            config.threads = threads.max(1);
        }
        Ok(config)
    }

    /// The rule pack alone, without the model.
    pub fn rule_pack(&self) -> anyhow::Result<RulePack> {
        let models = self.models_dir()?;
        let pack = models.join("rules").join(&self.rule_pack);
        Ok(RulePack::load(&pack, &models.join("nomenclature/data"))?)
    }

    pub fn models_dir(&self) -> anyhow::Result<PathBuf> {
        self.reader.models_dir()
    }
}

/// Where the state of a service lies.
#[derive(Args, Clone)]
pub struct StoreOptions {
    /// Folder of the database and the files received
    #[arg(long, default_value = "data", value_name = "DIR")]
    data_dir: PathBuf,
    /// Database, if not in the data folder: postgres://HOST/DATABASE or the path of a SQLite file
    #[arg(
        long,
        env = "DOCEXAM_STORE",
        hide_env_values = true,
        value_name = "PLACE"
    )]
    store: Option<String>,
    /// Files received, if not in the data folder: s3://BUCKET/PREFIX, az://, gs:// or a folder
    #[arg(long, env = "DOCEXAM_BLOBS", value_name = "PLACE")]
    blobs: Option<String>,
}

impl StoreOptions {
    /// Opens a store that is there; a service may have it open at the same time.
    pub async fn open(&self) -> anyhow::Result<Store> {
        Self::open_places(&self.places()?).await
    }

    pub fn places(&self) -> anyhow::Result<Places> {
        Ok(Places::parse(
            &self.data_dir,
            self.store.as_deref(),
            self.blobs.as_deref(),
        )?)
    }

    pub async fn open_places(places: &Places) -> anyhow::Result<Store> {
        if let DatabasePlace::Sqlite(file) = &places.database
            && !file.is_file()
        {
            bail!("there is no database {}", file.display());
        }
        Ok(Store::open_at(places, StoreLimits::default()).await?)
    }
}

/// The folder named, else `models` in the current folder, else beside the installed program.
pub fn models_dir(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    if let Some(named) = named {
        return Ok(named.to_owned());
    }
    let installed = std::env::current_exe()
        .ok()
        .and_then(|program| Some(program.parent()?.join("../share/docexam/models")));
    let candidates = [Some(PathBuf::from("models")), installed];
    let found = candidates
        .into_iter()
        .flatten()
        .find(|dir| dir.join("layout/weights").is_dir());
    found.context(
        "no models folder here: name it with --models DIR or DOCEXAM_MODELS (it holds layout/weights)",
    )
}

pub fn declaration(path: &Path) -> anyhow::Result<Declaration> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    Declaration::from_json(&bytes).with_context(|| path.display().to_string())
}

/// Reads the files named, or all files (not folders) of a folder named, in name order.
/// A file over `max_file_bytes` is not read into memory: it is an error that names both figures.
pub fn files(paths: &[PathBuf], max_file_bytes: u64) -> anyhow::Result<Vec<InputFile>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            for inner in folder(path)? {
                files.push(file(&inner, max_file_bytes)?);
            }
        } else {
            files.push(file(path, max_file_bytes)?);
        }
    }
    Ok(files)
}

fn folder(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        std::fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))?;
    let mut inner: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|entry| entry.is_file())
        .collect();
    inner.sort();
    Ok(inner)
}

fn file(path: &Path, max_file_bytes: u64) -> anyhow::Result<InputFile> {
    let metadata =
        std::fs::metadata(path).with_context(|| format!("cannot read {}", path.display()))?;
    if metadata.len() > max_file_bytes {
        bail!(
            "{} is {} bytes, limit {max_file_bytes}",
            path.display(),
            metadata.len()
        );
    }
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    Ok(InputFile {
        name,
        bytes: bytes.into(),
    })
}
