//! The nearest matrix with orthogonal rows or columns, roughly, by Newton and Schulz's iteration.
//!
//! It turns a step's direction into one of equal strength in all its singular directions: the rare
//! ones, which plain gradients neglect, count as much as the frequent ones ("Muon", Jordan et al.
//! 2024; scaled to the size of Adam's steps as by Liu et al. 2025, "Muon is scalable for LLM training").

use candle_core::{Device, Result, Tensor};
use std::collections::BTreeMap;

const ROUNDS: usize = 5;
/// Of the quintic a·X + b·XXᵀX + c·(XXᵀ)²X, chosen by Jordan et al. to rise fast; values settle in 0.7 to 1.2.
const QUINTIC: [f64; 3] = [3.4445, -4.7750, 2.0315];
/// Root mean square of an entry of the result: that of Adam's usual step.
const SPREAD: f64 = 0.2;

/// A [rows, columns] matrix that holds `parts` matrices side by side; each is taken by itself.
pub struct Matrices {
    pub name: String,
    pub side_by_side: Tensor,
    pub parts: usize,
}

/// By name. Matrices of one shape are taken together, which a GPU needs; on the CPU, threads share them.
pub fn orthogonal(matrices: Vec<Matrices>, threads: usize) -> Result<BTreeMap<String, Tensor>> {
    // The product is taken over the longer side, so that it is small: tall ones are laid down.
    let mut shapes: BTreeMap<(usize, usize), Vec<Tensor>> = BTreeMap::new();
    let mut places = Vec::new();
    for Matrices {
        name,
        side_by_side,
        parts,
    } in matrices
    {
        for part in side_by_side.chunk(parts, 1)? {
            let (rows, columns) = part.dims2()?;
            let tall = rows > columns;
            let wide = if tall { part.t()? } else { part };
            let shape = wide.dims2()?;
            let of_shape = shapes.entry(shape).or_default();
            places.push((name.clone(), shape, of_shape.len(), tall));
            of_shape.push(wide.contiguous()?);
        }
    }
    let mut done = BTreeMap::new();
    for (shape, matrices) in shapes {
        done.insert(shape, orthogonal_stack(&matrices, threads)?);
    }
    let mut updates: BTreeMap<String, Vec<Tensor>> = BTreeMap::new();
    for (name, shape, index, tall) in places {
        let update = done[&shape].get(index)?;
        let update = if tall { update.t()? } else { update };
        updates.entry(name).or_default().push(update);
    }
    let joined = updates.into_iter();
    joined
        .map(|(name, parts)| Ok((name, Tensor::cat(&parts, 1)?.contiguous()?)))
        .collect()
}

/// Matrices of one shape, no taller than wide -> [matrices, rows, columns].
fn orthogonal_stack(matrices: &[Tensor], threads: usize) -> Result<Tensor> {
    let on_cpu = matches!(matrices.first().map(Tensor::device), Some(Device::Cpu));
    let shares = if on_cpu {
        threads.clamp(1, matrices.len())
    } else {
        1
    };
    if shares == 1 {
        // On the caller's thread: a GPU's work waits in line by thread.
        return iterated(&Tensor::stack(matrices, 0)?);
    }
    let share = matrices.len().div_ceil(shares);
    let results: Vec<_> = std::thread::scope(|scope| {
        let handles: Vec<_> = matrices
            .chunks(share)
            .map(|mine| scope.spawn(move || iterated(&Tensor::stack(mine, 0)?)))
            .collect();
        handles.into_iter().map(|handle| handle.join()).collect()
    });
    let parts: Vec<Tensor> = results
        .into_iter()
        .map(|result| result.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        .collect::<Result<_>>()?;
    Tensor::cat(&parts, 0)
}

fn iterated(matrices: &Tensor) -> Result<Tensor> {
    let (_, rows, columns) = matrices.dims3()?;
    let norm = matrices.sqr()?.sum_keepdim((1, 2))?.sqrt()?;
    let mut x = matrices.broadcast_div(&(norm + 1e-7)?)?;
    let [a, b, c] = QUINTIC;
    for _ in 0..ROUNDS {
        let square = x.matmul(&x.t()?)?;
        let mixed = ((&square * b)? + (square.matmul(&square)? * c)?)?;
        x = ((&x * a)? + mixed.matmul(&x)?)?;
    }
    x * (SPREAD * (rows.max(columns) as f64).sqrt())
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
        let matrices = Matrices {
            name: "m".into(),
            side_by_side: Tensor::from_vec(values, (3, 16), &Device::Cpu).expect("a tensor"),
            parts: 2,
        };
        let out = orthogonal(vec![matrices], 2).expect("a result")["m"].clone();
        let out: Vec<f32> = out.flatten_all().and_then(|t| t.to_vec1()).expect("values");
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
