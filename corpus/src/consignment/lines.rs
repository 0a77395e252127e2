//! What is shipped: lines of goods with quantities, prices, masses and packages as they come in trade.

use super::Line;
use super::compose::{money, other_country, pick};
use super::tables::{Country, goods, goods_of};
use crate::split::Split;
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

/// The kinds of goods of the split, those of the chapters if there are any.
pub fn kinds(split: Split, chapters: &[u32]) -> Vec<usize> {
    let all = goods_of(split);
    let wanted: Vec<usize> = all
        .iter()
        .copied()
        .filter(|&kind| {
            let chapter = goods()[kind].hs_code[..2].parse().unwrap_or_default();
            chapters.contains(&chapter)
        })
        .collect();
    if wanted.is_empty() { all } else { wanted }
}

/// One to 31 lines, mostly few; quantities and prices as they come in trade.
pub fn lines(rng: &mut ChaCha8Rng, kinds: Vec<usize>, from: &Country) -> Vec<Line> {
    let count = match rng.random_range(0..100) {
        0..28 => 1,
        28..75 => rng.random_range(2..7),
        75..93 => rng.random_range(7..13),
        _ => rng.random_range(13..32),
    };
    // A shipment is of few kinds of goods in many variants.
    let mut chosen = kinds;
    chosen.shuffle(rng);
    chosen.truncate(rng.random_range(1..6));
    let foreign = rng
        .random_bool(0.15)
        .then(|| other_country(rng, &[from.code.as_str()]).code.clone());
    let long_codes = rng.random_bool(0.7);
    let priced_fine = rng.random_bool(0.15);
    let discounted = rng.random_bool(0.2);
    let mut next_carton = 1;
    (0..count)
        .map(|index| {
            let kind = chosen[index % chosen.len()];
            let item = &goods()[kind];
            let unit_price = price(rng, item.price, priced_fine);
            let quantity = quantity(rng, &item.unit, item.price.1, item.kg_per_unit);
            let full = money(quantity * unit_price);
            let discount = (discounted && rng.random_bool(0.6))
                .then(|| money(full * Decimal::from(rng.random_range(2..15)) / dec!(100)));
            let net_kg = mass(quantity * item.kg_per_unit);
            let tare = dec!(1) + Decimal::from(rng.random_range(15..130)) / dec!(1000);
            let packages = packages(rng, net_kg, &item.package_kind);
            let gross_kg = mass(net_kg * tare).max(net_kg + dec!(0.1));
            let cartons = (next_carton, next_carton + packages - 1);
            next_carton += packages;
            Line {
                goods: kind,
                product_code: product_code(rng),
                variant: variant(rng),
                hs_code: match long_codes {
                    true => item.hs_code.clone(),
                    false => item.hs_code[..6].to_owned(),
                },
                origin: match &foreign {
                    Some(code) if index % 3 == 1 => code.clone(),
                    _ => from.code.clone(),
                },
                quantity,
                unit: item.unit.clone(),
                unit_price,
                discount,
                amount: full - discount.unwrap_or_default(),
                net_kg,
                gross_kg,
                packages,
                cartons,
                batch: format!(
                    "{}{:06}",
                    pick(rng, &["L", "B", "LOT", ""]),
                    rng.random_range(1000..999_999)
                ),
            }
        })
        .collect()
}

/// Two places, or four for goods that are priced per thousand in truth.
fn price(rng: &mut ChaCha8Rng, (low, high): (Decimal, Decimal), fine: bool) -> Decimal {
    let share = Decimal::from(rng.random_range(0..10_000)) / dec!(10_000);
    let price = low + (high - low) * share * share;
    let places = if fine || price < dec!(0.5) { 4 } else { 2 };
    price.round_dp(places).max(dec!(0.01))
}

fn quantity(rng: &mut ChaCha8Rng, unit: &str, high: Decimal, kg_per_unit: Decimal) -> Decimal {
    if unit == "TNE" {
        return Decimal::from(rng.random_range(5_000..90_000)) / dec!(1000);
    }
    let most = match high {
        high if high >= dec!(5000) => 3,
        high if high >= dec!(500) => 40,
        high if high >= dec!(50) => 600,
        _ => 20_000,
    };
    // At most 22 t a line.
    let by_mass = (dec!(22_000) / kg_per_unit)
        .to_string()
        .split('.')
        .next()
        .and_then(|whole| whole.parse::<i64>().ok())
        .unwrap_or(1)
        .max(2);
    let most = by_mass.min(most);
    let number = rng.random_range(1..most.max(2));
    match unit {
        "KGM" | "LTR" | "MTR" | "MTK" | "MTQ" if rng.random_bool(0.3) => {
            Decimal::from(number) + Decimal::from(rng.random_range(1..100)) / dec!(100)
        }
        _ if number > 100 && rng.random_bool(0.7) => Decimal::from(number / 50 * 50),
        _ => Decimal::from(number),
    }
}

fn packages(rng: &mut ChaCha8Rng, net_kg: Decimal, kind: &str) -> u32 {
    let each: i64 = match kind {
        "BG" => 25,
        "DR" => 200,
        "PX" => 600,
        "BE" | "CL" => 2500,
        "CS" => 400,
        "RO" => 40,
        "BL" => 250,
        _ => *pick(rng, &[8, 12, 15, 20, 25]),
    };
    let count = (net_kg / Decimal::from(each)).ceil();
    count.to_string().parse::<u32>().unwrap_or(1).max(1)
}

/// Masses are rounded to 10 g below 100 kg, to 100 g below 1 t, to 1 kg above.
fn mass(kg: Decimal) -> Decimal {
    let places = match kg {
        kg if kg < dec!(100) => 2,
        kg if kg < dec!(1000) => 1,
        _ => 0,
    };
    kg.round_dp(places).max(dec!(0.01))
}

fn product_code(rng: &mut ChaCha8Rng) -> String {
    let letter = char::from(rng.random_range(b'A'..=b'Z'));
    match rng.random_range(0..5) {
        0 => format!("{:06}", rng.random_range(100_000..999_999)),
        1 => format!("{letter}{letter}-{:04}", rng.random_range(0..10_000)),
        2 => format!(
            "{letter}{:03}.{:02}",
            rng.random_range(0..1000),
            rng.random_range(0..100)
        ),
        3 => format!("{:04}/{letter}", rng.random_range(1000..10_000)),
        _ => format!(
            "{:03}-{:03}-{:02}",
            rng.random_range(0..1000),
            rng.random_range(0..1000),
            rng.random_range(0..100)
        ),
    }
}

/// Grade, size, colour, standard: one of them, or two, as long descriptions have them.
fn variant(rng: &mut ChaCha8Rng) -> String {
    match rng.random_range(0..20) {
        0..9 => String::new(),
        9..17 => attribute(rng),
        _ => format!("{}, {}", attribute(rng), attribute(rng)),
    }
}

pub(crate) fn attribute(rng: &mut ChaCha8Rng) -> String {
    const COLOURS: [&str; 8] = [
        "black",
        "RAL 9010",
        "blue/white",
        "natural",
        "RAL 7016",
        "red",
        "grey",
        "transparent",
    ];
    let letter = char::from(rng.random_range(b'A'..=b'Z'));
    let number: u32 = rng.random_range(1..999);
    match rng.random_range(0..18) {
        0 => format!("Type {letter}{number}"),
        1 => format!("{letter}{letter}{number}-{}", number % 7),
        2 => format!("{number} x {} mm", number % 90 + 5),
        3 => format!("Model {letter}-{number}"),
        4 => format!("Grade {letter}{}", number % 4 + 1),
        5 => format!("Art. {number}{letter}"),
        6 => format!("DIN {number}"),
        7 => format!("Ø {} mm", number % 80 + 3),
        8 => format!(
            "{}x{}x{} cm",
            number % 40 + 5,
            number % 30 + 5,
            number % 20 + 2
        ),
        9 => (*pick(rng, &COLOURS)).to_owned(),
        10 => format!("{}/{} GSM", number % 300 + 40, number % 90 + 20),
        11 => format!("{} kg net", number % 25 + 1),
        12 => format!("{},{} mm", number % 9 + 1, number % 10),
        13 => format!("M{}x{}", number % 20 + 3, number % 80 + 10),
        14 => format!(
            "{} V / {} W",
            [12, 24, 110, 230, 400][number as usize % 5],
            number
        ),
        15 => format!("{}% {letter}", number % 99 + 1),
        16 => format!("crop {}", 2022 + number % 5),
        _ => format!("{letter}{:04}/{}", number * 7, number % 50),
    }
}
