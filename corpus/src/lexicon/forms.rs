//! National forms: how a number, a date, a country, a unit and a kind of package are written.
//! Each is drawn once a document and then kept.

use crate::consignment::country;
use jiff::civil::Date;
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;

/// Decimal mark and grouping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NumberForm {
    decimal: char,
    group: Option<char>,
    /// What stands for no cents: `1.250,-`, `12'480.-`; mostly they are written.
    no_cents: Option<&'static str>,
}

impl NumberForm {
    pub fn draw(rng: &mut ChaCha8Rng, language: &str) -> Self {
        let choices: &[(char, Option<char>)] = match language {
            "de" | "es" | "it" | "nl" | "tr" | "pt" | "vi" => &[
                (',', Some('.')),
                (',', Some('.')),
                (',', Some('.')),
                (',', None),
                ('.', Some(',')),
            ],
            "ro" => &[
                (',', Some('.')),
                (',', Some('.')),
                (',', None),
                ('.', Some(',')),
            ],
            "fr" | "pl" | "sv" => &[
                (',', Some(' ')),
                (',', Some('\u{a0}')),
                (',', Some('.')),
                (',', None),
                ('.', Some(',')),
            ],
            _ => &[
                ('.', Some(',')),
                ('.', Some(',')),
                ('.', Some(',')),
                ('.', None),
                ('.', Some('\'')),
            ],
        };
        let (decimal, group) = choices.choose(rng).copied().unwrap_or(('.', Some(',')));
        let no_cents = match rng.random_range(0..60) {
            0 if decimal == ',' => Some(",-"),
            0 => Some(".-"),
            1 => Some(",--"),
            _ => None,
        };
        Self {
            decimal,
            group,
            no_cents,
        }
    }

    /// An amount: two decimals, or what stands for none.
    pub fn write_money(&self, value: Decimal) -> String {
        match self.no_cents {
            Some(ending) if value.fract().is_zero() => format!("{}{ending}", self.write(value, 0)),
            _ => self.write(value, 2),
        }
    }

    /// With at least `places` decimals; more if the value has them.
    pub fn write(&self, value: Decimal, places: u32) -> String {
        let value = value.normalize();
        let places = places.max(value.scale());
        let plain = format!("{:.*}", places as usize, value.abs());
        let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
        let mut text = String::new();
        if value.is_sign_negative() && !value.is_zero() {
            text.push('-');
        }
        let first = whole.len() % 3;
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && index % 3 == first {
                text.extend(self.group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push(self.decimal);
            text.push_str(fraction);
        }
        text
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateForm {
    /// With the separator between day, month and year.
    DayFirst(char),
    MonthFirst(char),
    Iso,
    YearFirst(char),
    /// `04-May-2026`, separator between.
    Abbreviated(char),
    /// `May 4, 2026`.
    English,
    /// `4. Mai 2026`, `4 mai 2026`, `2026年5月4日`.
    Local,
    /// `19.Şub.2025`, separator between.
    ShortLocal(char),
    /// `19.02.25`
    TwoDigits(char),
    /// `4th May 2026`
    Ordinal,
}

impl DateForm {
    pub fn draw(rng: &mut ChaCha8Rng, language: &str, country: &str) -> Self {
        use DateForm::*;
        let choices: &[Self] = match (language, country) {
            ("zh", _) => &[Iso, Local, YearFirst('.'), YearFirst('/'), Abbreviated('-')],
            (_, "US") => &[MonthFirst('/'), English, MonthFirst('-'), Abbreviated('-')],
            (_, "CN" | "JP" | "KR") => &[Iso, English, YearFirst('.'), Abbreviated('-')],
            ("tr", _) => &[
                DayFirst('.'),
                DayFirst('.'),
                DayFirst('-'),
                Iso,
                Local,
                ShortLocal('.'),
            ],
            ("de" | "pl" | "ro", _) => &[
                DayFirst('.'),
                DayFirst('.'),
                DayFirst('.'),
                Iso,
                Local,
                ShortLocal(' '),
                TwoDigits('.'),
            ],
            ("sv", _) => &[Iso, Iso, Iso, Local, DayFirst('.')],
            ("en", _) => &[
                DayFirst('/'),
                Abbreviated('-'),
                Abbreviated(' '),
                English,
                Iso,
                DayFirst('.'),
                DayFirst('-'),
                TwoDigits('/'),
                Ordinal,
            ],
            ("nl", _) => &[DayFirst('-'), DayFirst('-'), Local, Iso],
            _ => &[
                DayFirst('/'),
                DayFirst('/'),
                DayFirst('.'),
                DayFirst('-'),
                Local,
                Iso,
                ShortLocal('-'),
                TwoDigits('/'),
            ],
        };
        choices.choose(rng).copied().unwrap_or(Iso)
    }

    pub fn write(self, date: Date, language: &str) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match self {
            Self::DayFirst(mark) => format!("{day:02}{mark}{month:02}{mark}{year}"),
            Self::MonthFirst(mark) => format!("{month:02}{mark}{day:02}{mark}{year}"),
            Self::Iso => format!("{year}-{month:02}-{day:02}"),
            Self::YearFirst(mark) => format!("{year}{mark}{month:02}{mark}{day:02}"),
            Self::Abbreviated(mark) => {
                format!(
                    "{day:02}{mark}{}{mark}{year}",
                    &month_name(month, "en")[..3]
                )
            }
            Self::ShortLocal(mark) => {
                let name: String = month_name(month, language).chars().take(3).collect();
                format!("{day:02}{mark}{name}{mark}{year}")
            }
            Self::TwoDigits(mark) => format!("{day:02}{mark}{month:02}{mark}{:02}", year % 100),
            Self::Ordinal => {
                let ending = match day {
                    1 | 21 | 31 => "st",
                    2 | 22 => "nd",
                    3 | 23 => "rd",
                    _ => "th",
                };
                format!("{day}{ending} {} {year}", month_name(month, "en"))
            }
            Self::English => format!("{} {day}, {year}", month_name(month, "en")),
            Self::Local => match language {
                "zh" => format!("{year}年{month}月{day}日"),
                "de" => format!("{day}. {} {year}", month_name(month, language)),
                "es" | "pt" => format!("{day} de {} de {year}", month_name(month, language)),
                "vi" => format!("ngày {day} tháng {month} năm {year}"),
                _ => format!("{day} {} {year}", month_name(month, language)),
            },
        }
    }
}

fn month_name(month: i8, language: &str) -> &'static str {
    let names: [&str; 12] = match language {
        "de" => [
            "Januar",
            "Februar",
            "März",
            "April",
            "Mai",
            "Juni",
            "Juli",
            "August",
            "September",
            "Oktober",
            "November",
            "Dezember",
        ],
        "fr" => [
            "janvier",
            "février",
            "mars",
            "avril",
            "mai",
            "juin",
            "juillet",
            "août",
            "septembre",
            "octobre",
            "novembre",
            "décembre",
        ],
        "es" => [
            "enero",
            "febrero",
            "marzo",
            "abril",
            "mayo",
            "junio",
            "julio",
            "agosto",
            "septiembre",
            "octubre",
            "noviembre",
            "diciembre",
        ],
        "it" => [
            "gennaio",
            "febbraio",
            "marzo",
            "aprile",
            "maggio",
            "giugno",
            "luglio",
            "agosto",
            "settembre",
            "ottobre",
            "novembre",
            "dicembre",
        ],
        "pt" => [
            "janeiro",
            "fevereiro",
            "março",
            "abril",
            "maio",
            "junho",
            "julho",
            "agosto",
            "setembro",
            "outubro",
            "novembro",
            "dezembro",
        ],
        "nl" => [
            "januari",
            "februari",
            "maart",
            "april",
            "mei",
            "juni",
            "juli",
            "augustus",
            "september",
            "oktober",
            "november",
            "december",
        ],
        "pl" => [
            "stycznia",
            "lutego",
            "marca",
            "kwietnia",
            "maja",
            "czerwca",
            "lipca",
            "sierpnia",
            "września",
            "października",
            "listopada",
            "grudnia",
        ],
        "sv" => [
            "januari",
            "februari",
            "mars",
            "april",
            "maj",
            "juni",
            "juli",
            "augusti",
            "september",
            "oktober",
            "november",
            "december",
        ],
        "ro" => [
            "ianuarie",
            "februarie",
            "martie",
            "aprilie",
            "mai",
            "iunie",
            "iulie",
            "august",
            "septembrie",
            "octombrie",
            "noiembrie",
            "decembrie",
        ],
        "tr" => [
            "Ocak", "Şubat", "Mart", "Nisan", "Mayıs", "Haziran", "Temmuz", "Ağustos", "Eylül",
            "Ekim", "Kasım", "Aralık",
        ],
        _ => [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ],
    };
    names[(month.clamp(1, 12) - 1) as usize]
}

/// A spelling of the country that a document in `language` would use.
pub fn country_name(rng: &mut ChaCha8Rng, code: &str, language: &str) -> String {
    let country = country(code);
    let local = country.language == language || (language == "zh" && code == "CN");
    let names = &country.names;
    match (local, code) {
        (true, "CN") => "中国".to_owned(),
        (true, _) => names[0].clone(),
        (false, "CN") => names[rng.random_range(0..3)].clone(),
        _ => names[rng.random_range(usize::from(names.len() > 2)..names.len())].clone(),
    }
}

/// How a Rec 20 unit is printed.
pub fn rec20_printed(rng: &mut ChaCha8Rng, unit: &str, language: &str) -> String {
    let choices: &[&str] = match (unit, language) {
        ("C62", "de") => &["Stk", "Stück", "St.", "ST"],
        ("C62", "fr") => &["pcs", "U", "pièces"],
        ("C62", "es") => &["uds.", "UN", "pzas"],
        ("C62", "it") => &["pz", "NR", "PZ"],
        ("C62", "tr") => &["Adet", "AD", "adet"],
        ("C62", "zh") => &["件", "个", "PCS"],
        ("C62", "pl") => &["szt.", "szt"],
        ("C62", "nl") => &["st.", "stuks", "ST"],
        ("C62", "sv") => &["st", "ST", "st."],
        ("C62", "ro") => &["buc", "buc.", "BUC"],
        ("C62", "vi") => &["cái", "chiếc", "PCS"],
        ("C62", "pt") => &["un", "pcs", "UN"],
        ("C62", _) => &[
            "PCS", "pcs", "PC", "EA", "pieces", "units", "Unit(s)", "ea.", "NOS", "pce",
        ],
        ("KGM", "zh") => &["千克", "KG", "公斤"],
        ("KGM", _) => &["KG", "kg", "KGS", "Kg"],
        ("TNE", _) => &["MT", "t", "TON", "mt"],
        ("LTR", _) => &["L", "LTR", "l", "liters"],
        ("MTR", _) => &["m", "MTR", "M"],
        ("MTK", _) => &["m²", "M2", "SQM", "sqm"],
        ("MTQ", _) => &["m³", "M3", "CBM"],
        ("HUR", "de") => &["Std.", "Std", "h", "Stunden"],
        ("HUR", "fr" | "es" | "it" | "pt") => &["h", "H", "HUR"],
        ("HUR", "tr") => &["Saat", "saat"],
        ("HUR", "nl") => &["uur", "u"],
        ("HUR", "pl") => &["godz.", "h"],
        ("HUR", _) => &["hrs", "h", "hour(s)", "HR"],
        ("MON", "de") => &["Monat", "Mon."],
        ("MON", "fr") => &["mois"],
        ("MON", "tr") => &["Ay", "ay"],
        ("MON", "es" | "pt") => &["mes", "mês"],
        ("MON", _) => &["month", "mth", "MON"],
        ("KWH", _) => &["kWh", "KWH"],
        ("PR", "de") => &["Paar", "PAA"],
        ("PR", "zh") => &["双", "PRS"],
        ("PR", _) => &["PRS", "PAIRS", "prs", "pair"],
        ("SET", "zh") => &["套", "SET"],
        ("SET", _) => &["SET", "SETS", "set"],
        _ => return unit.to_owned(),
    };
    choices.choose(rng).copied().unwrap_or("PCS").to_owned()
}

/// How a Rec 21 kind of package is printed, and the code of what is printed: papers say `colis` or `cajas`
/// of cartons, which are packages and boxes.
pub fn package_name(rng: &mut ChaCha8Rng, kind: &str, language: &str) -> (String, String) {
    let choices: &[(&str, &str)] = match (kind, language) {
        ("CT", "de") => &[("Kartons", "CT"), ("Kart.", "CT")],
        ("CT", "fr") => &[("cartons", "CT"), ("colis", "PK")],
        ("CT", "es") => &[("cajas", "BX"), ("cartones", "CT"), ("bultos", "PK")],
        ("CT", "tr") => &[("koli", "PK"), ("KOLİ", "PK"), ("karton", "CT")],
        ("CT", "zh") => &[("箱", "CT"), ("CTNS", "CT")],
        ("CT", "it") => &[("cartoni", "CT"), ("colli", "PK"), ("scatole", "BX")],
        ("CT", "nl") => &[("dozen", "BX"), ("colli", "PK"), ("kartons", "CT")],
        ("CT", "pl") => &[("kartonów", "CT"), ("kart.", "CT")],
        ("CT", "pt") => &[("caixas", "BX"), ("volumes", "PK")],
        ("CT", "vi") => &[("thùng", "CT"), ("kiện", "PK")],
        ("CT", "sv") => &[("kartonger", "CT"), ("kolli", "PK")],
        ("CT", "ro") => &[("cutii", "BX"), ("colete", "PK")],
        ("CT", _) => &[
            ("CARTONS", "CT"),
            ("CTNS", "CT"),
            ("cartons", "CT"),
            ("ctns", "CT"),
        ],
        ("PX", "de") => &[("Paletten", "PX"), ("Pal.", "PX")],
        ("PX", "fr") => &[("palettes", "PX")],
        ("PX", "tr") => &[("palet", "PX"), ("PALET", "PX")],
        ("PX", "zh") => &[("托盘", "PX"), ("托", "PX")],
        ("PX", "es") => &[("palés", "PX"), ("pallets", "PX")],
        ("PX", "it") => &[("bancali", "PX"), ("pallet", "PX")],
        ("PX", "nl") => &[("pallets", "PX")],
        ("PX", "pl") => &[("palet", "PX"), ("palety", "PX")],
        ("PX", "sv") => &[("pallar", "PX"), ("pall", "PX")],
        ("PX", "ro") => &[("paleți", "PX")],
        ("PX", _) => &[("PALLETS", "PX"), ("PLTS", "PX"), ("pallets", "PX")],
        ("BG", "de") => &[("Säcke", "SA")],
        ("BG", "zh") => &[("袋", "BG")],
        ("BG", _) => &[("BAGS", "BG"), ("bags", "BG")],
        ("DR", "de") => &[("Fässer", "DR")],
        ("DR", _) => &[("DRUMS", "DR"), ("drums", "DR")],
        ("CS", _) => &[("CASES", "CS"), ("cases", "CS"), ("WOODEN CASES", "7B")],
        ("RO", _) => &[("ROLLS", "RO"), ("rolls", "RO")],
        ("BL", _) => &[("BALES", "BL"), ("bales", "BL")],
        ("BE", _) => &[("BUNDLES", "BE"), ("bundles", "BE")],
        ("CL", _) => &[("COILS", "CL"), ("coils", "CL")],
        _ => &[("PACKAGES", "PK"), ("PKGS", "PK")],
    };
    let (name, code) = choices.choose(rng).copied().unwrap_or(("PACKAGES", "PK"));
    (name.to_owned(), code.to_owned())
}

/// English only: the language in which trade papers spell amounts out most often.
pub fn words_of_amount(amount: Decimal, currency: &str) -> String {
    let text = format!("{amount:.2}");
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let whole: u64 = whole.parse().unwrap_or_default();
    let mut words = format!("{currency} {}", number_words(whole));
    if cents != "00" {
        words.push_str(&format!(" AND {cents}/100"));
    }
    words + " ONLY"
}

fn number_words(number: u64) -> String {
    const SMALL: [&str; 20] = [
        "ZERO",
        "ONE",
        "TWO",
        "THREE",
        "FOUR",
        "FIVE",
        "SIX",
        "SEVEN",
        "EIGHT",
        "NINE",
        "TEN",
        "ELEVEN",
        "TWELVE",
        "THIRTEEN",
        "FOURTEEN",
        "FIFTEEN",
        "SIXTEEN",
        "SEVENTEEN",
        "EIGHTEEN",
        "NINETEEN",
    ];
    const TENS: [&str; 10] = [
        "", "", "TWENTY", "THIRTY", "FORTY", "FIFTY", "SIXTY", "SEVENTY", "EIGHTY", "NINETY",
    ];
    let with = |base: u64, name: &str| {
        let rest = match number % base {
            0 => String::new(),
            rest => format!(" {}", number_words(rest)),
        };
        format!("{} {name}{rest}", number_words(number / base))
    };
    match number {
        0..20 => SMALL[number as usize].to_owned(),
        20..100 => match number % 10 {
            0 => TENS[(number / 10) as usize].to_owned(),
            rest => format!("{}-{}", TENS[(number / 10) as usize], SMALL[rest as usize]),
        },
        100..1000 => with(100, "HUNDRED"),
        1000..1_000_000 => with(1000, "THOUSAND"),
        1_000_000..1_000_000_000 => with(1_000_000, "MILLION"),
        _ => with(1_000_000_000, "BILLION"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn numbers_are_grouped_from_the_right() {
        let german = NumberForm {
            decimal: ',',
            group: Some('.'),
            no_cents: None,
        };
        assert_eq!(german.write(dec!(1234567.5), 2), "1.234.567,50");
        assert_eq!(german.write(dec!(999), 0), "999");
        assert_eq!(german.write(dec!(0.0625), 2), "0,0625");
        let plain = NumberForm {
            decimal: '.',
            group: None,
            no_cents: Some(".-"),
        };
        assert_eq!(plain.write_money(dec!(12480)), "12480.-");
        assert_eq!(plain.write(dec!(12000), 2), "12000.00");
    }

    #[test]
    fn dates_are_written_as_in_the_country() {
        let day = date(2026, 5, 4);
        assert_eq!(DateForm::Abbreviated('-').write(day, "en"), "04-May-2026");
        assert_eq!(DateForm::Local.write(day, "zh"), "2026年5月4日");
        assert_eq!(DateForm::Local.write(day, "es"), "4 de mayo de 2026");
    }

    #[test]
    fn amounts_are_spelt_out() {
        assert_eq!(
            words_of_amount(dec!(62370.05), "USD"),
            "USD SIXTY-TWO THOUSAND THREE HUNDRED SEVENTY AND 05/100 ONLY"
        );
    }
}
