//! One day in many languages, every day in every notation, and what is no day.

use super::*;
use docexam_domain::FieldKey;

fn value(text: &str) -> Option<String> {
    normalise(text, &Context::default()).value
}

#[test]
fn one_day_in_many_languages() {
    for text in [
        "4 May 2026",
        "May 4, 2026",
        "May 4th, 2026",
        "04MAY2026",
        "04-May-26",
        "4. Mai 2026",
        "04.05.2026",
        "le 4 mai 2026",
        "4 de mayo de 2026",
        "4 maggio 2026",
        "4 de maio de 2026",
        "4 mei 2026",
        "4 maja 2026",
        "4 Mayıs 2026",
        "ngày 04 tháng 05 năm 2026",
        "2026年5月4日",
        "2026 年 05 月 04 日",
        "26年5月4",
        "2026 05 04",
        "2026-05-04",
        "2026/05/04",
        "2026.5.4",
        "20260504",
        "4th of May 2026",
        "Date: 4 MAY 2026",
        "04 . 05 . 2026",
        "2026-05-04T10:00",
        "MAY.04,2026",
        "04/MAY/2026",
    ] {
        assert_eq!(value(text).as_deref(), Some("2026-05-04"), "{text}");
    }
}

#[test]
fn every_day_is_read_back_from_every_notation() {
    let mut date = Date::constant(2024, 1, 1);
    for _ in 0..240 {
        let (y, m, d) = (date.year(), date.month(), date.day());
        let names = MONTHS[(m - 1) as usize];
        let mut printed = vec![
            format!("{y}-{m:02}-{d:02}"),
            format!("{y}年{m}月{d}日"),
            format!("{d}.{m}.{y}"),
            format!("{d:02}.{m:02}.{:02}", y % 100),
        ];
        for name in names {
            printed.push(format!("{d} {name} {y}"));
            printed.push(format!("{d:02}-{}-{:02}", name.to_uppercase(), y % 100));
            printed.push(format!("{name} {d}, {y}"));
        }
        for text in printed {
            assert_eq!(value(&text), Some(date.to_string()), "{text}");
        }
        date = date.checked_add(jiff::ToSpan::days(5)).expect("in range");
    }
}

#[test]
fn day_and_month_are_settled_by_the_document() {
    let open = normalise("04/05/2026", &Context::default());
    assert_eq!(open.value, None);
    assert_eq!(open.alternatives, ["2026-05-04", "2026-04-05"]);
    let other_date = Context::infer([(FieldKey::InvoiceDate, "25/04/2026")], []);
    assert_eq!(
        normalise("04/05/2026", &other_date).value.as_deref(),
        Some("2026-05-04")
    );
    let american = Context::infer([(FieldKey::SellerCountry, "USA")], []);
    assert_eq!(
        normalise("04/05/2026", &american).value.as_deref(),
        Some("2026-04-05")
    );
    let french = Context::infer([], ["Facture", "Désignation", "Quantité", "Prix"]);
    assert_eq!(
        normalise("04/05/2026", &french).value.as_deref(),
        Some("2026-05-04")
    );
    assert_eq!(value("13/05/2026").as_deref(), Some("2026-05-13"));
    assert_eq!(value("05/05/2026").as_deref(), Some("2026-05-05"));
}

#[test]
fn what_is_no_day_has_no_value() {
    for text in [
        "",
        "30.02.2026",
        "99/99/2026",
        "2026",
        "May 2026",
        "4 Blorf 2026",
        "12.50",
    ] {
        assert_eq!(value(text), None, "{text}");
    }
}

#[test]
fn a_time_beside_the_date_does_not_hide_it() {
    for text in [
        "13:52 25-05-2026",
        "[25- 05- 2026 13:52:55",
        "25.05.2026 14:44",
    ] {
        assert_eq!(value(text).as_deref(), Some("2026-05-25"), "{text}");
    }
}

#[test]
fn a_misread_day_is_only_an_alternative() {
    let reading = normalise("O4.05.2O26", &Context::default());
    assert_eq!(reading.value, None);
    assert_eq!(reading.alternatives, ["2026-05-04"]);
}
