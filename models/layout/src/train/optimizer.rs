//! AdamW over named variables, with state that can be saved, a clip on the gradient's norm, and a
//! running mean of the variables, which does better on unseen pages than the last step alone.
//! Matrices inside the layers take orthogonal steps instead (see `orthogonal`).

use super::orthogonal::{Matrices, orthogonal};
use crate::network::Tensors;
use crate::ops::{AdamStep, Blend};
use candle_core::{Device, Result, Tensor, Var};
use std::collections::BTreeMap;

/// Gradients by variable name.
pub type Gradients = BTreeMap<String, Tensor>;

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
    variables: BTreeMap<String, Variable>,
    pub steps: usize,
}

struct Variable {
    value: Var,
    /// First and second moments; matrices with orthogonal steps use the first alone.
    moments: [Tensor; 2],
    /// Running mean of the value.
    mean: Tensor,
}

impl Optimizer {
    /// The variables live on `device`.
    pub fn new(tensors: &Tensors, device: &Device) -> Result<Self> {
        let variable = |tensor: &Tensor| -> Result<Variable> {
            let tensor = tensor.to_device(device)?;
            Ok(Variable {
                value: Var::from_tensor(&tensor)?,
                moments: [tensor.zeros_like()?, tensor.zeros_like()?],
                mean: tensor.copy()?,
            })
        };
        let variables = tensors
            .iter()
            .map(|(name, tensor)| Ok((name.clone(), variable(tensor)?)))
            .collect::<Result<_>>()?;
        Ok(Self {
            variables,
            steps: 0,
        })
    }

    pub fn variables(&self) -> impl Iterator<Item = (&String, &Var)> {
        let named = self.variables.iter();
        named.map(|(name, variable)| (name, &variable.value))
    }

    /// The variables as tensors that follow every step.
    pub fn tensors(&self) -> Tensors {
        self.variables()
            .map(|(name, value)| (name.clone(), value.as_tensor().clone()))
            .collect()
    }

    /// The running means, as tensors that follow every step.
    pub fn means(&self) -> Tensors {
        let named = self.variables.iter();
        named
            .map(|(name, variable)| (name.clone(), variable.mean.clone()))
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
        let norm = norm(gradients)?;
        let clip = if norm > CLIP { CLIP / norm } else { 1.0 };
        // A young mean must forget where it began.
        let kept = KEPT.min(self.steps as f32 / (self.steps as f32 + 10.0));
        let steps = self.steps.min(100_000) as i32;
        let adam = AdamStep {
            corrections: [BETA1, BETA2].map(|beta| 1.0 - beta.powi(steps)),
            epsilon: EPSILON,
            rate: learning_rate,
            decay: 0.0,
        };
        let orthogonal = self.orthogonal_updates(gradients, clip, threads)?;
        for (name, variable) in &self.variables {
            let Some(gradient) = gradients.get(name) else {
                candle_core::bail!("no gradient for {name}");
            };
            let decay = if variable.value.rank() > 1 {
                WEIGHT_DECAY
            } else {
                0.0
            };
            if let Some(update) = orthogonal.get(name) {
                let step = Blend::of(1.0 - learning_rate * decay, -learning_rate);
                variable.value.inplace_op2(update, &step)?;
            } else {
                let gradient = gradient.contiguous()?;
                let [m, v] = &variable.moments;
                m.inplace_op2(&gradient, &Blend::of(BETA1, (1.0 - BETA1) * clip))?;
                let squares = Blend::of_squares(BETA2, (1.0 - BETA2) * clip * clip);
                v.inplace_op2(&gradient, &squares)?;
                let step = AdamStep { decay, ..adam };
                variable.value.inplace_op3(m, v, &step)?;
            }
            variable
                .mean
                .inplace_op2(&variable.value, &Blend::of(kept, 1.0 - kept))?;
        }
        Ok(norm)
    }

    /// Moves the momentum of the matrices inside the layers; gives their updates by name.
    fn orthogonal_updates(
        &self,
        gradients: &Gradients,
        clip: f32,
        threads: usize,
    ) -> Result<BTreeMap<String, Tensor>> {
        let mut matrices = Vec::new();
        for (name, variable) in &self.variables {
            let Some(parts) = matrices_in(name) else {
                continue;
            };
            let Some(gradient) = gradients.get(name) else {
                candle_core::bail!("no gradient for {name}");
            };
            let gradient = (gradient.contiguous()? * f64::from(clip))?;
            let [momentum, _] = &variable.moments;
            momentum.inplace_op2(&gradient, &Blend::of(BETA, 1.0))?;
            // Nesterov's look ahead.
            let ahead = (gradient + (momentum * f64::from(BETA))?)?;
            matrices.push(Matrices {
                name: name.clone(),
                side_by_side: ahead,
                parts,
            });
        }
        orthogonal(matrices, threads)
    }

    /// Variables and moments under names of their own, for a checkpoint.
    pub fn state(&self) -> Tensors {
        let mut out = Tensors::new();
        for (name, variable) in &self.variables {
            let [m, v] = &variable.moments;
            out.insert(format!("x/{name}"), variable.value.as_tensor().clone());
            out.insert(format!("a/{name}"), variable.mean.clone());
            out.insert(format!("m/{name}"), m.clone());
            out.insert(format!("v/{name}"), v.clone());
        }
        out
    }

    /// Takes back what `state` gave.
    pub fn restore(&mut self, state: &Tensors, steps: usize) -> Result<()> {
        for (name, variable) in &mut self.variables {
            let device = variable.value.device();
            let get = |kind: &str| match state.get(&format!("{kind}/{name}")) {
                // A copy: what is stepped in place must not be what the caller holds.
                Some(tensor) => tensor.to_device(device)?.copy(),
                None => candle_core::bail!("the checkpoint lacks {kind}/{name}"),
            };
            let (m, v, mean) = (get("m")?, get("v")?, get("a")?);
            variable.value.set(&get("x")?)?;
            variable.moments = [m, v];
            variable.mean = mean;
        }
        self.steps = steps;
        Ok(())
    }
}

/// Length of all gradients together.
fn norm(gradients: &Gradients) -> Result<f32> {
    let squares: Vec<Tensor> = gradients
        .values()
        .map(|gradient| gradient.sqr()?.sum_all())
        .collect::<Result<_>>()?;
    if squares.is_empty() {
        return Ok(0.0);
    }
    let squares = Tensor::stack(&squares, 0)?.to_vec1::<f32>()?;
    Ok(squares.iter().copied().map(f64::from).sum::<f64>().sqrt() as f32)
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
            let x: Vec<f32> = optimizer.tensors()["x"].to_vec1().expect("values");
            let gradient = Tensor::new(&[x[0] - 1.0, x[1] + 1.0], &Device::Cpu);
            [("x".to_owned(), gradient.expect("a tensor"))].into()
        };
        let mut optimizer = Optimizer::new(&tensors, &Device::Cpu).expect("an optimizer");
        for _ in 0..50 {
            optimizer
                .step(&gradient(&optimizer), 0.05, 1)
                .expect("a step");
        }
        let mut resumed = Optimizer::new(&tensors, &Device::Cpu).expect("an optimizer");
        let state = optimizer.state();
        resumed.restore(&state, optimizer.steps).expect("restored");
        for optimizer in [&mut optimizer, &mut resumed] {
            for _ in 0..300 {
                optimizer
                    .step(&gradient(optimizer), 0.02, 2)
                    .expect("a step");
            }
        }
        let values = |o: &Optimizer| o.tensors()["x"].to_vec1::<f32>().expect("values");
        assert_eq!(values(&optimizer), values(&resumed));
        let mean = |o: &Optimizer| o.means()["x"].to_vec1::<f32>().expect("values");
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
