//! AdamW over named variables, with state that can be saved, a clip on the gradient's norm, and a
//! running mean of the variables, which does better on unseen pages than the last step alone.
//! Matrices inside the layers take orthogonal steps instead (see `orthogonal`).

use super::orthogonal::orthogonal;
use crate::network::Tensors;
use candle_core::{Device, Result, Tensor, Var};
use std::collections::BTreeMap;

/// Gradients by variable name, flat.
pub type Gradients = BTreeMap<String, Vec<f32>>;

const BETA1: f32 = 0.9;
const BETA2: f32 = 0.98;
const EPSILON: f32 = 1e-8;
/// Of the momentum of orthogonal steps.
const BETA: f32 = 0.95;
const WEIGHT_DECAY: f32 = 0.01;
/// Longest gradient, over all variables together.
const CLIP: f32 = 1.0;
/// Share of the running mean that a step leaves as it is: the mean spans about 500 steps.
const KEPT: f32 = 0.998;

pub struct Optimizer {
    variables: BTreeMap<String, Var>,
    /// First and second moments; matrices with orthogonal steps use the first alone.
    moments: BTreeMap<String, (Vec<f32>, Vec<f32>)>,
    /// Running means of the variables.
    means: BTreeMap<String, Vec<f32>>,
    pub steps: usize,
}

impl Optimizer {
    pub fn new(tensors: &Tensors) -> Result<Self> {
        let mut variables = BTreeMap::new();
        let mut moments = BTreeMap::new();
        let mut means = BTreeMap::new();
        for (name, tensor) in tensors {
            variables.insert(name.clone(), Var::from_tensor(tensor)?);
            let n = tensor.elem_count();
            moments.insert(name.clone(), (vec![0.0; n], vec![0.0; n]));
            means.insert(name.clone(), tensor.flatten_all()?.to_vec1()?);
        }
        Ok(Self {
            variables,
            moments,
            means,
            steps: 0,
        })
    }

    pub fn variables(&self) -> &BTreeMap<String, Var> {
        &self.variables
    }

    /// The variables as tensors that follow every step.
    pub fn tensors(&self) -> Tensors {
        let named = self.variables.iter();
        named
            .map(|(name, var)| (name.clone(), var.as_tensor().clone()))
            .collect()
    }

    /// The running means, as tensors.
    pub fn means(&self) -> Result<Tensors> {
        let named = self.variables.iter().zip(self.means.values());
        named
            .map(|((name, var), mean)| {
                let tensor = Tensor::from_slice(mean, var.shape(), &Device::Cpu)?;
                Ok((name.clone(), tensor))
            })
            .collect()
    }

    /// One step down the gradient; returns the gradient's norm before the clip. The number of threads
    /// changes nothing but the time.
    pub fn step(
        &mut self,
        gradients: &Gradients,
        learning_rate: f32,
        threads: usize,
    ) -> Result<f32> {
        self.steps += 1;
        let squares = gradients.values().flatten().map(|g| f64::from(g * g));
        let norm = squares.sum::<f64>().sqrt() as f32;
        let clip = if norm > CLIP { CLIP / norm } else { 1.0 };
        let correct1 = 1.0 - BETA1.powi(self.steps.min(100_000) as i32);
        let correct2 = 1.0 - BETA2.powi(self.steps.min(100_000) as i32);
        // A young mean must forget where it began.
        let kept = KEPT.min(self.steps as f32 / (self.steps as f32 + 10.0));
        let orthogonal = self.orthogonal_updates(gradients, clip, threads)?;
        for (name, variable) in &self.variables {
            let (Some(gradient), Some((m, v))) = (gradients.get(name), self.moments.get_mut(name))
            else {
                candle_core::bail!("no gradient for {name}");
            };
            let decay = if variable.rank() > 1 {
                WEIGHT_DECAY
            } else {
                0.0
            };
            let mut values = variable.flatten_all()?.to_vec1::<f32>()?;
            if let Some(updates) = orthogonal.get(name) {
                for (x, update) in values.iter_mut().zip(updates) {
                    *x -= learning_rate * (update + decay * *x);
                }
            } else {
                for (((x, g), m), v) in values.iter_mut().zip(gradient).zip(m).zip(v) {
                    let g = g * clip;
                    *m = BETA1 * *m + (1.0 - BETA1) * g;
                    *v = BETA2 * *v + (1.0 - BETA2) * g * g;
                    let update = (*m / correct1) / ((*v / correct2).sqrt() + EPSILON);
                    *x -= learning_rate * (update + decay * *x);
                }
            }
            if let Some(mean) = self.means.get_mut(name) {
                for (mean, x) in mean.iter_mut().zip(&values) {
                    *mean = kept * *mean + (1.0 - kept) * x;
                }
            }
            variable.set(&Tensor::from_vec(values, variable.shape(), &Device::Cpu)?)?;
        }
        Ok(norm)
    }

    /// Moves the momentum of the matrices inside the layers; gives their updates by name.
    fn orthogonal_updates(
        &mut self,
        gradients: &Gradients,
        clip: f32,
        threads: usize,
    ) -> Result<BTreeMap<String, Vec<f32>>> {
        let mut tasks = Vec::new();
        for (name, variable) in &self.variables {
            let (Some(parts), &[rows, columns]) = (matrices_in(name), variable.dims()) else {
                continue;
            };
            let (Some(gradient), Some((m, _))) = (gradients.get(name), self.moments.get_mut(name))
            else {
                candle_core::bail!("no gradient for {name}");
            };
            let mut ahead = Vec::with_capacity(gradient.len());
            for (m, g) in m.iter_mut().zip(gradient) {
                *m = BETA * *m + g * clip;
                // Nesterov's look ahead.
                ahead.push(g * clip + BETA * *m);
            }
            tasks.push((name, ahead, rows, columns, parts));
        }
        let threads = threads.clamp(1, tasks.len().max(1));
        let work = |first: usize| -> Result<Vec<(String, Vec<f32>)>> {
            let mine = tasks.iter().skip(first).step_by(threads);
            mine.map(|(name, ahead, rows, columns, parts)| {
                Ok(((*name).clone(), orthogonal(ahead, *rows, *columns, *parts)?))
            })
            .collect()
        };
        let work = &work;
        let results: Vec<_> = std::thread::scope(|scope| {
            let handles: Vec<_> = (0..threads)
                .map(|first| scope.spawn(move || work(first)))
                .collect();
            handles.into_iter().map(|handle| handle.join()).collect()
        });
        let mut updates = BTreeMap::new();
        for result in results {
            match result {
                Ok(part) => updates.extend(part?),
                Err(panic) => std::panic::resume_unwind(panic),
            }
        }
        Ok(updates)
    }

    /// Variables and moments under names of their own, for a checkpoint.
    pub fn state(&self) -> Result<Tensors> {
        let mut out = Tensors::new();
        for (name, variable) in &self.variables {
            out.insert(format!("x/{name}"), variable.as_tensor().copy()?);
            let tensor =
                |values: &[f32]| Tensor::from_slice(values, variable.shape(), &Device::Cpu);
            if let Some(mean) = self.means.get(name) {
                out.insert(format!("a/{name}"), tensor(mean)?);
            }
            if let Some((m, v)) = self.moments.get(name) {
                out.insert(format!("m/{name}"), tensor(m)?);
                out.insert(format!("v/{name}"), tensor(v)?);
            }
        }
        Ok(out)
    }

    /// Takes back what `state` gave.
    pub fn restore(&mut self, state: &Tensors, steps: usize) -> Result<()> {
        let get = |name: String| match state.get(&name) {
            Some(tensor) => Ok(tensor),
            None => candle_core::bail!("the checkpoint lacks {name}"),
        };
        for (name, variable) in &self.variables {
            variable.set(get(format!("x/{name}"))?)?;
            let m = get(format!("m/{name}"))?.flatten_all()?.to_vec1()?;
            let v = get(format!("v/{name}"))?.flatten_all()?.to_vec1()?;
            self.moments.insert(name.clone(), (m, v));
            let mean = get(format!("a/{name}"))?.flatten_all()?.to_vec1()?;
            self.means.insert(name.clone(), mean);
        }
        self.steps = steps;
        Ok(())
    }
}

/// Of a variable inside the layers: how many matrices stand in it side by side.
fn matrices_in(name: &str) -> Option<usize> {
    let matrix = name.strip_prefix("layer.")?.strip_suffix(".weight")?;
    // Queries, keys and values each for themselves.
    Some(if matrix.ends_with(".qkv") { 3 } else { 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_walks_to_the_minimum_and_resumes_exactly() {
        let start = Tensor::new(&[3.0_f32, -2.0], &Device::Cpu).expect("a tensor");
        let tensors: Tensors = [("x".to_owned(), start)].into();
        let gradient = |optimizer: &Optimizer| -> Gradients {
            let x: Vec<f32> = optimizer.variables()["x"].to_vec1().expect("values");
            [("x".to_owned(), vec![x[0] - 1.0, x[1] + 1.0])].into()
        };
        let mut optimizer = Optimizer::new(&tensors).expect("an optimizer");
        for _ in 0..50 {
            optimizer
                .step(&gradient(&optimizer), 0.05, 1)
                .expect("a step");
        }
        let mut resumed = Optimizer::new(&tensors).expect("an optimizer");
        let state = optimizer.state().expect("a state");
        resumed.restore(&state, optimizer.steps).expect("restored");
        for optimizer in [&mut optimizer, &mut resumed] {
            for _ in 0..300 {
                optimizer
                    .step(&gradient(optimizer), 0.02, 2)
                    .expect("a step");
            }
        }
        let values = |o: &Optimizer| o.variables()["x"].to_vec1::<f32>().expect("values");
        assert_eq!(values(&optimizer), values(&resumed));
        let mean = |o: &Optimizer| {
            o.means().expect("means")["x"]
                .to_vec1::<f32>()
                .expect("values")
        };
        assert_eq!(mean(&optimizer), mean(&resumed));
        assert!(
            (mean(&optimizer)[0] - 1.0).abs() < 0.05,
            "{:?}",
            mean(&optimizer)
        );
        assert!(
            (values(&optimizer)[0] - 1.0).abs() < 0.02,
            "{:?}",
            values(&optimizer)
        );
    }
}
