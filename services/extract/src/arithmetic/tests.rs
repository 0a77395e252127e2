//! Readings that arithmetic settles, and wrong sums that it must leave alone.

use super::*;
use crate::mentions::Mention;
use crate::normalise::{Context, normalise};
use docexam_domain::Rect;

fn number(key: FieldKey, text: &str) -> Normalised {
    normalise(key, text, &Context::default())
}

fn candidate(key: FieldKey, text: &str, confidence: f32) -> Candidate {
    let mention = Mention {
        key,
        page: 0,
        first_word: 0,
        text: text.to_owned(),
        bbox: Rect::default(),
        confidence,
    };
    Candidate::new(mention, &Context::default())
}

#[test]
fn a_row_settles_what_notation_leaves_open() {
    let mut quantity = number(FieldKey::Quantity, "1.500");
    let mut price = number(FieldKey::UnitPrice, "2.250");
    let mut amount = number(FieldKey::LineAmount, "3.375");
    // 1.5 x 2.25 = 3.375 as decimals, and 1500 x 2.25 = 3375 with two of them grouped: the usual
    // reading of amount and quantity comes first.
    assert!(settle_row(&mut quantity, &mut price, &mut amount, None));
    assert_eq!(quantity.value.as_deref(), Some("1500"));
    assert_eq!(price.value.as_deref(), Some("2.250"));
    assert_eq!(amount.value.as_deref(), Some("3375"));

    let mut quantity = number(FieldKey::Quantity, "1.500");
    let mut price = number(FieldKey::UnitPrice, "2.00");
    let mut amount = number(FieldKey::LineAmount, "3.00");
    assert!(settle_row(&mut quantity, &mut price, &mut amount, None));
    assert_eq!(quantity.value.as_deref(), Some("1.500"));
    assert_eq!(quantity.alternatives, ["1500"]);
}

#[test]
fn an_amount_may_be_less_what_is_taken_off_the_row() {
    let settled = |discount: i64| {
        let mut quantity = number(FieldKey::Quantity, "65");
        let mut price = number(FieldKey::UnitPrice, "21.23");
        let mut amount = number(FieldKey::LineAmount, "1375.90");
        let discount = Some(Decimal::new(discount, 2));
        settle_row(&mut quantity, &mut price, &mut amount, discount)
    };
    assert!(settled(405) && settled(-405));
    assert!(!settled(1000));
}

#[test]
fn a_row_that_does_not_add_up_is_left_as_printed() {
    let mut quantity = number(FieldKey::Quantity, "10");
    let mut price = number(FieldKey::UnitPrice, "2.00");
    let mut amount = number(FieldKey::LineAmount, "25.00");
    assert!(!settle_row(&mut quantity, &mut price, &mut amount, None));
    assert_eq!(amount.value.as_deref(), Some("25.00"));
    let mut misread = number(FieldKey::LineAmount, "2O.00");
    assert!(!settle_row(&mut quantity, &mut price, &mut misread, None));
    assert_eq!(misread.value, None);
}

#[test]
fn prices_rounded_in_print_still_multiply() {
    let is = |q: &str, p: &str, a: &str| {
        let parse = |s: &str| s.parse::<Decimal>().expect("a number");
        is_product(parse(q), parse(p), parse(a))
    };
    assert!(is("3", "33.33", "100.00"));
    assert!(is("50000", "0.223", "11150.00"));
    assert!(!is("10", "5", "51.00"));
    assert!(!is("0", "5", "0"));
}

#[test]
fn the_total_that_adds_up_wins_over_a_slightly_surer_one() {
    let mut found = BTreeMap::from([
        (
            FieldKey::GoodsAmount,
            vec![candidate(FieldKey::GoodsAmount, "100.00", 0.9)],
        ),
        (
            FieldKey::TaxAmount,
            vec![candidate(FieldKey::TaxAmount, "19.00", 0.9)],
        ),
        (
            FieldKey::TotalAmount,
            vec![
                candidate(FieldKey::TotalAmount, "100.50", 0.8),
                candidate(FieldKey::TotalAmount, "119.00", 0.7),
            ],
        ),
    ]);
    settle_amounts(&mut found, &BTreeMap::new(), Some(Decimal::new(100, 0)));
    let total = &found[&FieldKey::TotalAmount][0];
    assert_eq!(total.mention.text, "119.00");
    assert!(crate::odds::probability(total.odds) > 0.8);
}

#[test]
fn a_wrong_total_keeps_its_confidence() {
    let mut found = BTreeMap::from([
        (
            FieldKey::GoodsAmount,
            vec![candidate(FieldKey::GoodsAmount, "100.00", 0.9)],
        ),
        (
            FieldKey::TotalAmount,
            vec![candidate(FieldKey::TotalAmount, "191.00", 0.9)],
        ),
    ]);
    settle_amounts(&mut found, &BTreeMap::new(), None);
    let total = &found[&FieldKey::TotalAmount][0];
    assert_eq!(total.normalised.value.as_deref(), Some("191.00"));
    assert!((crate::odds::probability(total.odds) - 0.9).abs() < 1e-3);
}

/// At a place of its own, as print is.
fn placed(word: usize, key: FieldKey, text: &str, confidence: f32) -> (FieldKey, Vec<Candidate>) {
    let mut candidate = candidate(key, text, confidence);
    candidate.mention.first_word = word;
    (key, vec![candidate])
}

#[test]
fn a_sum_gives_doubtful_amounts_their_roles() {
    // Sum of rows, sum before tax, tax, total: the model mistakes the second and the last.
    let mut found = BTreeMap::from([
        placed(1, FieldKey::GoodsAmount, "473.00", 0.8),
        placed(2, FieldKey::OtherChargesAmount, "473.00", 0.4),
        placed(4, FieldKey::DiscountAmount, "529.87", 0.5),
    ]);
    let rivals = BTreeMap::from([
        placed(3, FieldKey::TaxAmount, "56.87", 0.2),
        placed(4, FieldKey::TotalAmount, "529.87", 0.3),
    ]);
    settle_amounts(&mut found, &rivals, Some(Decimal::new(473, 0)));
    let text = |key| found.get(&key).map(|all| all[0].mention.text.as_str());
    assert_eq!(text(FieldKey::GoodsAmount), Some("473.00"));
    assert_eq!(text(FieldKey::TaxAmount), Some("56.87"));
    assert_eq!(text(FieldKey::TotalAmount), Some("529.87"));
    assert_eq!(text(FieldKey::OtherChargesAmount), None);
    assert_eq!(text(FieldKey::DiscountAmount), None);
    let total = &found[&FieldKey::TotalAmount][0];
    assert!(crate::odds::probability(total.odds) > 0.9);
}

#[test]
fn a_sum_takes_no_role_of_which_the_model_is_sure() {
    let mut found = BTreeMap::from([
        placed(1, FieldKey::GoodsAmount, "100.00", 0.95),
        placed(2, FieldKey::TaxAmount, "19.00", 0.95),
        placed(3, FieldKey::TotalAmount, "129.00", 0.95),
    ]);
    // The amount due would make the sum right, and hide that the total is wrong.
    let rivals = BTreeMap::from([placed(4, FieldKey::TotalAmount, "119.00", 0.3)]);
    settle_amounts(&mut found, &rivals, None);
    let total = &found[&FieldKey::TotalAmount][0];
    assert_eq!(total.mention.text, "129.00");
}

#[test]
fn without_a_sum_rivals_count_for_nothing() {
    let mut found = BTreeMap::from([placed(1, FieldKey::TotalAmount, "100.00", 0.5)]);
    let rivals = BTreeMap::from([
        placed(1, FieldKey::GoodsAmount, "100.00", 0.4),
        placed(2, FieldKey::TaxAmount, "19.00", 0.4),
    ]);
    settle_amounts(&mut found, &rivals, None);
    assert_eq!(found.len(), 1);
    assert_eq!(found[&FieldKey::TotalAmount][0].mention.text, "100.00");
}

#[test]
fn of_several_taxes_the_printed_sum_is_the_tax() {
    let amount = |key, text| (key, vec![candidate(key, text, 0.9)]);
    let invoice = || {
        BTreeMap::from([
            amount(FieldKey::GoodsAmount, "473.00"),
            amount(FieldKey::TaxAmount, "37.62"),
            amount(FieldKey::TotalAmount, "529.87"),
        ])
    };
    let tax = |printed: &[&str]| {
        let printed: Vec<Candidate> = printed
            .iter()
            .map(|text| candidate(FieldKey::TaxAmount, text, 0.3))
            .collect();
        let mut found = invoice();
        settle_tax(&mut found, &printed, None);
        found[&FieldKey::TaxAmount][0].mention.text.clone()
    };
    assert_eq!(tax(&["19.25", "37.62", "56.87"]), "56.87");
    // Also where the model took it for a charge.
    let mut found = invoice();
    let charge = candidate(FieldKey::InsuranceAmount, "56.87", 0.3);
    found.insert(FieldKey::InsuranceAmount, vec![charge]);
    settle_tax(
        &mut found,
        &[candidate(FieldKey::TaxAmount, "56.87", 0.3)],
        None,
    );
    assert_eq!(found[&FieldKey::TaxAmount][0].mention.text, "56.87");
    assert!(found[&FieldKey::InsuranceAmount].is_empty());
    // Not printed: nothing is invented.
    assert_eq!(tax(&["19.25", "37.62"]), "37.62");
    // No tax is due: what the sum lacks is a charge.
    let mut found = invoice();
    found.insert(
        FieldKey::TaxAmount,
        vec![candidate(FieldKey::TaxAmount, "0.00", 0.9)],
    );
    settle_tax(
        &mut found,
        &[candidate(FieldKey::TaxAmount, "56.87", 0.3)],
        None,
    );
    assert_eq!(found[&FieldKey::TaxAmount][0].mention.text, "0.00");
}

#[test]
fn a_printed_amount_that_the_sum_lacks_is_a_part_of_it() {
    use FieldKey::{DiscountAmount, GoodsAmount, OtherChargesAmount, TotalAmount};
    let amount = |key, text: &str| (key, vec![candidate(key, text, 0.9)]);
    let printed = |text: &str| {
        let mut printed = candidate(FieldKey::TaxAmount, text, 0.3);
        printed.mention.first_word = 7;
        vec![printed]
    };
    let close = |total: &str, text: &str| {
        let mut found =
            BTreeMap::from([amount(GoodsAmount, "1000.00"), amount(TotalAmount, total)]);
        close_sum(&mut found, &BTreeMap::new(), &printed(text), None);
        let keys: Vec<FieldKey> = found.into_keys().collect();
        keys
    };
    assert_eq!(
        close("1120.00", "120.00"),
        [GoodsAmount, OtherChargesAmount, TotalAmount]
    );
    assert_eq!(
        close("950.00", "50.00"),
        [GoodsAmount, DiscountAmount, TotalAmount]
    );
    assert_eq!(close("1120.00", "119.00"), [GoodsAmount, TotalAmount]);
}
