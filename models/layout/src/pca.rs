//! Principal components of a set of rows: cyclic Jacobi on the covariance, in f64.
//!
//! Exact and deterministic; meant for a few hundred dimensions (seconds), not for thousands.

/// Components are rows of `axes`, strongest first; `variances` belong to them.
pub struct Components {
    pub mean: Vec<f32>,
    pub axes: Vec<Vec<f32>>,
    pub variances: Vec<f64>,
}

const SWEEPS: usize = 12;

pub fn principal_components(rows: &[Vec<f32>]) -> Components {
    let n = rows.first().map_or(0, Vec::len);
    let count = rows.len().max(1) as f64;
    let mut mean = vec![0.0_f64; n];
    for row in rows {
        for (m, x) in mean.iter_mut().zip(row) {
            *m += f64::from(*x) / count;
        }
    }
    let mut covariance = vec![vec![0.0_f64; n]; n];
    let mut centred = vec![0.0_f64; n];
    for row in rows {
        for ((c, x), m) in centred.iter_mut().zip(row).zip(&mean) {
            *c = f64::from(*x) - m;
        }
        for (i, line) in covariance.iter_mut().enumerate() {
            let ci = centred[i] / count;
            for (cell, cj) in line.iter_mut().zip(&centred) {
                *cell += ci * cj;
            }
        }
    }
    let mut axes = jacobi(&mut covariance);
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| covariance[b][b].total_cmp(&covariance[a][a]));
    Components {
        mean: mean.iter().map(|m| *m as f32).collect(),
        variances: order.iter().map(|&i| covariance[i][i]).collect(),
        axes: order
            .iter()
            .map(|&i| {
                std::mem::take(&mut axes[i])
                    .iter()
                    .map(|x| *x as f32)
                    .collect()
            })
            .collect(),
    }
}

/// Diagonalises the symmetric `matrix` in place; returns the eigenvectors as rows.
fn jacobi(matrix: &mut [Vec<f64>]) -> Vec<Vec<f64>> {
    let n = matrix.len();
    let mut vectors: Vec<Vec<f64>> = (0..n)
        .map(|i| (0..n).map(|j| if i == j { 1.0 } else { 0.0 }).collect())
        .collect();
    for _ in 0..SWEEPS {
        for p in 0..n {
            for q in p + 1..n {
                if matrix[p][q].abs() < 1e-15 {
                    continue;
                }
                let theta = (matrix[q][q] - matrix[p][p]) / (2.0 * matrix[p][q]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let t = if theta == 0.0 { 1.0 } else { t };
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for row in matrix.iter_mut() {
                    (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
                }
                rotate_rows(matrix, p, q, c, s);
                rotate_rows(&mut vectors, p, q, c, s);
            }
        }
    }
    vectors
}

fn rotate_rows(rows: &mut [Vec<f64>], p: usize, q: usize, c: f64, s: f64) {
    let (head, tail) = rows.split_at_mut(q);
    for (a, b) in head[p].iter_mut().zip(&mut tail[0]) {
        (*a, *b) = (c * *a - s * *b, s * *a + c * *b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strongest_direction_comes_first() {
        let rows: Vec<Vec<f32>> = (0..200)
            .map(|i| {
                let (along, across) = ((i as f32 * 0.7).sin(), 0.1 * (i as f32 * 1.3).cos());
                vec![
                    1.0 + 0.6 * along - 0.8 * across,
                    2.0 + 0.8 * along + 0.6 * across,
                    5.0,
                ]
            })
            .collect();
        let components = principal_components(&rows);
        let axis = &components.axes[0];
        assert!((axis[0].abs() - 0.6).abs() < 0.01, "{axis:?}");
        assert!((axis[1].abs() - 0.8).abs() < 0.01, "{axis:?}");
        assert!(components.variances[0] > 50.0 * components.variances[1]);
        assert!(components.variances[2].abs() < 1e-9);
    }
}
