//! A neural reader of one line of print: grey pixels go in, letters with their places and confidences come out. It errs in other
//! places than Tesseract: noise, rulings and broken letters trouble it little, accents of foreign capitals more.
//!
//! Deliberately absent: the network (`line_network`), which words are read again and who is believed (`second_look`).

use crate::OcrError;
use crate::engine::{Crop, ReadWord};
use crate::line_network::{LineNetwork, line_image};
use docexam_letters::BLANK;
use image::GrayImage;
use std::path::Path;

/// Half the width of a letter, in heights of the line.
const HALF_A_LETTER: f32 = 0.25;
/// Marks that a word may begin with.
const OPENING: [&str; 7] = ["(", "$", "€", "£", "¥", "₺", "#"];

pub(crate) struct LineReader {
    network: LineNetwork,
}

/// One letter as the network sees it.
#[derive(Clone, Debug, PartialEq)]
struct Letter {
    text: String,
    /// [0, 1].
    confidence: f32,
    /// Middle of the letter as a part of the line's width, in [0, 1].
    place: f32,
}

impl LineReader {
    pub(crate) fn load(path: &Path) -> Result<Self, OcrError> {
        let network = LineNetwork::load(path)?;
        Ok(Self { network })
    }

    /// The words of the line of print in a part of an image, from left to right, each as sure as its least certain letter;
    /// none where the network does not run on it.
    pub(crate) fn read(&self, image: &GrayImage, place: Crop) -> Vec<ReadWord> {
        match self.network.classes(&line_image(image, place)) {
            Ok(classes) => words(&self.decoded(&classes), place),
            Err(problem) => {
                tracing::warn!(problem, "the line reader failed");
                Vec::new()
            }
        }
    }

    /// Steps of one class that follow each other are one letter, unless a blank is between them.
    fn decoded(&self, classes: &[(usize, f32)]) -> Vec<Letter> {
        let mut letters: Vec<Letter> = Vec::new();
        let mut last = BLANK;
        for (step, &(class, confidence)) in classes.iter().enumerate() {
            match letters.last_mut() {
                _ if class == BLANK => {}
                Some(letter) if class == last => {
                    letter.confidence = letter.confidence.max(confidence);
                }
                _ => letters.push(Letter {
                    text: self.network.characters()[class].clone(),
                    confidence,
                    place: (step as f32 + 0.5) / classes.len() as f32,
                }),
            }
            last = class;
        }
        letters
    }
}

/// Letters between blanks, where they stand on the image. A mark is no word of its own (`No. :`), and a separator goes on
/// into figures (`14, 350`); a number beside Chinese is a word of its own (`28箱`), unless it is part of a date.
fn words(letters: &[Letter], place: Crop) -> Vec<ReadWord> {
    let half = HALF_A_LETTER * place.height as f32;
    let at = |letter: &Letter, more: f32| {
        let x = letter.place * place.width as f32 + more;
        place.left as i32 + x.clamp(0.0, place.width as f32) as i32
    };
    let mut words: Vec<ReadWord> = Vec::new();
    let mut after_blank = true;
    for letter in letters {
        if letter.text.trim().is_empty() {
            after_blank = true;
            continue;
        }
        match words.last_mut() {
            Some(word)
                if !is_counted(&word.text, &letter.text)
                    && (!after_blank || belongs_together(&word.text, &letter.text)) =>
            {
                word.text.push_str(&letter.text);
                word.right = at(letter, half);
                word.confidence = word.confidence.min(letter.confidence);
            }
            _ => words.push(ReadWord {
                text: letter.text.clone(),
                left: at(letter, -half),
                top: place.top as i32,
                right: at(letter, half),
                bottom: (place.top + place.height) as i32,
                confidence: letter.confidence,
                line: 0,
            }),
        }
        after_blank = false;
    }
    words
}

/// Of the unified ideographs of Unicode.
pub(crate) fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

/// Whether Chinese begins behind figures, or figures behind Chinese, and no date goes on.
fn is_counted(before: &str, next: &str) -> bool {
    const OF_DATES: [char; 4] = ['年', '月', '日', '号'];
    let (Some(last), Some(first)) = (before.chars().last(), next.chars().next()) else {
        return false;
    };
    let is_word = |c: char| is_chinese(c) && !OF_DATES.contains(&c);
    (last.is_ascii_digit() && is_word(first)) || (is_word(last) && first.is_ascii_digit())
}

fn belongs_together(before: &str, next: &str) -> bool {
    let is_figure = |c: char| c.is_ascii_digit();
    let is_word = |text: &str| text == "%" || text.contains(char::is_alphanumeric);
    !is_word(before)
        || !(is_word(next) || OPENING.contains(&next))
        || (before.ends_with(['.', ','])
            && before.contains(is_figure)
            && next.starts_with(is_figure))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Crop = Crop {
        left: 100,
        top: 40,
        width: 200,
        height: 20,
    };

    fn letters(text: &str, confidence: f32) -> Vec<Letter> {
        let count = text.chars().count() as f32;
        let letter = |(at, letter): (usize, char)| Letter {
            text: letter.to_string(),
            confidence,
            place: (at as f32 + 0.5) / count,
        };
        text.chars().enumerate().map(letter).collect()
    }

    fn texts(text: &str) -> Vec<String> {
        let words = words(&letters(text, 0.9), PLACE);
        words.into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn letters_become_words_where_they_stand() {
        let mut line = letters("3,645 kg", 0.9);
        line[6].confidence = 0.4;
        let words = words(&line, PLACE);
        let boxes: Vec<_> = words
            .iter()
            .map(|w| (w.left, w.right, w.top, w.bottom))
            .collect();
        // 25 px a letter, of which half the width is taken to be 5.
        assert_eq!(boxes, [(107, 217, 40, 60), (257, 292, 40, 60)]);
        assert_eq!((words[0].confidence, words[1].confidence), (0.9, 0.4));
    }

    #[test]
    fn marks_are_no_words_and_separators_go_on() {
        assert_eq!(texts("No. : 14, 350 kg"), ["No.:", "14,350", "kg"]);
        assert_eq!(texts("0 % (Total)"), ["0", "%", "(Total)"]);
        assert_eq!(texts("28箱"), ["28", "箱"]);
        assert_eq!(texts("件6,353"), ["件", "6,353"]);
        assert_eq!(texts("2025年8月17日"), ["2025年8月17日"]);
        assert_eq!(texts(" - 139 "), ["-139"]);
        assert!(texts("").is_empty());
    }

    #[test]
    fn an_empty_line_and_a_dot_say_nothing() {
        let model = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../models/reader/data/PP-OCRv6_rec_small.onnx");
        let reader = LineReader::load(&model).expect("models/reader/obtain.sh obtains it");
        let paper = GrayImage::from_pixel(300, 100, image::Luma([240]));
        let sides = [1, 20, 300].map(|width| [1, 90].map(|height| (width, height)));
        for (width, height) in sides.into_iter().flatten() {
            let place = Crop {
                left: 0,
                top: 0,
                width,
                height,
            };
            assert!(reader.read(&paper, place).is_empty());
        }
    }
}
