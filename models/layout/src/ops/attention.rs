//! Multi-head attention within pages, with a learned bias by the spatial relation of two words.
//!
//! Pages stand one after another in one matrix (no padding); a word attends to its own page. The
//! relation of each pair is a bucket number computed once per page and shared by layers and heads;
//! each head has its own bias per bucket. Matrix products are candle's, on views without copies;
//! softmax with bias, and its backward pass, run in place.

#[cfg(feature = "cuda")]
mod on_gpu;

use super::math::softmax_in_place;
use super::{values, vectorised};
use candle_core::{
    CpuStorage, CustomOp2, Device, InplaceOp1, InplaceOp2, Layout, Result, Shape, Tensor,
};
use std::sync::{Arc, Mutex};

/// Which rows belong together and how their words relate.
#[derive(Clone, Debug, Default)]
pub struct AttentionPlan {
    pub pages: Vec<PagePlan>,
    #[cfg(feature = "cuda")]
    uploaded: std::sync::OnceLock<Arc<on_gpu::UploadedPlan>>,
}

impl AttentionPlan {
    #[cfg(test)]
    pub fn new(pages: Vec<PagePlan>) -> Self {
        Self {
            pages,
            #[cfg(feature = "cuda")]
            uploaded: std::sync::OnceLock::new(),
        }
    }

    /// The plan on the GPU, put there when first asked for.
    #[cfg(feature = "cuda")]
    fn uploaded(&self, device: &candle_core::CudaDevice) -> Result<Arc<on_gpu::UploadedPlan>> {
        if let Some(uploaded) = self.uploaded.get() {
            return Ok(uploaded.clone());
        }
        let uploaded = Arc::new(on_gpu::UploadedPlan::new(self, device)?);
        Ok(self.uploaded.get_or_init(|| uploaded).clone())
    }
}

#[derive(Clone, Debug)]
pub struct PagePlan {
    pub rows: usize,
    /// Relation of the row (asking) to the column (asked), [rows, rows].
    pub buckets: Vec<u16>,
}

/// `qkv` [rows, 3 × width] (queries, keys, values, each heads × head width), `bias`
/// [heads, buckets] -> [rows, width]. `training` keeps what the backward pass needs.
pub fn attention(
    qkv: &Tensor,
    bias: &Tensor,
    plan: Arc<AttentionPlan>,
    training: bool,
) -> Result<Tensor> {
    #[cfg(feature = "cuda")]
    if let Device::Cuda(device) = qkv.device() {
        return on_gpu::attention(qkv, bias, &plan.uploaded(device)?);
    }
    let kept = Mutex::new(Vec::new());
    let op = Attention {
        plan,
        training,
        kept,
    };
    qkv.apply_op2(bias, op)
}

struct Attention {
    plan: Arc<AttentionPlan>,
    training: bool,
    /// Attention probabilities by page, [heads, rows, rows].
    kept: Mutex<Vec<Tensor>>,
}

/// Queries, keys and values of one page, each [heads, rows, head width], as views.
fn split(qkv: &[f32], rows: usize, heads: usize) -> Result<[Tensor; 3]> {
    let head_width = qkv.len() / rows / heads / 3;
    let all = Tensor::from_slice(qkv, (rows, 3, heads, head_width), &Device::Cpu)?;
    let part = |i| all.narrow(1, i, 1)?.squeeze(1)?.transpose(0, 1);
    Ok([part(0)?, part(1)?, part(2)?])
}

/// [heads, rows, head width] -> [rows, heads × head width].
fn join(by_head: &Tensor) -> Result<Tensor> {
    by_head.transpose(0, 1)?.contiguous()?.flatten_from(1)
}

impl CustomOp2 for Attention {
    fn name(&self) -> &'static str {
        "docexam-attention"
    }

    fn cpu_fwd(
        &self,
        qkv: &CpuStorage,
        qkv_layout: &Layout,
        bias: &CpuStorage,
        bias_layout: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (rows, width3) = qkv_layout.shape().dims2()?;
        let (heads, _) = bias_layout.shape().dims2()?;
        let (qkv, bias) = (values(qkv, qkv_layout)?, values(bias, bias_layout)?);
        if self.plan.pages.iter().map(|p| p.rows).sum::<usize>() != rows {
            candle_core::bail!("the attention plan does not cover {rows} rows");
        }
        let width = width3 / 3;
        let scale = 1.0 / ((width / heads) as f32).sqrt();
        let mut out = Vec::with_capacity(rows * width);
        let mut kept = Vec::new();
        let mut start = 0;
        for page in &self.plan.pages {
            let qkv = &qkv[start * width3..(start + page.rows) * width3];
            start += page.rows;
            let [q, k, v] = split(qkv, page.rows, heads)?;
            let scores = q.matmul(&k.t()?)?;
            scores.inplace_op1(&BiasedSoftmax { page, bias, scale })?;
            let mixed = join(&scores.matmul(&v)?)?;
            super::with_values(&mixed, |mixed| {
                out.extend_from_slice(mixed);
                Ok(())
            })?;
            if self.training {
                kept.push(scores);
            }
        }
        if let Ok(mut slot) = self.kept.lock() {
            *slot = kept;
        }
        Ok((CpuStorage::F32(out), (rows, width).into()))
    }

    fn bwd(
        &self,
        qkv: &Tensor,
        bias: &Tensor,
        out: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let (_, width3) = qkv.dims2()?;
        let width = width3 / 3;
        let (heads, buckets) = bias.dims2()?;
        let scale = 1.0 / ((width / heads) as f32).sqrt();
        let kept = match self.kept.lock() {
            Ok(mut kept) => std::mem::take(&mut *kept),
            Err(_) => Vec::new(),
        };
        if kept.len() != self.plan.pages.len() {
            candle_core::bail!("attention ran without `training`: nothing kept to go back");
        }
        let to_bias = Mutex::new(vec![0.0_f32; heads * buckets]);
        let mut parts = Vec::new();
        let mut start = 0;
        for (page, p) in self.plan.pages.iter().zip(kept) {
            let rows = page.rows;
            let page_qkv = qkv.narrow(0, start, rows)?;
            let [q, k, v] = super::with_values(&page_qkv, |values| split(values, rows, heads))?;
            let by_head = |t: &Tensor| {
                let page = t.narrow(0, start, rows)?.contiguous()?;
                page.reshape((rows, heads, width / heads))?.transpose(0, 1)
            };
            let (g, o) = (by_head(gradient)?, by_head(out)?);
            // Σ over the head of gradient × output: the same as Σ p·dp along each row of scores.
            let along = (&g.contiguous()? * &o.contiguous()?)?.sum(2)?;
            let to_v = p.t()?.matmul(&g)?;
            let to_scores = g.matmul(&v.t()?)?;
            let backward = SoftmaxBackward {
                page,
                along: along.flatten_all()?.to_vec1()?,
                to_bias: &to_bias,
                buckets,
                scale,
            };
            to_scores.inplace_op2(&p, &backward)?;
            let to_q = to_scores.matmul(&k)?;
            let to_k = to_scores.t()?.matmul(&q)?;
            let parts_of_page = [join(&to_q)?, join(&to_k)?, join(&to_v)?];
            parts.push(Tensor::cat(&parts_of_page, 1)?);
            start += rows;
        }
        let to_bias = to_bias.into_inner().unwrap_or_default();
        Ok((
            Some(Tensor::cat(&parts, 0)?),
            Some(Tensor::from_vec(to_bias, (heads, buckets), &Device::Cpu)?),
        ))
    }
}

/// Scores [heads, rows, rows] -> probabilities of score × scale + bias of the pair's bucket.
struct BiasedSoftmax<'a> {
    page: &'a PagePlan,
    bias: &'a [f32],
    scale: f32,
}

impl InplaceOp1 for BiasedSoftmax<'_> {
    fn name(&self) -> &'static str {
        "docexam-biased-softmax"
    }

    fn cpu_fwd(&self, storage: &mut CpuStorage, layout: &Layout) -> Result<()> {
        let (heads, rows, _) = layout.shape().dims3()?;
        let buckets = self.bias.len() / heads;
        let CpuStorage::F32(scores) = storage else {
            candle_core::bail!("scores are not f32");
        };
        vectorised!(op: &'a BiasedSoftmax<'a> = self, scores: &'a mut [f32] = scores, rows: usize = rows, buckets: usize = buckets => {
            for (head, scores) in scores.chunks_exact_mut(rows * rows).enumerate() {
                let bias = &op.bias[head * buckets..(head + 1) * buckets];
                let pairs = scores
                    .chunks_exact_mut(rows)
                    .zip(op.page.buckets.chunks_exact(rows));
                for (row, relations) in pairs {
                    for (score, bucket) in row.iter_mut().zip(relations) {
                        let bias = bias.get(usize::from(*bucket)).copied().unwrap_or(0.0);
                        *score = *score * op.scale + bias;
                    }
                    softmax_in_place(row);
                }
            }
        });
        Ok(())
    }
}

/// Gradient of probabilities -> gradient of the products q·k, and of the bias on the way.
struct SoftmaxBackward<'a> {
    page: &'a PagePlan,
    /// Σ p·dp by row, [heads, rows].
    along: Vec<f32>,
    to_bias: &'a Mutex<Vec<f32>>,
    buckets: usize,
    scale: f32,
}

impl InplaceOp2 for SoftmaxBackward<'_> {
    fn name(&self) -> &'static str {
        "docexam-biased-softmax-backward"
    }

    fn cpu_fwd(
        &self,
        gradient: &mut CpuStorage,
        layout: &Layout,
        p: &CpuStorage,
        p_layout: &Layout,
    ) -> Result<()> {
        let (_, rows, _) = layout.shape().dims3()?;
        let p = values(p, p_layout)?;
        let (CpuStorage::F32(gradient), Ok(mut to_bias)) = (gradient, self.to_bias.lock()) else {
            candle_core::bail!("gradients are not f32");
        };
        vectorised!(op: &'a SoftmaxBackward<'a> = self, gradient: &'a mut [f32] = gradient, p: &'a [f32] = p,
            to_bias: &'a mut [f32] = &mut to_bias, rows: usize = rows => {
            let lines = gradient
                .chunks_exact_mut(rows)
                .zip(p.chunks_exact(rows))
                .zip(&op.along);
            for (index, ((line, p), along)) in lines.enumerate() {
                let (head, row) = (index / rows, index % rows);
                for (g, p) in line.iter_mut().zip(p) {
                    *g = p * (*g - along);
                }
                let to_bias = &mut to_bias[head * op.buckets..(head + 1) * op.buckets];
                let relations = &op.page.buckets[row * rows..(row + 1) * rows];
                for (g, bucket) in line.iter().zip(relations) {
                    if let Some(total) = to_bias.get_mut(usize::from(*bucket)) {
                        *total += *g;
                    }
                }
                for g in line.iter_mut() {
                    *g *= op.scale;
                }
            }
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::checks::{check_gradients, variable};
    use super::super::math::dot;
    use super::*;

    fn plan() -> Arc<AttentionPlan> {
        let page = |rows: usize| PagePlan {
            rows,
            buckets: (0..rows * rows).map(|i| (i % 3) as u16).collect(),
        };
        Arc::new(AttentionPlan::new(vec![page(3), page(1), page(4)]))
    }

    #[test]
    fn the_backward_pass_agrees_with_differences() {
        let (qkv, bias) = (variable(&[8, 24], 1), variable(&[2, 3], 2));
        check_gradients(&[qkv.clone(), bias.clone()], || {
            attention(&qkv, &bias, plan(), true)
        });
    }

    #[test]
    fn it_agrees_with_the_plain_formula_and_pages_do_not_see_each_other() {
        let (qkv, bias) = (variable(&[8, 24], 1), variable(&[2, 3], 2));
        let out = attention(&qkv, &bias, plan(), false).expect("forward");
        let out = out.to_vec2::<f32>().expect("rows");
        let rows = qkv.to_vec2::<f32>().expect("rows");
        let bias = bias.to_vec2::<f32>().expect("rows");
        // Row 6 is the third of the last page (rows 4 to 7); second head: columns 4 to 7.
        let mut weights: Vec<f32> = (4..8)
            .map(|j| {
                let product = dot(&rows[6][4..8], &rows[j][12..16]);
                (product / 2.0 + bias[1][(2 * 4 + (j - 4)) % 3]).exp()
            })
            .collect();
        let total: f32 = weights.iter().sum();
        weights.iter_mut().for_each(|w| *w /= total);
        for c in 0..4 {
            let expected: f32 = (0..4).map(|j| weights[j] * rows[4 + j][20 + c]).sum();
            assert!((out[6][4 + c] - expected).abs() < 1e-4);
        }
    }
}
