//! The network: rows of features -> scores for words and for the page.
//!
//! A linear layer takes the features in; pre-norm transformer layers mix the rows of a page, with a
//! bias by spatial relation; two linear heads read every row (the page head counts at row 0, the
//! word head at the others). Weights are stored as [in, out]. No probabilities here: see `model`.

use crate::LayoutError;
use crate::config::{ModelConfig, NetworkSize};
use crate::ops::{
    Activation, Dropout, EightBitMatrix, add_bias, add_bias_gelu, attention, bag_of_rows,
    layer_norm,
};
use crate::relations::RELATIONS;
use crate::window::{Batch, feature_count};
use candle_core::{Device, Result, Tensor};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::Arc;

pub type Tensors = BTreeMap<String, Tensor>;

pub struct Network {
    pub(crate) size: NetworkSize,
    spelling: Tensor,
    take_in: Linear,
    take_in_norm: Norm,
    layers: Vec<Layer>,
    last_norm: Norm,
    word_head: Linear,
    page_head: Linear,
}

/// Scores before softmax and sigmoid.
pub struct Scores {
    /// [rows, labels + begins + starts_row].
    pub words: Tensor,
    /// [rows, page classes + starts_document].
    pub pages: Tensor,
}

/// How the network runs in training; absent otherwise.
#[derive(Clone, Copy, Debug)]
pub struct Training {
    pub dropout: f32,
    pub seed: u64,
}

struct Layer {
    attention_norm: Norm,
    qkv: Linear,
    relation_bias: Tensor,
    mix: Linear,
    feed_norm: Norm,
    widen: Linear,
    narrow: Linear,
}

struct Linear {
    weight: Matrix,
    bias: Tensor,
}

enum Matrix {
    Single(Tensor),
    /// For reading only.
    EightBits(EightBitMatrix),
}

struct Norm {
    gain: Tensor,
    offset: Tensor,
}

/// Names and shapes of all weights, with the spread of their initial values.
fn inventory(config: &ModelConfig) -> Vec<(String, Vec<usize>, f32)> {
    let size = &config.size;
    let d = size.width;
    let mut out = Vec::new();
    let mut linear = |name: &str, n_in: usize, n_out: usize, gain: f32| {
        let spread = gain / (n_in as f32).sqrt();
        out.push((format!("{name}.weight"), vec![n_in, n_out], spread));
        out.push((format!("{name}.bias"), vec![n_out], 0.0));
    };
    linear("take_in", feature_count(size) + size.spelling_width, d, 1.0);
    // Branches start small, so that depth does not swell the sum.
    let branch = 1.0 / (2.0 * size.layers as f32).sqrt();
    for l in 0..size.layers {
        linear(&format!("layer.{l}.qkv"), d, 3 * d, 1.0);
        linear(&format!("layer.{l}.mix"), d, d, branch);
        linear(&format!("layer.{l}.widen"), d, size.feed_forward, 1.0);
        linear(&format!("layer.{l}.narrow"), size.feed_forward, d, branch);
    }
    linear("word_head", d, config.labels.len() + 2, 0.5);
    linear("page_head", d, config.page_classes.len() + 1, 0.5);
    out.push((
        "spelling".into(),
        vec![size.spelling_rows, size.spelling_width],
        0.3,
    ));
    let mut norms = vec!["take_in_norm".to_owned(), "last_norm".to_owned()];
    for l in 0..size.layers {
        norms.push(format!("layer.{l}.attention_norm"));
        norms.push(format!("layer.{l}.feed_norm"));
        let shape = vec![size.heads, RELATIONS];
        out.push((format!("layer.{l}.relation_bias"), shape, 0.02));
    }
    for name in norms {
        out.push((format!("{name}.gain"), vec![d], f32::NAN));
        out.push((format!("{name}.offset"), vec![d], 0.0));
    }
    out
}

/// Fresh weights; the same for the same seed.
pub fn initial_tensors(config: &ModelConfig, seed: u64) -> Result<Tensors> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    let mut tensors = Tensors::new();
    for (name, shape, spread) in inventory(config) {
        let n: usize = shape.iter().product();
        let values: Vec<f32> = if spread.is_nan() {
            vec![1.0; n]
        } else {
            // Uniform of the wanted standard deviation.
            let reach = spread * 3.0_f32.sqrt();
            (0..n)
                .map(|_| (random.random::<f32>() * 2.0 - 1.0) * reach)
                .collect()
        };
        tensors.insert(name, Tensor::from_vec(values, shape, &Device::Cpu)?);
    }
    Ok(tensors)
}

impl Network {
    /// Takes the weights by name; `Err` names the first that is missing or of another shape.
    pub fn new(config: &ModelConfig, tensors: &Tensors) -> std::result::Result<Self, String> {
        for (name, shape, _) in inventory(config) {
            match tensors.get(&name) {
                Some(tensor) if tensor.dims() == shape => {}
                Some(tensor) => {
                    return Err(format!("{name} is {:?}, not {shape:?}", tensor.dims()));
                }
                None => return Err(format!("{name} is missing")),
            }
        }
        let size = config.size;
        if size.heads == 0 || !size.width.is_multiple_of(size.heads) {
            return Err(format!("{} heads for width {}", size.heads, size.width));
        }
        let get = |name: String| {
            tensors
                .get(&name)
                .cloned()
                .ok_or(format!("{name} is missing"))
        };
        let linear = |name: &str| {
            Ok::<_, String>(Linear {
                weight: Matrix::Single(get(format!("{name}.weight"))?),
                bias: get(format!("{name}.bias"))?,
            })
        };
        let norm = |name: &str| {
            Ok::<_, String>(Norm {
                gain: get(format!("{name}.gain"))?,
                offset: get(format!("{name}.offset"))?,
            })
        };
        let layers = (0..size.layers)
            .map(|l| {
                Ok(Layer {
                    attention_norm: norm(&format!("layer.{l}.attention_norm"))?,
                    qkv: linear(&format!("layer.{l}.qkv"))?,
                    relation_bias: get(format!("layer.{l}.relation_bias"))?,
                    mix: linear(&format!("layer.{l}.mix"))?,
                    feed_norm: norm(&format!("layer.{l}.feed_norm"))?,
                    widen: linear(&format!("layer.{l}.widen"))?,
                    narrow: linear(&format!("layer.{l}.narrow"))?,
                })
            })
            .collect::<std::result::Result<_, String>>()?;
        Ok(Self {
            size,
            spelling: get("spelling".into())?,
            take_in: linear("take_in")?,
            take_in_norm: norm("take_in_norm")?,
            layers,
            last_norm: norm("last_norm")?,
            word_head: linear("word_head")?,
            page_head: linear("page_head")?,
        })
    }

    /// Reads faster from now on, and cannot be trained: the layers multiply in 8-bit integers. What takes the features
    /// in and the heads stay in single precision, where it costs little and rounding would be seen.
    pub fn in_eight_bits(mut self) -> Result<Self> {
        for layer in &mut self.layers {
            for linear in [
                &mut layer.qkv,
                &mut layer.mix,
                &mut layer.widen,
                &mut layer.narrow,
            ] {
                if let Matrix::Single(weight) = &linear.weight {
                    linear.weight = Matrix::EightBits(EightBitMatrix::new(weight)?);
                }
            }
        }
        Ok(self)
    }

    pub fn forward(&self, batch: Batch, training: Option<Training>) -> Result<Scores> {
        let rows = batch.rows();
        let mut drops = 0;
        let mut dropout = || {
            drops += 1;
            training.map(|t| Dropout {
                share: t.dropout,
                seed: t
                    .seed
                    .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                    .wrapping_add(drops),
            })
        };
        let shape = (rows, feature_count(&self.size));
        let features = Tensor::from_vec(batch.features, shape, self.spelling.device())?;
        let spelling = bag_of_rows(&self.spelling, Arc::new(batch.spellings))?;
        let plan = Arc::new(batch.plan);
        let input = Tensor::cat(&[&features, &spelling], 1)?;
        let mut x = self
            .take_in_norm
            .run(&self.take_in.run(&input, dropout())?)?;
        for layer in &self.layers {
            let qkv = layer.qkv.run(&layer.attention_norm.run(&x)?, None)?;
            let mixed = attention(&qkv, &layer.relation_bias, plan.clone(), training.is_some())?;
            x = (x + layer.mix.run(&mixed, dropout())?)?;
            let wide = layer.widen.run_gelu(&layer.feed_norm.run(&x)?)?;
            x = (x + layer.narrow.run(&wide, dropout())?)?;
        }
        let x = self.last_norm.run(&x)?;
        Ok(Scores {
            words: self.word_head.run(&x, None)?,
            pages: self.page_head.run(&x, None)?,
        })
    }
}

impl Linear {
    fn run(&self, x: &Tensor, dropout: Option<Dropout>) -> Result<Tensor> {
        match &self.weight {
            Matrix::Single(weight) => add_bias(&x.matmul(weight)?, &self.bias, dropout),
            Matrix::EightBits(weight) => weight.product(x, &self.bias, Activation::None),
        }
    }

    fn run_gelu(&self, x: &Tensor) -> Result<Tensor> {
        match &self.weight {
            Matrix::Single(weight) => add_bias_gelu(&x.matmul(weight)?, &self.bias),
            Matrix::EightBits(weight) => weight.product(x, &self.bias, Activation::Gelu),
        }
    }
}

impl Norm {
    fn run(&self, x: &Tensor) -> Result<Tensor> {
        layer_norm(x, &self.gain, &self.offset)
    }
}

/// Why a set of weights does not fit, as an error of the file it came from.
pub fn refuse(path: &std::path::Path) -> impl FnOnce(String) -> LayoutError {
    let path = path.to_path_buf();
    move |reason| LayoutError::format(&path, reason)
}
