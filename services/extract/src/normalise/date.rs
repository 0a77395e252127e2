//! Dates in twelve languages, to ISO 8601: `4 May 2026`, `04.05.2026`, `May 4, 2026`, `2026年5月4日`,
//! `04MAY26`, `ngày 4 tháng 5 năm 2026`. Day and month in figures that could be either are settled by
//! the document (its other dates, its country, its language), else both readings are kept.

use super::Normalised;
use super::context::Context;
use super::decimal::digits_for_letters;
use super::fold::{fold, plain_digits};
use jiff::civil::Date;
use regex::{Captures, Regex};
use std::sync::LazyLock;

/// What a text says about a day.
#[derive(Clone, Debug, PartialEq)]
pub enum Day {
    Exact(Date),
    /// Figures only, and they prove which comes first.
    Proves {
        date: Date,
        day_first: bool,
    },
    /// Figures only, and both orders are possible.
    Ambiguous {
        day_first: Date,
        month_first: Date,
    },
}

pub fn normalise(text: &str, context: &Context) -> Normalised {
    match day(text) {
        None => Normalised::only_alternatives(if_confused(text)),
        Some(Day::Exact(date) | Day::Proves { date, .. }) => Normalised::exactly(date.to_string()),
        Some(Day::Ambiguous {
            day_first,
            month_first,
        }) => match context.day_first() {
            Some(true) => Normalised::exactly(day_first.to_string()),
            Some(false) => Normalised::exactly(month_first.to_string()),
            None => {
                Normalised::only_alternatives(vec![day_first.to_string(), month_first.to_string()])
            }
        },
    }
}

/// The day that letters read for digits may hide: `O4.05.2026`.
fn if_confused(text: &str) -> Vec<String> {
    let words = text.split_whitespace().map(digits_for_letters);
    let changed = words.collect::<Vec<_>>().join(" ");
    match day(&changed) {
        None => Vec::new(),
        Some(Day::Exact(date) | Day::Proves { date, .. }) => vec![date.to_string()],
        Some(Day::Ambiguous {
            day_first,
            month_first,
        }) => vec![day_first.to_string(), month_first.to_string()],
    }
}

/// The first date in the text.
pub fn day(text: &str) -> Option<Day> {
    let plain = plain_digits(text);
    in_chinese(&plain)
        .or_else(|| in_figures_year_first(&plain))
        .map(Day::Exact)
        .or_else(|| with_month_name(&plain).map(Day::Exact))
        .or_else(|| in_figures(&plain))
}

fn in_chinese(text: &str) -> Option<Date> {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(\d{4}|\d{2})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号號]?")
            .expect("a constant pattern")
    });
    let found = PATTERN.captures(text)?;
    let year = full_year(found.get(1)?.as_str())?;
    date(year, figure(&found, 2)?, figure(&found, 3)?)
}

fn in_figures_year_first(text: &str) -> Option<Date> {
    static SEPARATED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b((?:19|20)\d{2})\s*[-./ ]\s*(\d{1,2})\s*[-./ ]\s*(\d{1,2})(?:\b|T)")
            .expect("a constant pattern")
    });
    static COMPACT: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^\W*((?:19|20)\d{2})(\d{2})(\d{2})\W*$").expect("a constant pattern")
    });
    let found = SEPARATED
        .captures(text)
        .or_else(|| COMPACT.captures(text))?;
    date(figure(&found, 1)?, figure(&found, 2)?, figure(&found, 3)?)
}

fn with_month_name(text: &str) -> Option<Date> {
    // Folding turns every separator into one space; "04MAY2026" keeps its letters and digits glued.
    static DAY_MONTH_YEAR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(\d{1,2})(?:st|nd|rd|th|1h|lh|er|o|a|e)? ?(?:of |de |d |thang )?([a-z]{3,}|\d{1,2}) ?(?:de |del |of |nam )?(\d{4}|\d{2})\b")
            .expect("a constant pattern")
    });
    static MONTH_DAY_YEAR: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b([a-z]{3,}) ?(\d{1,2})(?:st|nd|rd|th)? (\d{4})\b")
            .expect("a constant pattern")
    });
    static YEAR_MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(\d{4}) ?([a-z]{3,}) ?(\d{1,2})\b").expect("a constant pattern")
    });
    let folded = fold(text);
    let named = |found: &Captures, year: usize, month: usize, day: usize| {
        date(
            full_year(found.get(year)?.as_str())?,
            month_named(found.get(month)?.as_str())?,
            figure(found, day)?,
        )
    };
    let day_first = DAY_MONTH_YEAR
        .captures_iter(&folded)
        .find_map(|found| named(&found, 3, 2, 1));
    day_first
        .or_else(|| vietnamese(&folded))
        .or_else(|| {
            let mut all = MONTH_DAY_YEAR.captures_iter(&folded);
            all.find_map(|found| named(&found, 3, 1, 2))
        })
        .or_else(|| {
            let mut all = YEAR_MONTH_DAY.captures_iter(&folded);
            all.find_map(|found| named(&found, 1, 2, 3))
        })
}

fn vietnamese(folded: &str) -> Option<Date> {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(\d{1,2}) thang (\d{1,2}) nam (\d{4})\b").expect("a constant pattern")
    });
    let found = PATTERN.captures(folded)?;
    date(figure(&found, 3)?, figure(&found, 2)?, figure(&found, 1)?)
}

fn in_figures(text: &str) -> Option<Day> {
    static PATTERN: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"\b(\d{1,2})\s*([-./ ])\s*(\d{1,2})\s*([-./ ])\s*(\d{4}|\d{2})\b")
            .expect("a constant pattern")
    });
    // A time or number before the date must not hide it: go on behind what is no day.
    let mut from = 0;
    while let Some(found) = PATTERN.captures_at(text, from) {
        if let Some(day) = day_in_figures(&found) {
            return Some(day);
        }
        from = found.get(1)?.end();
    }
    None
}

fn day_in_figures(found: &Captures) -> Option<Day> {
    let (first, second) = (figure(found, 1)?, figure(found, 3)?);
    let year = full_year(found.get(5)?.as_str())?;
    let day_first = date(year, second, first);
    let month_first = date(year, first, second);
    // Points are never used where the month comes first.
    let with_points = found.get(2)?.as_str() == "." && found.get(4)?.as_str() == ".";
    match (day_first, month_first) {
        (Some(date), _) if with_points => Some(Day::Proves {
            date,
            day_first: true,
        }),
        (Some(day_first), Some(month_first)) if day_first == month_first => {
            Some(Day::Exact(day_first))
        }
        (Some(day_first), Some(month_first)) => Some(Day::Ambiguous {
            day_first,
            month_first,
        }),
        (Some(date), None) => Some(Day::Proves {
            date,
            day_first: true,
        }),
        (None, Some(date)) => Some(Day::Proves {
            date,
            day_first: false,
        }),
        (None, None) => None,
    }
}

fn figure(found: &Captures, group: usize) -> Option<i16> {
    found.get(group)?.as_str().parse().ok()
}

/// Two figures mean the century in which trade papers of today are dated: 1951 to 2050.
fn full_year(text: &str) -> Option<i16> {
    let year: i16 = text.parse().ok()?;
    Some(match (text.len(), year) {
        (2, 0..=50) => 2000 + year,
        (2, _) => 1900 + year,
        _ => year,
    })
}

/// A day of the calendar between 1900 and 2199; anything else is a misreading.
fn date(year: i16, month: i16, day: i16) -> Option<Date> {
    if !(1900..2200).contains(&year) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// Names and abbreviations in en de fr es it pt nl pl tr vi and a few neighbours, folded.
const MONTHS: [&[&str]; 12] = [
    &[
        "january", "jan", "januar", "janner", "janvier", "janv", "enero", "ene", "gennaio", "gen",
        "janeiro", "januari", "styczen", "stycznia", "sty", "ocak", "oca", "jaen",
    ],
    &[
        "february",
        "feb",
        "febr",
        "februar",
        "fevrier",
        "fevr",
        "fev",
        "febrero",
        "febbraio",
        "fevereiro",
        "februari",
        "luty",
        "lutego",
        "lut",
        "subat",
        "sub",
    ],
    &[
        "march", "mar", "marz", "mrz", "maerz", "mars", "marzo", "marco", "maart", "mrt", "marzec",
        "marca", "mart",
    ],
    &[
        "april", "apr", "avril", "avr", "abril", "abr", "aprile", "kwiecien", "kwietnia", "kwi",
        "nisan", "nis",
    ],
    &[
        "may", "mai", "mayo", "maggio", "mag", "maio", "mei", "maj", "maja", "mayis",
    ],
    &[
        "june", "jun", "juni", "juin", "junio", "giugno", "giu", "junho", "czerwiec", "czerwca",
        "cze", "haziran", "haz",
    ],
    &[
        "july", "jul", "juli", "juillet", "juil", "julio", "luglio", "lug", "julho", "lipiec",
        "lipca", "lip", "temmuz", "tem",
    ],
    &[
        "august", "aug", "aout", "aou", "agosto", "ago", "augustus", "sierpien", "sierpnia", "sie",
        "agustos", "agu",
    ],
    &[
        "september",
        "sep",
        "sept",
        "septembre",
        "septiembre",
        "setiembre",
        "settembre",
        "set",
        "setembro",
        "wrzesien",
        "wrzesnia",
        "wrz",
        "eylul",
        "eyl",
    ],
    &[
        "october",
        "oct",
        "oktober",
        "okt",
        "octobre",
        "octubre",
        "ottobre",
        "ott",
        "outubro",
        "out",
        "pazdziernik",
        "pazdziernika",
        "paz",
        "ekim",
        "eki",
    ],
    &[
        "november",
        "nov",
        "novembre",
        "noviembre",
        "novembro",
        "listopad",
        "listopada",
        "lis",
        "kasim",
        "kas",
    ],
    &[
        "december",
        "dec",
        "dezember",
        "dez",
        "decembre",
        "diciembre",
        "dic",
        "dicembre",
        "dezembro",
        "grudzien",
        "grudnia",
        "gru",
        "aralik",
        "ara",
    ],
];

fn month_named(name: &str) -> Option<i16> {
    let index = MONTHS.iter().position(|names| names.contains(&name))?;
    i16::try_from(index + 1).ok()
}

#[cfg(test)]
mod tests;
