//! The tables behind consignments: goods with their HS codes, and countries with what an address,
//! a company name and a port look like there. Rows are partitioned by split with a hash of the row.

use crate::CorpusError;
use crate::split::Split;
use rust_decimal::Decimal;
use std::sync::OnceLock;

/// A kind of goods.
#[derive(Clone, Debug)]
pub struct Goods {
    /// Eight digits.
    pub hs_code: String,
    /// UN/ECE Rec 20.
    pub unit: String,
    /// Price range of one unit, about USD.
    pub price: (Decimal, Decimal),
    pub kg_per_unit: Decimal,
    /// UN/ECE Rec 21.
    pub package_kind: String,
    /// en, de, fr, es, tr, zh.
    descriptions: Vec<String>,
}

impl Goods {
    /// In `language`, or in English where the table has none, as exporters do.
    pub fn description(&self, language: &str) -> &str {
        let column = match language {
            "de" => 1,
            "fr" => 2,
            "es" => 3,
            "tr" => 4,
            "zh" => 5,
            _ => 0,
        };
        self.descriptions.get(column).map_or("", String::as_str)
    }
}

#[derive(Clone, Debug)]
pub struct Country {
    /// ISO 3166-1 alpha-2.
    pub code: String,
    pub language: String,
    pub local_currency: String,
    /// What exporters there invoice in most often.
    pub trade_currency: String,
    /// Spellings, the local one first.
    pub names: Vec<String>,
    pub tax_id_digits: usize,
    pub phone_prefix: String,
    /// City and postal code.
    pub cities: Vec<(String, String)>,
    /// UN/LOCODE and name.
    pub ports: Vec<(String, String)>,
    pub legal_forms: Vec<String>,
    pub streets: Vec<String>,
    stems: Vec<String>,
}

impl Country {
    /// The name parts that companies of this split may use.
    pub fn stems(&self, split: Split) -> Vec<&str> {
        let own: Vec<&str> = self
            .stems
            .iter()
            .map(String::as_str)
            .filter(|stem| Split::of(&format!("company {stem}")) == split)
            .collect();
        match own.is_empty() {
            // A country may have no stem in a small split: borrow, but under another name.
            true => SPARE_STEMS
                .iter()
                .copied()
                .filter(|stem| Split::of(&format!("company {stem}")) == split)
                .collect(),
            false => own,
        }
    }

    /// The name as most English documents write it.
    pub fn english_name(&self) -> &str {
        self.names
            .get(1)
            .or(self.names.first())
            .map_or("", String::as_str)
    }
}

/// Enough that every split has some.
const SPARE_STEMS: [&str; 24] = [
    "Aldermoor",
    "Bexford",
    "Calvero",
    "Dunmaris",
    "Elvanto",
    "Fortuna Trade",
    "Galvanix",
    "Helioport",
    "Intermara",
    "Jorvik",
    "Kestrel Bay",
    "Lumina",
    "Mondialux",
    "Novaterra",
    "Orbimex",
    "Pelagia",
    "Quorum",
    "Rivalto",
    "Solstice",
    "Tandem",
    "Ultramar",
    "Vestora",
    "Wexport",
    "Zentrio",
];

/// Goods of a split, with their index in the whole table.
pub fn goods_of(split: Split) -> Vec<usize> {
    (0..goods().len())
        .filter(|&at| Split::of(&format!("goods {}", goods()[at].hs_code)) == split)
        .collect()
}

pub fn goods() -> &'static [Goods] {
    static TABLE: OnceLock<Vec<Goods>> = OnceLock::new();
    TABLE.get_or_init(|| {
        read("goods", include_str!("../../data/goods.tsv"), goods_row)
            .expect("the built-in goods table is tested")
    })
}

pub fn countries() -> &'static [Country] {
    static TABLE: OnceLock<Vec<Country>> = OnceLock::new();
    TABLE.get_or_init(|| {
        read(
            "countries",
            include_str!("../../data/countries.tsv"),
            country_row,
        )
        .expect("the built-in country table is tested")
    })
}

/// The country with this code; the first of the table if there is none.
pub fn country(code: &str) -> &'static Country {
    countries()
        .iter()
        .find(|country| country.code == code)
        .unwrap_or(&countries()[0])
}

fn read<Row>(
    table: &'static str,
    text: &str,
    row: fn(&[&str]) -> Option<Row>,
) -> Result<Vec<Row>, CorpusError> {
    text.lines()
        .enumerate()
        .map(|(index, line)| {
            let cells: Vec<&str> = line.split('\t').collect();
            row(&cells).ok_or(CorpusError::Table {
                table,
                line: index + 1,
                problem: format!("{} cells, or one that is not a number", cells.len()),
            })
        })
        .collect()
}

fn goods_row(cells: &[&str]) -> Option<Goods> {
    let [hs_code, unit, low, high, kg, kind, descriptions @ ..] = cells else {
        return None;
    };
    (descriptions.len() == 6).then_some(())?;
    Some(Goods {
        hs_code: (*hs_code).to_owned(),
        unit: (*unit).to_owned(),
        price: (low.parse().ok()?, high.parse().ok()?),
        kg_per_unit: kg.parse().ok()?,
        package_kind: (*kind).to_owned(),
        descriptions: descriptions.iter().map(|text| (*text).to_owned()).collect(),
    })
}

fn country_row(cells: &[&str]) -> Option<Country> {
    let [
        code,
        language,
        local,
        trade,
        _,
        names,
        digits,
        phone,
        cities,
        ports,
        forms,
        streets,
        stems,
    ] = cells
    else {
        return None;
    };
    let list = |text: &str| text.split('|').map(str::to_owned).collect::<Vec<_>>();
    let pairs = |text: &str| {
        text.split('|')
            .map(|pair| pair.split_once(':'))
            .map(|pair| pair.map(|(a, b)| (a.to_owned(), b.to_owned())))
            .collect::<Option<Vec<_>>>()
    };
    Some(Country {
        code: (*code).to_owned(),
        language: (*language).to_owned(),
        local_currency: (*local).to_owned(),
        trade_currency: (*trade).to_owned(),
        names: list(names),
        tax_id_digits: digits.parse().ok()?,
        phone_prefix: (*phone).to_owned(),
        cities: pairs(cities)?,
        ports: pairs(ports)?,
        legal_forms: list(forms),
        streets: list(streets),
        stems: list(stems),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_whole_and_every_split_has_its_own() {
        assert!(goods().len() >= 110);
        assert!(countries().len() >= 20);
        for split in [Split::Train, Split::Validation, Split::Test] {
            assert!(goods_of(split).len() >= 5, "{split:?}");
            for country in countries() {
                assert!(
                    !country.stems(split).is_empty(),
                    "{split:?} {}",
                    country.code
                );
                assert!(!country.ports.is_empty() && !country.cities.is_empty());
            }
        }
    }
}
