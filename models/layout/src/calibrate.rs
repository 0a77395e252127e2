//! One temperature for each head, fitted on pages not used for training.
//!
//! A temperature divides scores before they become probabilities; it changes how sure the model
//! says it is, never what it says. Words that are and seem outside every field are left out: they
//! are many and easy, and would hide how sure the model is of fields.

use crate::config::Temperatures;
use crate::evaluate::largest;
use crate::labels::label_index;
use crate::model::{Model, scores};
use crate::ops::softmax_in_place;
use crate::{LayoutError, TrainingPage};

/// Of the first network: those of a committee are fitted before they join it.
pub fn fit_temperatures(
    model: &Model,
    pages: &[TrainingPage],
) -> Result<Temperatures, LayoutError> {
    let config = &model.config;
    let (n_labels, n_classes) = (config.labels.len(), config.page_classes.len());
    let (mut labels, mut classes) = (Vec::new(), Vec::new());
    let (mut begins, mut rows, mut starts) = (Vec::new(), Vec::new(), Vec::new());
    for page in pages {
        let words: Vec<_> = page.words.iter().map(|word| word.word.clone()).collect();
        let raw = scores(&model.networks[0], &model.table, &words)?;
        for (word, scores) in page.words.iter().zip(raw.words) {
            let Some(truth) = label_index(&config.labels, &word.label, &page.id)? else {
                continue;
            };
            rows.push((scores[n_labels + 1], word.starts_row));
            if truth != 0 || largest(&scores[..n_labels]) != 0 {
                begins.push((scores[n_labels], word.begins));
                labels.push((scores[..n_labels].to_vec(), truth));
            }
        }
        if let Some(class) = label_index(&config.page_classes, &page.page_class, &page.id)? {
            classes.push((raw.page[..n_classes].to_vec(), class));
            starts.push((raw.page[n_classes], page.starts_document));
        }
    }
    Ok(Temperatures {
        labels: fit_classes(&labels),
        begins: fit_flags(&begins),
        starts_row: fit_flags(&rows),
        page_class: fit_classes(&classes),
        starts_document: fit_flags(&starts),
    })
}

/// Fewer mistakes than this say too little to make a head surer than training made it.
const TELLING_MISTAKES: usize = 10;

fn fit_classes(cases: &[(Vec<f32>, usize)]) -> f32 {
    let mistakes = cases.iter().filter(|(s, truth)| largest(s) != *truth);
    best_temperature(mistakes.count(), |t| classes_cost(cases, t))
}

fn fit_flags(cases: &[(f32, bool)]) -> f32 {
    let mistakes = cases
        .iter()
        .filter(|(score, truth)| (*score > 0.0) != *truth);
    best_temperature(mistakes.count(), |t| flags_cost(cases, t))
}

/// Mean negative log likelihood of the truth.
fn classes_cost(cases: &[(Vec<f32>, usize)], temperature: f32) -> f64 {
    let cost = cases.iter().map(|(scores, truth)| {
        let mut row: Vec<f32> = scores.iter().map(|s| s / temperature).collect();
        softmax_in_place(&mut row);
        -f64::from(row[*truth].max(1e-12)).ln()
    });
    cost.sum::<f64>() / cases.len().max(1) as f64
}

fn flags_cost(cases: &[(f32, bool)], temperature: f32) -> f64 {
    let cost = cases.iter().map(|(score, truth)| {
        let z = f64::from(score / temperature) * if *truth { 1.0 } else { -1.0 };
        (-z).exp().ln_1p()
    });
    cost.sum::<f64>() / cases.len().max(1) as f64
}

/// Golden-section search over log T; the cost has one minimum. Between 1/3 (or 1) and 3.
fn best_temperature(mistakes: usize, cost: impl Fn(f32) -> f64) -> f32 {
    const RATIO: f32 = 0.618_034;
    let at = |log: f32| cost(log.exp());
    let telling = mistakes >= TELLING_MISTAKES;
    let (mut low, mut high) = (if telling { -1.1_f32 } else { 0.0 }, 1.1_f32);
    for _ in 0..14 {
        let reach = (high - low) * RATIO;
        if at(high - reach) <= at(low + reach) {
            high = low + reach;
        } else {
            low = high - reach;
        }
    }
    ((low + high) / 2.0).exp()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_that_are_too_sure_are_cooled() {
        // Right four times of five, but certain each time.
        let cases: Vec<_> = (0..100).map(|i| (4.0, i % 5 != 0)).collect();
        let temperature = fit_flags(&cases);
        // σ(4 / T) = 0.8 where T = 4 / ln 4.
        assert!(
            (temperature - 4.0 / 4.0_f32.ln()).abs() < 0.02,
            "{temperature}"
        );
        let cases: Vec<_> = (0..100)
            .map(|i| (vec![3.0, 0.0], usize::from(i % 5 == 0)))
            .collect();
        let temperature = fit_classes(&cases);
        assert!(
            (temperature - 3.0 / 4.0_f32.ln()).abs() < 0.02,
            "{temperature}"
        );
    }

    #[test]
    fn a_head_without_mistakes_is_not_made_surer() {
        let temperature = fit_flags(&[(2.0, true); 50]);
        assert!((temperature - 1.0).abs() < 0.01, "{temperature}");
    }
}
