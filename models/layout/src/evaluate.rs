//! How well a model tags labelled pages: by mention, by word, by page.
//!
//! A mention is right when label and words agree exactly. A word that carries a label without
//! beginning a mention belongs to the last mention of that label on the page. Nothing here looks at
//! values: that is the business of whoever turns tags into fields.

use crate::config::ModelConfig;
use crate::labels::{ITEM_PREFIX, OUTSIDE, UNLABELLED};
use crate::model::{Model, RawScores, scores};
use crate::network::Network;
use crate::token_table::TokenTable;
use crate::{LayoutError, PageWord, TrainingPage};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    pub pages: usize,
    /// F1 over mentions of header fields, all labels together.
    pub header_f1: f64,
    /// F1 over mentions of line-item cells, all labels together.
    pub item_f1: f64,
    /// F1 over words that carry a label.
    pub word_f1: f64,
    /// F1 over words that start a row.
    pub row_f1: f64,
    pub page_class_accuracy: f64,
    pub starts_document_accuracy: f64,
    /// By label, mentions.
    pub labels: BTreeMap<String, LabelScore>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LabelScore {
    /// Mentions in the truth.
    pub mentions: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

impl Evaluation {
    /// One number to choose between checkpoints.
    pub fn overall(&self) -> f64 {
        0.45 * self.header_f1
            + 0.35 * self.item_f1
            + 0.1 * self.row_f1
            + 0.1 * self.page_class_accuracy
    }
}

pub fn evaluate(model: &Model, pages: &[TrainingPage]) -> Result<Evaluation, LayoutError> {
    evaluated(&model.config, pages, |words| model.scores(words))
}

pub(crate) fn evaluate_network(
    network: &Network,
    table: &TokenTable,
    config: &ModelConfig,
    pages: &[TrainingPage],
) -> Result<Evaluation, LayoutError> {
    evaluated(config, pages, |words| scores(network, table, words))
}

fn evaluated(
    config: &ModelConfig,
    pages: &[TrainingPage],
    scores: impl Fn(&[PageWord]) -> Result<RawScores, LayoutError>,
) -> Result<Evaluation, LayoutError> {
    let mut counter = Counter::default();
    for page in pages {
        let words: Vec<_> = page.words.iter().map(|word| word.word.clone()).collect();
        counter.add(page, &scores(&words)?, config);
    }
    Ok(counter.evaluation(pages.len()))
}

#[derive(Default, Clone, Copy)]
struct Hits {
    truth: usize,
    found: usize,
    right: usize,
}

impl Hits {
    fn f1(self) -> f64 {
        2.0 * self.right as f64 / (self.truth + self.found).max(1) as f64
    }

    fn plus(self, other: Self) -> Self {
        Self {
            truth: self.truth + other.truth,
            found: self.found + other.found,
            right: self.right + other.right,
        }
    }
}

#[derive(Default)]
struct Counter {
    mentions: BTreeMap<String, Hits>,
    words: Hits,
    rows: Hits,
    /// Pages of which the class is known.
    classed: usize,
    right_class: usize,
    right_start: usize,
}

impl Counter {
    fn add(&mut self, page: &TrainingPage, raw: &RawScores, config: &ModelConfig) {
        let n_labels = config.labels.len();
        let found: Vec<Word> = raw
            .words
            .iter()
            .zip(&page.words)
            .map(|(scores, truth)| match truth.label.as_str() {
                UNLABELLED => Word::outside(),
                _ => Word {
                    label: config.labels[largest(&scores[..n_labels])].as_str(),
                    begins: scores[n_labels] > 0.0,
                },
            })
            .collect();
        let truth: Vec<Word> = page
            .words
            .iter()
            .map(|word| match word.label.as_str() {
                UNLABELLED => Word::outside(),
                label => Word {
                    label,
                    begins: word.begins,
                },
            })
            .collect();
        for (truth, found) in truth.iter().zip(&found) {
            self.words.truth += usize::from(truth.label != OUTSIDE);
            self.words.found += usize::from(found.label != OUTSIDE);
            self.words.right += usize::from(found.label != OUTSIDE && truth.label == found.label);
        }
        for (word, scores) in page.words.iter().zip(&raw.words) {
            if word.label == UNLABELLED {
                continue;
            }
            let starts = scores[n_labels + 1] > 0.0;
            self.rows.truth += usize::from(word.starts_row);
            self.rows.found += usize::from(starts);
            self.rows.right += usize::from(starts && word.starts_row);
        }
        let (truth, found) = (mentions(&truth), mentions(&found));
        for (label, _) in &truth {
            self.hits(label).truth += 1;
        }
        for mention in &found {
            let right = truth.contains(mention);
            let hits = self.hits(mention.0);
            hits.found += 1;
            hits.right += usize::from(right);
        }
        if page.page_class == UNLABELLED {
            return;
        }
        self.classed += 1;
        let (classes, starts) = raw.page.split_at(config.page_classes.len());
        self.right_class += usize::from(config.page_classes[largest(classes)] == page.page_class);
        self.right_start += usize::from((starts[0] > 0.0) == page.starts_document);
    }

    fn hits(&mut self, label: &str) -> &mut Hits {
        self.mentions.entry(label.to_owned()).or_default()
    }

    fn evaluation(self, pages: usize) -> Evaluation {
        let total = |items: bool| {
            self.mentions
                .iter()
                .filter(|(label, _)| label.starts_with(ITEM_PREFIX) == items)
                .fold(Hits::default(), |sum, (_, hits)| sum.plus(*hits))
                .f1()
        };
        let share = |right: usize| right as f64 / self.classed.max(1) as f64;
        Evaluation {
            pages,
            header_f1: total(false),
            item_f1: total(true),
            word_f1: self.words.f1(),
            row_f1: self.rows.f1(),
            page_class_accuracy: share(self.right_class),
            starts_document_accuracy: share(self.right_start),
            labels: self
                .mentions
                .iter()
                .map(|(label, hits)| {
                    let score = LabelScore {
                        mentions: hits.truth,
                        precision: hits.right as f64 / hits.found.max(1) as f64,
                        recall: hits.right as f64 / hits.truth.max(1) as f64,
                        f1: hits.f1(),
                    };
                    (label.clone(), score)
                })
                .collect(),
        }
    }
}

#[derive(Clone, Copy)]
struct Word<'a> {
    label: &'a str,
    begins: bool,
}

impl Word<'_> {
    fn outside() -> Self {
        Self {
            label: OUTSIDE,
            begins: false,
        }
    }
}

/// Label and word indices of each mention.
fn mentions<'a>(words: &[Word<'a>]) -> BTreeSet<(&'a str, Vec<usize>)> {
    let mut open: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    let mut done = BTreeSet::new();
    for (index, word) in words.iter().enumerate() {
        if word.label == OUTSIDE {
            continue;
        }
        let mention = open.entry(word.label).or_default();
        if word.begins && !mention.is_empty() {
            done.insert((word.label, std::mem::take(mention)));
        }
        mention.push(index);
    }
    done.extend(open);
    done
}

pub(crate) fn largest(scores: &[f32]) -> usize {
    let mut best = 0;
    for (index, score) in scores.iter().enumerate() {
        if *score > scores[best] {
            best = index;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mentions_begin_where_they_say_and_survive_words_between() {
        let words = [
            ("item.description", true),
            ("O", false),
            ("item.quantity", true),
            ("item.description", false),
            ("item.description", true),
        ]
        .map(|(label, begins)| Word { label, begins });
        let found = mentions(&words);
        let expected = [
            ("item.description", vec![0, 3]),
            ("item.description", vec![4]),
            ("item.quantity", vec![2]),
        ];
        assert_eq!(found, expected.into_iter().collect());
    }
}
