//! Connectionist temporal classification (Graves et al., 2006): how likely a text is, when a network says for every step from
//! left to right how likely each letter is, or none.
//!
//! In: log-probabilities or scores, row by row, of which the first class is the blank. Out: the negative logarithm of the
//! likelihood of a text, and what of it changes with each score.

/// The class that stands for no letter.
pub const BLANK: usize = 0;
const NEVER: f32 = f32::NEG_INFINITY;

/// Log-probabilities of `scores`, rows of `classes`.
pub fn log_softmax(scores: &mut [f32], classes: usize) {
    for row in scores.chunks_exact_mut(classes) {
        let most = row.iter().copied().fold(NEVER, f32::max);
        let sum: f32 = row.iter().map(|score| (score - most).exp()).sum();
        let all = most + sum.ln();
        row.iter_mut().for_each(|score| *score -= all);
    }
}

/// The negative log-likelihood of a text, in nats; infinite where it has more letters than there are steps.
pub fn surprise(log_probabilities: &[f32], classes: usize, text: &[usize]) -> f32 {
    let path = Path::of(text);
    let forward = path.forward(log_probabilities, classes);
    -path.whole(&forward)
}

/// The same of the text of one line, with its gradient in the scores, as `log_probabilities`; absent where the text cannot
/// stand in so few steps.
pub fn surprise_and_gradient(
    log_probabilities: &[f32],
    classes: usize,
    text: &[usize],
) -> Option<(f32, Vec<f32>)> {
    let path = Path::of(text);
    let forward = path.forward(log_probabilities, classes);
    let whole = path.whole(&forward);
    if !whole.is_finite() {
        return None;
    }
    let backward = path.backward(log_probabilities, classes);
    let mut gradient: Vec<f32> = log_probabilities.iter().map(|p| p.exp()).collect();
    let rows = gradient.chunks_exact_mut(classes);
    let rows = rows.zip(log_probabilities.chunks_exact(classes));
    let passed = forward
        .chunks_exact(path.0.len())
        .zip(backward.chunks_exact(path.0.len()));
    for ((gradient, row), (before, after)) in rows.zip(passed) {
        for ((class, before), after) in path.0.iter().zip(before).zip(after) {
            // Both count the step itself.
            gradient[*class] -= (before + after - row[*class] - whole).exp();
        }
    }
    Some((-whole, gradient))
}

/// The letters of a text with blanks before, between and behind them.
struct Path(Vec<usize>);

impl Path {
    fn of(text: &[usize]) -> Self {
        let letters = text.iter().flat_map(|letter| [*letter, BLANK]);
        Self(std::iter::once(BLANK).chain(letters).collect())
    }

    /// Whether a step may go to a place from two places before it: not over a blank that parts two equal letters.
    fn skips(&self, to: usize) -> bool {
        to >= 2 && self.0[to] != BLANK && self.0[to] != self.0[to - 2]
    }

    /// For each step and place the log-likelihood of all ways that are there at that step.
    fn forward(&self, log_probabilities: &[f32], classes: usize) -> Vec<f32> {
        let places = self.0.len();
        let mut all: Vec<f32> = Vec::with_capacity(log_probabilities.len() / classes * places);
        for row in log_probabilities.chunks_exact(classes) {
            let before = all.len().checked_sub(places);
            for (place, class) in self.0.iter().enumerate() {
                let came = match before {
                    None if place < 2 => 0.0,
                    None => NEVER,
                    Some(before) => {
                        let from = |back: usize| all[before + place - back];
                        let mut came = from(0);
                        if place >= 1 {
                            came = either(came, from(1));
                        }
                        if self.skips(place) {
                            came = either(came, from(2));
                        }
                        came
                    }
                };
                all.push(came + row[*class]);
            }
        }
        all
    }

    /// The same from the end.
    fn backward(&self, log_probabilities: &[f32], classes: usize) -> Vec<f32> {
        let places = self.0.len();
        let steps = log_probabilities.len() / classes;
        let mut all = vec![NEVER; steps * places];
        for step in (0..steps).rev() {
            let row = &log_probabilities[step * classes..(step + 1) * classes];
            for place in 0..places {
                let goes = if step + 1 == steps {
                    if place + 2 >= places { 0.0 } else { NEVER }
                } else {
                    let to = |ahead: usize| all[(step + 1) * places + place + ahead];
                    let mut goes = to(0);
                    if place + 1 < places {
                        goes = either(goes, to(1));
                    }
                    if place + 2 < places && self.skips(place + 2) {
                        goes = either(goes, to(2));
                    }
                    goes
                };
                all[step * places + place] = goes + row[self.0[place]];
            }
        }
        all
    }

    /// The log-likelihood of the text: of ways that end at its last letter or the blank behind it.
    fn whole(&self, forward: &[f32]) -> f32 {
        let Some(last) = forward.chunks_exact(self.0.len()).next_back() else {
            return if self.0.len() == 1 { 0.0 } else { NEVER };
        };
        let ends = last.iter().rev().take(2);
        ends.copied().fold(NEVER, either)
    }
}

/// The logarithm of the sum of two likelihoods given as logarithms.
fn either(a: f32, b: f32) -> f32 {
    let (more, less) = if a > b { (a, b) } else { (b, a) };
    if less == NEVER {
        more
    } else {
        more + (less - more).exp().ln_1p()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLASSES: usize = 3;

    fn scores() -> Vec<f32> {
        (0..4 * CLASSES)
            .map(|at| ((at * 7 % 11) as f32 - 5.0) / 4.0)
            .collect()
    }

    fn of(scores: &[f32], text: &[usize]) -> f32 {
        let mut scores = scores.to_vec();
        log_softmax(&mut scores, CLASSES);
        surprise(&scores, CLASSES, text)
    }

    /// Every way of classes over the steps, its blanks and repetitions taken out.
    fn by_hand(scores: &[f32], text: &[usize]) -> f32 {
        let mut scores = scores.to_vec();
        log_softmax(&mut scores, CLASSES);
        let steps = scores.len() / CLASSES;
        let mut sum = 0.0_f32;
        for way in 0..CLASSES.pow(steps as u32) {
            let classes: Vec<usize> = (0..steps)
                .map(|step| way / CLASSES.pow(step as u32) % CLASSES)
                .collect();
            let mut read = classes.clone();
            read.dedup();
            read.retain(|class| *class != BLANK);
            if read == text {
                let along = classes.iter().enumerate();
                sum += along
                    .map(|(step, class)| scores[step * CLASSES + class])
                    .sum::<f32>()
                    .exp();
            }
        }
        -sum.ln()
    }

    #[test]
    fn the_likelihood_is_that_of_all_ways_to_the_text() {
        for text in [&[1, 2][..], &[1, 1], &[2], &[], &[1, 2, 1, 2]] {
            let (found, all) = (of(&scores(), text), by_hand(&scores(), text));
            assert!((found - all).abs() < 1e-4, "{text:?}: {found} {all}");
        }
        // Three equal letters need two blanks between them.
        assert_eq!(of(&scores(), &[1, 1, 1]), f32::INFINITY);
        assert_eq!(surprise(&[], CLASSES, &[]), 0.0);
        assert_eq!(surprise(&[], CLASSES, &[1]), f32::INFINITY);
    }

    #[test]
    fn the_gradient_is_how_the_surprise_changes() {
        let text = [1, 2, 2];
        let mut normal = scores();
        log_softmax(&mut normal, CLASSES);
        let (_, gradient) = surprise_and_gradient(&normal, CLASSES, &text).expect("it fits");
        for (at, slope) in gradient.iter().enumerate() {
            let moved = |by: f32| {
                let mut scores = scores();
                scores[at] += by;
                of(&scores, &text)
            };
            let measured = (moved(0.01) - moved(-0.01)) / 0.02;
            assert!((measured - slope).abs() < 1e-3, "{at}: {measured} {slope}");
        }
        assert!(surprise_and_gradient(&normal, CLASSES, &[1, 1, 1]).is_none());
    }
}
