//! Attention on a GPU: pages padded to the longest of a batch, matrix products by candle, kernels of our own for
//! padding and for softmax with bias.

use super::super::cuda::{self, Arg, Grid, Kernel};
use super::AttentionPlan;
use candle_core::cuda::cudarc::driver::CudaSlice;
use candle_core::{
    CpuStorage, CudaDevice, CudaStorage, CustomOp1, CustomOp2, Layout, Result, Shape, Tensor,
};
use std::sync::Arc;

/// Strips of rows in which gradients of the bias are counted side by side.
const STRIPS: usize = 4;

/// A plan on the GPU; shared by the layers of a network.
#[derive(Debug)]
pub struct UploadedPlan {
    pages: usize,
    rows: usize,
    longest: usize,
    /// First row of each page, its rows, where its buckets begin.
    starts: CudaSlice<u32>,
    lengths: CudaSlice<u32>,
    firsts: CudaSlice<u32>,
    page_of_row: CudaSlice<u32>,
    buckets: CudaSlice<u16>,
}

impl UploadedPlan {
    pub fn new(plan: &AttentionPlan, device: &CudaDevice) -> Result<Self> {
        let (mut starts, mut lengths, mut firsts) = (Vec::new(), Vec::new(), Vec::new());
        let (mut page_of_row, mut buckets) = (Vec::new(), Vec::new());
        for (index, page) in (0_u32..).zip(&plan.pages) {
            starts.push(page_of_row.len() as u32);
            lengths.push(page.rows as u32);
            firsts.push(u32::try_from(buckets.len()).map_err(candle_core::Error::wrap)?);
            page_of_row.extend(std::iter::repeat_n(index, page.rows));
            buckets.extend_from_slice(&page.buckets);
        }
        Ok(Self {
            pages: plan.pages.len(),
            rows: page_of_row.len(),
            longest: plan.pages.iter().map(|page| page.rows).max().unwrap_or(0),
            starts: cuda::upload(device, &starts)?,
            lengths: cuda::upload(device, &lengths)?,
            firsts: cuda::upload(device, &firsts)?,
            page_of_row: cuda::upload(device, &page_of_row)?,
            buckets: cuda::upload(device, &buckets)?,
        })
    }
}

/// See `attention`.
pub fn attention(qkv: &Tensor, bias: &Tensor, plan: &Arc<UploadedPlan>) -> Result<Tensor> {
    let (rows, width3) = qkv.dims2()?;
    let (heads, _) = bias.dims2()?;
    if rows != plan.rows {
        candle_core::bail!("the attention plan does not cover {rows} rows");
    }
    let head_width = width3 / 3 / heads;
    let rearranged = |way, parts| Rearranged {
        heads: Heads {
            plan: plan.clone(),
            parts,
            heads,
            head_width,
        },
        way,
    };
    let all = qkv.apply_op1(rearranged(Way::ToHeads, 3))?;
    let part = |i| all.narrow(0, i, 1)?.squeeze(0);
    let (q, k, v) = (part(0)?, part(1)?, part(2)?);
    let scale = 1.0 / (head_width as f64).sqrt();
    let scores = (q * scale)?.matmul(&k.t()?)?;
    let p = scores.apply_op2(bias, BiasedSoftmax { plan: plan.clone() })?;
    let mixed = p.matmul(&v)?.unsqueeze(0)?;
    mixed.apply_op1(rearranged(Way::FromHeads, 1))
}

/// How rows and heads lie: [rows, parts × heads × head width] or [parts, pages, heads, longest, head width].
struct Heads {
    plan: Arc<UploadedPlan>,
    parts: usize,
    heads: usize,
    head_width: usize,
}

impl Heads {
    fn by_row(&self) -> Shape {
        (self.plan.rows, self.parts * self.heads * self.head_width).into()
    }

    fn by_head(&self) -> Shape {
        let (pages, longest) = (self.plan.pages, self.plan.longest);
        (self.parts, pages, self.heads, longest, self.head_width).into()
    }

    /// The kernel that brings them the way, what comes out, and the kernel's parameters.
    fn kernel(&self, way: Way) -> (Kernel, Shape, Vec<Arg<'_>>) {
        let plan = &self.plan;
        let (name, shape, rows) = match way {
            Way::ToHeads => ("to_heads", self.by_head(), &plan.lengths),
            Way::FromHeads => ("from_heads", self.by_row(), &plan.page_of_row),
        };
        let n = shape.elem_count();
        let args = vec![
            Arg::Indices(&plan.starts),
            Arg::Indices(rows),
            Arg::Count(n),
            Arg::Count(plan.pages),
            Arg::Count(self.heads),
            Arg::Count(plan.longest),
            Arg::Count(self.head_width),
            Arg::Count(self.parts),
        ];
        (Kernel::new(name, Grid::Elements(n)), shape, args)
    }
}

fn only_on_gpu<T>(name: &str) -> Result<T> {
    candle_core::bail!("{name} runs on a GPU only")
}

#[derive(Clone, Copy)]
enum Way {
    ToHeads,
    FromHeads,
}

/// Rows brought one way; the gradient goes the other.
struct Rearranged {
    heads: Heads,
    way: Way,
}

impl CustomOp1 for Rearranged {
    fn name(&self) -> &'static str {
        match self.way {
            Way::ToHeads => "docexam-to-heads",
            Way::FromHeads => "docexam-from-heads",
        }
    }

    fn cpu_fwd(&self, _: &CpuStorage, _: &Layout) -> Result<(CpuStorage, Shape)> {
        only_on_gpu(self.name())
    }

    fn cuda_fwd(&self, x: &CudaStorage, layout: &Layout) -> Result<(CudaStorage, Shape)> {
        let (kernel, shape, args) = self.heads.kernel(self.way);
        cuda::forward(kernel, shape, &[(x, layout)], &args)
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let back = match self.way {
            Way::ToHeads => Way::FromHeads,
            Way::FromHeads => Way::ToHeads,
        };
        let (kernel, shape, args) = self.heads.kernel(back);
        Ok(Some(cuda::run(kernel, shape, &[gradient], &args)?))
    }
}

/// Scores [pages, heads, longest, longest] and bias [heads, relations] -> probabilities.
struct BiasedSoftmax {
    plan: Arc<UploadedPlan>,
}

impl CustomOp2 for BiasedSoftmax {
    fn name(&self) -> &'static str {
        "docexam-biased-softmax"
    }

    fn cpu_fwd(
        &self,
        _: &CpuStorage,
        _: &Layout,
        _: &CpuStorage,
        _: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        only_on_gpu(self.name())
    }

    fn cuda_fwd(
        &self,
        scores: &CudaStorage,
        layout: &Layout,
        bias: &CudaStorage,
        bias_layout: &Layout,
    ) -> Result<(CudaStorage, Shape)> {
        let (heads, relations) = bias_layout.shape().dims2()?;
        let rows = self.plan.pages * heads * self.plan.longest;
        cuda::forward(
            Kernel::new("biased_softmax", Grid::Rows(rows)),
            layout.shape(),
            &[(scores, layout), (bias, bias_layout)],
            &[
                Arg::Buckets(&self.plan.buckets),
                Arg::Indices(&self.plan.firsts),
                Arg::Indices(&self.plan.lengths),
                Arg::Count(rows),
                Arg::Count(heads),
                Arg::Count(self.plan.longest),
                Arg::Count(relations),
            ],
        )
    }

    fn bwd(
        &self,
        _: &Tensor,
        bias: &Tensor,
        p: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (heads, relations) = bias.dims2()?;
        let longest = self.plan.longest;
        let rows = self.plan.pages * heads * longest;
        let to_scores = cuda::run(
            Kernel::new("softmax_backward", Grid::Rows(rows)),
            p.shape(),
            &[p, gradient],
            &[Arg::Count(rows), Arg::Count(longest)],
        )?;
        let blocks = Grid::Blocks(self.plan.pages * heads, STRIPS, relations);
        let to_bias = cuda::run(
            Kernel::zeroed("bucket_sums", blocks),
            bias.shape(),
            &[&to_scores],
            &[
                Arg::Buckets(&self.plan.buckets),
                Arg::Indices(&self.plan.firsts),
                Arg::Indices(&self.plan.lengths),
                Arg::Count(heads),
                Arg::Count(longest),
                Arg::Count(relations),
            ],
        )?;
        Ok((Some(to_scores), Some(to_bias)))
    }
}
