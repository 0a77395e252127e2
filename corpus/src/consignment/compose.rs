//! Composes a consignment from the tables, from the parties to the last carton.

use super::identifiers::{container_number, iban};
use super::numbers::document_numbers;
use super::tables::{Country, countries, goods, goods_of};
use super::{Amounts, Consignment, Container, Dates, Line, Party, Place};
use crate::split::Split;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use rand::RngExt;
use rand::seq::{IndexedRandom, SliceRandom};
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
    let dates = dates(rng);
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
        payment_days: *pick(rng, &[0, 14, 30, 30, 45, 60, 90, 120]),
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

fn pick<'a, T>(rng: &mut ChaCha8Rng, from: &'a [T]) -> &'a T {
    &from[rng.random_range(0..from.len())]
}

fn other_country(rng: &mut ChaCha8Rng, taken: &[&str]) -> &'static Country {
    loop {
        let country = pick(rng, countries());
        if !taken.contains(&country.code.as_str()) {
            return country;
        }
    }
}

/// An invented company with an address as written in its country.
pub fn party(rng: &mut ChaCha8Rng, country: &Country, split: Split) -> Party {
    const TRADES: [&str; 16] = [
        "",
        "",
        "",
        "Trading",
        "International",
        "Industries",
        "Export",
        "Group",
        "Global",
        "Logistics",
        "Foods",
        "Technik",
        "Textile",
        "Commerce",
        "Agro",
        "Supply",
    ];
    let stems = country.stems(split);
    let stem = pick(rng, &stems);
    let trade = pick(rng, &TRADES);
    let form = pick(rng, &country.legal_forms);
    let mut name = [*stem, trade, form.as_str()]
        .iter()
        .filter(|part| !part.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join(" ");
    if rng.random_bool(0.3) {
        name = name.to_uppercase();
    }
    let (city, code) = pick(rng, &country.cities);
    let (street, house) = (pick(rng, &country.streets), rng.random_range(1..190));
    let street = match country.code.as_str() {
        "FR" | "GB" | "US" | "VN" | "IN" | "ZA" | "TH" => format!("{house} {street}"),
        "TR" => format!("{street} No: {house}"),
        "CN" | "SG" => format!("No. {house}, {street}"),
        _ => format!("{street} {house}"),
    };
    let town = match country.code.as_str() {
        "GB" | "US" | "VN" | "IN" | "KR" | "JP" | "TH" | "AE" | "EG" | "CN" => {
            match rng.random_range(0..2) {
                0 => format!("{city} {code}"),
                _ => format!("{city}, {code}"),
            }
        }
        "DE" | "FR" | "ES" | "IT" if rng.random_bool(0.2) => {
            format!("{}-{code} {city}", country.code)
        }
        _ => format!("{code} {city}"),
    };
    let mut address = vec![street, town];
    if rng.random_bool(0.3) && address[0].len() < 40 {
        let extra = [
            "3rd Floor",
            "Building B",
            "Block 12",
            "Suite 410",
            "Unit 7",
            "P.O. Box 1187",
        ];
        address.insert(0, (*pick(rng, &extra)).to_owned());
    }
    let tax_digits: String = (0..country.tax_id_digits)
        .map(|_| char::from(rng.random_range(b'0'..=b'9')))
        .collect();
    let tax_id = match country.code.as_str() {
        "DE" | "FR" | "ES" | "IT" | "PT" | "PL" | "GB" => format!("{}{tax_digits}", country.code),
        "NL" => format!("NL{}B{:02}", &tax_digits[..9], rng.random_range(1..99)),
        "CN" => format!("91{tax_digits}MA5{:03}", rng.random_range(0..1000)),
        _ => tax_digits,
    };
    let domain: String = stem
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_lowercase();
    Party {
        address,
        country: country.code.clone(),
        tax_id,
        phone: format!(
            "{} {} {}",
            country.phone_prefix,
            rng.random_range(20..999),
            rng.random_range(100_000..9_999_999)
        ),
        email: format!(
            "{}@{domain}.example",
            pick(rng, &["info", "export", "sales", "office"])
        ),
        person: person(rng),
        name,
    }
}

fn person(rng: &mut ChaCha8Rng) -> String {
    const GIVEN: [&str; 16] = [
        "Anna", "Li", "Mehmet", "Claire", "Jan", "Maria", "David", "Ayşe", "Tomás", "Wei", "Ines",
        "Paolo", "Nguyen", "Sarah", "Priya", "Omar",
    ];
    const FAMILY: [&str; 16] = [
        "Berger", "Wang", "Kaya", "Morel", "Kowal", "Santos", "Hughes", "Demir", "Vidal", "Chen",
        "Ferro", "Rossi", "Tran", "Miller", "Nair", "Haddad",
    ];
    format!("{} {}", pick(rng, &GIVEN), pick(rng, &FAMILY))
}

fn dates(rng: &mut ChaCha8Rng) -> Dates {
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
        due: invoice,
        arrival,
        acceptance: later(arrival, 1..5),
        validity: later(certificate, 200..360),
    }
}

/// The kinds of goods of the split, those of the chapters if there are any.
fn kinds(split: Split, chapters: &[u32]) -> Vec<usize> {
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
fn lines(rng: &mut ChaCha8Rng, kinds: Vec<usize>, from: &Country) -> Vec<Line> {
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
    let discounted = rng.random_bool(0.12);
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
        "RL" => 40,
        "BL" => 250,
        _ => *pick(rng, &[8, 12, 15, 20, 25]),
    };
    let count = (net_kg / Decimal::from(each)).ceil();
    count.to_string().parse::<u32>().unwrap_or(1).max(1)
}

fn money(amount: Decimal) -> Decimal {
    amount.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
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

fn variant(rng: &mut ChaCha8Rng) -> String {
    let letter = char::from(rng.random_range(b'A'..=b'Z'));
    let number: u32 = rng.random_range(1..999);
    match rng.random_range(0..9) {
        0 => format!("Type {letter}{number}"),
        1 => format!("{letter}{letter}{number}-{}", number % 7),
        2 => format!("{number} x {} mm", number % 90 + 5),
        3 => format!("Model {letter}-{number}"),
        4 => format!("Grade {letter}{}", number % 4 + 1),
        5 => format!("Art. {number}{letter}"),
        _ => String::new(),
    }
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
    // Exports are mostly free of tax; trade inside a union of similar rates is not modelled.
    let tax_rate = match rng.random_range(0..10) {
        0 => *pick(
            rng,
            &[dec!(19), dec!(20), dec!(21), dec!(7), dec!(10), dec!(5.5)],
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

fn containers(rng: &mut ChaCha8Rng, by_air: bool, gross_kg: Decimal) -> Vec<Container> {
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

fn port(rng: &mut ChaCha8Rng, country: &Country) -> Place {
    let (code, name) = pick(rng, &country.ports);
    Place {
        code: code.clone(),
        name: name.clone(),
    }
}

fn vessel(rng: &mut ChaCha8Rng) -> String {
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

fn voyage(rng: &mut ChaCha8Rng) -> String {
    let number: u32 = rng.random_range(1..900);
    let side = pick(rng, &["E", "W", "N", "S"]);
    match rng.random_range(0..3) {
        0 => format!("{number:03}{side}"),
        1 => format!("{}{:02}{side}", number % 10, number % 97),
        _ => format!("V.{number:04}"),
    }
}

fn bank(rng: &mut ChaCha8Rng, country: &Country, split: Split) -> String {
    let stems = country.stems(split);
    format!(
        "{} {}",
        pick(rng, &stems),
        pick(
            rng,
            &["Bank", "Bank AG", "Commercial Bank", "Banque", "Banco"]
        )
    )
}

fn bic(rng: &mut ChaCha8Rng, country: &str) -> String {
    let mut code: String = (0..4)
        .map(|_| char::from(rng.random_range(b'A'..=b'Z')))
        .collect();
    code.push_str(country);
    code.push_str(
        ["2X", "33", "HH", "PP", "BB"]
            .choose(rng)
            .copied()
            .unwrap_or("2X"),
    );
    code
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
