//! Exponentials that the compiler can vectorise; relative error below 1e-6.

/// e^x for x in [-87, 88]; outside, the value at the nearer end.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 · 2^23: adding it rounds to an integer
    let x = x.clamp(-87.0, 88.0);
    let rounded = x * std::f32::consts::LOG2_E + ROUND;
    let n = rounded - ROUND;
    // ln 2 in two parts, so that the remainder keeps its digits.
    let r = x - n * 0.693_359_4 + n * 2.121_944_4e-4;
    let series = 1.0
        + r * (1.0
            + r * (0.5
                + r * (0.166_666_67
                    + r * (0.041_666_67 + r * (0.008_333_334 + r * 0.001_388_889)))));
    // The lowest bits of `rounded` are n: shifted to the exponent, without a cast, which compilers do not vectorise.
    series * f32::from_bits((rounded.to_bits() << 23).wrapping_add(127 << 23))
}

#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// GELU ≈ z · σ(2·√(2/π) · (z + 0.044715 z³)).
pub const SLOPE: f32 = 1.595_769;
pub const CUBIC: f32 = 0.044_715;

#[inline(always)]
pub fn gelu(z: f32) -> f32 {
    z * sigmoid(SLOPE * z * (1.0 + CUBIC * z * z))
}

/// Turns scores into probabilities; returns the logarithm of the sum of exponentials.
#[inline(always)]
pub fn softmax_in_place(row: &mut [f32]) -> f32 {
    let mut lanes = [f32::NEG_INFINITY; 16];
    let chunks = row.chunks_exact(16);
    let rest = chunks
        .remainder()
        .iter()
        .copied()
        .fold(f32::NEG_INFINITY, f32::max);
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane = if *x > *lane { *x } else { *lane };
        }
    }
    let largest = lanes.iter().copied().fold(rest, f32::max);
    for x in row.iter_mut() {
        *x = exp(*x - largest);
    }
    let total = sum(row);
    let share = 1.0 / total;
    for x in row.iter_mut() {
        *x *= share;
    }
    largest + total.ln()
}

/// Sum in 16 lanes: vectorises, and its order never changes.
#[inline(always)]
pub fn sum(row: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 16];
    let chunks = row.chunks_exact(16);
    let rest: f32 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (lane, x) in lanes.iter_mut().zip(chunk) {
            *lane += x;
        }
    }
    rest + lanes.iter().sum::<f32>()
}

/// Dot product in 16 lanes.
#[inline(always)]
pub fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; 16];
    let (a_chunks, b_chunks) = (a.chunks_exact(16), b.chunks_exact(16));
    let rest: f32 = a_chunks
        .remainder()
        .iter()
        .zip(b_chunks.remainder())
        .map(|(x, y)| x * y)
        .sum();
    for (ca, cb) in a_chunks.zip(b_chunks) {
        for ((lane, x), y) in lanes.iter_mut().zip(ca).zip(cb) {
            *lane += x * y;
        }
    }
    rest + lanes.iter().sum::<f32>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_is_exact_to_a_millionth_and_bounded() {
        for i in -860..880 {
            let x = i as f32 / 10.0;
            let relative = (exp(x) / x.exp() - 1.0).abs();
            assert!(relative < 1e-6, "exp({x}) is off by {relative}");
        }
        assert!(exp(1e9).is_finite() && exp(-1e9) >= 0.0);
    }

    #[test]
    fn softmax_sums_to_one_whatever_the_length() {
        for n in [1, 15, 16, 33, 100] {
            let mut row: Vec<f32> = (0..n).map(|i| i as f32 * 3.0 - 40.0).collect();
            softmax_in_place(&mut row);
            assert!((sum(&row) - 1.0).abs() < 1e-5);
        }
    }
}
