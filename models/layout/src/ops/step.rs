//! What an optimiser does to its numbers, in place.

#[cfg(feature = "cuda")]
use super::cuda::{self, Arg, Grid, Kernel};
use super::{values, vectorised};
#[cfg(feature = "cuda")]
use candle_core::CudaStorage;
use candle_core::{CpuStorage, InplaceOp2, InplaceOp3, Layout, Result};

/// to = keep × to + share × from; with `squares`, × from² instead.
#[derive(Clone, Copy, Debug)]
pub struct Blend {
    pub keep: f32,
    pub share: f32,
    pub squares: bool,
}

impl Blend {
    pub fn of(keep: f32, share: f32) -> Self {
        Self {
            keep,
            share,
            squares: false,
        }
    }

    pub fn of_squares(keep: f32, share: f32) -> Self {
        Self {
            squares: true,
            ..Self::of(keep, share)
        }
    }
}

/// One step of Adam with decoupled decay, of x, by its first and second moments; `corrections` are what those are
/// divided by while they are young (Kingma and Ba 2015; Loshchilov and Hutter 2019).
#[derive(Clone, Copy, Debug)]
pub struct AdamStep {
    pub corrections: [f32; 2],
    pub epsilon: f32,
    pub rate: f32,
    pub decay: f32,
}

impl InplaceOp2 for Blend {
    fn name(&self) -> &'static str {
        "docexam-blend"
    }

    fn cpu_fwd(
        &self,
        to: &mut CpuStorage,
        layout: &Layout,
        from: &CpuStorage,
        from_layout: &Layout,
    ) -> Result<()> {
        let (to, from) = (values_mut(to, layout)?, values(from, from_layout)?);
        vectorised!(op: &'a Blend = self, to: &'a mut [f32] = to, from: &'a [f32] = from => {
            let Blend { keep, share, .. } = *op;
            for (to, x) in to.iter_mut().zip(from) {
                let last = if op.squares { *x } else { 1.0 };
                *to = keep * *to + share * x * last;
            }
        });
        Ok(())
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        to: &mut CudaStorage,
        layout: &Layout,
        from: &CudaStorage,
        from_layout: &Layout,
    ) -> Result<()> {
        let n = layout.shape().elem_count();
        let name = if self.squares {
            "blend_squares"
        } else {
            "blend"
        };
        cuda::in_place(
            Kernel::new(name, Grid::Elements(n)),
            to,
            layout,
            &[(from, from_layout)],
            &[
                Arg::Count(n),
                Arg::Number(self.keep),
                Arg::Number(self.share),
            ],
        )
    }
}

impl InplaceOp3 for AdamStep {
    fn name(&self) -> &'static str {
        "docexam-adam-step"
    }

    fn cpu_fwd(
        &self,
        x: &mut CpuStorage,
        layout: &Layout,
        m: &CpuStorage,
        m_layout: &Layout,
        v: &CpuStorage,
        v_layout: &Layout,
    ) -> Result<()> {
        let (m, v) = (values(m, m_layout)?, values(v, v_layout)?);
        let x = values_mut(x, layout)?;
        vectorised!(op: &'a AdamStep = self, x: &'a mut [f32] = x, m: &'a [f32] = m, v: &'a [f32] = v => {
            let [first, second] = op.corrections;
            for ((x, m), v) in x.iter_mut().zip(m).zip(v) {
                let update = (m / first) / ((v / second).sqrt() + op.epsilon);
                *x -= op.rate * (update + op.decay * *x);
            }
        });
        Ok(())
    }

    #[cfg(feature = "cuda")]
    fn cuda_fwd(
        &self,
        x: &mut CudaStorage,
        layout: &Layout,
        m: &CudaStorage,
        m_layout: &Layout,
        v: &CudaStorage,
        v_layout: &Layout,
    ) -> Result<()> {
        let n = layout.shape().elem_count();
        let [first, second] = self.corrections;
        cuda::in_place(
            Kernel::new("adam_step", Grid::Elements(n)),
            x,
            layout,
            &[(m, m_layout), (v, v_layout)],
            &[
                Arg::Count(n),
                Arg::Number(first),
                Arg::Number(second),
                Arg::Number(self.epsilon),
                Arg::Number(self.rate),
                Arg::Number(self.decay),
            ],
        )
    }
}

fn values_mut<'a>(storage: &'a mut CpuStorage, layout: &Layout) -> Result<&'a mut [f32]> {
    match (storage, layout.contiguous_offsets()) {
        (CpuStorage::F32(values), Some((start, end))) => Ok(&mut values[start..end]),
        _ => candle_core::bail!("a contiguous f32 tensor is needed, got {layout:?}"),
    }
}
