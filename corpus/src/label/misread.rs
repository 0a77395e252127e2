//! Reads words wrong on purpose, as often and in the same ways as the real reader does.
//!
//! Goes in: cleanly read, labelled words (a text layer) and the fitted table. Comes out: the words
//! as OCR might have given them: wrong letters, splits, merges, losses, noise, confidences, and boxes
//! drawn around ink instead of lines. Labels, mentions and rows stay right.

use crate::label::confusions::Confusions;
use docexam_layout::{LabelledWord, PageWord};
use rand::{RngExt, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeSet;

/// No page loses or garbles more than this share of its words, however bad the table's worst pages.
const WORST: f32 = 0.45;

pub fn misread(
    words: &[LabelledWord],
    confusions: &Confusions,
    rng: &mut ChaCha8Rng,
) -> Vec<LabelledWord> {
    let severity = draw(&confusions.page_severity, rng).unwrap_or(1.0);
    let chance = |share: f32| f64::from((share * severity).min(WORST));
    let (lost, split, merged) = (
        chance(confusions.lost),
        chance(confusions.split),
        chance(confusions.merged) / 2.0,
    );
    let wrong = chance(confusions.misread);
    let mut output: Vec<LabelledWord> = Vec::with_capacity(words.len());
    let mut due = Due::default();
    for word in words {
        if rng.random_bool(lost) {
            due.lose(word);
            continue;
        }
        let mut word = due.pay(word.clone());
        let garbled = rng.random_bool(wrong);
        if garbled {
            garble(&mut word.word.text, confusions, rng);
            if word.word.text.is_empty() {
                due.lose(&word);
                continue;
            }
        }
        let confidences = if garbled {
            &confusions.confidence_wrong
        } else {
            &confusions.confidence_right
        };
        word.word.confidence = draw(confidences, rng).unwrap_or(0.9).clamp(0.0, 1.0);
        redraw_box(&mut word.word, confusions, rng);
        match output.last_mut() {
            Some(before) if rng.random_bool(merged) && adjoin(before, &word) => merge(before, word),
            _ if rng.random_bool(split) => output.extend(halves(word, rng)),
            _ => output.push(word),
        }
    }
    add_noise(&mut output, confusions, rng);
    output
}

/// Beginnings whose word was lost: the next word of the same label takes them over.
#[derive(Default)]
struct Due {
    begins: BTreeSet<String>,
    starts_row: bool,
}

impl Due {
    fn lose(&mut self, word: &LabelledWord) {
        if word.begins {
            self.begins.insert(word.label.clone());
        }
        self.starts_row |= word.starts_row;
    }

    fn pay(&mut self, mut word: LabelledWord) -> LabelledWord {
        word.begins |= self.begins.remove(&word.label);
        if self.starts_row && word.label.starts_with("item.") {
            word.starts_row = true;
            self.starts_row = false;
        }
        word
    }
}

/// Wrong letters where letters are frail; the number of them as in the table.
fn garble(text: &mut String, confusions: &Confusions, rng: &mut ChaCha8Rng) {
    let letters: Vec<char> = text.chars().collect();
    let frailty = |letter: &char| confusions.frailty.get(letter).copied().unwrap_or(0.0);
    let sum: f32 = letters.iter().map(frailty).sum();
    if sum <= 0.0 {
        return;
    }
    // At least one error; more follow with the average of the table, or till little is left.
    let ruined = rng.random_bool(f64::from(confusions.ruined.clamp(0.0, 1.0)));
    let errors = match ruined {
        true => letters.len() as f32 * 0.75,
        false => confusions.errors_per_misread,
    };
    *text = String::new();
    let forced = pick(&letters, frailty, sum, rng);
    for (index, letter) in letters.iter().enumerate() {
        let more = f64::from((frailty(letter) / sum * (errors - 1.0)).clamp(0.0, 0.9));
        if index == forced || rng.random_bool(more) {
            text.push_str(substitute(*letter, confusions, rng));
        } else {
            text.push(*letter);
        }
    }
}

fn pick(letters: &[char], weight: impl Fn(&char) -> f32, sum: f32, rng: &mut ChaCha8Rng) -> usize {
    let mut left = rng.random_range(0.0..sum);
    for (index, letter) in letters.iter().enumerate() {
        left -= weight(letter);
        if left < 0.0 {
            return index;
        }
    }
    letters.len().saturating_sub(1)
}

fn substitute<'a>(letter: char, confusions: &'a Confusions, rng: &mut ChaCha8Rng) -> &'a str {
    let choices = confusions
        .substitutes
        .get(&letter)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut left = rng.random_range(0.0..1.0f32);
    for (instead, share) in choices {
        left -= share;
        if left < 0.0 {
            return instead;
        }
    }
    choices.first().map_or("", |(instead, _)| instead)
}

/// From the line's box to the ink's box.
fn redraw_box(word: &mut PageWord, confusions: &Confusions, rng: &mut ChaCha8Rng) {
    let height = word.bbox[3] - word.bbox[1];
    let jitter = confusions.box_jitter.min(0.2);
    let mut move_side = |shift: f32| (shift + rng.random_range(-1.5..1.5) * jitter) * height;
    let (top, bottom) = (
        word.bbox[1] + move_side(confusions.box_shift[0]),
        word.bbox[3] + move_side(confusions.box_shift[1]),
    );
    if bottom - top > height * 0.3 {
        (word.bbox[1], word.bbox[3]) = (top.clamp(0.0, 1.0), bottom.clamp(0.0, 1.0));
    }
}

/// On one line, with a gap of less than a letter's height (in parts of the page's width about 1.4).
fn adjoin(before: &LabelledWord, word: &LabelledWord) -> bool {
    let gap = word.word.bbox[0] - before.word.bbox[2];
    let height = word.word.bbox[3] - word.word.bbox[1];
    before.word.line == word.word.line && gap > -0.01 && gap < height * 0.8
}

/// The label of the longer text stays, a value goes before a caption.
fn merge(before: &mut LabelledWord, word: LabelledWord) {
    let longer = |word: &LabelledWord| {
        let letters = word.word.text.chars().count();
        if word.label == crate::OUTSIDE {
            letters * 3 / 5
        } else {
            letters
        }
    };
    if longer(&word) > longer(before) {
        before.label = word.label.clone();
        before.begins = word.begins;
    }
    before.starts_row |= word.starts_row;
    before.word.text.push_str(&word.word.text);
    before.word.confidence = before.word.confidence.min(word.word.confidence);
    before.word.bbox[1] = before.word.bbox[1].min(word.word.bbox[1]);
    before.word.bbox[2] = word.word.bbox[2];
    before.word.bbox[3] = before.word.bbox[3].max(word.word.bbox[3]);
}

/// Two words where one stood; a single letter stays whole.
fn halves(word: LabelledWord, rng: &mut ChaCha8Rng) -> Vec<LabelledWord> {
    let letters: Vec<char> = word.word.text.chars().collect();
    if letters.len() < 2 {
        return vec![word];
    }
    let cut = rng.random_range(1..letters.len());
    let [x0, _, x1, _] = word.word.bbox;
    let middle = x0 + (x1 - x0) * cut as f32 / letters.len() as f32;
    let mut first = word.clone();
    first.word.text = letters[..cut].iter().collect();
    first.word.bbox[2] = middle;
    let mut second = word;
    second.word.text = letters[cut..].iter().collect();
    second.word.bbox[0] = middle;
    (second.begins, second.starts_row) = (false, false);
    vec![first, second]
}

/// Specks and stamps read as words: at the end of lines, with low confidence.
fn add_noise(words: &mut Vec<LabelledWord>, confusions: &Confusions, rng: &mut ChaCha8Rng) {
    let count = draw(&confusions.noise_per_page, rng)
        .unwrap_or(0.0)
        .min(words.len() as f32 / 5.0);
    for _ in 0..count as u32 {
        let (Some(text), false) = (confusions.noise.choose(rng), words.is_empty()) else {
            return;
        };
        let at = rng.random_range(0..words.len());
        let [_, y0, x1, y1] = words[at].word.bbox;
        let left = (x1 + rng.random_range(0.005..0.1f32)).min(0.98);
        let width = (y1 - y0) * 0.5 * text.chars().count() as f32;
        let line = words[at].word.line;
        let noise = LabelledWord {
            word: PageWord {
                text: text.clone(),
                bbox: [left, y0, (left + width).min(1.0), y1],
                confidence: draw(&confusions.confidence_wrong, rng).unwrap_or(0.3),
                line,
            },
            label: crate::OUTSIDE.to_owned(),
            begins: false,
            starts_row: false,
        };
        let end = words
            .iter()
            .rposition(|word| word.word.line == line)
            .unwrap_or(at);
        words.insert(end + 1, noise);
    }
}

/// A value from stored quantiles, linear in between; `None` if there are none.
fn draw(quantiles: &[f32], rng: &mut ChaCha8Rng) -> Option<f32> {
    let last = quantiles.len().checked_sub(1)?;
    let at = rng.random_range(0.0..1.0) * last as f32;
    let below = *quantiles.get(at as usize)?;
    let above = quantiles.get(at as usize + 1).copied().unwrap_or(below);
    Some(below + (above - below) * at.fract())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use std::collections::BTreeMap;

    fn words() -> Vec<LabelledWord> {
        let word = |index: usize| LabelledWord {
            word: PageWord {
                text: "1.000,50".to_owned(),
                bbox: [0.1, 0.02 * index as f32, 0.2, 0.02 * index as f32 + 0.015],
                confidence: 1.0,
                line: index as u32,
            },
            label: "item.line_amount".to_owned(),
            begins: true,
            starts_row: true,
        };
        (0..40).map(word).collect()
    }

    fn table(lost: f32, misread: f32) -> Confusions {
        Confusions {
            lost,
            misread,
            errors_per_misread: 1.0,
            frailty: BTreeMap::from([('0', 1.0)]),
            substitutes: BTreeMap::from([('0', vec![("O".to_owned(), 1.0)])]),
            page_severity: vec![1.0; 21],
            ..Confusions::default()
        }
    }

    #[test]
    fn a_reader_without_errors_changes_no_text() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let read = misread(&words(), &table(0.0, 0.0), &mut rng);
        assert!(read.iter().all(|word| word.word.text == "1.000,50"));
        assert_eq!(read.len(), 40);
    }

    #[test]
    fn errors_come_at_the_rate_of_the_table_and_keep_their_labels() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let (mut garbled, mut kept) = (0, 0);
        for _ in 0..100 {
            let read = misread(&words(), &table(0.1, 0.2), &mut rng);
            kept += read.len();
            garbled += read
                .iter()
                .filter(|word| word.word.text.contains('O'))
                .count();
            assert!(
                read.iter()
                    .all(|word| word.label == "item.line_amount" && word.begins)
            );
        }
        assert!(
            (3500..3700).contains(&kept),
            "{kept} of 4000 kept, 10 % should be lost"
        );
        let share = garbled as f32 / kept as f32;
        assert!(
            (0.17..0.23).contains(&share),
            "{share} misread, 20 % in the table"
        );
    }
}
