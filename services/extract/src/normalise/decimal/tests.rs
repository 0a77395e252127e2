//! Every national notation read back, and what is no number.

use super::*;

fn value(text: &str) -> Option<String> {
    normalise(FieldKey::TotalAmount, text, &Context::default()).value
}

/// Every national way of printing a number is read back as that number.
#[test]
fn what_is_printed_in_any_country_is_read_back() {
    let group = |digits: &str, separator: &str| {
        let mut out = String::new();
        for (index, digit) in digits.chars().enumerate() {
            if index > 0 && (digits.len() - index).is_multiple_of(3) {
                out.push_str(separator);
            }
            out.push(digit);
        }
        out
    };
    let styles = [
        (".", ","),
        (",", "."),
        (" ", ","),
        ("\u{00A0}", ","),
        ("\u{202F}", ","),
        ("'", "."),
        ("’", "."),
        ("", "."),
        ("", ","),
    ];
    let mut seed = 7u64;
    for _ in 0..400 {
        seed = seed
            .wrapping_mul(6364136223846793005)
            .wrapping_add(1442695040888963407);
        let cents = (seed >> 33) % 10u64.pow(3 + (seed >> 20) as u32 % 8);
        let (whole, fraction) = (cents / 100, cents % 100);
        for (separator, mark) in styles {
            let printed = format!(
                "{}{mark}{fraction:02}",
                group(&whole.to_string(), separator)
            );
            let expected = format!("{whole}.{fraction:02}");
            assert_eq!(value(&printed), Some(expected.clone()), "{printed}");
            assert_eq!(
                value(&format!("EUR {printed}")),
                Some(expected.clone()),
                "{printed}"
            );
            let negative = Decimal::from_str(&format!("-{expected}")).expect("a number");
            assert_eq!(
                value(&format!("{printed}-")),
                Some(negative.to_string()),
                "{printed}-"
            );
        }
    }
}

#[test]
fn scripts_signs_and_spaces_of_ocr() {
    for (text, expected) in [
        ("１，２３４．５６", "1234.56"),
        ("١٬٢٣٤٫٥٦", "1234.56"),
        ("1,234 . 56", "1234.56"),
        ("1. 234,56", "1234.56"),
        ("12,50 €", "12.50"),
        ("$1,234.56", "1234.56"),
        ("US$ 11,150.00", "11150.00"),
        ("1.234,56-", "-1234.56"),
        ("(1,234.56)", "-1234.56"),
        ("-12,5", "-12.5"),
        ("- EUR 12,50", "-12.50"),
        ("Total - 500", "500"),
        ("500,-", "500"),
        ("500.--", "500"),
        ("1,23,456.00", "123456.00"),
        ("12.345.678", "12345678"),
        ("50 000 PCS", "50000"),
        ("11150", "11150"),
        ("0.223", "0.223"),
        ("12.5 m3", "12.5"),
        ("1.5m³", "1.5"),
    ] {
        assert_eq!(value(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_number_has_no_value() {
    for text in [
        "",
        "-",
        "EUR",
        "1O0.00",
        "l00.00",
        "12 34",
        "1.23.456",
        "10 x 5",
        "1,234,56.7.8",
    ] {
        assert_eq!(value(text), None, "{text}");
    }
    let long = "9".repeat(60);
    assert_eq!(value(&long), None);
}

#[test]
fn a_misread_digit_is_only_an_alternative() {
    let reading = normalise(FieldKey::TotalAmount, "1O0.0S", &Context::default());
    assert_eq!(reading.value, None);
    assert_eq!(reading.alternatives, ["100.05"]);
}

#[test]
fn three_digits_after_one_mark_are_settled_by_the_document() {
    let unknown = normalise(FieldKey::TotalAmount, "1.234", &Context::default());
    assert_eq!(unknown.value.as_deref(), Some("1234"));
    assert_eq!(unknown.alternatives, ["1.234"]);
    let price = normalise(FieldKey::UnitPrice, "1.234", &Context::default());
    assert_eq!(price.value.as_deref(), Some("1.234"));
    let german = Context::infer([(FieldKey::TotalAmount, "99,50")], []);
    assert_eq!(
        normalise(FieldKey::UnitPrice, "1.234", &german),
        Normalised::exactly("1234")
    );
    let english = Context::infer([(FieldKey::TotalAmount, "1,099.50")], []);
    assert_eq!(
        normalise(FieldKey::Quantity, "1.234", &english),
        Normalised::exactly("1.234")
    );
}

#[test]
fn a_comma_read_as_a_point_and_a_glued_unit_with_a_figure_are_seen_through() {
    assert_eq!(value("4.117.09").as_deref(), Some("4117.09"));
    assert_eq!(value("4.117.090").as_deref(), Some("4117090"));
    assert_eq!(value("4.11.09"), None);
    assert_eq!(value("1 486 00").as_deref(), Some("1486.00"));
    assert_eq!(value("636 60").as_deref(), Some("636.60"));
    assert_eq!(value("636 6"), None);
    assert_eq!(value("126,60M2").as_deref(), Some("126.60"));
    assert_eq!(value("17,000.00C62").as_deref(), Some("17000.00"));
    assert_eq!(value("10'261.00|NOS").as_deref(), Some("10261.00"));
    assert_eq!(value("10'261.00|"), None);
}

#[test]
fn the_nought_before_decimals_may_be_left_out() {
    for (text, expected) in [
        (",50", "0.50"),
        ("EUR .5", "0.5"),
        ("-,25", "-0.25"),
        (".1450 KG", "1450"),
    ] {
        assert_eq!(value(text).as_deref(), Some(expected), "{text}");
    }
    assert_eq!(value("No.5").as_deref(), value("No. 5").as_deref());
}
