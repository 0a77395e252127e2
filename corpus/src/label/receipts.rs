//! Receipts that somebody labelled, in the form of the ICDAR 2019 SROIE data, become training pages.
//!
//! Goes in: a folder with `boxes/NAME.csv` (`x1,y1,…,x4,y4,text` a line of print, in pixels) and `keys/NAME.json`
//! (`company`, `date`, `address`, `total`). Comes out: pages that are labelled in part: the words of the
//! four keys where they can be found, and `?` for all others, because nobody has said what those are. Keys
//! are only ever found whole; what is printed otherwise than its key says teaches nothing.
//! Deliberately absent: the pictures, and the documents themselves, which are not part of docexam.

use crate::error::CorpusError;
use docexam_layout::{LabelledWord, PageWord, TrainingPage, UNLABELLED};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::path::Path;

/// More lines than a receipt can hold.
const MOST_LINES: usize = 2_000;
/// A name or an address is printed over at most this many lines.
const MOST_KEY_LINES: usize = 6;

#[derive(Deserialize)]
struct Keys {
    company: Option<String>,
    date: Option<String>,
    address: Option<String>,
    total: Option<String>,
}

/// A line of print, as boxed.
struct Print {
    /// x0, y0, x1, y1 in pixels.
    bbox: [f32; 4],
    text: String,
}

/// All receipts of the folder, by name. Files that do not fit the form are an error that names them.
pub fn receipts(folder: &Path) -> Result<Vec<TrainingPage>, CorpusError> {
    let failed = |path: &Path, source| CorpusError::Write {
        path: path.to_owned(),
        source,
    };
    let keys = folder.join("keys");
    let entries = std::fs::read_dir(&keys).map_err(|e| failed(&keys, e))?;
    let names: BTreeSet<String> = entries
        .filter_map(|entry| entry.ok()?.path().file_stem()?.to_str().map(str::to_owned))
        .collect();
    let page = |name: &String| {
        let path = keys.join(format!("{name}.json"));
        let text = std::fs::read(&path).map_err(|e| failed(&path, e))?;
        let found = serde_json::from_slice(&text);
        let keys: Keys = found.map_err(|source| CorpusError::Json { path, source })?;
        let path = folder.join("boxes").join(format!("{name}.csv"));
        let text = std::fs::read(&path).map_err(|e| failed(&path, e))?;
        let prints = prints(&String::from_utf8_lossy(&text));
        Ok(training_page(name, &lines_of(prints), &keys))
    };
    names.iter().map(page).collect()
}

fn prints(text: &str) -> Vec<Print> {
    let print = |line: &str| {
        let mut parts = line.trim_end().splitn(9, ',');
        let mut corners = [0.0_f32; 8];
        for corner in &mut corners {
            *corner = parts.next()?.trim().parse().ok()?;
        }
        let (xs, ys) = (
            [0, 2, 4, 6].map(|i| corners[i]),
            [1, 3, 5, 7].map(|i| corners[i]),
        );
        let least = |v: [f32; 4]| v.into_iter().fold(f32::MAX, f32::min);
        let most = |v: [f32; 4]| v.into_iter().fold(0.0, f32::max);
        Some(Print {
            bbox: [least(xs), least(ys), most(xs), most(ys)],
            text: parts.next()?.trim().to_owned(),
        })
    };
    text.lines().take(MOST_LINES).filter_map(print).collect()
}

/// Prints that stand side by side make one line; lines from top to bottom, prints from left to right.
fn lines_of(mut prints: Vec<Print>) -> Vec<Vec<Print>> {
    prints.sort_by(|a, b| (a.bbox[1] + a.bbox[3]).total_cmp(&(b.bbox[1] + b.bbox[3])));
    let mut lines: Vec<Vec<Print>> = Vec::new();
    for print in prints {
        let middle = (print.bbox[1] + print.bbox[3]) / 2.0;
        match lines.last_mut() {
            Some(line)
                if line
                    .iter()
                    .all(|p| middle < p.bbox[3] && middle > p.bbox[1]) =>
            {
                line.push(print);
            }
            _ => lines.push(vec![print]),
        }
    }
    for line in &mut lines {
        line.sort_by(|a, b| a.bbox[0].total_cmp(&b.bbox[0]));
    }
    lines
}

fn training_page(name: &str, lines: &[Vec<Print>], keys: &Keys) -> TrainingPage {
    let edge = |i: usize| {
        let far = lines.iter().flatten().map(|p| p.bbox[i]);
        far.fold(1.0_f32, f32::max) * 1.05
    };
    let size = [edge(2), edge(3)];
    let mut words: Vec<LabelledWord> = Vec::new();
    for (line, prints) in (0_u32..).zip(lines) {
        words.extend(prints.iter().flat_map(|print| words_of(print, line, size)));
    }
    let folded: Vec<String> = words.iter().map(|word| folded(&word.word.text)).collect();
    let texts = [
        ("seller_name", &keys.company),
        ("seller_address", &keys.address),
    ];
    for (label, key) in texts {
        if let Some((from, to)) = key
            .as_deref()
            .and_then(|key| run_that_says(&words, &folded, key))
        {
            mark(&mut words[from..to], label);
        }
    }
    if let Some(date) = keys.date.as_deref() {
        mark_each(&mut words, "issue_date", |word, _| word == date.trim());
    }
    if let Some(total) = keys.total.as_deref().map(amount) {
        // The same amount stands for what was paid, or for a row: only beside the word "total" it is the total.
        mark_each(&mut words, "total_amount", |word, line| {
            amount(word) == total && line.to_lowercase().contains("total")
        });
    }
    TrainingPage {
        id: format!("receipt-0-{name}"),
        page_class: UNLABELLED.to_owned(),
        starts_document: true,
        language: "en".to_owned(),
        split: "train".to_owned(),
        words,
    }
}

/// The words of a print share its width by their letters.
fn words_of(print: &Print, line: u32, size: [f32; 2]) -> Vec<LabelledWord> {
    let letters = print.text.chars().count().max(1) as f32;
    let [x0, y0, x1, y1] = print.bbox;
    let at = |letter: usize| (x0 + (x1 - x0) * letter as f32 / letters) / size[0];
    let (mut words, mut letter) = (Vec::new(), 0);
    for text in print.text.split(' ') {
        let length = text.chars().count();
        if length > 0 {
            words.push(LabelledWord {
                word: PageWord {
                    text: text.to_owned(),
                    bbox: [at(letter), y0 / size[1], at(letter + length), y1 / size[1]],
                    confidence: 0.9,
                    line,
                },
                label: UNLABELLED.to_owned(),
                begins: false,
                starts_row: false,
            });
        }
        letter += length + 1;
    }
    words
}

/// The words, one after the other over a few lines, that together say just what the key says.
fn run_that_says(words: &[LabelledWord], folded: &[String], key: &str) -> Option<(usize, usize)> {
    let wanted = self::folded(key);
    if wanted.is_empty() {
        return None;
    }
    (0..words.len()).find_map(|from| {
        let mut rest = wanted.as_str();
        let last_line = words[from].word.line + MOST_KEY_LINES as u32;
        for to in from..words.len() {
            if words[to].word.line >= last_line {
                return None;
            }
            rest = rest.strip_prefix(folded[to].as_str())?;
            if rest.is_empty() {
                return Some((from, to + 1));
            }
        }
        None
    })
}

fn mark(words: &mut [LabelledWord], label: &str) {
    for (index, word) in words.iter_mut().enumerate() {
        word.label = label.to_owned();
        word.begins = index == 0;
    }
}

/// Marks each word of which `is` says so, given the word and its whole line.
fn mark_each(words: &mut [LabelledWord], label: &str, is: impl Fn(&str, &str) -> bool) {
    let lines: Vec<String> = words
        .chunk_by(|a, b| a.word.line == b.word.line)
        .flat_map(|line| {
            let texts: Vec<&str> = line.iter().map(|w| w.word.text.as_str()).collect();
            std::iter::repeat_n(texts.join(" "), line.len())
        })
        .collect();
    for (word, line) in words.iter_mut().zip(lines) {
        if is(&word.word.text, &line) {
            mark(std::slice::from_mut(word), label);
        }
    }
}

fn folded(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

/// Figures and point, without currency and grouping.
fn amount(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_ascii_digit() || *c == '.')
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOXES: &str = "10,10,200,10,200,30,10,30,LARKSPUR HARDWARE, LTD\n\
        10,40,120,40,120,60,10,60,12 MILL LANE,\n10,70,120,70,120,90,10,90,90210 ASHBY\n\
        10,100,60,100,60,120,10,120,DATE:\n80,101,200,101,200,121,80,121,03/02/2018 9:10\n\
        10,130,90,130,90,150,10,150,NAILS\n150,130,200,130,200,150,150,150,RM12.50\n\
        10,160,90,160,90,180,10,180,TOTAL\n150,161,200,161,200,181,150,181,RM12.50\n";

    fn page(keys: &str) -> TrainingPage {
        let keys = serde_json::from_str(keys).expect("keys");
        training_page("007", &lines_of(prints(BOXES)), &keys)
    }

    fn labelled(page: &TrainingPage, label: &str) -> Vec<String> {
        let words = page.words.iter().filter(|word| word.label == label);
        words.map(|word| word.word.text.clone()).collect()
    }

    #[test]
    fn keys_are_found_in_the_print_and_the_rest_is_left_unsaid() {
        let page = page(
            r#"{"company":"Larkspur Hardware Ltd.","date":"03/02/2018","address":"12 MILL LANE, 90210 ASHBY",
                "total":"12.50"}"#,
        );
        assert_eq!(
            labelled(&page, "seller_name"),
            ["LARKSPUR", "HARDWARE,", "LTD"]
        );
        assert_eq!(labelled(&page, "seller_address").len(), 5);
        assert_eq!(labelled(&page, "issue_date"), ["03/02/2018"]);
        let total: Vec<&LabelledWord> = page
            .words
            .iter()
            .filter(|w| w.label == "total_amount")
            .collect();
        assert_eq!(total.len(), 1, "the row's amount is not the total");
        assert!(total[0].begins && total[0].word.bbox[1] > 0.8);
        assert!(labelled(&page, UNLABELLED).contains(&"NAILS".to_owned()));
        assert!(
            page.words
                .iter()
                .all(|w| w.word.bbox.iter().all(|v| (0.0..=1.0).contains(v)))
        );
    }

    #[test]
    fn a_key_that_is_printed_otherwise_teaches_nothing() {
        let page =
            page(r#"{"company":"Larkspur Software","date":null,"address":"","total":"99.00"}"#);
        assert_eq!(labelled(&page, UNLABELLED).len(), page.words.len());
    }
}
