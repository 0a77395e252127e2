//! Doubtful words are read again by the line reader, which errs in other places than Tesseract: noise, rulings and broken
//! letters trouble it little. `O2230EUR` becomes `0,2230EUR`, `outspe` becomes `OUTSIDE`, and `3645kg` two words.
//! Tesseract keeps what it knows better: accents, and the marks at the edges of a word. Of Chinese it knows nothing: its Latin
//! model reads `REWR` or `28%` there, now and then over two lines.
//!
//! In: the words of a page read so far. Out: which of them to read again, and the words that stand after both readings.
//! Deliberately absent: networks (`line_reader`), and where print is (`places`).

use crate::engine::ReadWord;
use crate::line_reader::is_chinese;
use crate::places::{CLOSE, height};
use crate::span::Span;
use std::cmp::Ordering;
use std::ops::Range;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Of the words that are replaced, so many are right where the line reader is certain.
const OF_REPLACED: f32 = 0.8;
/// Words of which Tesseract is as sure as this are not read again; with figures, and without. Of 8,373 words on 92 captured
/// validation pages the rules below mend 416 and spoil 22; with 0.9 for both, 435 and 30 in a third more time.
const SURE_OF_FIGURES: f32 = 0.9;
const SURE: f32 = 0.8;
/// The same, without figures, on a page with Chinese: it is read as Latin words more surely than broken print.
const SURE_BESIDE_CHINESE: f32 = 0.93;
/// Least confidence in its least certain letter with which a reading replaces another.
const READ: f32 = 0.3;
/// The same where Tesseract saw a sign alone: a `1` becomes `$`, and a `$` remains one.
const SURE_OF_SIGN: f32 = 0.9;
/// A page has Chinese print if so many letters of one word are read as Chinese, and so surely: a stroke or a frame is taken for a
/// letter (`一`, `口`) as surely.
const CHINESE_LETTERS: usize = 2;
const SURELY_CHINESE: f32 = 0.9;
/// Heights in pixels of words that can be read at all, and the longest, in letters: a line of junk is longer.
const LEGIBLE_PX: Range<i32> = 5..160;
const LONGEST: usize = 60;
/// With more of them the page is noise; those at its end stay as they are. About 12 CPU s.
const MOST_WORDS: usize = 300;
/// Least confidence of each of their words, if they are to stand for the one.
const SURE_OF_LINES: f32 = 0.6;
/// Marks at the ends of a word that stand where Tesseract sees them, and those that stand where both readers do. What else
/// Tesseract sees there is a ruling or dust.
const POINTS: &str = ".,:;";
const MARKS: &str = "()/#%*&-";
/// Signs that belong to what they stand beside.
const SIGNS: &str = "$€£¥₺%+";
/// Pieces of one word stand as close as its letters (`places::CLOSE`), in heights of the word; what may be pieces of Chinese, so close:
/// boxes of the Latin model leave out whole letters between them.
const CLOSE_IN_CHINESE: f32 = 1.5;

/// Words that were read again.
#[derive(Clone)]
pub(crate) struct Run {
    /// Indices into the words.
    pub words: Range<usize>,
    /// What was found there, line by line.
    pub found: Vec<Vec<ReadWord>>,
}

/// The words to be read again, more of them `beside_chinese`; pieces of one word, which Tesseract put apart, together.
pub(crate) fn doubtful_runs(words: &[ReadWord], beside_chinese: bool) -> Vec<Range<usize>> {
    let wanted = |word: &ReadWord| {
        is_doubtful(word)
            || (beside_chinese
                && word.confidence < SURE_BESIDE_CHINESE
                && may_be_read(word)
                && !has_figures(word))
    };
    let close = |first: &ReadWord, second: &ReadWord| {
        let both = beside_chinese && !has_figures(first) && !has_figures(second);
        touch(first, second, if both { CLOSE_IN_CHINESE } else { CLOSE })
    };
    let found = (0..words.len()).filter(|at| wanted(&words[*at]));
    let mut runs: Vec<Range<usize>> = Vec::new();
    for at in found.take(MOST_WORDS) {
        match runs.last_mut() {
            Some(run) if run.end == at && close(&words[at - 1], &words[at]) => run.end = at + 1,
            _ => runs.push(at..at + 1),
        }
    }
    runs
}

pub(crate) fn is_doubtful(word: &ReadWord) -> bool {
    let sure = match has_figures(word) {
        true => SURE_OF_FIGURES,
        false => SURE,
    };
    word.confidence < sure && may_be_read(word)
}

fn has_figures(word: &ReadWord) -> bool {
    word.text.contains(|c: char| c.is_ascii_digit())
}

fn may_be_read(word: &ReadWord) -> bool {
    (word.text.contains(char::is_alphanumeric) || !word.text.contains(is_point))
        && word.text.chars().count() <= LONGEST
        && word.text.chars().all(is_western)
        && LEGIBLE_PX.contains(&(word.bottom - word.top))
}

/// Whether the second stands as close behind the first, in heights, as letters of one word.
fn touch(first: &ReadWord, second: &ReadWord, heights: f32) -> bool {
    let close = heights * height(first).max(height(second));
    first.line == second.line
        && first.left < second.left
        && ((second.left - first.right) as f32) < close
}

/// Marks that are words of their own in print; others are misread letters more often.
fn is_point(c: char) -> bool {
    POINTS.contains(c) || MARKS.contains(c) || "|_–—".contains(c)
}

/// Latin letters, figures and marks, and the punctuation and currencies above them.
fn is_western(c: char) -> bool {
    c < '\u{250}' || ('\u{2000}'..'\u{2100}').contains(&c)
}

/// The words as one, without blanks, as sure as the least certain of them; absent without any.
fn joined(words: &[ReadWord]) -> Option<ReadWord> {
    let span = Span::of(words)?;
    let confidence = words.iter().map(|word| word.confidence);
    Some(ReadWord {
        text: words.iter().map(|word| word.text.as_str()).collect(),
        left: span.left,
        top: span.top,
        right: span.right,
        bottom: span.bottom,
        confidence: confidence.reduce(f32::min)?,
        line: words.first()?.line,
    })
}

/// Whether what was found on a page shows that there is Chinese among its Latin print.
pub(crate) fn shows_chinese(runs: &[Run]) -> bool {
    let letters = |text: &str| text.chars().filter(|c| is_chinese(*c)).count();
    let mut found = runs.iter().flat_map(|run| run.found.iter().flatten());
    found.any(|word| letters(&word.text) >= CHINESE_LETTERS && word.confidence >= SURELY_CHINESE)
}

/// The words of a page after the second look at some of them; `runs` in the order of the words. `chinese` says whether they may be
/// Chinese.
pub(crate) fn all_settled(words: &[ReadWord], runs: &[Run], chinese: bool) -> Vec<ReadWord> {
    let (mut all, mut done) = (Vec::new(), 0);
    for run in runs {
        all.extend_from_slice(&words[done..run.words.start]);
        done = run.words.end;
        let first = &words[run.words.clone()];
        match run.found.as_slice() {
            [line] => all.extend(settled(first, line, chinese)),
            lines => all.extend(unstacked(first, lines, chinese)),
        }
    }
    all.extend_from_slice(&words[done..]);
    all
}

/// The words of several lines that Tesseract took for one, if all of them could be read.
fn unstacked(first: &[ReadWord], lines: &[Vec<ReadWord>], chinese: bool) -> Vec<ReadWord> {
    let is_read = |line: &Vec<ReadWord>| {
        let legible =
            |word: &ReadWord| word.confidence >= SURE_OF_LINES && is_known(&word.text, chinese);
        !line.is_empty() && line.iter().all(legible)
    };
    match first.first() {
        Some(stacked) if lines.iter().all(is_read) => {
            let words = lines.iter().flatten();
            let placed = |word: &ReadWord| ReadWord {
                confidence: replaced(word.confidence),
                line: stacked.line,
                ..word.clone()
            };
            words.map(placed).collect()
        }
        _ => first.to_vec(),
    }
}

/// Whether a text is of the scripts that the page may have.
fn is_known(text: &str, chinese: bool) -> bool {
    text.chars().all(is_western) || (chinese && text.contains(is_chinese))
}

/// Confidence of a word that replaces another.
fn replaced(confidence: f32) -> f32 {
    OF_REPLACED * confidence * confidence
}

/// The words that stand after the second look at `first`, a run of words, which found `again` there.
fn settled(first: &[ReadWord], again: &[ReadWord], chinese: bool) -> Vec<ReadWord> {
    let (Some(whole), Some(other)) = (joined(first), joined(again)) else {
        return first.to_vec();
    };
    let [known, text] = with_common_edges(&whole.text, &other.text);
    let outcome = match is_known(&text, chinese) {
        true => judged(&known, whole.confidence, &text, other.confidence),
        false => Outcome::Silent,
    };
    let (text, confidence) = match outcome {
        Outcome::Silent => return first.to_vec(),
        Outcome::Kept => {
            let doubted = |word: &ReadWord| ReadWord {
                confidence: word.confidence / 2.0,
                ..word.clone()
            };
            return first.iter().map(doubted).collect();
        }
        Outcome::Agreed(text) => {
            let confidence = (whole.confidence + other.confidence) / 2.0;
            (text, confidence.max(whole.confidence))
        }
        Outcome::Replaced(text) => (text, replaced(other.confidence)),
    };
    let word = ReadWord {
        text,
        confidence,
        ..whole
    };
    // The first may have missed a blank, or put one too many.
    cut(word, again)
}

/// A word in the pieces that the line reader found; whole where it has more or fewer letters than they.
fn cut(word: ReadWord, pieces: &[ReadWord]) -> Vec<ReadWord> {
    let (before, core, behind) = split(&word.text);
    let last = pieces.len() - 1;
    let mut texts: Vec<&str> = pieces.iter().map(|piece| piece.text.as_str()).collect();
    texts[0] = texts[0].trim_start_matches(is_edge);
    texts[last] = texts[last].trim_end_matches(is_edge);
    let lengths: Vec<usize> = texts.iter().map(|text| text.chars().count()).collect();
    if last == 0 || lengths.contains(&0) || lengths.iter().sum::<usize>() != core.chars().count() {
        return vec![word];
    }
    let mut letters = core.chars();
    let mut words: Vec<ReadWord> = Vec::new();
    for (piece, length) in pieces.iter().zip(lengths) {
        words.push(ReadWord {
            text: letters.by_ref().take(length).collect(),
            left: piece.left.clamp(word.left, word.right),
            right: piece.right.clamp(word.left, word.right),
            ..word.clone()
        });
    }
    words[0].text.insert_str(0, before);
    words[0].left = word.left;
    words[last].text.push_str(behind);
    words[last].right = word.right;
    words
}

/// What two readings of a word come to.
enum Outcome {
    /// The second says nothing.
    Silent,
    /// They differ, and the first is the likelier.
    Kept,
    Agreed(String),
    Replaced(String),
}

fn judged(known: &str, sure: f32, again: &str, confidence: f32) -> Outcome {
    let is_sign = !known.contains(char::is_alphanumeric);
    if !again.contains(char::is_alphanumeric) || (is_sign && confidence < SURE_OF_SIGN) {
        Outcome::Silent
    } else if folded(known) == folded(again) {
        Outcome::Agreed(known.to_owned())
    } else if without_separators(known) == without_separators(again) {
        Outcome::Agreed(with_best_separators(known, again))
    } else if confidence >= READ.max(sure) {
        Outcome::Replaced(again.to_owned())
    } else {
        Outcome::Kept
    }
}

fn is_separator(c: char) -> bool {
    c == '.' || c == ','
}

fn without_separators(text: &str) -> String {
    text.replace(is_separator, "")
}

/// Of two texts that differ in points and commas. A separator is easily lost and seldom invented; a comma easily loses its
/// tail and a point seldom grows one (true of 23 of the 25 such words that were looked at).
fn with_best_separators(known: &str, again: &str) -> String {
    let count = |text: &str| text.matches(is_separator).count();
    let best = |(one, other): (char, char)| if one == '.' && other == ',' { ',' } else { one };
    match count(again).cmp(&count(known)) {
        Ordering::Greater => again.to_owned(),
        Ordering::Less => known.to_owned(),
        Ordering::Equal => known.chars().zip(again.chars()).map(best).collect(),
    }
}

/// Without accents, in lower case.
fn folded(text: &str) -> String {
    let plain = text.nfd().filter(|c| !is_combining_mark(*c));
    plain
        .flat_map(char::to_lowercase)
        .map(|c| if c == 'ı' { 'i' } else { c })
        .collect()
}

/// Both texts with the marks at their ends that stand. Tesseract knows the base of the line, and so a point from dust; it
/// takes more things for brackets, dashes and quotes than there are, so that both must see those.
fn with_common_edges(first: &str, again: &str) -> [String; 2] {
    let ((before, core, behind), (also_before, other, also_behind)) = (split(first), split(again));
    let standing = |marks: &str, also: &str| -> String {
        let stands = |c: &char| POINTS.contains(*c) || (MARKS.contains(*c) && also.contains(*c));
        marks.chars().filter(stands).collect()
    };
    let (before, behind) = (standing(before, also_before), standing(behind, also_behind));
    [core, other].map(|core| format!("{before}{core}{behind}"))
}

fn is_edge(c: char) -> bool {
    !c.is_alphanumeric() && !SIGNS.contains(c)
}

/// The marks before a text, the text, and the marks behind it.
fn split(text: &str) -> (&str, &str, &str) {
    let after = text.trim_start_matches(is_edge);
    let core = after.trim_end_matches(is_edge);
    let before = &text[..text.len() - after.len()];
    (before, core, &after[core.len()..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::some_word as read;

    fn settle(first: (&str, f32), again: (&str, f32)) -> (String, f32) {
        let words = settled(&[read(first.0, first.1)], &[read(again.0, again.1)], false);
        (words[0].text.clone(), words[0].confidence)
    }

    fn text(first: (&str, f32), again: (&str, f32)) -> String {
        settle(first, again).0
    }

    #[test]
    fn the_likelier_reading_stands() {
        assert_eq!(text(("O2230EUR", 0.13), ("0,2230EUR", 0.99)), "0,2230EUR");
        assert_eq!(text(("AUGO", 0.1), ("4.860", 0.62)), "4.860");
        // Kept, and doubted.
        assert_eq!(
            settle(("EXP2024", 0.8), ("EXP2O24", 0.6)),
            ("EXP2024".to_owned(), 0.4)
        );
        assert_eq!(text(("rulman", 0.1), ("ru1m", 0.2)), "rulman");
        assert_eq!(text(("ABC", 0.5), ("冰冰", 0.9)), "ABC");
        assert_eq!(text(("$", 0.7), ("1", 0.95)), "1");
        assert_eq!(text(("$", 0.7), ("S", 0.8)), "$");
    }

    #[test]
    fn chinese_stands_where_the_page_has_some() {
        let with = |first: (&str, f32), again: (&str, f32)| {
            let words = settled(&[read(first.0, first.1)], &[read(again.0, again.1)], true);
            words[0].text.clone()
        };
        assert_eq!(with(("28%", 0.86), ("28箱", 0.99)), "28箱");
        assert_eq!(with(("REWR", 0.3), ("染色涤纶布", 0.8)), "染色涤纶布");
        assert_eq!(with(("cotton", 0.7), ("口", 0.6)), "cotton");
        let shows = |words: [ReadWord; 2]| {
            let found = vec![words.to_vec()];
            shows_chinese(&[Run { words: 0..1, found }])
        };
        assert!(shows([read("Ltd", 0.9), read("地址", 0.95)]));
        // A stroke, and a guess.
        assert!(!shows([read("一", 0.99), read("手車支", 0.14)]));
    }

    #[test]
    fn accents_commas_and_points_are_better_seen_by_the_first() {
        assert_eq!(text(("ŞİRKETİ", 0.7), ("SIRKETI", 0.99)), "ŞİRKETİ");
        assert_eq!(
            text(("483.389,48", 0.88), ("483.389.48", 0.97)),
            "483.389,48"
        );
        assert_eq!(
            text(("17.704.800", 0.88), ("17,704.800", 0.7)),
            "17,704.800"
        );
        assert_eq!(text(("0,00", 0.8), ("000", 0.93)), "0,00");
        assert_eq!(text(("6244", 0.7), ("62.44", 0.6)), "62.44");
        assert_eq!(text(("No.", 0.7), ("No", 0.99)), "No.");
        assert_eq!(text(("SOCKS,", 0.46), ("S0CKS.", 0.98)), "S0CKS,");
    }

    #[test]
    fn rulings_and_dust_at_the_ends_are_dropped() {
        assert_eq!(text(("|1232", 0.6), ("|12,32", 0.64)), "12,32");
        assert_eq!(text(("20-", 0.7), ("20", 0.99)), "20");
        assert_eq!(text(("20-", 0.7), ("20-", 0.99)), "20-");
        assert_eq!(text(("$12,50", 0.7), ("$12,50", 0.9)), "$12,50");
    }

    #[test]
    fn who_agrees_is_surer_and_who_disagrees_makes_doubt() {
        let (_, agreed) = settle(("4711", 0.6), ("4711", 0.9));
        let (_, replaced) = settle(("4711", 0.6), ("4717", 0.9));
        assert!((agreed - 0.75).abs() < 1e-6, "{agreed}");
        assert!((replaced - 0.8 * 0.81).abs() < 1e-6, "{replaced}");
    }

    #[test]
    fn a_word_falls_into_the_pieces_that_were_found() {
        let piece = |text: &str, left, right| ReadWord {
            left,
            right,
            ..read(text, 0.9)
        };
        let first = [read("Birimfıyat:", 0.5)];
        let words = settled(
            &first,
            &[piece("Birim", 38, 62), piece("Fiyat", 66, 101)],
            false,
        );
        let seen: Vec<_> = words
            .iter()
            .map(|w| (w.text.as_str(), w.left, w.right))
            .collect();
        assert_eq!(seen, [("Birim", 40, 62), ("fıyat:", 66, 100)]);
        // Pieces that Tesseract made become one word.
        let pieces = [piece("05.", 40, 60), piece("03.2018", 62, 100)];
        let words = settled(&pieces, &[read("05.03.2018", 0.9)], false);
        let seen: Vec<_> = words
            .iter()
            .map(|w| (w.text.as_str(), w.left, w.right))
            .collect();
        assert_eq!(seen, [("05.03.2018", 40, 100)]);
        // Nothing was read.
        assert_eq!(settled(&first, &[], false), first);
    }

    #[test]
    fn doubtful_words_are_read_again() {
        let at = |text: &str, confidence, left, right| ReadWord {
            left,
            right,
            ..read(text, confidence)
        };
        let words = [
            at("Invoice", 0.79, 0, 50),
            at("INV-7", 0.85, 60, 100),
            at("INV-8", 0.95, 120, 150),
            at("Seller", 0.85, 160, 200),
            at("/", 0.4, 210, 214),
            at("毛重12", 0.5, 220, 250),
            // Pieces of one word.
            at("05.", 0.7, 300, 320),
            at("03.2018", 0.8, 322, 370),
            ReadWord {
                bottom: 500,
                ..at("9", 0.5, 400, 410)
            },
        ];
        assert_eq!(doubtful_runs(&words, false), [0..1, 1..2, 6..8]);
        // Of Chinese: surer of, and with a letter left out between its pieces.
        let latin = [
            at("SRE", 0.9, 0, 40),
            at("REW", 0.7, 56, 90),
            at("K7", 0.91, 92, 110),
        ];
        assert_eq!(doubtful_runs(&latin, true), vec![0..2]);
        assert_eq!(doubtful_runs(&latin, false), vec![1..2]);
        let many = vec![read("1", 0.5); 1_000];
        assert_eq!(doubtful_runs(&many, false).len(), MOST_WORDS);
    }

    #[test]
    fn a_word_over_two_lines_becomes_those_of_each() {
        let stacked = [read("REWR", 0.2)];
        let lines = ["黄铜", "球阀"].map(|text| vec![read(text, 0.9)]);
        let texts = |lines: &[Vec<ReadWord>]| -> Vec<String> {
            let words = unstacked(&stacked, lines, true);
            words.into_iter().map(|word| word.text).collect()
        };
        assert_eq!(texts(&lines), ["黄铜", "球阀"]);
        assert_eq!(texts(&[lines[0].clone(), Vec::new()]), ["REWR"]);
    }
}
