//! Layer normalisation over the last dimension, with its backward pass.

#[cfg(feature = "cuda")]
use super::cuda::{self, Arg, Grid, Kernel};
use super::math::{dot, sum};
use super::{values, vectorised, with_values};
#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, CustomOp3, Layout, Result, Shape, Tensor};

const EPSILON: f32 = 1e-5;

/// `x` [rows, width], `gain` [width], `offset` [width].
pub fn layer_norm(x: &Tensor, gain: &Tensor, offset: &Tensor) -> Result<Tensor> {
    x.apply_op3(gain, offset, LayerNorm)
}

struct LayerNorm;

impl CustomOp3 for LayerNorm {
    fn name(&self) -> &'static str {
        "docexam-layer-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        x_layout: &Layout,
        gain: &CpuStorage,
        gain_layout: &Layout,
        offset: &CpuStorage,
        offset_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let x = values(x, x_layout)?;
        let gain = values(gain, gain_layout)?;
        let offset = values(offset, offset_layout)?;
        let mut out = vec![0.0_f32; x.len()];
        vectorised!(x: &'a [f32] = x, gain: &'a [f32] = gain, offset: &'a [f32] = offset, out: &'a mut [f32] = &mut out => {
            let width = gain.len();
            for (row, out) in x.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
                let (mean, inverse) = moments(row);
                for (((o, x), g), b) in out.iter_mut().zip(row).zip(gain).zip(offset) {
                    *o = (x - mean) * inverse * g + b;
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
        gain: &CudaStorage,
        gain_layout: &Layout,
        offset: &CudaStorage,
        offset_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let (rows, width) = x_layout.shape().dims2()?;
        cuda::forward(
            Kernel::new("layer_norm", Grid::Rows(rows)),
            x_layout.shape(),
            &[(x, x_layout), (gain, gain_layout), (offset, offset_layout)],
            &[Arg::Count(rows), Arg::Count(width)],
        )
    }

    fn bwd(
        &self,
        x: &Tensor,
        gain: &Tensor,
        offset: &Tensor,
        _out: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let width = gain.elem_count();
        #[cfg(feature = "cuda")]
        if x.device().is_cuda() {
            let rows = x.elem_count() / width;
            let args = [Arg::Count(rows), Arg::Count(width)];
            let kernel = |name| Kernel::new(name, Grid::Rows(rows));
            let to_x = cuda::run(
                kernel("layer_norm_backward"),
                x.shape(),
                &[x, gain, gradient],
                &args,
            )?;
            let products = cuda::run(kernel("layer_norm_gain"), x.shape(), &[x, gradient], &args)?;
            let to_gain = cuda::column_sums(&products)?;
            let to_offset = cuda::column_sums(gradient)?;
            return Ok((Some(to_x), Some(to_gain), Some(to_offset)));
        }
        let mut to_x = vec![0.0_f32; x.elem_count()];
        let mut to_gain = vec![0.0_f32; width];
        let mut to_offset = vec![0.0_f32; width];
        with_values(x, |x| {
            with_values(gain, |gain| {
                with_values(gradient, |gradient| {
                    vectorised!(x: &'a [f32] = x, gain: &'a [f32] = gain, gradient: &'a [f32] = gradient,
                        to_x: &'a mut [f32] = &mut to_x, to_gain: &'a mut [f32] = &mut to_gain, to_offset: &'a mut [f32] = &mut to_offset => {
                        let width = gain.len();
                        let mut normal = vec![0.0_f32; width];
                        let mut scaled = vec![0.0_f32; width];
                        let rows = x.chunks_exact(width).zip(gradient.chunks_exact(width));
                        for ((row, grad), out) in rows.zip(to_x.chunks_exact_mut(width)) {
                            let (mean, inverse) = moments(row);
                            for i in 0..width {
                                normal[i] = (row[i] - mean) * inverse;
                                scaled[i] = grad[i] * gain[i];
                                to_gain[i] += grad[i] * normal[i];
                                to_offset[i] += grad[i];
                            }
                            let along = dot(&scaled, &normal) / width as f32;
                            let level = sum(&scaled) / width as f32;
                            for i in 0..width {
                                out[i] = inverse * (scaled[i] - level - normal[i] * along);
                            }
                        }
                    });
                    Ok(())
                })
            })
        })?;
        let device = x.device();
        Ok((
            Some(Tensor::from_vec(to_x, x.shape(), device)?),
            Some(Tensor::from_vec(to_gain, gain.shape(), device)?),
            Some(Tensor::from_vec(to_offset, offset.shape(), device)?),
        ))
    }
}

/// Mean, and one over the standard deviation.
#[inline(always)]
fn moments(row: &[f32]) -> (f32, f32) {
    let n = row.len() as f32;
    let mean = sum(row) / n;
    let variance = (dot(row, row) / n - mean * mean).max(0.0);
    (mean, 1.0 / (variance + EPSILON).sqrt())
}

#[cfg(test)]
mod tests {
    use super::super::checks::{check_gradients, variable};
    use super::*;

    #[test]
    fn rows_come_out_with_mean_zero_and_variance_one() {
        let x = variable(&[2, 40], 1);
        let ones = Tensor::ones(40, candle_core::DType::F32, x.device()).expect("ones");
        let zeros = ones.zeros_like().expect("zeros");
        let out = layer_norm(&x, &ones, &zeros).expect("forward");
        for row in out.to_vec2::<f32>().expect("rows") {
            assert!(sum(&row).abs() < 1e-3);
            assert!((dot(&row, &row) / 40.0 - 1.0).abs() < 1e-3);
        }
    }

    #[test]
    fn the_backward_pass_agrees_with_differences() {
        let (x, gain, offset) = (
            variable(&[3, 20], 1),
            variable(&[20], 2),
            variable(&[20], 3),
        );
        check_gradients(&[x.clone(), gain.clone(), offset.clone()], || {
            layer_norm(&x, &gain, &offset)
        });
    }
}
