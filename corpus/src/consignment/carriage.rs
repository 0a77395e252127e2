//! How it travels: containers with seals, ports, vessel and voyage.

use super::compose::pick;
use super::identifiers::container_number;
use super::tables::Country;
use super::{Container, Place};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

pub fn containers(rng: &mut ChaCha8Rng, by_air: bool, gross_kg: Decimal) -> Vec<Container> {
    if by_air {
        return Vec::new();
    }
    let count = (gross_kg / dec!(24_000))
        .ceil()
        .to_string()
        .parse::<usize>()
        .unwrap_or(1);
    (0..count.clamp(1, 4))
        .map(|_| Container {
            number: container_number(rng),
            seal: match rng.random_range(0..3) {
                0 => format!(
                    "{}{:06}",
                    char::from(rng.random_range(b'A'..=b'Z')),
                    rng.random_range(0..1_000_000)
                ),
                1 => format!(
                    "ML-{}{:07}",
                    pick(rng, &["CN", "TR", "EU", "SL"]),
                    rng.random_range(0..10_000_000)
                ),
                _ => format!("{:08}", rng.random_range(0..100_000_000)),
            },
            kind: (*pick(rng, &["20GP", "40HC", "40GP", "20RF", "45HC"])).to_owned(),
        })
        .collect()
}

pub fn port(rng: &mut ChaCha8Rng, country: &Country) -> Place {
    let (code, name) = pick(rng, &country.ports);
    Place {
        code: code.clone(),
        name: name.clone(),
    }
}

pub fn vessel(rng: &mut ChaCha8Rng) -> String {
    const FIRST: [&str; 14] = [
        "NORDIC", "PACIFIC", "MARE", "STELLA", "BLUE", "GOLDEN", "ATLANTIC", "AEGEAN", "BALTIC",
        "ORIENT", "SOUTHERN", "SILVER", "CAPE", "RIVER",
    ];
    const SECOND: [&str; 14] = [
        "HORIZON", "PIONEER", "EXPRESS", "AURORA", "TRADER", "BRIDGE", "SPIRIT", "DAWN", "PEARL",
        "VOYAGER", "CROWN", "FALCON", "MERIDIAN", "GLORY",
    ];
    format!(
        "{}{} {}",
        pick(rng, &["", "MV ", "MSV ", ""]),
        pick(rng, &FIRST),
        pick(rng, &SECOND)
    )
}

pub fn voyage(rng: &mut ChaCha8Rng) -> String {
    let number: u32 = rng.random_range(1..900);
    let side = pick(rng, &["E", "W", "N", "S"]);
    match rng.random_range(0..3) {
        0 => format!("{number:03}{side}"),
        1 => format!("{}{:02}{side}", number % 10, number % 97),
        _ => format!("V.{number:04}"),
    }
}
