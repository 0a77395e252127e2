//! Units of quantity: UN/ECE Recommendation 20 codes and how they convert.
//!
//! Only exact, context-free conversions are here. A set or a carton is not a number of pieces, so
//! nothing converts to or from it. Factors are those of Rec 20 (pound and ounce: avoirdupois).

use rust_decimal::Decimal;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Base: one piece.
    Count,
    /// Base: kilogram.
    Mass,
    /// Base: metre.
    Length,
    /// Base: square metre.
    Area,
    /// Base: litre.
    Volume,
    /// Base: metric carat; kept apart from mass, because gems are declared in carats only.
    Carat,
    /// Base: kilowatt hour.
    Energy,
}

/// Code, dimension, factor to the base as mantissa and scale.
const UNITS: &[(&str, Dimension, i64, u32)] = &[
    ("C62", Dimension::Count, 1, 0),
    ("H87", Dimension::Count, 1, 0),
    ("EA", Dimension::Count, 1, 0),
    ("NAR", Dimension::Count, 1, 0),
    ("NMB", Dimension::Count, 1, 0),
    ("PCE", Dimension::Count, 1, 0),
    ("PCS", Dimension::Count, 1, 0),
    ("NPR", Dimension::Count, 2, 0),
    ("PR", Dimension::Count, 2, 0),
    ("TPR", Dimension::Count, 20, 0),
    ("DZN", Dimension::Count, 12, 0),
    ("DZP", Dimension::Count, 24, 0),
    ("GRO", Dimension::Count, 144, 0),
    ("CEN", Dimension::Count, 100, 0),
    ("MIL", Dimension::Count, 1000, 0),
    ("KGM", Dimension::Mass, 1, 0),
    ("GRM", Dimension::Mass, 1, 3),
    ("MGM", Dimension::Mass, 1, 6),
    ("TNE", Dimension::Mass, 1000, 0),
    ("DTN", Dimension::Mass, 100, 0),
    ("LBR", Dimension::Mass, 45_359_237, 8),
    ("ONZ", Dimension::Mass, 28_349_523_125, 12),
    ("MTR", Dimension::Length, 1, 0),
    ("CMT", Dimension::Length, 1, 2),
    ("MMT", Dimension::Length, 1, 3),
    ("KMT", Dimension::Length, 1000, 0),
    ("INH", Dimension::Length, 254, 4),
    ("FOT", Dimension::Length, 3048, 4),
    ("YRD", Dimension::Length, 9144, 4),
    ("MTK", Dimension::Area, 1, 0),
    ("CMK", Dimension::Area, 1, 4),
    ("FTK", Dimension::Area, 9_290_304, 8),
    ("YDK", Dimension::Area, 83_612_736, 8),
    ("LTR", Dimension::Volume, 1, 0),
    ("MLT", Dimension::Volume, 1, 3),
    ("CLT", Dimension::Volume, 1, 2),
    ("HLT", Dimension::Volume, 100, 0),
    ("DMQ", Dimension::Volume, 1, 0),
    ("CMQ", Dimension::Volume, 1, 3),
    ("MTQ", Dimension::Volume, 1000, 0),
    ("CTM", Dimension::Carat, 1, 0),
    ("KWH", Dimension::Energy, 1, 0),
    ("MWH", Dimension::Energy, 1000, 0),
];

/// Codes that Rec 20 lists and that convert to nothing else here.
const UNCONVERTED: &[&str] = &[
    "SET", "KT", "RO", "ROL", "LPA", "KPH", "KMA", "NE", "P1", "JOU", "KWT", "LEF", "AS", "NIL",
];

/// Dimension and factor to its base.
pub fn unit(code: &str) -> Option<(Dimension, Decimal)> {
    let code = code.trim();
    UNITS
        .iter()
        .find(|(known, ..)| known.eq_ignore_ascii_case(code))
        .map(|&(_, dimension, mantissa, scale)| (dimension, Decimal::new(mantissa, scale)))
}

pub fn is_known(code: &str) -> bool {
    let code = code.trim();
    unit(code).is_some()
        || UNCONVERTED
            .iter()
            .any(|known| known.eq_ignore_ascii_case(code))
}

/// The factor from one unit to another: 0.001 from GRM to KGM. The same code converts to itself
/// even when it is unknown; `None` when the units do not measure the same.
pub fn factor(from: &str, to: &str) -> Option<Decimal> {
    if from.trim().eq_ignore_ascii_case(to.trim()) {
        return Some(Decimal::ONE);
    }
    let ((from_dimension, from), (to_dimension, to)) = (unit(from)?, unit(to)?);
    if from_dimension != to_dimension {
        return None;
    }
    from.checked_div(to)
}

/// Whether a quantity in this unit is counted rather than weighed or measured.
pub fn is_count(code: &str) -> bool {
    unit(code).is_none_or(|(dimension, _)| dimension == Dimension::Count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_of_one_dimension_convert() {
        let text = |from, to| factor(from, to).map(|f| f.normalize().to_string());
        assert_eq!(text("GRM", "KGM").as_deref(), Some("0.001"));
        assert_eq!(text("TNE", "kgm").as_deref(), Some("1000"));
        assert_eq!(text("DZN", "C62").as_deref(), Some("12"));
        assert_eq!(text("NPR", "C62").as_deref(), Some("2"));
        assert_eq!(text("CMT", "MTR").as_deref(), Some("0.01"));
        assert_eq!(text("KGM", "MTR"), None);
        assert_eq!(text("XYZ", "xyz").as_deref(), Some("1"));
        assert_eq!(text("SET", "C62"), None);
    }
}
