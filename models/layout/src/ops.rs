//! Operations of the network that candle does not have, has without a backward pass, or has slowly.
//!
//! Each is a candle `CustomOp` with a hand-written backward pass and a finite-difference test. With feature `cuda` each
//! also runs on a GPU, by a kernel of `cuda/kernels.cu`; tests that need one compare the two.
//! Matrix products stay candle's (gemm). Beware: candle's own `layer_norm`, `rms_norm` and
//! `softmax_last_dim` have no backward pass and raise no error.

mod attention;
mod bag;
mod bias;
#[cfg(feature = "cuda")]
mod cuda;
mod eight_bit;
mod layer_norm;
mod loss;
mod math;
mod step;

pub use attention::{AttentionPlan, PagePlan, attention};
pub use bag::{Bags, bag_of_rows};
pub use bias::{Dropout, add_bias, add_bias_gelu};
pub use eight_bit::{Activation, EightBitMatrix, rounded_columns};
pub use layer_norm::layer_norm;
pub use loss::{RowTarget, tagging_loss};
pub use math::{dot, sigmoid, softmax_in_place};
pub use step::{AdamStep, Blend};

use candle_core::{CpuStorage, Layout, Result, Storage, Tensor};

/// `vectorised!(x: &'a [f32] = x, out: &'a mut [f32] = &mut out => { … })`: runs the block compiled for the best vector
/// instructions that this processor has, given what it works on by name, type and value.
///
/// The block becomes a method that is always inlined where those instructions are switched on. A closure would not be:
/// the compiler makes one function of it for all processors, with the instructions of the oldest.
macro_rules! vectorised {
    ($($name:ident: $type:ty = $value:expr),+ => $work:block) => {{
        struct Work<'a> {
            $($name: $type,)+
        }

        impl<'a> pulp::WithSimd for Work<'a> {
            type Output = ();

            #[inline(always)]
            fn with_simd<S: pulp::Simd>(self, _: S) {
                let Self { $($name,)+ } = self;
                $work
            }
        }

        pulp::Arch::new().dispatch(Work { $($name: $value,)+ })
    }};
}
use vectorised;

/// The f32 values behind a contiguous layout.
fn values<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<f32>()?[start..end]),
        None => candle_core::bail!("a contiguous tensor is needed, got {layout:?}"),
    }
}

/// Calls `work` with the values of a tensor.
fn with_values<R>(tensor: &Tensor, work: impl FnOnce(&[f32]) -> Result<R>) -> Result<R> {
    let tensor = tensor.contiguous()?;
    let (storage, layout) = tensor.storage_and_layout();
    match &*storage {
        Storage::Cpu(cpu) => work(values(cpu, layout)?),
        _ => candle_core::bail!("docexam's operations run on the CPU"),
    }
}

#[cfg(test)]
mod checks {
    //! Gradients by finite differences, for the tests of each operation.

    use super::*;
    use candle_core::{Device, Var};

    /// Values that look random, the same on every run, in about [-1, 1].
    pub fn noise(n: usize, salt: usize) -> Vec<f32> {
        (0..n)
            .map(|i| (((i * 7919 + salt * 104_729) % 1009) as f32 / 504.5 - 1.0) * 0.9)
            .collect()
    }

    pub fn variable(shape: &[usize], salt: usize) -> Var {
        let n = shape.iter().product();
        let tensor = Tensor::from_vec(noise(n, salt), shape, &Device::Cpu).expect("a tensor");
        Var::from_tensor(&tensor).expect("a variable")
    }

    /// Compares the gradient of Σ f(x)·w, w fixed noise, with central differences at every entry.
    pub fn check_gradients(inputs: &[Var], f: impl Fn() -> Result<Tensor>) {
        let objective = || {
            let out = f().expect("forward");
            let weights = noise(out.elem_count(), 5);
            let weights = Tensor::from_vec(weights, out.shape(), &Device::Cpu).expect("weights");
            (out * weights).expect("product").sum_all().expect("sum")
        };
        let gradients = objective().backward().expect("backward");
        for (index, input) in inputs.iter().enumerate() {
            let gradient = gradients
                .get(input)
                .expect("a gradient reaches every input");
            let gradient: Vec<f32> = gradient
                .flatten_all()
                .expect("flat")
                .to_vec1()
                .expect("f32");
            let original: Vec<f32> = input.flatten_all().expect("flat").to_vec1().expect("f32");
            for at in 0..original.len() {
                let nudged = |delta: f32| {
                    let mut values = original.clone();
                    values[at] += delta;
                    let tensor = Tensor::from_vec(values, input.shape(), &Device::Cpu);
                    input.set(&tensor.expect("a tensor")).expect("set");
                    f64::from(objective().to_scalar::<f32>().expect("a scalar"))
                };
                let step = 4e-3;
                let numeric = (nudged(step) - nudged(-step)) / (2.0 * f64::from(step));
                nudged(0.0);
                let found = f64::from(gradient[at]);
                assert!(
                    (numeric - found).abs() < 1e-2 + 2e-2 * numeric.abs(),
                    "input {index} entry {at}: backward {found}, differences {numeric}"
                );
            }
        }
    }
}
