//! Bias, bias with GELU, bias with dropout: one pass over memory each, forward and backward.
//!
//! Dropout is a function of its seed alone, so that a training run can be repeated exactly.

#[cfg(feature = "cuda")]
use super::cuda::{self, Arg, Grid, Kernel};
use super::math::{CUBIC, SLOPE, gelu, sigmoid};
use super::{values, vectorised, with_values};
#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp2, Layout, Result, Shape, Tensor};

/// Which activations are dropped: share in [0, 1), and the seed that decides.
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    pub share: f32,
    pub seed: u64,
}

/// `x` [rows, width] + `bias` [width], then dropout.
pub fn add_bias(x: &Tensor, bias: &Tensor, dropout: Option<Dropout>) -> Result<Tensor> {
    x.apply_op2(bias, AddBias { dropout })
}

/// GELU (tanh form) of `x` [rows, width] + `bias` [width].
pub fn add_bias_gelu(x: &Tensor, bias: &Tensor) -> Result<Tensor> {
    x.apply_op2(bias, AddBiasGelu)
}

struct AddBias {
    dropout: Option<Dropout>,
}

impl AddBias {
    /// Seed of the first row, threshold of the upper half of a hash, scale of what is kept.
    fn numbers(&self) -> (u32, u32, f32) {
        self.dropout.map_or((0, 0, 1.0), |dropout| {
            (
                (dropout.seed as u32) ^ ((dropout.seed >> 32) as u32),
                (dropout.share * 65_536.0) as u32,
                1.0 / (1.0 - dropout.share),
            )
        })
    }

    /// The parameters of the kernels with dropout, for `n` elements in rows of `width`.
    #[cfg(feature = "cuda")]
    fn args(&self, n: usize, width: usize) -> [Arg<'static>; 5] {
        let (seed, threshold, keep) = self.numbers();
        [
            Arg::Count(n),
            Arg::Count(width),
            Arg::Seed(seed),
            Arg::Seed(threshold),
            Arg::Number(keep),
        ]
    }

    /// Scales of one row: 0 where dropped, 1 / (1 - share) elsewhere.
    #[inline(always)]
    fn scale_row(&self, row: usize, values: &mut [f32]) {
        let (seed, threshold, keep) = self.numbers();
        let row_seed = seed.wrapping_add((row as u32).wrapping_mul(0x9e37_79b9));
        for (i, value) in values.iter_mut().enumerate() {
            let mut h = row_seed ^ (i as u32).wrapping_mul(0x85eb_ca6b);
            h = (h ^ (h >> 15)).wrapping_mul(0x2c1b_3c6d);
            h = (h ^ (h >> 12)).wrapping_mul(0x297a_2d39);
            *value *= if (h >> 16) < threshold { 0.0 } else { keep };
        }
    }
}

impl CustomOp2 for AddBias {
    fn name(&self) -> &'static str {
        "docexam-add-bias"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, bias) = (values(x, x_layout)?, values(bias, bias_layout)?);
        let mut out = x.to_vec();
        vectorised!(op: &'a AddBias = self, bias: &'a [f32] = bias, out: &'a mut [f32] = &mut out => {
            for (index, row) in out.chunks_exact_mut(bias.len()).enumerate() {
                for (o, b) in row.iter_mut().zip(bias) {
                    *o += b;
                }
                if op.dropout.is_some() {
                    op.scale_row(index, row);
                }
            }
        });
        Ok((CpuStorage::F32(out), x_layout.shape().clone()))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        x: &CudaStorage,
        x_layout: &Layout,
        bias: &CudaStorage,
        bias_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let shape = x_layout.shape();
        let n = shape.elem_count();
        let width = bias_layout.shape().elem_count();
        cuda::forward(
            Kernel::new("add_bias", Grid::Elements(n)),
            shape,
            &[(x, x_layout), (bias, bias_layout)],
            &self.args(n, width),
        )
    }

    fn bwd(
        &self,
        _x: &Tensor,
        bias: &Tensor,
        _out: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let width = bias.elem_count();
        #[cfg(feature = "cuda")]
        if gradient.device().is_cuda() {
            let to_x = match self.dropout {
                None => gradient.contiguous()?,
                Some(_) => {
                    let n = gradient.elem_count();
                    cuda::run(
                        Kernel::new("dropout", Grid::Elements(n)),
                        gradient.shape(),
                        &[gradient],
                        &self.args(n, width),
                    )?
                }
            };
            let to_bias = cuda::column_sums(&to_x)?;
            return Ok((Some(to_x), Some(to_bias)));
        }
        let mut to_bias = vec![0.0_f32; width];
        let to_x = with_values(gradient, |gradient| {
            let mut to_x = gradient.to_vec();
            vectorised!(op: &'a AddBias = self, to_x: &'a mut [f32] = &mut to_x, to_bias: &'a mut [f32] = &mut to_bias => {
                for (index, row) in to_x.chunks_exact_mut(to_bias.len()).enumerate() {
                    if op.dropout.is_some() {
                        op.scale_row(index, row);
                    }
                    for (total, g) in to_bias.iter_mut().zip(row) {
                        *total += *g;
                    }
                }
            });
            Ok(to_x)
        })?;
        Ok((
            Some(Tensor::from_vec(to_x, gradient.shape(), bias.device())?),
            Some(Tensor::from_vec(to_bias, bias.shape(), bias.device())?),
        ))
    }
}

struct AddBiasGelu;

impl CustomOp2 for AddBiasGelu {
    fn name(&self) -> &'static str {
        "docexam-add-bias-gelu"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (x, bias) = (values(x, x_layout)?, values(bias, bias_layout)?);
        let mut out = vec![0.0_f32; x.len()];
        vectorised!(x: &'a [f32] = x, bias: &'a [f32] = bias, out: &'a mut [f32] = &mut out => {
            let width = bias.len();
            for (row, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
                for ((o, x), b) in out.iter_mut().zip(row).zip(bias) {
                    *o = gelu(x + b);
                }
            }
        });
        Ok((CpuStorage::F32(out), x_layout.shape().clone()))
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        x: &CudaStorage,
        x_layout: &Layout,
        bias: &CudaStorage,
        bias_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let n = x_layout.shape().elem_count();
        let width = bias_layout.shape().elem_count();
        cuda::forward(
            Kernel::new("add_bias_gelu", Grid::Elements(n)),
            x_layout.shape(),
            &[(x, x_layout), (bias, bias_layout)],
            &[Arg::Count(n), Arg::Count(width)],
        )
    }

    fn bwd(
        &self,
        x: &Tensor,
        bias: &Tensor,
        _out: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let width = bias.elem_count();
        #[cfg(feature = "cuda")]
        if x.device().is_cuda() {
            let n = x.elem_count();
            let to_x = cuda::run(
                Kernel::new("add_bias_gelu_backward", Grid::Elements(n)),
                x.shape(),
                &[x, bias, gradient],
                &[Arg::Count(n), Arg::Count(width)],
            )?;
            let to_bias = cuda::column_sums(&to_x)?;
            return Ok((Some(to_x), Some(to_bias)));
        }
        let mut to_x = vec![0.0_f32; x.elem_count()];
        let mut to_bias = vec![0.0_f32; width];
        with_values(x, |x| {
            with_values(bias, |bias| {
                with_values(gradient, |gradient| {
                    vectorised!(x: &'a [f32] = x, bias: &'a [f32] = bias, gradient: &'a [f32] = gradient,
                        to_x: &'a mut [f32] = &mut to_x, to_bias: &'a mut [f32] = &mut to_bias => {
                        let width = bias.len();
                        let rows = x.chunks_exact(width).zip(gradient.chunks_exact(width));
                        for ((x, grad), out) in rows.zip(to_x.chunks_exact_mut(width)) {
                            for i in 0..width {
                                let z = x[i] + bias[i];
                                let s = sigmoid(SLOPE * z * (1.0 + CUBIC * z * z));
                                let slope = SLOPE * (1.0 + 3.0 * CUBIC * z * z);
                                out[i] = grad[i] * (s + z * s * (1.0 - s) * slope);
                                to_bias[i] += out[i];
                            }
                        }
                    });
                    Ok(())
                })
            })
        })?;
        Ok((
            Some(Tensor::from_vec(to_x, x.shape(), x.device())?),
            Some(Tensor::from_vec(to_bias, bias.shape(), x.device())?),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::{check_gradients, variable};
    use super::*;

    #[test]
    fn the_backward_passes_agree_with_differences() {
        let (x, bias) = (variable(&[3, 20], 1), variable(&[20], 2));
        let dropout = Some(Dropout {
            share: 0.3,
            seed: 7,
        });
        check_gradients(&[x.clone(), bias.clone()], || add_bias(&x, &bias, None));
        check_gradients(&[x.clone(), bias.clone()], || add_bias(&x, &bias, dropout));
        check_gradients(&[x.clone(), bias.clone()], || add_bias_gelu(&x, &bias));
    }

    #[test]
    fn dropout_drops_its_share_and_depends_on_the_seed_alone() {
        let ones = Tensor::ones(
            (100, 200),
            candle_core::DType::F32,
            &candle_core::Device::Cpu,
        );
        let ones = ones.expect("ones");
        let bias = Tensor::zeros(200, candle_core::DType::F32, ones.device()).expect("zeros");
        let run = |seed| -> Vec<f32> {
            let dropout = Some(Dropout { share: 0.1, seed });
            let out = add_bias(&ones, &bias, dropout).expect("forward");
            out.flatten_all().expect("flat").to_vec1().expect("values")
        };
        let dropped = run(1).iter().filter(|x| **x == 0.0).count();
        assert!(
            (1_800..2_200).contains(&dropped),
            "{dropped} of 20000 dropped"
        );
        assert_eq!(run(1), run(1));
        assert_ne!(run(1), run(2));
    }
}
