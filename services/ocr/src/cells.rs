//! Words of two cells that were read as one, because little more than the line between the cells parts them: `ctns682.5`,
//! `Handwerkzeugsets82055980`.
//!
//! In: words and the lines drawn on the page. Out: the words, such ones cut where letters turn into figures, or figures into letters.
//! Deliberately absent: words and numbers that stand alone, over which a line only seems to run.

use docexam_domain::{Rect, Ruling, Word};

/// Of the parts of a word that is cut, at least so many letters, and figures.
const LEAST: usize = 2;
/// A line runs through a word if it is so far from both ends, and reaches so far over and under it, in heights of the word.
const INSIDE: f32 = 0.2;
const SHORT: f32 = 0.3;

pub(crate) fn cut_at_rules(words: Vec<Word>, ruling: &Ruling, width_over_height: f32) -> Vec<Word> {
    let runs_through = |bbox: &Rect, rule: &Rect| {
        let inside = INSIDE * bbox.height() / width_over_height;
        let x = rule.centre()[0];
        let slack = SHORT * bbox.height();
        bbox.x0 + inside < x
            && x < bbox.x1 - inside
            && rule.y0 < bbox.y0 + slack
            && rule.y1 > bbox.y1 - slack
    };
    let mut all = Vec::new();
    for word in words {
        let is_ruled = ruling
            .down
            .iter()
            .any(|rule| runs_through(&word.bbox, rule));
        match is_ruled.then(|| turn(&word.text)).flatten() {
            Some(at) => all.extend(cut(&word, at)),
            None => all.push(word),
        }
    }
    all
}

/// The one place where a text turns from letters to figures or from figures to letters, in bytes.
fn turn(text: &str) -> Option<usize> {
    let is_figure = |c: char| c.is_ascii_digit();
    let is_kind = |c: &(usize, char)| c.1.is_alphabetic() || is_figure(c.1);
    let kinds: Vec<(usize, char)> = text.char_indices().filter(is_kind).collect();
    let turns = |pair: &&[(usize, char)]| is_figure(pair[0].1) != is_figure(pair[1].1);
    let mut found = kinds.windows(2).filter(turns);
    let (at, _) = *found.next()?.get(1)?;
    let figures = kinds.iter().filter(|c| is_figure(c.1)).count();
    let is_long = figures >= LEAST && kinds.len() - figures >= LEAST;
    (is_long && found.next().is_none()).then_some(at)
}

/// The parts of a word before and from a byte on, as wide as they have letters.
fn cut(word: &Word, at: usize) -> [Word; 2] {
    let (before, behind) = word.text.split_at(at);
    let share = before.chars().count() as f32 / word.text.chars().count().max(1) as f32;
    let x = word.bbox.x0 + share * word.bbox.width();
    let part = |text: &str, x0: f32, x1: f32| Word {
        text: text.to_owned(),
        bbox: Rect {
            x0,
            x1,
            ..word.bbox
        },
        ..word.clone()
    };
    [part(before, word.bbox.x0, x), part(behind, x, word.bbox.x1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str, rule_at: f32) -> Vec<String> {
        let word = Word {
            text: text.to_owned(),
            bbox: Rect::new(0.2, 0.1, 0.3, 0.12),
            confidence: 0.9,
            line: 0,
        };
        let ruling = Ruling {
            down: vec![Rect::new(rule_at, 0.0, rule_at + 0.001, 0.5)],
            ..Ruling::default()
        };
        let words = cut_at_rules(vec![word], &ruling, 0.7);
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_word_that_a_line_runs_through_is_two() {
        assert_eq!(texts("ctns682.5", 0.24), ["ctns", "682.5"]);
        assert_eq!(texts("12,5KGS", 0.26), ["12,5", "KGS"]);
        // No line; nothing turns, or it turns twice; a letter is a code's.
        assert_eq!(texts("ctns682.5", 0.4), ["ctns682.5"]);
        assert_eq!(texts("August", 0.24), ["August"]);
        assert_eq!(texts("PP-40K7", 0.24), ["PP-40K7"]);
        assert_eq!(texts("M22", 0.24), ["M22"]);
    }
}
