//! Training: labelled pages and a token table -> a weights folder.
//!
//! In: JSON lines of `TrainingPage`, the folder of the token table. Out: `config.json`,
//! `model.safetensors`, the token table and a manifest, from the step that did best on the
//! validation pages, with temperatures fitted on them. Checkpoints allow a run to be resumed to the
//! very same result. The data, and what the labels mean, come from elsewhere.

mod ahead;
mod device;
mod draws;
mod gradient;
mod names;
mod optimizer;
mod orthogonal;
mod run;
mod store;
mod synonyms;

use crate::calibrate::fit_temperatures;
use crate::config::{FORMAT_VERSION, ModelConfig, NetworkSize, Temperatures};
use crate::evaluate::{Evaluation, evaluate};
use crate::labels::{label_weights, page_classes, word_labels};
use crate::model::{Model, WEIGHTS_FILE};
use crate::network::{Network, Tensors, initial_tensors, refuse};
use crate::page::read_training_pages;
use crate::stored;
use crate::token_table::TokenTable;
use crate::{LayoutError, TrainingPage};
use ahead::Step;
use candle_core::Device;
pub use device::TrainDevice;
use draws::{Draws, seed_of};
use gradient::{Recipe, batch_gradient, loss_and_gradient, prepare};
use names::Names;
use optimizer::Optimizer;
use run::Run;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use synonyms::Synonyms;

#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// JSON lines to learn from (`split` is not looked at: the files decide).
    pub train: Vec<PathBuf>,
    /// JSON lines to choose the best step by and to fit temperatures on.
    pub validation: Vec<PathBuf>,
    /// Folder with `tokens.safetensors` and `vocabulary.tsv`.
    pub tokens: PathBuf,
    /// The weights folder to write.
    pub output: PathBuf,
    /// Where checkpoints go.
    pub checkpoints: PathBuf,
    /// Go on from the last checkpoint, if there is one.
    pub resume: bool,
    /// Begin with the weights of this folder, and in their sizes, instead of fresh ones.
    pub start: Option<PathBuf>,
    /// Length of the learning-rate schedule.
    pub steps: usize,
    /// End earlier, to be resumed later; the weights so far are written.
    pub stop_at: Option<usize>,
    pub pages_per_step: usize,
    pub learning_rate: f32,
    pub warm_up_steps: usize,
    pub dropout: f32,
    pub label_smoothing: f32,
    /// Vary pages (places, scales, cases, misreadings, names).
    pub vary: bool,
    pub evaluate_every: usize,
    /// Validation pages looked at during training; all of them are at the end.
    pub evaluate_pages: usize,
    pub seed: u64,
    /// On the CPU they share the pages of a step; for a GPU they prepare the steps ahead of it.
    pub threads: usize,
    pub device: TrainDevice,
    pub size: NetworkSize,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            train: Vec::new(),
            validation: Vec::new(),
            tokens: PathBuf::new(),
            output: PathBuf::new(),
            checkpoints: PathBuf::new(),
            resume: false,
            start: None,
            steps: 4_000,
            stop_at: None,
            pages_per_step: 4,
            learning_rate: 2e-3,
            warm_up_steps: 100,
            dropout: 0.05,
            label_smoothing: 0.02,
            vary: true,
            evaluate_every: 250,
            evaluate_pages: 150,
            seed: 1,
            threads: 1,
            device: TrainDevice::Cpu,
            size: NetworkSize::default(),
        }
    }
}

/// Reported after every step.
#[derive(Clone, Debug)]
pub struct TrainProgress {
    pub step: usize,
    pub steps: usize,
    /// Mean over the steps since the last report of an evaluation.
    pub loss: f32,
    pub learning_rate: f32,
    pub seconds: f32,
    /// On validation pages, at the steps where it is measured.
    pub evaluation: Option<Evaluation>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TrainReport {
    pub train_pages: usize,
    pub validation_pages: usize,
    pub steps: usize,
    pub best_step: usize,
    /// Of the written weights, on all validation pages.
    pub evaluation: Evaluation,
    pub temperatures: Temperatures,
    /// Of the written weights folder.
    pub digest: String,
}

/// Where a run stands, beside the tensors of its checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standing {
    step: usize,
    epoch: u64,
    /// Pages of this epoch already used.
    used: usize,
    best_step: usize,
    best: f64,
}

pub fn train(
    options: &TrainOptions,
    progress: &mut dyn FnMut(&TrainProgress),
) -> Result<TrainReport, LayoutError> {
    let pages = read_all(&options.train)?;
    let validation = read_all(&options.validation)?;
    if pages.is_empty() || validation.is_empty() {
        let counts = format!(
            "{} to learn from, {} to check",
            pages.len(),
            validation.len()
        );
        return Err(LayoutError::NoPages(counts));
    }
    let table = TokenTable::load(&options.tokens)?;
    let config = ModelConfig {
        version: FORMAT_VERSION,
        size: NetworkSize {
            token_dimension: table.dimension,
            ..options.size
        },
        labels: word_labels(&pages),
        page_classes: page_classes(&pages),
        temperatures: Temperatures::default(),
        others: Vec::new(),
    };
    let (config, initial) = match &options.start {
        None => {
            let initial = initial_tensors(&config, options.seed)?;
            (config, initial)
        }
        Some(folder) => started_from(folder, &config)?,
    };
    let device = options.device.open()?;
    let mut optimizer = Optimizer::new(&initial, &device)?;
    let mut standing = Standing::default();
    if options.resume
        && let Some((tensors, stored)) = store::load_checkpoint(&options.checkpoints)?
    {
        optimizer.restore(&tensors, stored.step)?;
        standing = stored;
    }
    let recipe = Recipe {
        config: &config,
        table: &table,
        names: &Names::of(&table.vocabulary),
        synonyms: &Synonyms::of(&table),
        weights: &label_weights(&config.labels, &pages),
        vary: options.vary,
    };
    let network =
        Network::new(&config, &optimizer.tensors()).map_err(refuse(&options.checkpoints))?;
    let mut run = Run {
        options,
        recipe: &recipe,
        network,
        optimizer,
        sample: spread(&validation, options.evaluate_pages),
        last: options.stop_at.unwrap_or(usize::MAX).min(options.steps),
        standing,
    };
    let mut draws = Draws::new(pages.len(), options, &run.standing);
    let chosen = |indices: Vec<usize>| -> Vec<&TrainingPage> {
        indices.into_iter().map(|index| &pages[index]).collect()
    };
    if matches!(device, Device::Cpu) {
        run.walk(progress, &mut |trainee, standing| {
            let seed = seed_of(options, standing.step);
            let chosen = chosen(draws.next(standing));
            loss_and_gradient(trainee, &chosen, seed, options.threads)
        })?;
    } else {
        let (first, last) = (run.standing.clone(), run.last);
        let prepare_all = |mine: &dyn Fn(usize) -> bool, send: &dyn Fn(Step) -> bool| {
            let mut standing = first.clone();
            let mut draws = Draws::new(pages.len(), options, &standing);
            while standing.step < last {
                let indices = draws.next(&mut standing);
                let seed = seed_of(options, standing.step);
                if mine(standing.step) && !send(prepare(&recipe, &chosen(indices), seed)) {
                    return;
                }
                standing.step += 1;
            }
        };
        ahead::prepared(
            options.threads,
            run.standing.step,
            &prepare_all,
            |receive| {
                run.walk(progress, &mut |trainee, standing| {
                    draws.next(standing);
                    batch_gradient(trainee, receive(standing.step)??)
                })
            },
        )?;
    }
    // Weights on the way are measured on the sample only.
    let standing = run.standing;
    let checks = match standing.step >= options.steps {
        true => &validation,
        false => &run.sample,
    };
    finish(options, config.clone(), &standing, pages.len(), checks)
}

/// The first network of a folder, to be trained further; others beside it stay as they are. Pages may name no
/// label that those weights lack.
fn started_from(
    folder: &Path,
    wanted: &ModelConfig,
) -> Result<(ModelConfig, Tensors), LayoutError> {
    let model = Model::load(folder)?;
    let known = |names: &[String], name: &String| names.contains(name);
    let config = ModelConfig {
        version: FORMAT_VERSION,
        temperatures: Temperatures::default(),
        ..model.config
    };
    let labels = wanted.labels.iter().filter(|l| !known(&config.labels, l));
    let classes = wanted
        .page_classes
        .iter()
        .filter(|c| !known(&config.page_classes, c));
    match labels.chain(classes).next() {
        Some(name) => Err(LayoutError::NoPages(format!(
            "pages are labelled {name}, which the weights in {} lack",
            folder.display()
        ))),
        None => Ok((config, stored::load(&folder.join(WEIGHTS_FILE))?)),
    }
}

/// Writes the best weights, fits the temperatures and measures what was written.
fn finish(
    options: &TrainOptions,
    mut config: ModelConfig,
    standing: &Standing,
    train_pages: usize,
    validation: &[TrainingPage],
) -> Result<TrainReport, LayoutError> {
    let best = store::load_best(&options.checkpoints)?;
    store::write_weights(&options.output, &options.tokens, &config, &best)?;
    let model = Model::load(&options.output)?;
    config.temperatures = fit_temperatures(&model, validation)?;
    store::write_weights(&options.output, &options.tokens, &config, &best)?;
    let model = Model::load(&options.output)?;
    Ok(TrainReport {
        train_pages,
        validation_pages: validation.len(),
        steps: standing.step,
        best_step: standing.best_step,
        evaluation: evaluate(&model, validation)?,
        temperatures: config.temperatures,
        digest: model.digest().to_owned(),
    })
}

fn read_all(paths: &[PathBuf]) -> Result<Vec<TrainingPage>, LayoutError> {
    let mut pages = Vec::new();
    for path in paths {
        pages.extend(read_training_pages(path)?);
    }
    Ok(pages)
}

/// At most `n` pages, evenly spread.
fn spread(pages: &[TrainingPage], n: usize) -> Vec<TrainingPage> {
    let n = n.clamp(1, pages.len().max(1));
    (0..n.min(pages.len()))
        .map(|i| pages[i * pages.len() / n].clone())
        .collect()
}

#[cfg(test)]
mod tests;
