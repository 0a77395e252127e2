//! Numbers of documents in the shapes that companies and authorities give them.

use super::compose::letters;
use super::identifiers::air_waybill;
use super::{Dates, Numbers};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;

pub fn document_numbers(rng: &mut ChaCha8Rng, dates: &Dates, countries: (&str, &str)) -> Numbers {
    let (from, to) = countries;
    let year = i32::from(dates.invoice.year());
    let invoice = shaped(
        rng,
        &["INV", "RE", "CI", "FA", "EXP", "IV", "F", "SI"],
        year,
    );
    // Packing lists often share the number of their invoice.
    let packing_list = match rng.random_range(0..3) {
        0 => invoice.clone(),
        1 => format!("PL-{invoice}"),
        _ => shaped(rng, &["PL", "LS", "DN", "P"], year),
    };
    let carrier = letters(rng, 4);
    let port = letters(rng, 3);
    Numbers {
        declaration: format!("{year}{to}{:08}", rng.random_range(0..100_000_000)),
        proforma: shaped(rng, &["PI", "PF", "PRO", "P"], year),
        packing_list,
        order: shaped(rng, &["PO", "BE", "ORD", "45", "B"], year),
        contract: shaped(rng, &["SC", "CT", "K", "CON"], year),
        certificate: match rng.random_range(0..4) {
            0 => format!(
                "{from}{:02}{:07}",
                year % 100,
                rng.random_range(0..10_000_000)
            ),
            1 => format!("{} {:06}", letters(rng, 1), rng.random_range(0..1_000_000)),
            2 => format!(
                "C{:02}{:04}{:05}",
                year % 100,
                rng.random_range(1000..9999),
                rng.random_range(0..100_000)
            ),
            _ => format!("{:06}/{year}", rng.random_range(0..1_000_000)),
        },
        phytosanitary: format!("EC/{from}/{:07}", rng.random_range(0..10_000_000)),
        health: format!("{from}-HC-{year}-{:05}", rng.random_range(0..100_000)),
        conformity: format!(
            "COC-{}{:06}",
            letters(rng, 2),
            rng.random_range(0..1_000_000)
        ),
        analysis: shaped(rng, &["COA", "QC", "AZ"], year),
        insurance: format!(
            "{}{:09}",
            letters(rng, 2),
            rng.random_range(0..1_000_000_000)
        ),
        bill_of_lading: match rng.random_range(0..3) {
            0 => format!("{carrier}{port}{:07}", rng.random_range(0..10_000_000)),
            1 => format!("{carrier}{:09}", rng.random_range(0..1_000_000_000)),
            _ => format!(
                "{port}/{}/{:05}",
                &carrier[..3],
                rng.random_range(0..100_000)
            ),
        },
        air_waybill: air_waybill(rng),
        invoice,
    }
}

/// One of the shapes in which companies number.
fn shaped(rng: &mut ChaCha8Rng, prefixes: &[&str], year: i32) -> String {
    let prefix = prefixes.choose(rng).copied().unwrap_or("N");
    let serial: u32 = rng.random_range(1..100_000);
    match rng.random_range(0..11) {
        0 => format!("{prefix}-{year}-{:04}", serial % 10_000),
        1 => format!("{prefix}{:02}{serial:06}", year % 100),
        2 => format!("{serial}/{year}"),
        3 => format!("{:08}", rng.random_range(10_000_000..99_999_999)),
        4 => format!("{prefix}{year}{:09}", serial),
        5 => format!("{:02}{prefix}{:03}", year % 100, serial % 1000),
        6 => format!("{prefix} {:05}/{:02}", serial, year % 100),
        // Of a month and a business year.
        7 => {
            const MONTHS: [&str; 4] = ["JAN", "AUG", "OCT", "MAR"];
            let month = MONTHS.choose(rng).copied().unwrap_or_default();
            let (day, next) = (serial % 28 + 1, (year + 1) % 100);
            format!("{prefix}/{month}{day:02}/{year}-{next:02}")
        }
        8 => format!("{}", rng.random_range(4_500_000_000_u64..4_599_999_999)),
        9 => format!(
            "{prefix}{serial:05}-{}",
            char::from(b'A' + (serial % 6) as u8)
        ),
        _ => format!("{prefix}.{:02}.{:04}", year % 100, serial % 10_000),
    }
}
