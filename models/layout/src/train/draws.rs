//! Which pages a step takes, and what decides how they are varied.

use super::{Standing, TrainOptions};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;

/// Decides how the pages of a step are varied, and what is dropped.
pub fn seed_of(options: &TrainOptions, step: usize) -> u64 {
    options.seed.wrapping_mul(1 << 32) + step as u64
}

/// Draws the pages of the steps: each once an epoch, in an order that seed and epoch decide.
pub struct Draws {
    pages: usize,
    a_step: usize,
    seed: u64,
    /// The pages of the epoch, in its order.
    indices: Vec<usize>,
}

impl Draws {
    pub fn new(pages: usize, options: &TrainOptions, standing: &Standing) -> Self {
        let mut draws = Self {
            pages,
            a_step: options.pages_per_step.max(1),
            seed: options.seed,
            indices: Vec::new(),
        };
        draws.shuffle(standing.epoch);
        draws
    }

    fn shuffle(&mut self, epoch: u64) {
        let seed = self.seed.wrapping_mul(7_919).wrapping_add(epoch);
        self.indices = (0..self.pages).collect();
        self.indices.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    }

    /// The pages of the next step.
    pub fn next(&mut self, standing: &mut Standing) -> Vec<usize> {
        let mut drawn = Vec::with_capacity(self.a_step);
        while drawn.len() < self.a_step {
            if standing.used >= self.indices.len() {
                standing.used = 0;
                standing.epoch += 1;
                self.shuffle(standing.epoch);
            }
            drawn.push(self.indices[standing.used]);
            standing.used += 1;
        }
        drawn
    }
}
