//! Loss and gradient of one step: pages are varied, packed into batches and sent through the network and back.
//!
//! On the CPU small batches are shared by threads. Each thread sums the gradients of its batches in order, and the
//! threads' sums are added in order, so that a run repeats exactly for the same seed and number of threads. A GPU takes
//! all pages of a step as one batch.

use super::names::Names;
use super::optimizer::{Gradients, Optimizer};
use super::synonyms::Synonyms;
use crate::augment::vary;
use crate::config::ModelConfig;
use crate::labels::label_index;
use crate::network::{Network, Training};
use crate::ops::{RowTarget, tagging_loss};
use crate::token_table::TokenTable;
use crate::window::Batch;
use crate::{LabelledWord, LayoutError, PageWord, TrainingPage};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;

/// Rows of a small batch: enough to keep the matrix products busy, few enough for the caches.
const BATCH_ROWS: usize = 640;
/// Weights of the losses beside that of the labels.
const FLAG_WEIGHT: f32 = 0.5;
const PAGE_WEIGHT: f32 = 0.3;

/// How pages are made ready to learn from.
pub struct Recipe<'a> {
    pub config: &'a ModelConfig,
    pub table: &'a TokenTable,
    pub names: &'a Names,
    pub synonyms: &'a Synonyms,
    /// By label, see `label_weights`.
    pub weights: &'a [f32],
    pub vary: bool,
}

pub struct Trainee<'a> {
    pub recipe: &'a Recipe<'a>,
    pub network: &'a Network,
    pub optimizer: &'a Optimizer,
    pub dropout: f32,
    pub label_smoothing: f32,
}

/// Pages, ready for the network, with what it should say of them.
pub struct Prepared {
    batch: Batch,
    words: Arc<Vec<RowTarget>>,
    pages: Arc<Vec<RowTarget>>,
    /// Decides the dropout.
    seed: u64,
}

/// A page as this step sees it.
#[derive(Clone)]
struct Sample<'a> {
    page: &'a TrainingPage,
    words: Vec<LabelledWord>,
    hidden: Vec<bool>,
}

/// Mean loss and gradient over `pages`; `seed` decides variation and dropout.
pub fn loss_and_gradient(
    trainee: &Trainee<'_>,
    pages: &[&TrainingPage],
    seed: u64,
    threads: usize,
) -> Result<(f32, Gradients), LayoutError> {
    let (samples, shares) = samples(trainee.recipe, pages, seed);
    let mut batches: Vec<Vec<Sample>> = vec![Vec::new()];
    let mut rows = 0;
    for sample in samples {
        let more = sample.words.len() + 1;
        if rows > 0 && rows + more > BATCH_ROWS {
            batches.push(Vec::new());
            rows = 0;
        }
        rows += more;
        if let Some(batch) = batches.last_mut() {
            batch.push(sample);
        }
    }
    let threads = threads.clamp(1, batches.len());
    let work = |first: usize| -> Result<(f32, Gradients), LayoutError> {
        let mut total = (0.0, Gradients::new());
        for (index, batch) in batches.iter().enumerate().skip(first).step_by(threads) {
            let seed = batch_seed(seed, index);
            let prepared = prepared(trainee.recipe, batch, shares, seed)?;
            add(&mut total, batch_gradient(trainee, prepared)?)?;
        }
        Ok(total)
    };
    if threads == 1 {
        return work(0);
    }
    let work = &work;
    let parts: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..threads)
            .map(|first| scope.spawn(move || work(first)))
            .collect();
        handles.into_iter().map(|handle| handle.join()).collect()
    });
    let mut total = (0.0, Gradients::new());
    for part in parts {
        match part {
            Ok(part) => add(&mut total, part?)?,
            Err(panic) => std::panic::resume_unwind(panic),
        }
    }
    Ok(total)
}

/// Decides the dropout in one batch of a step.
fn batch_seed(seed: u64, index: usize) -> u64 {
    seed.wrapping_mul(131).wrapping_add(index as u64)
}

/// All pages of a step as one batch; the same variations as in `loss_and_gradient`.
pub fn prepare(
    recipe: &Recipe<'_>,
    pages: &[&TrainingPage],
    seed: u64,
) -> Result<Prepared, LayoutError> {
    let (samples, shares) = samples(recipe, pages, seed);
    prepared(recipe, &samples, shares, batch_seed(seed, 0))
}

/// The pages of a step, shortest first, and one over the number of words, and of pages, in it.
fn samples<'a>(
    recipe: &Recipe<'_>,
    pages: &[&'a TrainingPage],
    seed: u64,
) -> (Vec<Sample<'a>>, (f32, f32)) {
    let mut samples: Vec<Sample> = pages
        .iter()
        .zip(0_u64..)
        .map(|(page, index)| sample(recipe, page, seed.wrapping_mul(1_000_003) + index))
        .collect();
    samples.sort_by_key(|sample| sample.words.len());
    let words: usize = samples.iter().map(|sample| sample.words.len()).sum();
    let shares = (1.0 / words.max(1) as f32, 1.0 / samples.len().max(1) as f32);
    (samples, shares)
}

fn sample<'a>(recipe: &Recipe<'_>, page: &'a TrainingPage, seed: u64) -> Sample<'a> {
    let window = recipe.config.size.window;
    let (words, hidden) = if recipe.vary {
        let random = &mut ChaCha8Rng::seed_from_u64(seed);
        let (mut words, hidden) = vary(page, window, random);
        recipe.names.exchange(&mut words, random);
        recipe.synonyms.exchange(&mut words, random);
        (words, hidden)
    } else {
        let words = page.words[..page.words.len().min(window)].to_vec();
        (words, Vec::new())
    };
    Sample {
        page,
        words,
        hidden,
    }
}

fn add(total: &mut (f32, Gradients), part: (f32, Gradients)) -> Result<(), LayoutError> {
    total.0 += part.0;
    for (name, gradient) in part.1 {
        let sum = match total.1.get(&name) {
            Some(sum) => (sum + gradient)?,
            None => gradient,
        };
        total.1.insert(name, sum);
    }
    Ok(())
}

/// `shares` are one over the number of words, and of pages, in the step.
fn prepared(
    recipe: &Recipe<'_>,
    samples: &[Sample<'_>],
    shares: (f32, f32),
    seed: u64,
) -> Result<Prepared, LayoutError> {
    let config = recipe.config;
    let mut batch = Batch::default();
    let (mut word_targets, mut page_targets) = (Vec::new(), Vec::new());
    for sample in samples {
        let words: Vec<PageWord> = sample.words.iter().map(|w| w.word.clone()).collect();
        batch.push(&words, &sample.hidden, recipe.table, &config.size);
        let page = sample.page;
        word_targets.push(RowTarget::default());
        let class = label_index(&config.page_classes, &page.page_class, &page.id)?;
        page_targets.push(class.map_or_else(RowTarget::default, |class| RowTarget {
            class: class as u32,
            class_weight: PAGE_WEIGHT * shares.1,
            flags: [f32::from(u8::from(page.starts_document)), 0.0],
            flag_weight: PAGE_WEIGHT * shares.1,
        }));
        for word in &sample.words {
            let label = label_index(&config.labels, &word.label, &page.id)?;
            word_targets.push(label.map_or_else(RowTarget::default, |label| RowTarget {
                class: label as u32,
                class_weight: shares.0 * recipe.weights.get(label).unwrap_or(&1.0),
                flags: [word.begins, word.starts_row].map(|flag| f32::from(u8::from(flag))),
                flag_weight: FLAG_WEIGHT * shares.0,
            }));
            page_targets.push(RowTarget::default());
        }
    }
    Ok(Prepared {
        batch,
        words: Arc::new(word_targets),
        pages: Arc::new(page_targets),
        seed,
    })
}

pub fn batch_gradient(
    trainee: &Trainee<'_>,
    prepared: Prepared,
) -> Result<(f32, Gradients), LayoutError> {
    let config = trainee.recipe.config;
    let training = Training {
        dropout: trainee.dropout,
        seed: prepared.seed,
    };
    let scores = trainee.network.forward(prepared.batch, Some(training))?;
    let words = tagging_loss(
        &scores.words,
        config.labels.len(),
        trainee.label_smoothing,
        prepared.words,
    )?;
    let pages = tagging_loss(
        &scores.pages,
        config.page_classes.len(),
        trainee.label_smoothing,
        prepared.pages,
    )?;
    let loss = (words + pages)?;
    let found = loss.backward()?;
    let mut gradients = Gradients::new();
    for (name, variable) in trainee.optimizer.variables() {
        if let Some(gradient) = found.get(variable) {
            gradients.insert(name.clone(), gradient.clone());
        }
    }
    Ok((loss.to_vec1::<f32>()?[0], gradients))
}
