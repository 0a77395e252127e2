//! The walk down the gradient: steps, measures on the way, checkpoints.

use super::gradient::{Recipe, Trainee};
use super::optimizer::{Gradients, Optimizer};
use super::{Standing, TrainOptions, TrainProgress, store};
use crate::evaluate::{Evaluation, evaluate_network};
use crate::network::{Network, refuse};
use crate::{LayoutError, TrainingPage};
use std::time::Instant;

/// Gives the loss and the gradient of the next step.
type Gradient<'a> =
    dyn FnMut(&Trainee<'_>, &mut Standing) -> Result<(f32, Gradients), LayoutError> + 'a;

pub struct Run<'a> {
    pub options: &'a TrainOptions,
    pub recipe: &'a Recipe<'a>,
    pub network: Network,
    pub optimizer: Optimizer,
    /// Validation pages that are looked at on the way.
    pub sample: Vec<TrainingPage>,
    /// The step after which this run ends.
    pub last: usize,
    pub standing: Standing,
}

impl Run<'_> {
    /// Takes all steps; `gradient` gives the loss and gradient of the next one.
    pub fn walk(
        &mut self,
        progress: &mut dyn FnMut(&TrainProgress),
        gradient: &mut Gradient<'_>,
    ) -> Result<(), LayoutError> {
        let options = self.options;
        let started = Instant::now();
        let mut losses = (0.0, 0.0);
        while self.standing.step < self.last {
            let trainee = Trainee {
                recipe: self.recipe,
                network: &self.network,
                optimizer: &self.optimizer,
                dropout: options.dropout,
                label_smoothing: options.label_smoothing,
            };
            let (loss, gradients) = gradient(&trainee, &mut self.standing)?;
            let learning_rate = learning_rate(options, self.standing.step);
            self.optimizer
                .step(&gradients, learning_rate, options.threads)?;
            self.standing.step += 1;
            losses = (losses.0 + loss, losses.1 + 1.0);
            let step = self.standing.step;
            let mut report = TrainProgress {
                step,
                steps: options.steps,
                loss: losses.0 / losses.1,
                learning_rate,
                seconds: started.elapsed().as_secs_f32(),
                evaluation: None,
            };
            if step.is_multiple_of(options.evaluate_every) || step == self.last {
                losses = (0.0, 0.0);
                report.evaluation = Some(self.check()?);
            }
            progress(&report);
        }
        Ok(())
    }

    /// Measures the running means on the sample, keeps them if they are the best so far, and writes a checkpoint.
    fn check(&mut self) -> Result<Evaluation, LayoutError> {
        let (folder, recipe) = (&self.options.checkpoints, self.recipe);
        let means = self.optimizer.means();
        let steadied = Network::new(recipe.config, &means).map_err(refuse(folder))?;
        let evaluation = evaluate_network(&steadied, recipe.table, recipe.config, &self.sample)?;
        if evaluation.overall() >= self.standing.best {
            self.standing.best = evaluation.overall();
            self.standing.best_step = self.standing.step;
            store::save_best(folder, &means)?;
        }
        store::save_checkpoint(folder, &self.optimizer.state(), &self.standing)?;
        Ok(evaluation)
    }
}

/// Linear warm-up, then a half cosine down to 2 %.
fn learning_rate(options: &TrainOptions, step: usize) -> f32 {
    let warm_up = options.warm_up_steps.max(1);
    if step < warm_up {
        return options.learning_rate * (step + 1) as f32 / warm_up as f32;
    }
    let rest = options.steps.saturating_sub(warm_up).max(1) as f32;
    let done = ((step - warm_up) as f32 / rest).min(1.0);
    let cosine = 0.5 * (1.0 + (std::f32::consts::PI * done).cos());
    options.learning_rate * (0.02 + 0.98 * cosine)
}
