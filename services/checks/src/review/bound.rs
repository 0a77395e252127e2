//! How large a share can be that was seen only so often: the exact bound of Clopper and Pearson
//! (Biometrika 26, 1934), one-sided, straight from its definition. Crates with special functions were tried:
//! they change features of half the dependency tree for these few lines.

/// The share of wrong decisions is at most this, with the assurance given; 1 if nothing was seen.
pub(crate) fn at_most(wrong: u64, of: u64, assurance: f64) -> f64 {
    if wrong >= of {
        return 1.0;
    }
    // The more are wrong in truth, the rarer so few are seen: halve the interval until it is a point.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let share = (low + high) / 2.0;
        match probability_of_at_most(wrong, of, share) > 1.0 - assurance {
            true => low = share,
            false => high = share,
        }
    }
    high
}

/// The fewest decisions, none of them wrong, that prove the bound with this assurance.
pub(crate) fn fewest(bound: f64, assurance: f64) -> u64 {
    ((1.0 - assurance).ln() / (1.0 - bound).ln()).ceil() as u64
}

/// Of a binomial distribution. In logarithms, because `(1 - share)^of` is too small for a float.
fn probability_of_at_most(wrong: u64, of: u64, share: f64) -> f64 {
    let (ln_share, ln_rest) = (share.ln(), (-share).ln_1p());
    let mut ln_term = of as f64 * ln_rest;
    let mut sum = ln_term.exp();
    for k in 0..wrong {
        ln_term += ((of - k) as f64 / (k + 1) as f64).ln() + ln_share - ln_rest;
        sum += ln_term.exp();
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bounds_are_the_exact_ones() {
        // One-sided 95 % limits, worked out with exact integer coefficients.
        for (wrong, of, expected) in [
            (0, 10, 0.258_866),
            (0, 299, 0.009_969),
            (1, 10, 0.394_163),
            (5, 100, 0.102_253),
            (50, 100, 0.586_378),
        ] {
            let bound = at_most(wrong, of, 0.95);
            assert!((bound - expected).abs() < 1e-4, "{wrong} of {of}: {bound}");
        }
        assert_eq!(at_most(0, 0, 0.95), 1.0);
        assert_eq!(at_most(3, 3, 0.95), 1.0);
    }

    #[test]
    fn large_counts_do_not_vanish() {
        let bound = at_most(9_000, 1_000_000, 0.95);
        assert!((0.009..0.009_2).contains(&bound), "{bound}");
    }

    #[test]
    fn the_fewest_decisions_prove_the_bound_and_one_less_does_not() {
        let fewest = fewest(0.01, 0.95);
        assert_eq!(fewest, 299);
        assert!(at_most(0, fewest, 0.95) <= 0.01);
        assert!(at_most(0, fewest - 1, 0.95) > 0.01);
    }
}
