//! The nearest matrix with orthogonal rows or columns, roughly, by Newton and Schulz's iteration.
//!
//! It turns a step's direction into one of equal strength in all its singular directions: the rare
//! ones, which plain gradients neglect, count as much as the frequent ones ("Muon", Jordan et al.
//! 2024; scaled to the size of Adam's steps as by Liu et al. 2025, "Muon is scalable for LLM training").

use candle_core::{Device, Result, Tensor};

const ROUNDS: usize = 5;
/// Of the quintic a·X + b·XXᵀX + c·(XXᵀ)²X, chosen by Jordan et al. to rise fast; values settle in 0.7 to 1.2.
const QUINTIC: [f64; 3] = [3.4445, -4.7750, 2.0315];
/// Root mean square of an entry of the result: that of Adam's usual step.
const SPREAD: f64 = 0.2;

/// `values` are a [rows, columns] matrix that holds `parts` matrices side by side; each is taken by itself.
pub fn orthogonal(values: &[f32], rows: usize, columns: usize, parts: usize) -> Result<Vec<f32>> {
    let matrix = Tensor::from_slice(values, (rows, columns), &Device::Cpu)?;
    let parts = matrix
        .chunk(parts, 1)?
        .iter()
        .map(orthogonal_part)
        .collect::<Result<Vec<_>>>()?;
    Tensor::cat(&parts, 1)?.flatten_all()?.to_vec1()
}

fn orthogonal_part(matrix: &Tensor) -> Result<Tensor> {
    let (rows, columns) = matrix.dims2()?;
    // The product is taken over the longer side, so that it is small.
    let tall = rows > columns;
    let wide = match tall {
        true => matrix.t()?.contiguous()?,
        false => matrix.contiguous()?,
    };
    let norm = f64::from(wide.sqr()?.sum_all()?.to_scalar::<f32>()?).sqrt();
    let mut x = (wide / (norm + 1e-7))?;
    let [a, b, c] = QUINTIC;
    for _ in 0..ROUNDS {
        let square = x.matmul(&x.t()?)?;
        let mixed = ((&square * b)? + (square.matmul(&square)? * c)?)?;
        x = ((&x * a)? + mixed.matmul(&x)?)?;
    }
    let scale = SPREAD * (rows.max(columns) as f64).sqrt();
    let x = (x * scale)?;
    match tall {
        true => x.t()?.contiguous(),
        false => Ok(x),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_direction_gets_about_the_same_strength() {
        // 3 x 8 with rows of very different length, twice side by side.
        let row =
            |i: usize, j: usize| 3_f32.powi(i as i32) * (((i + 1) * (j + 2)) as f32 * 1.7).sin();
        let values: Vec<f32> = (0..3)
            .flat_map(|i| (0..16).map(move |j| row(i, j % 8)))
            .collect();
        let out = orthogonal(&values, 3, 16, 2).expect("a result");
        let scale = (SPREAD * 8_f64.sqrt()) as f32;
        for part in 0..2 {
            for (i, k) in [(0, 0), (1, 1), (2, 2), (0, 1), (0, 2), (1, 2)] {
                let at = |i: usize, j: usize| out[i * 16 + part * 8 + j] / scale;
                let product: f32 = (0..8).map(|j| at(i, j) * at(k, j)).sum();
                match i == k {
                    true => assert!((0.4..1.5).contains(&product), "{i}: {product}"),
                    false => assert!(product.abs() < 0.3, "{i} {k}: {product}"),
                }
            }
        }
    }
}
