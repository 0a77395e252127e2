//! Composes a consignment from the tables, from the parties to the last carton.

use super::carriage::{containers, port, vessel, voyage};
use super::identifiers::iban;
use super::lines::{kinds, lines};
use super::numbers::document_numbers;
use super::parties::{bank, bic, party};
use super::tables::{Country, countries, goods};
use super::{Amounts, Consignment, Dates, Line, Party};
use crate::split::Split;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use rust_decimal::{Decimal, RoundingStrategy};

/// What is fixed before a consignment is drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wish<'a> {
    /// ISO 3166-1 alpha-2.
    pub seller_country: Option<&'a str>,
    /// HS chapters of the goods, if the split has any of them.
    pub chapters: &'a [u32],
    /// By air or by sea.
    pub by_air: Option<bool>,
}

/// A consignment from the goods and company names of `split`.
pub fn compose(rng: &mut ChaCha8Rng, split: Split, wish: Wish) -> Consignment {
    let from = match wish.seller_country {
        Some(code) => super::country(code),
        None => pick(rng, countries()),
    };
    let to = other_country(rng, &[from.code.as_str()]);
    let seller = party(rng, from, split);
    let buyer = party(rng, to, split);
    let consignee = rng.random_bool(0.25).then(|| party(rng, to, split));
    let notify = rng.random_bool(0.35).then(|| party(rng, to, split));
    let producer = rng.random_bool(0.25).then(|| party(rng, from, split));
    let payment_days = *pick(rng, &[0_u32, 14, 30, 30, 45, 60, 90, 120]);
    let dates = dates(rng, payment_days);
    let numbers = document_numbers(rng, &dates, (&from.code, &to.code));

    let lines = lines(rng, kinds(split, wish.chapters), from);
    let sum = |value: fn(&Line) -> Decimal| lines.iter().map(value).sum::<Decimal>();
    let (net_kg, gross_kg) = (sum(|line| line.net_kg), sum(|line| line.gross_kg));
    let total_packages = lines.iter().map(|line| line.packages).sum();
    let light = gross_kg < dec!(900) && rng.random_bool(0.5);
    let by_air = wish.by_air.unwrap_or(light);
    let incoterm = *pick(
        rng,
        match by_air {
            true => &["FCA", "CPT", "CIP", "DAP", "EXW", "DDP"][..],
            false => &[
                "FOB", "CIF", "CFR", "FCA", "DAP", "EXW", "CIP", "FAS", "CPT",
            ][..],
        },
    );
    let (loading, discharge) = (port(rng, from), port(rng, to));
    let incoterm_place = match incoterm {
        "FOB" | "FAS" | "FCA" => loading.name.clone(),
        "EXW" => pick(rng, &from.cities).0.clone(),
        "DAP" | "DDP" => pick(rng, &to.cities).0.clone(),
        _ => discharge.name.clone(),
    };
    let amounts = amounts(rng, from, to, &lines, incoterm);
    let containers = containers(rng, by_air, gross_kg);
    let kind = goods()
        .get(lines.first().map_or(0, |line| line.goods))
        .map_or("CT", |goods| goods.package_kind.as_str());
    let package_kind = match rng.random_range(0..5) {
        0 => "PX".to_owned(),
        _ => kind.to_owned(),
    };
    let marks = marks(rng, &buyer, &numbers.order, to, total_packages);
    Consignment {
        iban: iban(&from.code, rng).unwrap_or_else(|| {
            format!("{}", rng.random_range(1_000_000_000_u64..9_999_999_999_999))
        }),
        bank: bank(rng, from, split),
        bic: bic(rng, &from.code),
        charges_as_rows: false,
        of_services: false,
        payment_days,
        total_quantity: sum(|line| line.quantity),
        volume_m3: (gross_kg / Decimal::from(rng.random_range(180..480)))
            .round_dp(3)
            .max(dec!(0.010)),
        vessel: vessel(rng),
        voyage: voyage(rng),
        incoterm: incoterm.to_owned(),
        incoterm_place,
        seller,
        buyer,
        consignee,
        notify,
        producer,
        lines,
        amounts,
        dates,
        numbers,
        by_air,
        loading,
        discharge,
        containers,
        marks,
        package_kind,
        total_packages,
        net_kg,
        gross_kg,
    }
}

pub fn pick<'a, T>(rng: &mut ChaCha8Rng, from: &'a [T]) -> &'a T {
    &from[rng.random_range(0..from.len())]
}

/// So many capital letters.
pub fn letters(rng: &mut ChaCha8Rng, count: usize) -> String {
    (0..count)
        .map(|_| char::from(rng.random_range(b'A'..=b'Z')))
        .collect()
}

pub fn other_country(rng: &mut ChaCha8Rng, taken: &[&str]) -> &'static Country {
    loop {
        let country = pick(rng, countries());
        if !taken.contains(&country.code.as_str()) {
            return country;
        }
    }
}

fn dates(rng: &mut ChaCha8Rng, payment_days: u32) -> Dates {
    let invoice = date(2023, 1, 2).saturating_add(rng.random_range(0..1330).days());
    let mut later =
        |day: Date, days: std::ops::Range<i32>| day.saturating_add(rng.random_range(days).days());
    let order = later(invoice, -80..-20);
    let proforma = later(order, 1..9);
    let packed = later(invoice, -3..1);
    let on_board = later(invoice, 1..9);
    let certificate = later(invoice, 0..5);
    let arrival = later(on_board, 4..38);
    Dates {
        order,
        proforma,
        packed,
        invoice,
        certificate,
        on_board,
        due: invoice.saturating_add(i64::from(payment_days).days()),
        arrival,
        acceptance: later(arrival, 1..5),
        validity: later(certificate, 200..360),
    }
}

pub fn money(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn amounts(
    rng: &mut ChaCha8Rng,
    from: &Country,
    to: &Country,
    lines: &[Line],
    incoterm: &str,
) -> Amounts {
    let goods: Decimal = lines.iter().map(|line| line.amount).sum();
    let share = |rng: &mut ChaCha8Rng, per_mille: std::ops::Range<u32>| {
        money(goods * Decimal::from(rng.random_range(per_mille)) / dec!(1000))
    };
    let with_freight = matches!(incoterm, "CIF" | "CFR" | "CIP" | "CPT" | "DAP" | "DDP");
    let zero = Decimal::ZERO;
    let discount = if rng.random_bool(0.2) {
        share(rng, 10..100)
    } else {
        zero
    };
    let freight = if with_freight && rng.random_bool(0.65) {
        share(rng, 15..120)
    } else {
        zero
    };
    let insurance = if matches!(incoterm, "CIF" | "CIP") && rng.random_bool(0.65) {
        share(rng, 2..12)
    } else {
        zero
    };
    let other = if rng.random_bool(0.12) {
        share(rng, 3..30)
    } else {
        zero
    };
    // Exports are mostly free of tax; what is taxed at home travels too.
    let tax_rate = match rng.random_range(0..10) {
        0..2 => *pick(
            rng,
            &[
                dec!(19),
                dec!(20),
                dec!(21),
                dec!(7),
                dec!(10),
                dec!(5.5),
                dec!(22),
                dec!(23),
                dec!(18),
                dec!(8),
            ],
        ),
        _ => zero,
    };
    let base = goods - discount + freight + insurance + other;
    let tax = money(base * tax_rate / dec!(100));
    let total = base + tax;
    let prepaid = if rng.random_bool(0.1) {
        money(total * Decimal::from(*pick(rng, &[20, 30, 50])) / dec!(100))
    } else {
        zero
    };
    let currency = match rng.random_range(0..10) {
        0 => from.local_currency.as_str(),
        1 => to.trade_currency.as_str(),
        2 | 3 => "USD",
        _ => from.trade_currency.as_str(),
    };
    // Two decimals are modelled; currencies without any are left out.
    let currency = match currency {
        "JPY" | "KRW" | "VND" => "USD",
        other => other,
    };
    Amounts {
        currency: currency.to_owned(),
        goods,
        discount,
        freight,
        insurance,
        other,
        tax,
        tax_rate,
        total,
        prepaid,
        due: total - prepaid,
    }
}

fn marks(
    rng: &mut ChaCha8Rng,
    buyer: &Party,
    order: &str,
    to: &Country,
    packages: u32,
) -> Vec<String> {
    let initials: String = buyer
        .name
        .split_whitespace()
        .filter_map(|word| word.chars().next())
        .take(3)
        .collect::<String>()
        .to_uppercase();
    match rng.random_range(0..4) {
        0 => vec!["N/M".to_owned()],
        1 => vec![initials, order.to_owned(), format!("NOS. 1-{packages}")],
        2 => vec![
            initials,
            pick(rng, &to.ports).1.to_uppercase(),
            format!("C/NO. 1-{packages}"),
        ],
        _ => vec![buyer.name.to_uppercase(), format!("{} / {packages}", order)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;

    #[test]
    fn everything_agrees_in_every_consignment() {
        for seed in 0..300 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let it = compose(&mut rng, Split::Train, Wish::default());
            for line in &it.lines {
                let expected =
                    money(line.quantity * line.unit_price) - line.discount.unwrap_or_default();
                assert_eq!(line.amount, expected, "seed {seed}");
                assert!(
                    line.gross_kg > line.net_kg && line.net_kg > Decimal::ZERO,
                    "seed {seed}"
                );
                assert_eq!(line.cartons.1 - line.cartons.0 + 1, line.packages);
            }
            let a = &it.amounts;
            assert_eq!(
                a.goods,
                it.lines.iter().map(|line| line.amount).sum::<Decimal>()
            );
            assert_eq!(
                a.goods - a.discount + a.freight + a.insurance + a.other + a.tax,
                a.total
            );
            assert!(it.dates.order < it.dates.invoice && it.dates.invoice < it.dates.on_board);
            assert!(it.dates.on_board < it.dates.arrival && it.dates.arrival < it.dates.acceptance);
            assert_ne!(it.seller.country, it.buyer.country);
        }
    }

    #[test]
    fn a_seed_gives_the_same_consignment() {
        let of = |seed| {
            compose(
                &mut ChaCha8Rng::seed_from_u64(seed),
                Split::Test,
                Wish {
                    seller_country: Some("DE"),
                    chapters: &[],
                    by_air: None,
                },
            )
        };
        assert_eq!(of(5), of(5));
        assert_ne!(of(5), of(6));
    }
}
