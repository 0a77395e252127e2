//! The loss of a tagging head: softmax over the first columns, sigmoids on the rest, in one pass.

#[cfg(feature = "cuda")]
use super::cuda::{self, Arg, Grid, Kernel};
use super::math::{sigmoid, softmax_in_place};
use super::{values, vectorised, with_values};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
#[cfg(feature = "cuda")]
use candle_core::{CudaDevice, CudaStorage, Device, cuda::cudarc::driver::CudaSlice};
use std::sync::Arc;

/// What one row should be. Weights already contain the division by the number of rows.
#[derive(Clone, Copy, Debug, Default)]
pub struct RowTarget {
    pub class: u32,
    pub class_weight: f32,
    /// Targets of the sigmoid columns, 0 or 1.
    pub flags: [f32; 2],
    pub flag_weight: f32,
}

/// `logits` [rows, classes + flags] -> [1], the weighted sum of losses.
/// `smoothing` is the share of probability that the target leaves to the other classes.
pub fn tagging_loss(
    logits: &Tensor,
    classes: usize,
    smoothing: f32,
    targets: Arc<Vec<RowTarget>>,
) -> Result<Tensor> {
    let losses = logits.apply_op1(TaggingLoss {
        classes,
        smoothing,
        targets,
    })?;
    // The CPU's version has added up already.
    match losses.dims() {
        [1] => Ok(losses),
        _ => losses.sum_all()?.reshape(1),
    }
}

struct TaggingLoss {
    classes: usize,
    smoothing: f32,
    targets: Arc<Vec<RowTarget>>,
}

impl TaggingLoss {
    fn check(&self, rows: usize, columns: usize) -> Result<()> {
        if rows != self.targets.len() || columns < self.classes || columns > self.classes + 2 {
            candle_core::bail!("{rows}×{columns} logits for {} targets", self.targets.len());
        }
        Ok(())
    }

    /// Classes, and for each row the weights of class and flags and the two flags, on the GPU.
    #[cfg(feature = "cuda")]
    fn uploaded(&self, device: &CudaDevice) -> Result<(CudaSlice<u32>, CudaSlice<f32>)> {
        let classes: Vec<u32> = self.targets.iter().map(|target| target.class).collect();
        let weights = |target: &RowTarget| {
            let [first, second] = target.flags;
            [target.class_weight, target.flag_weight, first, second]
        };
        let weights: Vec<f32> = self.targets.iter().flat_map(weights).collect();
        Ok((
            cuda::upload(device, &classes)?,
            cuda::upload(device, &weights)?,
        ))
    }

    /// The kernels' parameters.
    #[cfg(feature = "cuda")]
    fn args<'a>(
        &self,
        (classes, weights): &'a (CudaSlice<u32>, CudaSlice<f32>),
        columns: usize,
    ) -> [Arg<'a>; 6] {
        [
            Arg::Indices(classes),
            Arg::Weights(weights),
            Arg::Count(self.targets.len()),
            Arg::Count(columns),
            Arg::Count(self.classes),
            Arg::Number(self.smoothing),
        ]
    }
}

impl CustomOp1 for TaggingLoss {
    fn name(&self) -> &'static str {
        "docexam-tagging-loss"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let (rows, columns) = layout.shape().dims2()?;
        let logits = values(logits, layout)?;
        self.check(rows, columns)?;
        let mut loss = 0.0_f64;
        vectorised!(op: &'a TaggingLoss = self, logits: &'a [f32] = logits, columns: usize = columns, loss: &'a mut f64 = &mut loss => {
            let mut row = vec![0.0_f32; op.classes];
            for (logits, target) in logits.chunks_exact(columns).zip(op.targets.iter()) {
                let (classes, flags) = logits.split_at(op.classes);
                if target.class_weight != 0.0 {
                    row.copy_from_slice(classes);
                    let log_sum = softmax_in_place(&mut row);
                    let mean = classes.iter().sum::<f32>() / op.classes as f32;
                    let wanted = classes[target.class as usize % op.classes];
                    let aim = (1.0 - op.smoothing) * wanted + op.smoothing * mean;
                    *loss += f64::from(target.class_weight * (log_sum - aim));
                }
                for (z, aim) in flags.iter().zip(target.flags) {
                    let cross = z.max(0.0) - z * aim + (-z.abs()).exp().ln_1p();
                    *loss += f64::from(target.flag_weight * cross);
                }
            }
        });
        Ok((CpuStorage::F32(vec![loss as f32]), 1.into()))
    }

    /// [rows]: the losses of the rows, not added up.
    #[cfg(feature = "cuda")]
    fn cuda_fwd(&self, logits: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Shape)> {
        let (rows, columns) = layout.shape().dims2()?;
        self.check(rows, columns)?;
        let uploaded = self.uploaded(&logits.device)?;
        cuda::forward(
            Kernel::new("tagging_loss", Grid::Elements(rows)),
            rows,
            &[(logits, layout)],
            &self.args(&uploaded, columns),
        )
    }

    fn bwd(&self, logits: &Tensor, _out: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let (_, columns) = logits.dims2()?;
        #[cfg(feature = "cuda")]
        if let Device::Cuda(device) = logits.device() {
            let rows = self.targets.len();
            let uploaded = self.uploaded(device)?;
            let to_logits = cuda::run(
                Kernel::new("tagging_loss_backward", Grid::Elements(rows)),
                logits.shape(),
                &[logits, gradient],
                &self.args(&uploaded, columns),
            )?;
            return Ok(Some(to_logits));
        }
        let upstream: f32 = gradient.flatten_all()?.to_vec1::<f32>()?[0];
        let mut out = with_values(logits, |logits| Ok(logits.to_vec()))?;
        vectorised!(op: &'a TaggingLoss = self, out: &'a mut [f32] = &mut out, columns: usize = columns, upstream: f32 = upstream => {
            for (row, target) in out.chunks_exact_mut(columns).zip(op.targets.iter()) {
                let (classes, flags) = row.split_at_mut(op.classes);
                if target.class_weight == 0.0 {
                    classes.fill(0.0);
                } else {
                    softmax_in_place(classes);
                    let weight = target.class_weight * upstream;
                    let spread = op.smoothing / op.classes as f32;
                    for p in classes.iter_mut() {
                        *p = (*p - spread) * weight;
                    }
                    classes[target.class as usize % op.classes] -=
                        (1.0 - op.smoothing) * weight;
                }
                for (z, aim) in flags.iter_mut().zip(target.flags) {
                    *z = (sigmoid(*z) - aim) * target.flag_weight * upstream;
                }
            }
        });
        Ok(Some(Tensor::from_vec(
            out,
            logits.shape(),
            logits.device(),
        )?))
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::{check_gradients, variable};
    use super::*;
    use candle_core::Device;

    #[test]
    fn the_backward_pass_agrees_with_differences() {
        let logits = variable(&[4, 7], 1);
        let targets: Vec<RowTarget> = (0..4)
            .map(|i| RowTarget {
                class: i,
                class_weight: if i == 2 { 0.0 } else { 0.5 },
                flags: [1.0, 0.0],
                flag_weight: 0.25,
            })
            .collect();
        let targets = Arc::new(targets);
        check_gradients(std::slice::from_ref(&logits), || {
            tagging_loss(&logits, 5, 0.1, targets.clone())
        });
    }

    #[test]
    fn a_sure_and_right_answer_costs_nothing_and_a_wrong_one_much() {
        let logits = Tensor::new(&[[20.0_f32, 0.0, 20.0], [0.0, 20.0, -20.0]], &Device::Cpu)
            .expect("logits");
        let cost = |class, flag| {
            let target = RowTarget {
                class,
                class_weight: 1.0,
                flags: [flag, 0.0],
                flag_weight: 1.0,
            };
            let other = RowTarget::default();
            let loss = tagging_loss(&logits, 2, 0.0, Arc::new(vec![target, other]));
            loss.expect("loss").to_vec1::<f32>().expect("one value")[0]
        };
        assert!(cost(0, 1.0) < 1e-3);
        assert!(cost(1, 0.0) > 39.0);
    }
}
