//! The trained model: words of one page -> probabilities of labels, beginnings and page classes.
//!
//! It may be a committee: several networks read the same words, and what they say is averaged.
//! Loaded once and shared by threads; the same words give the same numbers. Long pages are read in
//! overlapping windows, each word taken from the window in which it stands farthest from an edge;
//! words beyond `MOST_WORDS` are answered with `O`. What to make of the probabilities is up to the
//! caller.

use crate::config::{FORMAT_VERSION, ModelConfig, Temperatures};
use crate::manifest::{self, Manifest};
use crate::network::{Network, refuse};
use crate::ops::{sigmoid, softmax_in_place};
use crate::stored;
use crate::token_table::{TABLE_FILE, TokenTable, VOCABULARY_FILE};
use crate::window::Batch;
use crate::{LayoutError, PageWord};
use std::path::Path;

pub const WEIGHTS_FILE: &str = "model.safetensors";
pub const CONFIG_FILE: &str = "config.json";
/// The files of every weights folder, which the manifest must list.
pub const FILES: [&str; 4] = [CONFIG_FILE, WEIGHTS_FILE, TABLE_FILE, VOCABULARY_FILE];
/// How sure fields are, fitted by whoever turns tags into fields; beside the weights it was fitted for, or absent.
pub const CALIBRATION_FILE: &str = "calibration.json";
/// More words than a page can hold.
pub const MOST_WORDS: usize = 4096;
/// Words that two neighbouring windows share.
const OVERLAP: usize = 128;

pub struct Model {
    pub(crate) config: ModelConfig,
    /// Never empty; the first is that of `WEIGHTS_FILE`.
    pub(crate) networks: Vec<Network>,
    pub(crate) table: TokenTable,
    digest: String,
    /// Of every file of the folder.
    pub(crate) listed: Manifest,
    calibration: Option<Vec<u8>>,
}

/// What the model says about a page.
#[derive(Clone, Debug, PartialEq)]
pub struct PageTags {
    /// By page class, summing to 1.
    pub class_probabilities: Vec<f32>,
    /// Probability that a document begins on this page.
    pub starts_document: f32,
    /// One for each word given, in the same order.
    pub words: Vec<WordTag>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct WordTag {
    /// By label, summing to 1.
    pub probabilities: Vec<f32>,
    /// Probability that a mention begins with this word.
    pub begins: f32,
    /// Probability that a row of the goods table begins with this word.
    pub starts_row: f32,
}

impl Model {
    /// Verifies the folder's manifest, then loads; a file that differs is refused.
    pub fn load(folder: &Path) -> Result<Self, LayoutError> {
        let (digest, listed) = manifest::verify(folder, &FILES)?;
        let config = load_config(folder)?;
        let table = TokenTable::load(folder)?;
        let mut networks = Vec::new();
        for (index, member) in config.members().enumerate() {
            let file = weights_file(index);
            let path = folder.join(&file);
            if !listed.contains_key(&file) {
                return Err(LayoutError::format(folder, format!("{file} is not listed")));
            }
            if table.dimension != member.size.token_dimension {
                let reason = format!("token vectors of length {}", table.dimension);
                return Err(LayoutError::format(&folder.join(TABLE_FILE), reason));
            }
            let tensors = stored::load(&path)?;
            let of_member = ModelConfig {
                size: member.size,
                ..config.clone()
            };
            let network = Network::new(&of_member, &tensors).map_err(refuse(&path))?;
            networks.push(network.in_eight_bits()?);
        }
        Ok(Self {
            config,
            networks,
            table,
            digest,
            calibration: match listed.contains_key(CALIBRATION_FILE) {
                true => {
                    let path = folder.join(CALIBRATION_FILE);
                    Some(std::fs::read(&path).map_err(|e| LayoutError::file("read", &path, e))?)
                }
                false => None,
            },
            listed,
        })
    }

    /// The calibration that lies beside the weights, if there is one.
    pub fn calibration(&self) -> Option<&[u8]> {
        self.calibration.as_deref()
    }

    /// Writes the manifest of a weights folder anew, after its calibration was written.
    pub fn seal(folder: &Path) -> Result<(), LayoutError> {
        let mut files = files(&load_config(folder)?);
        if folder.join(CALIBRATION_FILE).exists() {
            files.push(CALIBRATION_FILE.to_owned());
        }
        manifest::write(folder, &files)
    }

    /// Of the weights folder: `sha256:…`.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    pub fn page_classes(&self) -> &[String] {
        &self.config.page_classes
    }

    /// Word labels; index 0 is `O`.
    pub fn labels(&self) -> &[String] {
        &self.config.labels
    }

    /// Tags the words of one upright page, given in reading order.
    pub fn tag(&self, words: &[PageWord]) -> Result<PageTags, LayoutError> {
        let members = self.networks.iter().zip(self.config.members());
        let opinions: Result<Vec<PageTags>, LayoutError> = members
            .map(|(network, member)| {
                let raw = scores(network, &self.table, words)?;
                Ok(self.probabilities(raw, &member.temperatures, words.len()))
            })
            .collect();
        Ok(mean(opinions?))
    }

    fn probabilities(&self, raw: RawScores, temperatures: &Temperatures, words: usize) -> PageTags {
        let word_tags = raw.words.iter().map(|scores| {
            let (labels, flags) = scores.split_at(self.config.labels.len());
            WordTag {
                probabilities: softmax(labels, temperatures.labels),
                begins: probability(flags.first(), temperatures.begins),
                starts_row: probability(flags.get(1), temperatures.starts_row),
            }
        });
        let mut tags: Vec<WordTag> = word_tags.collect();
        tags.resize_with(words, || self.outside());
        let (classes, starts) = raw.page.split_at(self.config.page_classes.len());
        PageTags {
            class_probabilities: softmax(classes, temperatures.page_class),
            starts_document: probability(starts.first(), temperatures.starts_document),
            words: tags,
        }
    }

    fn outside(&self) -> WordTag {
        let mut probabilities = vec![0.0; self.config.labels.len()];
        if let Some(outside) = probabilities.first_mut() {
            *outside = 1.0;
        }
        WordTag {
            probabilities,
            begins: 0.0,
            starts_row: 0.0,
        }
    }

    /// Scores of up to `MOST_WORDS` words and of the page (the mean over its windows): those of the network, or
    /// what gives the probabilities on which a committee agrees.
    pub(crate) fn scores(&self, words: &[PageWord]) -> Result<RawScores, LayoutError> {
        match self.networks.as_slice() {
            [network] => scores(network, &self.table, words),
            _ => Ok(RawScores::of(
                &self.tag(&words[..words.len().min(MOST_WORDS)])?,
            )),
        }
    }
}

/// What several networks say of a page, each as much as the others.
fn mean(opinions: Vec<PageTags>) -> PageTags {
    let share = 1.0 / opinions.len().max(1) as f32;
    let mut opinions = opinions.into_iter();
    let mut total = opinions.next().unwrap_or(PageTags {
        class_probabilities: Vec::new(),
        starts_document: 0.0,
        words: Vec::new(),
    });
    let add = |sum: &mut [f32], more: &[f32]| {
        sum.iter_mut()
            .zip(more)
            .for_each(|(sum, more)| *sum += more);
    };
    for opinion in opinions {
        add(&mut total.class_probabilities, &opinion.class_probabilities);
        total.starts_document += opinion.starts_document;
        for (word, other) in total.words.iter_mut().zip(&opinion.words) {
            add(&mut word.probabilities, &other.probabilities);
            word.begins += other.begins;
            word.starts_row += other.starts_row;
        }
    }
    let scale = |sum: &mut f32| *sum *= share;
    total.class_probabilities.iter_mut().for_each(scale);
    scale(&mut total.starts_document);
    for word in &mut total.words {
        word.probabilities.iter_mut().for_each(scale);
        scale(&mut word.begins);
        scale(&mut word.starts_row);
    }
    total
}

/// `model.safetensors`, then `model-2.safetensors` …
pub(crate) fn weights_file(index: usize) -> String {
    match index {
        0 => WEIGHTS_FILE.to_owned(),
        _ => format!("model-{}.safetensors", index + 1),
    }
}

/// The files that a folder of this configuration has, beside its calibration.
pub(crate) fn files(config: &ModelConfig) -> Vec<String> {
    let others = (1..=config.others.len()).map(weights_file);
    FILES.map(str::to_owned).into_iter().chain(others).collect()
}

fn load_config(folder: &Path) -> Result<ModelConfig, LayoutError> {
    let path = folder.join(CONFIG_FILE);
    let text = std::fs::read(&path).map_err(|e| LayoutError::file("read", &path, e))?;
    let config: ModelConfig =
        serde_json::from_slice(&text).map_err(|e| LayoutError::format(&path, e))?;
    match config.is_known_version() {
        true => Ok(config),
        false => Err(LayoutError::Version {
            path,
            found: config.version,
            expected: FORMAT_VERSION,
        }),
    }
}

pub(crate) fn write_config(folder: &Path, config: &ModelConfig) -> Result<(), LayoutError> {
    let path = folder.join(CONFIG_FILE);
    let text = serde_json::to_string_pretty(config).map_err(|e| LayoutError::format(&path, e))?;
    std::fs::write(&path, text + "\n").map_err(|e| LayoutError::file("write", &path, e))
}

/// Scores before temperature, softmax and sigmoid.
pub(crate) struct RawScores {
    pub words: Vec<Vec<f32>>,
    pub page: Vec<f32>,
}

impl RawScores {
    /// Of which softmax and sigmoid, without a temperature, give these probabilities.
    fn of(tags: &PageTags) -> Self {
        const LEAST: f32 = 1e-9;
        let log = |p: &f32| p.max(LEAST).ln();
        let odds = |p: f32| (p.max(LEAST) / (1.0 - p).max(LEAST)).ln();
        let of_word = |word: &WordTag| {
            let labels = word.probabilities.iter().map(log);
            labels
                .chain([odds(word.begins), odds(word.starts_row)])
                .collect()
        };
        let classes = tags.class_probabilities.iter().map(log);
        Self {
            words: tags.words.iter().map(of_word).collect(),
            page: classes.chain([odds(tags.starts_document)]).collect(),
        }
    }
}

pub(crate) fn scores(
    network: &Network,
    table: &TokenTable,
    words: &[PageWord],
) -> Result<RawScores, LayoutError> {
    let words = &words[..words.len().min(MOST_WORDS)];
    let window = network.size.window.max(2 * OVERLAP);
    let mut out = RawScores {
        words: Vec::with_capacity(words.len()),
        page: Vec::new(),
    };
    let starts = window_starts(words.len(), window);
    let share = 1.0 / starts.len() as f32;
    for &start in &starts {
        let end = (start + window).min(words.len());
        let mut batch = Batch::default();
        batch.push(&words[start..end], &[], table, &network.size);
        let scores = network.forward(batch, None)?;
        let page = scores
            .pages
            .narrow(0, 0, 1)?
            .flatten_all()?
            .to_vec1::<f32>()?;
        out.page.resize(page.len(), 0.0);
        for (total, score) in out.page.iter_mut().zip(page) {
            *total += score * share;
        }
        // The words before the middle of the overlap stay with the window before.
        let skip = if start == 0 { 0 } else { OVERLAP / 2 };
        out.words.truncate(start + skip);
        if end <= start + skip {
            continue;
        }
        let fresh = scores.words.narrow(0, 1 + skip, end - start - skip)?;
        out.words.extend(fresh.to_vec2::<f32>()?);
    }
    Ok(out)
}

fn window_starts(words: usize, window: usize) -> Vec<usize> {
    let mut starts = vec![0];
    let mut start = 0;
    while start + window < words {
        start += window - OVERLAP;
        starts.push(start);
    }
    starts
}

fn softmax(scores: &[f32], temperature: f32) -> Vec<f32> {
    let mut out: Vec<f32> = scores.iter().map(|score| score / temperature).collect();
    softmax_in_place(&mut out);
    out
}

fn probability(score: Option<&f32>, temperature: f32) -> f32 {
    score.map_or(0.0, |score| sigmoid(score / temperature))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_overlap_and_cover_every_word() {
        assert_eq!(window_starts(0, 512), [0]);
        assert_eq!(window_starts(512, 512), [0]);
        assert_eq!(window_starts(513, 512), [0, 384]);
        assert_eq!(window_starts(1300, 512), [0, 384, 768, 1152]);
    }
}
