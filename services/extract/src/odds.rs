//! Probabilities as log-odds, in which independent evidence adds up.

/// Beyond this a probability says more about the model than about the page (0.0025 to 0.9975).
const LIMIT: f32 = 6.0;

/// Log-odds of a probability, within [-6, 6]; anything that is no number counts as undecided.
pub fn log_odds(probability: f32) -> f32 {
    if probability.is_nan() {
        return 0.0;
    }
    let clamped = probability.clamp(1e-6, 1.0 - 1e-6);
    (clamped / (1.0 - clamped)).ln().clamp(-LIMIT, LIMIT)
}

pub fn probability(log_odds: f32) -> f32 {
    if log_odds.is_nan() {
        return 0.0;
    }
    1.0 / (1.0 + (-log_odds).exp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        for p in [0.01, 0.3, 0.5, 0.97] {
            assert!((probability(log_odds(p)) - p).abs() < 1e-5);
        }
        assert_eq!(log_odds(f32::NAN), 0.0);
        assert_eq!(log_odds(1.0), LIMIT);
    }
}
