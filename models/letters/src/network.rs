//! The network: what another network saw in a line of print, step by step, becomes a score of each letter.
//!
//! In: rows of [`Features::WIDTH`] numbers, one for every step from left to right, the lines of a batch below each other with
//! [`GAP`] rows of nought between them. Out: rows of scores, one for each class. Each of a few blocks looks at [`SIGHT`] steps around
//! its own, so that a letter is judged by those beside it.

use crate::features::{DEEP, Features, LATE};
use candle_core::{D, Device, Result, Tensor};
use candle_nn::ops::silu;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::cell::RefCell;
use std::collections::BTreeMap;

pub type Tensors = BTreeMap<String, Tensor>;

/// Steps that a block looks at.
const SIGHT: usize = 5;
/// Rows between two lines, so that no block looks from one into the other.
pub const GAP: usize = SIGHT / 2;
/// Length of the vector of a step.
const WIDTH: usize = 160;
const BLOCKS: usize = 2;
const EPSILON: f64 = 1e-5;

pub struct Network {
    pub tensors: Tensors,
}

/// What is left out in training, so that no single number is relied on.
pub struct Dropout<'a> {
    /// Share of numbers.
    pub share: f32,
    /// 0 for lines whose deep features are left out whole, and 1; for each row, [rows, 1].
    pub deep: Tensor,
    pub random: RefCell<&'a mut ChaCha8Rng>,
}

impl Dropout<'_> {
    /// What is kept grows by as much as is left out.
    fn drop(&self, x: &Tensor) -> Result<Tensor> {
        let mut random = self.random.borrow_mut();
        let most = (self.share * 2.0_f32.powi(32)) as u32;
        let kept = 1.0 / (1.0 - self.share);
        let mask: Vec<f32> = (0..x.elem_count())
            .map(|_| {
                if random.random::<u32>() < most {
                    0.0
                } else {
                    kept
                }
            })
            .collect();
        x * Tensor::from_vec(mask, x.dims(), &Device::Cpu)?
    }
}

impl Network {
    /// Scores of each step, [rows, classes]. `rows` holds for each row 1, or 0 between two lines, [rows, 1].
    pub fn scores(
        &self,
        features: &Tensor,
        rows: &Tensor,
        left_out: Option<&Dropout<'_>>,
    ) -> Result<Tensor> {
        let drop = |x: Tensor| match left_out {
            Some(left_out) => left_out.drop(&x),
            None => Ok(x),
        };
        let deep = features.narrow(1, 0, DEEP)?;
        let late = self.norm(&features.narrow(1, DEEP, LATE)?, "late.norm")?;
        let mut deep = self.norm(&deep, "deep.norm")?;
        if let Some(left_out) = left_out {
            deep = drop(deep.broadcast_mul(&left_out.deep)?)?;
        }
        let mut x = (self.product(&deep, "deep")? + self.product(&late, "late")?)?;
        for block in 0..BLOCKS {
            let name = |part: &str| format!("block.{block}.{part}");
            let near = self.norm(&x, &name("norm"))?.broadcast_mul(rows)?;
            let inside = silu(&self.product(&around(&near)?, &name("wide"))?)?;
            x = (x + drop(self.product(&inside, &name("narrow"))?)?)?;
        }
        let x = drop(self.norm(&x, "norm")?)?;
        self.product(&x, "out")? + self.product(&late, "direct")?
    }

    fn get(&self, name: &str) -> Result<&Tensor> {
        let found = self.tensors.get(name);
        found.ok_or_else(|| candle_core::Error::Msg(format!("the weights lack {name}")))
    }

    fn product(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let bias = self.get(&format!("{name}.bias"))?;
        x.matmul(self.get(&format!("{name}.weight"))?)?
            .broadcast_add(bias)
    }

    /// Of operations that have gradients, which candle's own layer norm lacks.
    fn norm(&self, x: &Tensor, name: &str) -> Result<Tensor> {
        let x = x.broadcast_sub(&x.mean_keepdim(D::Minus1)?)?;
        let variance = x.sqr()?.mean_keepdim(D::Minus1)?;
        let x = x.broadcast_div(&(variance + EPSILON)?.sqrt()?)?;
        let x = x.broadcast_mul(self.get(&format!("{name}.gain"))?)?;
        x.broadcast_add(self.get(&format!("{name}.offset"))?)
    }
}

/// Each row beside those before and behind it, [rows, SIGHT × width].
fn around(x: &Tensor) -> Result<Tensor> {
    let (rows, width) = x.dims2()?;
    let nothing = Tensor::zeros((GAP, width), x.dtype(), x.device())?;
    let padded = Tensor::cat(&[&nothing, x, &nothing], 0)?;
    let shifted = (0..SIGHT).map(|by| padded.narrow(0, by, rows));
    Tensor::cat(&shifted.collect::<Result<Vec<_>>>()?, 1)
}

/// The shapes of the weights of a network of so many classes.
fn shapes(classes: usize) -> Vec<(String, Vec<usize>)> {
    let mut all = Vec::new();
    let norm = |name: &str, width: usize| {
        ["gain", "offset"].map(|part| (format!("{name}.{part}"), vec![width]))
    };
    let product = |name: &str, from: usize, to: usize| {
        [
            (format!("{name}.weight"), vec![from, to]),
            (format!("{name}.bias"), vec![to]),
        ]
    };
    all.extend(norm("deep.norm", DEEP));
    all.extend(norm("late.norm", LATE));
    all.extend(product("deep", DEEP, WIDTH));
    all.extend(product("late", LATE, WIDTH));
    for block in 0..BLOCKS {
        all.extend(norm(&format!("block.{block}.norm"), WIDTH));
        all.extend(product(
            &format!("block.{block}.wide"),
            SIGHT * WIDTH,
            2 * WIDTH,
        ));
        all.extend(product(&format!("block.{block}.narrow"), 2 * WIDTH, WIDTH));
    }
    all.extend(norm("norm", WIDTH));
    all.extend(product("out", WIDTH, classes));
    all.extend(product("direct", LATE, classes));
    all
}

/// Weights to begin with: evenly spread, and smaller by the root of the number of what goes in.
pub fn beginning(classes: usize, random: &mut ChaCha8Rng) -> Result<Tensors> {
    let tensor = |(name, shape): (String, Vec<usize>)| {
        let count: usize = shape.iter().product();
        let value = |random: &mut ChaCha8Rng| match shape.as_slice() {
            [from, _] => {
                let most = (1.0 / *from as f32).sqrt();
                random.random_range(-most..most)
            }
            _ if name.ends_with("gain") => 1.0,
            _ => 0.0,
        };
        let values: Vec<f32> = (0..count).map(|_| value(random)).collect();
        Ok((name, Tensor::from_vec(values, shape, &Device::Cpu)?))
    };
    shapes(classes).into_iter().map(tensor).collect()
}

/// What is wrong with weights that are to be of a network of so many classes.
pub fn problem(tensors: &Tensors, classes: usize) -> Option<String> {
    let wrong = |(name, shape): &(String, Vec<usize>)| match tensors.get(name) {
        None => Some(format!("{name} is missing")),
        Some(tensor) if tensor.dims() != shape => Some(format!(
            "{name} is {:?} and should be {shape:?}",
            tensor.dims()
        )),
        Some(_) => None,
    };
    shapes(classes).iter().find_map(wrong)
}

/// Lines below each other with a gap behind each: their features, and which rows are of lines.
pub fn stacked(lines: &[&Features]) -> Result<(Tensor, Tensor)> {
    let rows: usize = lines.iter().map(|line| line.steps() + GAP).sum();
    let mut values = Vec::with_capacity(rows * Features::WIDTH);
    let mut of_lines = Vec::with_capacity(rows);
    for line in lines {
        values.extend(line.values());
        values.extend([0.0; GAP * Features::WIDTH]);
        of_lines.extend(std::iter::repeat_n(1.0_f32, line.steps()));
        of_lines.extend([0.0_f32; GAP]);
    }
    Ok((
        Tensor::from_vec(values, (rows, Features::WIDTH), &Device::Cpu)?,
        Tensor::from_vec(of_lines, (rows, 1), &Device::Cpu)?,
    ))
}
