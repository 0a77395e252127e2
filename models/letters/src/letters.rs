//! `Letters`: the network with its alphabet, in one file.

use crate::ctc::{log_softmax, surprise};
use crate::features::Features;
use crate::network::{Network, Tensors, problem, stacked};
use crate::{BLANK, LettersError};
use candle_core::{DType, Device};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::Path;

/// Size of the file in bytes; it has 1.5 million.
const LARGEST: u64 = 40_000_000;
/// Under this name [`Trained`] stands beside the weights, as JSON.
const TRAINED: &str = "trained";

pub struct Letters {
    pub(crate) network: Network,
    alphabet: Alphabet,
}

/// What the weights are of.
#[derive(Serialize, Deserialize)]
struct Trained {
    /// The letters in the order of their classes, from 1.
    alphabet: String,
    /// Digest of the network whose features they were trained on.
    reader: String,
}

/// What each class stands for.
#[derive(Clone, Debug)]
pub struct Alphabet {
    /// Of the blank, nothing; a space is a letter too.
    texts: Vec<String>,
    classes: HashMap<char, usize>,
}

/// What the network makes of one line.
pub struct Seen<'a> {
    log_probabilities: Vec<f32>,
    alphabet: &'a Alphabet,
}

impl Alphabet {
    pub fn of(letters: &str) -> Self {
        let blank = std::iter::once(String::new());
        let numbered = letters.chars().enumerate();
        Self {
            texts: blank.chain(letters.chars().map(String::from)).collect(),
            classes: numbered.map(|(at, letter)| (letter, at + 1)).collect(),
        }
    }

    /// With the blank.
    pub fn len(&self) -> usize {
        self.texts.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 1
    }

    pub fn texts(&self) -> &[String] {
        &self.texts
    }

    /// Absent where a letter is not in it.
    pub fn classes(&self, text: &str) -> Option<Vec<usize>> {
        text.chars()
            .map(|letter| self.classes.get(&letter).copied())
            .collect()
    }
}

impl Letters {
    pub(crate) fn new(tensors: Tensors, alphabet: Alphabet) -> Self {
        Self {
            network: Network { tensors },
            alphabet,
        }
    }

    /// Reads the file. Errors: no such file, another format, trained on another network than that of the digest `reader`.
    pub fn load(path: &Path, reader: &str) -> Result<Self, LettersError> {
        let size = std::fs::metadata(path)
            .map_err(|e| LettersError::file("read", path, e))?
            .len();
        if size > LARGEST {
            return Err(LettersError::format(
                path,
                format!("larger than {LARGEST} bytes"),
            ));
        }
        let bytes = std::fs::read(path).map_err(|e| LettersError::file("read", path, e))?;
        let refused = |reason: &dyn ToString| LettersError::format(path, reason.to_string());
        let (_, header) =
            safetensors::SafeTensors::read_metadata(&bytes).map_err(|e| refused(&e))?;
        let named = header.metadata().as_ref();
        let trained = named.and_then(|named| named.get(TRAINED));
        let trained = trained.ok_or_else(|| refused(&"it does not say what it was trained on"))?;
        let Trained {
            alphabet,
            reader: expected,
        } = serde_json::from_str(trained).map_err(|e| refused(&e))?;
        let alphabet = Alphabet::of(&alphabet);
        if expected != reader {
            return Err(LettersError::OtherReader {
                path: path.to_owned(),
                found: reader.to_owned(),
                expected,
            });
        }
        let stored =
            candle_core::safetensors::load_buffer(&bytes, &Device::Cpu).map_err(|e| refused(&e))?;
        let single = |(name, tensor): (String, candle_core::Tensor)| {
            Ok((name, tensor.to_dtype(DType::F32)?))
        };
        let tensors: Tensors = stored
            .into_iter()
            .map(single)
            .collect::<Result<_, LettersError>>()?;
        match problem(&tensors, alphabet.len()) {
            Some(reason) => Err(refused(&reason)),
            None => Ok(Self::new(tensors, alphabet)),
        }
    }

    /// Writes the weights in half precision, with the alphabet.
    pub(crate) fn save(&self, path: &Path, reader: &str) -> Result<(), LettersError> {
        let half = |(name, tensor): (&String, &candle_core::Tensor)| {
            Ok((name.clone(), tensor.to_dtype(DType::F16)?))
        };
        let tensors = self.network.tensors.iter();
        let stored: Tensors = tensors.map(half).collect::<Result<_, LettersError>>()?;
        let trained = Trained {
            alphabet: self.alphabet.texts.concat(),
            reader: reader.to_owned(),
        };
        let trained = serde_json::to_string(&trained);
        let trained = trained.map_err(|e| LettersError::format(path, e))?;
        let named = [(TRAINED.to_owned(), trained)].into();
        safetensors::serialize_to_file(&stored, Some(named), path)
            .map_err(|e| LettersError::format(path, e))
    }

    pub fn alphabet(&self) -> &Alphabet {
        &self.alphabet
    }

    /// Looks at one line.
    pub fn look(&self, features: &Features) -> Result<Seen<'_>, LettersError> {
        let (values, rows) = stacked(&[features])?;
        let scores = self.network.scores(&values, &rows, None)?;
        let scores = scores.narrow(0, 0, features.steps())?;
        let mut scores: Vec<f32> = scores.flatten_all()?.to_vec1()?;
        log_softmax(&mut scores, self.alphabet.len());
        Ok(Seen {
            log_probabilities: scores,
            alphabet: &self.alphabet,
        })
    }
}

impl Seen<'_> {
    /// The likeliest class of each step, and its probability.
    pub fn classes(&self) -> Vec<(usize, f32)> {
        let likeliest = |row: &[f32]| {
            let all = row.iter().copied().enumerate();
            let best = all.reduce(|best, next| if next.1 > best.1 { next } else { best });
            best.map_or((BLANK, 0.0), |(class, log)| (class, log.exp()))
        };
        let rows = self.log_probabilities.chunks_exact(self.alphabet.len());
        rows.map(likeliest).collect()
    }

    /// How unlikely a text is as what stands there, in nats; absent for one with letters outside the alphabet.
    pub fn surprise(&self, text: &str) -> Option<f32> {
        let classes = self.alphabet.classes(text)?;
        Some(surprise(
            &self.log_probabilities,
            self.alphabet.len(),
            &classes,
        ))
    }
}
