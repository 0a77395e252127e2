//! Matrix products in 8-bit integers, for reading only: weights are rounded once, rows of activations as they come.
//!
//! A row becomes whole numbers of 7 bits about a zero of 64, a column of weights whole numbers in [-127, 127]; their
//! products are summed exactly in 32 bits and scaled back. Seven bits, because processors without dot products of
//! bytes add two such products in 16 bits: so every processor gives the same sums. Instead of single precision this
//! costs about a third of the time (MODEL_CARD.md has the figures, and what it does to them).

use super::math::gelu;
use super::{vectorised, with_values};
use candle_core::{Device, Result, Tensor};
use rten_gemm::{GemmExecutor, GemmInputA, GemmInputB, GemmOptions, PackedBMatrix, QuantParams};
use rten_tensor::NdTensorView;

type Executor = GemmExecutor<u8, i8, i32>;

/// Of a row of activations: what stands for nought, and the most steps on either side of it.
const ZERO: u8 = 64;
const STEPS: f32 = 63.0;
/// Below this a row is nought.
const SMALLEST: f32 = 1e-30;
/// Of a column of weights.
const WEIGHT_STEPS: f32 = 127.0;

/// What is done to a sum and its bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    None,
    /// The tanh form.
    Gelu,
}

/// Weights [in, out] of 8 bits with a scale for each column.
pub struct EightBitMatrix {
    packed: PackedBMatrix<i8>,
    scales: Vec<f32>,
    inner: usize,
}

impl EightBitMatrix {
    /// Rounds `weights` [in, out].
    pub fn new(weights: &Tensor) -> Result<Self> {
        let (inner, outer) = weights.dims2()?;
        let (rounded, scales) = rounded_columns(weights)?;
        let packed =
            Executor::new().prepack_b(NdTensorView::from_data([inner, outer], &rounded[..]));
        Ok(Self {
            packed,
            scales,
            inner,
        })
    }

    /// `x` [rows, in] times these weights, plus `bias` [out]: [rows, out].
    pub fn product(&self, x: &Tensor, bias: &Tensor, activation: Activation) -> Result<Tensor> {
        let (rows, inner) = x.dims2()?;
        if inner != self.inner {
            candle_core::bail!("rows of {inner} for a matrix of {}", self.inner);
        }
        let (whole, scales) = with_values(x, |values| Ok(rounded_rows(values, inner)))?;
        let zeros = vec![ZERO; rows];
        let mut sums = vec![0_i32; rows * self.scales.len()];
        let options = GemmOptions {
            a_quant: Some(QuantParams { zero_point: &zeros }),
            ..GemmOptions::default()
        };
        // Costs nothing to make, and is not for sharing between threads.
        Executor::new()
            .gemm(
                &mut sums,
                GemmInputA::Unpacked(NdTensorView::from_data([rows, inner], &whole[..])),
                GemmInputB::Packed(&self.packed),
                options,
            )
            .map_err(candle_core::Error::wrap)?;
        let out = with_values(bias, |bias| {
            Ok(self.scaled(&sums, &scales, bias, activation))
        })?;
        Tensor::from_vec(out, (rows, self.scales.len()), &Device::Cpu)
    }

    fn scaled(&self, sums: &[i32], rows: &[f32], bias: &[f32], activation: Activation) -> Vec<f32> {
        let mut out = vec![0.0_f32; sums.len()];
        vectorised!(columns: &'a [f32] = &self.scales, sums: &'a [i32] = sums, rows: &'a [f32] = rows, bias: &'a [f32] = bias,
            out: &'a mut [f32] = &mut out, activation: Activation = activation => {
            let width = columns.len();
            let lines = out.chunks_exact_mut(width).zip(sums.chunks_exact(width));
            for ((out, sums), row) in lines.zip(rows) {
                let columns = columns.iter().zip(bias);
                for ((out, sum), (scale, bias)) in out.iter_mut().zip(sums).zip(columns) {
                    *out = *sum as f32 * (scale * row) + bias;
                }
                if activation == Activation::Gelu {
                    for value in out {
                        *value = gelu(*value);
                    }
                }
            }
        });
        out
    }
}

/// A matrix [in, out] as whole numbers in [-127, 127], and the step of each column.
pub fn rounded_columns(weights: &Tensor) -> Result<(Vec<i8>, Vec<f32>)> {
    let (_, outer) = weights.dims2()?;
    let mut scales = vec![f32::MIN_POSITIVE; outer];
    let rounded = with_values(weights, |values| {
        for row in values.chunks_exact(outer) {
            for (scale, value) in scales.iter_mut().zip(row) {
                *scale = scale.max(value.abs() / WEIGHT_STEPS);
            }
        }
        let columns = scales.iter().cycle();
        let whole = |(value, scale): (&f32, &f32)| (value / scale).round() as i8;
        Ok(values.iter().zip(columns).map(whole).collect())
    })?;
    Ok((rounded, scales))
}

/// Rows of `inner` activations as whole numbers, and the step of each row.
fn rounded_rows(values: &[f32], inner: usize) -> (Vec<u8>, Vec<f32>) {
    let mut whole = vec![0_u8; values.len()];
    let mut scales = Vec::with_capacity(values.len() / inner.max(1));
    vectorised!(values: &'a [f32] = values, inner: usize = inner, whole: &'a mut [u8] = &mut whole, scales: &'a mut Vec<f32> = &mut scales => {
        for (whole, row) in whole
            .chunks_exact_mut(inner)
            .zip(values.chunks_exact(inner))
        {
            let mut lanes = [SMALLEST; 16];
            for chunk in row.chunks(16) {
                for (lane, value) in lanes.iter_mut().zip(chunk) {
                    *lane = lane.max(value.abs());
                }
            }
            let largest = lanes.iter().copied().fold(0.0, f32::max);
            let share = STEPS / largest;
            for (whole, value) in whole.iter_mut().zip(row) {
                // Half is added because the cast cuts off.
                *whole = (value * share + f32::from(ZERO) + 0.5) as u8;
            }
            scales.push(largest / STEPS);
        }
    });
    (whole, scales)
}

#[cfg(test)]
mod tests {
    use super::super::add_bias_gelu;
    use super::super::checks::noise;
    use super::*;

    fn tensor(rows: usize, columns: usize, salt: usize) -> Tensor {
        let values = noise(rows * columns, salt);
        Tensor::from_vec(values, (rows, columns), &Device::Cpu).expect("a tensor")
    }

    fn flat(tensor: &Tensor) -> Vec<f32> {
        tensor
            .flatten_all()
            .and_then(|flat| flat.to_vec1())
            .expect("f32")
    }

    #[test]
    fn it_is_near_the_product_in_single_precision() {
        let (x, w) = (tensor(7, 96, 1), tensor(96, 40, 2));
        let bias = Tensor::from_vec(noise(40, 3), 40, &Device::Cpu).expect("a tensor");
        let narrow = EightBitMatrix::new(&w).expect("a matrix");
        let found = narrow
            .product(&x, &bias, Activation::Gelu)
            .expect("a product");
        let wanted = add_bias_gelu(&x.matmul(&w).expect("a product"), &bias).expect("a sum");
        // 96 products, each off by at most half a step of 1/63 and of 1/127: about 0.05 at the spread of the noise.
        for (found, wanted) in flat(&found).into_iter().zip(flat(&wanted)) {
            assert!((found - wanted).abs() < 0.08, "{found} instead of {wanted}");
        }
    }

    #[test]
    fn the_largest_and_the_smallest_activation_come_back() {
        let (whole, scales) = rounded_rows(&[-2.0, 2.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0], 4);
        assert_eq!(&whole[..3], [1, 127, 64]);
        assert_eq!(&whole[4..], [64; 4]);
        assert!((scales[0] - 2.0 / 63.0).abs() < 1e-7);
    }

    #[test]
    fn rows_of_another_width_are_refused() {
        let narrow = EightBitMatrix::new(&tensor(8, 4, 1)).expect("a matrix");
        let bias = Tensor::from_vec(noise(4, 3), 4, &Device::Cpu).expect("a tensor");
        let problem = narrow.product(&tensor(2, 9, 1), &bias, Activation::None);
        let text = problem.expect_err("refused").to_string();
        assert!(text.contains("rows of 9 for a matrix of 8"), "{text}");
    }
}
