//! Training: lines with their texts -> weights.

use crate::LettersError;
use crate::ctc::{BLANK, log_softmax, surprise_and_gradient};
use crate::features::Features;
use crate::letters::{Alphabet, Letters};
use crate::network::{Dropout, GAP, Network, Tensors, beginning, stacked};
use candle_core::backprop::GradStore;
use candle_core::{Device, Tensor, Var};
use candle_nn::{AdamW, Optimizer, ParamsAdamW};
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

/// A line of print and what it says.
pub struct Line {
    pub features: Features,
    pub text: String,
}

#[derive(Clone, Debug)]
pub struct TrainOptions {
    pub seed: u64,
    pub steps: usize,
    pub lines_per_step: usize,
    pub learning_rate: f64,
    /// Share of numbers left out.
    pub dropout: f32,
    /// Share of lines whose deep features are left out whole.
    pub without_deep: f64,
    /// A letter on fewer lines is not learned; lines with one are left out.
    pub fewest: usize,
    /// Steps between two looks at the validation lines.
    pub evaluate_every: usize,
    /// They share the parts of a step, and change nothing but the time.
    pub threads: usize,
}

impl Default for TrainOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            steps: 4_000,
            lines_per_step: 96,
            learning_rate: 2e-3,
            dropout: 0.1,
            without_deep: 0.2,
            fewest: 8,
            evaluate_every: 500,
            threads: 1,
        }
    }
}

/// A step is worked on in so many parts, whatever the number of threads.
const PARTS: usize = 4;
const WARM_UP_STEPS: usize = 200;
const WEIGHT_DECAY: f64 = 0.02;

#[derive(Clone, Copy, Debug)]
pub struct TrainProgress {
    pub step: usize,
    pub steps: usize,
    /// Mean surprise a letter since the last look, in nats.
    pub loss: f32,
    /// Share of validation lines read without an error.
    pub right: Option<f32>,
}

#[derive(Clone, Debug)]
pub struct TrainReport {
    pub lines: usize,
    pub letters: usize,
    pub loss: f32,
    pub right: f32,
}

/// Trains on `lines` and writes the weights to `out`; equal lines, options and machine give equal weights. `reader` is the digest
/// of the network that made the features. Errors: no lines with letters that are frequent enough, a file that cannot be written.
pub fn train(
    lines: &[Line],
    validation: &[Line],
    reader: &str,
    out: &Path,
    options: &TrainOptions,
    progress: &mut dyn FnMut(&TrainProgress),
) -> Result<TrainReport, LettersError> {
    let alphabet = alphabet(lines, options.fewest);
    let learned: Vec<Learned<'_>> = lines
        .iter()
        .filter_map(|line| Some((&line.features, alphabet.classes(&line.text)?)))
        .filter(|(features, text)| !text.is_empty() && fits(text, features.steps()))
        .collect();
    if learned.is_empty() {
        return Err(LettersError::NoLines(format!(
            "no letter is on {} of {} lines",
            options.fewest,
            lines.len()
        )));
    }
    let mut random = ChaCha8Rng::seed_from_u64(options.seed);
    let named = beginning(alphabet.len(), &mut random)?;
    let variables: BTreeMap<String, Var> = named
        .into_iter()
        .map(|(name, tensor)| Ok((name, Var::from_tensor(&tensor)?)))
        .collect::<Result<_, LettersError>>()?;
    // They follow every step.
    let tensors: Tensors = variables
        .iter()
        .map(|(name, variable)| (name.clone(), variable.as_tensor().clone()))
        .collect();
    let letters = Letters::new(tensors, alphabet);
    let slope = Slope {
        network: &letters.network,
        variables: &variables,
        classes: letters.alphabet().len(),
        options,
    };
    let parameters = ParamsAdamW {
        lr: options.learning_rate,
        weight_decay: WEIGHT_DECAY,
        ..ParamsAdamW::default()
    };
    let mut optimizer = AdamW::new(variables.values().cloned().collect(), parameters)?;
    let threads = rayon::ThreadPoolBuilder::new()
        .num_threads(options.threads.max(1))
        .build();
    let threads = threads.map_err(|problem| candle_core::Error::Msg(problem.to_string()))?;
    let mut order: Vec<usize> = Vec::new();
    let (mut sum, mut count, mut last) = (0.0, 0, 0.0);
    let mut right = 0.0;
    for step in 0..options.steps {
        let batch: Vec<&Learned<'_>> = (0..options.lines_per_step)
            .map(|_| {
                if order.is_empty() {
                    order.extend(0..learned.len());
                    order.shuffle(&mut random);
                }
                &learned[order.pop().unwrap_or_default()]
            })
            .collect();
        optimizer.set_learning_rate(learning_rate(options, step));
        let (loss, gradients) = slope.of(&batch, random.random(), &threads)?;
        optimizer.step(&gradients)?;
        (sum, count) = (sum + loss, count + 1);
        let mut report = TrainProgress {
            step: step + 1,
            steps: options.steps,
            loss: sum / count as f32,
            right: None,
        };
        if (step + 1).is_multiple_of(options.evaluate_every) || step + 1 == options.steps {
            right = share_right(&letters, validation)?;
            report.right = Some(right);
            (last, sum, count) = (report.loss, 0.0, 0);
            letters.save(out, reader)?;
        }
        progress(&report);
    }
    Ok(TrainReport {
        lines: learned.len(),
        letters: letters.alphabet().len() - 1,
        loss: last,
        right,
    })
}

/// Letters that stand on at least so many lines, in the order of Unicode.
fn alphabet(lines: &[Line], fewest: usize) -> Alphabet {
    let mut counts: BTreeMap<char, usize> = BTreeMap::new();
    for line in lines {
        let mut letters: Vec<char> = line.text.chars().collect();
        letters.sort_unstable();
        letters.dedup();
        letters
            .into_iter()
            .for_each(|letter| *counts.entry(letter).or_default() += 1);
    }
    let frequent = counts.into_iter().filter(|(_, count)| *count >= fewest);
    Alphabet::of(&frequent.map(|(letter, _)| letter).collect::<String>())
}

/// Whether a text can stand in so many steps: equal letters need a blank between them.
fn fits(text: &[usize], steps: usize) -> bool {
    let twice = text.windows(2).filter(|pair| pair[0] == pair[1]).count();
    text.len() + twice <= steps
}

/// What the gradient of a step is made of.
struct Slope<'a> {
    network: &'a Network,
    variables: &'a BTreeMap<String, Var>,
    classes: usize,
    options: &'a TrainOptions,
}

/// A line and the classes of its letters.
type Learned<'a> = (&'a Features, Vec<usize>);

impl Slope<'_> {
    /// The mean surprise a letter of a batch, and its gradient.
    fn of(
        &self,
        batch: &[&Learned<'_>],
        seed: u64,
        threads: &rayon::ThreadPool,
    ) -> Result<(f32, GradStore), LettersError> {
        let parts: Vec<&[&Learned<'_>]> =
            batch.chunks(batch.len().div_ceil(PARTS).max(1)).collect();
        let of_part = |(at, part): (usize, &&[&Learned<'_>])| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            random.set_stream(at as u64);
            let (loss, surrogate) = self.of_part(part, batch.len(), &mut random)?;
            Ok((loss, surrogate.backward()?))
        };
        let found: Vec<Result<(f32, GradStore), LettersError>> =
            threads.install(|| parts.par_iter().enumerate().map(of_part).collect());
        let mut found = found.into_iter();
        let none = || LettersError::NoLines("an empty step".to_owned());
        let (mut loss, mut gradients) = found.next().ok_or_else(none)??;
        for part in found {
            let (more, others) = part?;
            loss += more;
            for variable in self.variables.values() {
                let both = match (gradients.get(variable), others.get(variable)) {
                    (Some(one), Some(other)) => (one + other)?,
                    (None, Some(other)) => other.clone(),
                    _ => continue,
                };
                gradients.insert(variable, both);
            }
        }
        Ok((loss, gradients))
    }

    /// The share of some lines in the mean of `lines`, and a number that has the same gradient.
    fn of_part(
        &self,
        part: &[&Learned<'_>],
        lines: usize,
        random: &mut ChaCha8Rng,
    ) -> Result<(f32, Tensor), LettersError> {
        let classes = self.classes;
        let features: Vec<&Features> = part.iter().map(|(features, _)| *features).collect();
        let (values, rows) = stacked(&features)?;
        let mut deep = Vec::new();
        for line in &features {
            let kept = f32::from(u8::from(!random.random_bool(self.options.without_deep)));
            deep.extend(std::iter::repeat_n(kept, line.steps() + GAP));
        }
        let left_out = Dropout {
            share: self.options.dropout,
            deep: Tensor::from_vec(deep, rows.dims(), &Device::Cpu)?,
            random: RefCell::new(random),
        };
        let scores = self.network.scores(&values, &rows, Some(&left_out))?;
        let mut normal: Vec<f32> = scores.flatten_all()?.to_vec1()?;
        log_softmax(&mut normal, classes);
        let mut gradient = vec![0.0_f32; normal.len()];
        let (mut loss, mut begins) = (0.0, 0);
        for (features, text) in part {
            let place = begins * classes..(begins + features.steps()) * classes;
            begins += features.steps() + GAP;
            let found = surprise_and_gradient(&normal[place.clone()], classes, text);
            let Some((surprise, slopes)) = found else {
                continue;
            };
            // A long line counts no more than a short one.
            let share = 1.0 / (text.len() * lines) as f32;
            loss += surprise * share;
            let place = &mut gradient[place];
            place
                .iter_mut()
                .zip(slopes)
                .for_each(|(to, slope)| *to = slope * share);
        }
        let gradient = Tensor::from_vec(gradient, scores.dims(), &Device::Cpu)?;
        Ok((loss, (scores * gradient)?.sum_all()?))
    }
}

/// Linear warm-up, then a half cosine down to nothing.
fn learning_rate(options: &TrainOptions, step: usize) -> f64 {
    let warm = ((step + 1) as f64 / WARM_UP_STEPS as f64).min(1.0);
    let done = step as f64 / options.steps.max(1) as f64;
    options.learning_rate * warm * 0.5 * (1.0 + (std::f64::consts::PI * done).cos())
}

/// Share of lines whose likeliest letters are their text, blanks aside, in [0, 1]; 0 without lines.
fn share_right(letters: &Letters, lines: &[Line]) -> Result<f32, LettersError> {
    let mut right = 0;
    for line in lines {
        let read = best_path(letters, &line.features)?;
        let bare = |text: &str| text.replace(' ', "");
        right += usize::from(bare(&read) == bare(&line.text));
    }
    Ok(right as f32 / lines.len().max(1) as f32)
}

fn best_path(letters: &Letters, features: &Features) -> Result<String, LettersError> {
    let mut classes: Vec<usize> = letters
        .look(features)?
        .classes()
        .into_iter()
        .map(|(class, _)| class)
        .collect();
    classes.dedup();
    let texts = letters.alphabet().texts();
    Ok(classes
        .into_iter()
        .filter(|class| *class != BLANK)
        .map(|class| texts[class].as_str())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{DEEP, LATE};

    /// Lines of a script of three letters, each of which takes two steps and is seen as one bright number, and then a dim one.
    fn toy_lines(count: u64) -> Vec<Line> {
        let line = |seed| {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let length = random.random_range(1..6);
            let letters: Vec<usize> = (0..length).map(|_| random.random_range(0..3)).collect();
            let (mut deep, mut late) = (Vec::new(), Vec::new());
            for (step, letter) in letters
                .iter()
                .flat_map(|letter| [(0, *letter), (1, *letter)])
            {
                let light = |at: usize| {
                    if at == letter {
                        3.0 - 2.0 * step as f32
                    } else {
                        0.0
                    }
                };
                deep.extend((0..DEEP).map(light));
                late.extend((0..LATE).map(light));
            }
            Line {
                features: Features::of(&deep, &late).expect("as many steps"),
                text: letters
                    .iter()
                    .map(|letter| ["a", "ß", "1"][*letter])
                    .collect(),
            }
        };
        (0..count).map(line).collect()
    }

    fn options(steps: usize) -> TrainOptions {
        TrainOptions {
            steps,
            lines_per_step: 16,
            evaluate_every: 10,
            ..TrainOptions::default()
        }
    }

    #[test]
    fn a_few_steps_lower_the_loss_and_the_weights_come_back_from_their_file() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("letters.safetensors");
        let (lines, others) = (toy_lines(64), toy_lines(80));
        let mut losses = Vec::new();
        let report = train(
            &lines,
            &others[64..],
            "reader",
            &file,
            &options(80),
            &mut |progress| {
                if progress.right.is_some() {
                    losses.push(progress.loss);
                }
            },
        )
        .expect("trained");
        assert_eq!((report.lines, report.letters, losses.len()), (64, 3, 8));
        assert!(losses[7] < 0.5 * losses[0], "{losses:?}");
        let letters = Letters::load(&file, "reader").expect("loads");
        let right = share_right(&letters, &others[64..]).expect("reads");
        assert!(
            (right - report.right).abs() < 0.1,
            "{right} {}",
            report.right
        );
        let line = &others[70];
        let seen = letters.look(&line.features).expect("looks");
        assert!(seen.surprise(&line.text) < seen.surprise("1ß1ßa"));
        assert_eq!(seen.surprise("z"), None);
    }

    #[test]
    fn a_seed_makes_the_same_weights() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let made = |name: &str| {
            let file = folder.path().join(name);
            train(
                &toy_lines(32),
                &[],
                "reader",
                &file,
                &options(3),
                &mut |_| (),
            )
            .expect("trained");
            std::fs::read(file).expect("written")
        };
        assert!(made("one") == made("two"));
    }

    #[test]
    fn weights_of_another_reader_and_broken_ones_are_refused() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("letters.safetensors");
        train(&toy_lines(32), &[], "0a1b", &file, &options(1), &mut |_| ()).expect("trained");
        let problem = |reader: &str| {
            Letters::load(&file, reader)
                .err()
                .expect("refused")
                .to_string()
        };
        let other = problem("4c5d");
        assert!(other.contains("0a1b") && other.contains("4c5d"), "{other}");
        let bytes = std::fs::read(&file).expect("written");
        for broken in [
            &bytes[..0],
            &bytes[..100],
            &bytes[..bytes.len() - 1],
            b"not weights at all",
        ] {
            std::fs::write(&file, broken).expect("written");
            assert!(problem("0a1b").contains("letters.safetensors is not valid: "));
        }
        let lines = toy_lines(4);
        let nothing = train(&lines, &[], "0a1b", &file, &options(1), &mut |_| ());
        assert!(matches!(nothing, Err(LettersError::NoLines(_))));
    }
}
