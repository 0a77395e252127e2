//! A neural reader of one line of print: grey pixels go in, letters with their places and confidences come out.
//! PP-OCRv6 (Baidu, Apache-2.0) as ONNX, run by `rten`. It errs in other places than Tesseract: noise, rulings and
//! broken letters trouble it little, accents of foreign capitals more.
//!
//! Deliberately absent: which words are read again and who is believed (`second_look`).

use crate::OcrError;
use crate::engine::{Crop, ReadWord};
use image::{GrayImage, imageops};
use rten::{Model, ModelOptions, RunOptions, ThreadPool};
use rten_tensor::NdTensor;
use rten_tensor::prelude::*;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Height in pixels that the network was trained with.
const HEIGHT: u32 = 48;
/// A word of 40 letters is some 1,000 wide; noise may be wider. It takes 0.2 ms a pixel.
const WIDEST: u32 = 2_400;
const NARROWEST: u32 = 16;
/// Grey levels become −1 to 1.
const MIDDLE: f32 = 127.5;
/// Class 0 is the blank of connectionist temporal classification, the last one a space.
const BLANK: usize = 0;
/// Half the width of a letter, in heights of the line.
const HALF_A_LETTER: f32 = 0.25;
/// Marks that a word may begin with.
const OPENING: [&str; 7] = ["(", "$", "€", "£", "¥", "₺", "#"];
/// Size of a network in bytes; PP-OCRv6's small one has 21 million.
const LARGEST: u64 = 100_000_000;

pub(crate) struct LineReader {
    network: Model,
    /// What each class stands for.
    letters: Vec<String>,
    /// Of one thread: pages are what is read side by side.
    threads: Arc<ThreadPool>,
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
    /// Loads the network and reads an empty line with it, so that what is no such network shows at once.
    pub(crate) fn load(path: &Path) -> Result<Self, OcrError> {
        let refused = |problem: String| OcrError::LineModel {
            path: path.to_owned(),
            problem,
        };
        let bytes = bytes(path)?;
        let network = apart(|| ModelOptions::with_all_ops().load(bytes)).map_err(&refused)?;
        let letters = classes_of(&network);
        let letters = letters.ok_or_else(|| refused("it names no characters".to_owned()))?;
        let reader = Self {
            network,
            letters,
            threads: Arc::new(ThreadPool::with_num_threads(1)),
        };
        let line = GrayImage::from_pixel(2 * HEIGHT, HEIGHT, image::Luma([255]));
        reader.classes(&line).map_err(&refused)?;
        Ok(reader)
    }

    /// The words of the line of print in a part of an image, from left to right, each as sure as its least certain letter;
    /// none where the network does not run on it.
    pub(crate) fn read(&self, image: &GrayImage, place: Crop) -> Vec<ReadWord> {
        let (width, height) = (place.width.max(1), place.height.max(1));
        let wide = u64::from(width) * u64::from(HEIGHT) / u64::from(height);
        let wide = (wide as u32).clamp(NARROWEST, WIDEST);
        let filter = imageops::FilterType::Triangle;
        let line = imageops::resize(&place.of(image), wide, HEIGHT, filter);
        match self.classes(&line) {
            Ok(classes) => words(&self.decoded(&classes), place),
            Err(problem) => {
                tracing::warn!(problem, "the line reader failed");
                Vec::new()
            }
        }
    }

    /// The likeliest class of each of the steps from left to right, and its probability.
    fn classes(&self, line: &GrayImage) -> Result<Vec<(usize, f32)>, String> {
        let (width, height) = (line.width() as usize, line.height() as usize);
        let pixels = NdTensor::from_fn([1, 3, height, width], |[_, _, y, x]| {
            f32::from(line.as_raw()[y * width + x]) / MIDDLE - 1.0
        });
        let options = RunOptions::default().with_thread_pool(Some(self.threads.clone()));
        let output = apart(|| self.network.run_one(pixels.view().into(), Some(options)))?;
        let output: NdTensor<f32, 3> = output
            .try_into()
            .map_err(|_| "the network's output has no three dimensions".to_owned())?;
        let [_, steps, classes] = output.shape();
        if classes != self.letters.len() {
            return Err(format!(
                "the network knows {classes} classes, but names {}",
                self.letters.len()
            ));
        }
        let likeliest = |step: usize| {
            let row = output.slice((0, step));
            let all = row.iter().copied().enumerate();
            all.reduce(|best, next| if next.1 > best.1 { next } else { best })
        };
        Ok((0..steps).filter_map(likeliest).collect())
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
                    text: self.letters[class].clone(),
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

/// On a thread of its own, which waits for the network's threads: a worker of one pool that waits for another pool takes
/// up the next page meanwhile, and that page's reader would be this one.
fn apart<T: Send, E: ToString + Send>(
    work: impl FnOnce() -> Result<T, E> + Send,
) -> Result<T, String> {
    let done = std::thread::scope(|scope| scope.spawn(work).join());
    let done = done.map_err(|_| "the network panicked".to_owned())?;
    done.map_err(|error| error.to_string())
}

/// The blank, the characters that the network's file names, one a line, and the space.
fn classes_of(network: &Model) -> Option<Vec<String>> {
    let mut fields = network.metadata().fields();
    let (_, characters) = fields.find(|(key, _)| *key == "character")?;
    let characters = characters.lines().map(str::to_owned);
    let blank = std::iter::once(String::new());
    Some(blank.chain(characters).chain([" ".to_owned()]).collect())
}

fn bytes(path: &Path) -> Result<Vec<u8>, OcrError> {
    let unreadable = |source| OcrError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let file = File::open(path).map_err(unreadable)?;
    let mut bytes = Vec::new();
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(OcrError::LineModel {
            path: path.to_owned(),
            problem: format!("larger than {LARGEST} bytes"),
        });
    }
    Ok(bytes)
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
    fn what_is_no_network_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("reader.onnx");
        for content in [&b""[..], b"not a network", &[0x0a; 4_000]] {
            std::fs::write(&file, content).unwrap();
            let problem = LineReader::load(&file).err().unwrap().to_string();
            assert!(
                problem.contains("reader.onnx is no reader of lines: "),
                "{problem}"
            );
        }
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
