//! Variations of a training page: other places, orders, scales, spellings and cases, the same meaning.
//!
//! Everything is drawn from the given generator, so that a run can be repeated.

mod rearrange;

use crate::{LabelledWord, TrainingPage};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rearrange::rearrange;

/// Share of pages set in capitals or in lower case as a whole.
const CASE_PAGES: f32 = 0.08;
/// Share of words that are lost (words that begin nothing only).
const LOST_WORDS: f32 = 0.02;
/// Share of words with one character misread.
const MISREAD_WORDS: f32 = 0.02;
/// Share of words whose text is hidden from the network, so that place must do.
const HIDDEN_WORDS: f32 = 0.04;

/// At most `window` words, from a random place if there are more, varied; and which are hidden.
pub fn vary(
    page: &TrainingPage,
    window: usize,
    random: &mut ChaCha8Rng,
) -> (Vec<LabelledWord>, Vec<bool>) {
    let mut words = rearrange(page.words.clone(), random);
    let spare = words.len().saturating_sub(window);
    let start = if spare == 0 {
        0
    } else {
        random.random_range(0..=spare)
    };
    words.truncate(start + window);
    words.drain(..start);
    words.retain(|word| word.begins || word.starts_row || random.random::<f32>() >= LOST_WORDS);
    move_and_scale(&mut words, random);
    let case = random.random::<f32>() / CASE_PAGES;
    for word in &mut words {
        let text = &mut word.word.text;
        if case < 0.6 {
            *text = text.to_uppercase();
        } else if case < 1.0 {
            *text = text.to_lowercase();
        }
        if random.random::<f32>() < MISREAD_WORDS {
            *text = misread(text, random);
        }
    }
    let hidden = words
        .iter()
        .map(|_| random.random::<f32>() < HIDDEN_WORDS)
        .collect();
    (words, hidden)
}

/// The page a little smaller, stretched and moved; every box a little off.
fn move_and_scale(words: &mut [LabelledWord], random: &mut ChaCha8Rng) {
    let scale = random.random_range(0.85..1.05_f32);
    let scales = [scale, scale * random.random_range(0.92..1.08_f32)];
    let shifts = scales.map(|scale| {
        let room = (1.0 - scale).abs() + 0.03;
        random.random_range(-0.03..room) + (1.0 - scale).min(0.0)
    });
    for word in words {
        let bbox = &mut word.word.bbox;
        let jitter = 0.06 * (bbox[3] - bbox[1]).abs();
        for (i, v) in bbox.iter_mut().enumerate() {
            let noise = random.random_range(-1.0..1.0_f32) * jitter;
            *v = (*v * scales[i % 2] + shifts[i % 2] + noise).clamp(0.0, 1.0);
        }
    }
}

/// One character replaced (a digit by a digit), lost or doubled.
fn misread(text: &str, random: &mut ChaCha8Rng) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    if chars.len() < 2 {
        return text.to_owned();
    }
    let at = random.random_range(0..chars.len());
    match random.random_range(0..4_u32) {
        0 => {
            chars.remove(at);
        }
        1 => chars.insert(at, chars[at]),
        _ if chars[at].is_ascii_digit() => {
            chars[at] = char::from(b'0' + random.random_range(0..10_u8));
        }
        _ => {
            let other = random.random_range(0..chars.len());
            chars[at] = chars[other];
        }
    }
    chars.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PageWord;
    use rand::SeedableRng;

    #[test]
    fn beginnings_are_never_lost_boxes_stay_on_the_page_and_the_seed_decides() {
        let words = (0..900).map(|i| LabelledWord {
            word: PageWord {
                text: format!("w{i}"),
                bbox: [0.9, 0.1, 0.99, 0.2],
                confidence: 1.0,
                line: i / 9,
            },
            label: "O".into(),
            begins: i % 3 == 0,
            starts_row: false,
        });
        let page = TrainingPage {
            id: "p".into(),
            page_class: "other".into(),
            starts_document: false,
            language: "en".into(),
            split: "train".into(),
            words: words.collect(),
        };
        let run = |seed| vary(&page, 512, &mut ChaCha8Rng::seed_from_u64(seed));
        let (words, hidden) = run(1);
        assert_eq!(words.len(), hidden.len());
        assert!((170..=171).contains(&words.iter().filter(|w| w.begins).count()));
        assert!(words.len() < 512 && words.len() > 480, "{}", words.len());
        for word in &words {
            assert!(word.word.bbox.iter().all(|v| (0.0..=1.0).contains(v)));
        }
        assert_eq!(run(1), (words, hidden));
        assert_ne!(run(1).0, run(2).0);
    }
}
