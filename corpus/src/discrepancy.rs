//! Errors planted on purpose: each changes the declaration or one document in one place, and says
//! which rule should find it.
//!
//! Goes in: a consignment and its declaration. Comes out: what each document is to say instead.
//! Deliberately absent: errors of reading, which `capture` brings about.

use crate::consignment::{Consignment, compose, countries, goods};
use crate::split::Split;
use docexam_domain::{Declaration, DocumentType, Field, FieldKey};
use jiff::ToSpan;
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rules for which errors can be planted.
pub const PLANTABLE: [&str; 16] = [
    "A01", "A02", "B01", "B02", "C01", "C08", "C09", "D01", "D03", "D04", "E01", "E02", "F01",
    "G03", "H01", "K01",
];

/// One planted error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Planted {
    pub rule_id: String,
    /// For people: what was changed.
    pub what: String,
    pub field: FieldKey,
    /// Absent if the declaration was changed.
    pub document: Option<DocumentType>,
    /// Row from 1, if the error is in a row.
    pub line: Option<u32>,
    pub right: String,
    pub planted: String,
}

impl Planted {
    /// Whether the wrong value stands among the fields or cells of the document that it was planted in.
    pub fn is_printed(&self, fields: &[Field]) -> bool {
        let same = |text: &str| match (text.parse::<Decimal>(), self.planted.parse::<Decimal>()) {
            (Ok(printed), Ok(planted)) => printed == planted,
            _ => text == self.planted,
        };
        let cells = fields.iter().flat_map(|field| &field.properties);
        let mut values = fields.iter().chain(cells);
        values.any(|field| field.key == self.field && same(field.value()))
    }
}

/// A case while it is prepared: what the declaration and each document say.
#[derive(Clone, Debug)]
pub struct Case {
    pub truth: Consignment,
    pub declaration: Declaration,
    pub presented: Vec<DocumentType>,
    /// Documents that say something else than the truth.
    pub altered: BTreeMap<DocumentType, Consignment>,
    pub planted: Vec<Planted>,
}

impl Case {
    /// What this document says.
    pub fn view(&self, document: DocumentType) -> &Consignment {
        self.altered.get(&document).unwrap_or(&self.truth)
    }

    /// Plants up to `count` errors of different rules; fewer if the case has no place for them.
    pub fn plant_some(&mut self, rng: &mut ChaCha8Rng, count: usize, split: Split) {
        let mut rules = PLANTABLE;
        rules.shuffle(rng);
        for rule in rules {
            if self.planted.len() >= count {
                break;
            }
            self.plant(rng, rule, split);
        }
    }

    /// Plants an error that `rule` should find; false if there is no place for it.
    pub fn plant(&mut self, rng: &mut ChaCha8Rng, rule: &str, split: Split) -> bool {
        let planted = match rule {
            "A01" | "A02" => self.other_party(rng, rule, split),
            "B01" => self.wrong_product(rng),
            "B02" => self.wrong_sum(rng),
            "C01" => self.gross_below_net(),
            "C08" => self.declared_net(rng),
            "C09" => self.declared_packages(rng),
            "D01" => self.invoice_on_certificate(rng),
            "D03" => self.transport_number(rng),
            "D04" => self.declared_container(rng),
            "E01" => self.declared_currency(),
            "E02" => self.declared_total(rng),
            "F01" => self.declared_origin(rng),
            "G03" => self.declared_code(rng),
            "H01" => self.accepted_too_early(),
            "K01" => self.container_check(rng),
            _ => None,
        };
        self.planted.extend(planted.clone());
        planted.is_some()
    }

    fn presents(&self, document: DocumentType) -> bool {
        self.presented.contains(&document)
    }

    fn altered(&mut self, document: DocumentType) -> &mut Consignment {
        self.altered
            .entry(document)
            .or_insert_with(|| self.truth.clone())
    }

    fn other_party(&mut self, rng: &mut ChaCha8Rng, rule: &str, split: Split) -> Option<Planted> {
        let stranger = compose(rng, split, Default::default());
        let (field, party, name) = match rule {
            "A01" => (
                FieldKey::BuyerName,
                self.declaration.consignee.as_mut()?,
                stranger.buyer,
            ),
            _ => (
                FieldKey::SellerName,
                self.declaration.exporter.as_mut()?,
                stranger.seller,
            ),
        };
        let right = std::mem::replace(&mut party.name, name.name.clone());
        party.tax_id = Some(name.tax_id);
        party.address = Some(name.address.join(", "));
        (right != name.name).then(|| {
            declared(
                rule,
                "another party is declared",
                field,
                None,
                right,
                name.name,
            )
        })
    }

    fn wrong_product(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        self.presents(DocumentType::CommercialInvoice)
            .then_some(())?;
        let row = rng.random_range(0..self.truth.lines.len());
        let line = &mut self.altered(DocumentType::CommercialInvoice).lines[row];
        let right = line.unit_price;
        line.unit_price = (right * dec!(1.1))
            .round_dp(right.scale())
            .max(right + dec!(0.01));
        let planted = line.unit_price;
        Some(Planted {
            line: Some(row as u32 + 1),
            ..on(
                DocumentType::CommercialInvoice,
                "B01",
                "unit price does not give the line amount",
                FieldKey::UnitPrice,
                right,
                planted,
            )
        })
    }

    fn wrong_sum(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        self.presents(DocumentType::CommercialInvoice)
            .then_some(())?;
        // The goods value is printed only where something comes between it and the total.
        (self.truth.amounts.goods != self.truth.amounts.total).then_some(())?;
        let amounts = &mut self.altered(DocumentType::CommercialInvoice).amounts;
        let right = amounts.goods;
        amounts.goods += Decimal::from(rng.random_range(10..500));
        let planted = amounts.goods;
        Some(on(
            DocumentType::CommercialInvoice,
            "B02",
            "goods value is not the sum of the lines",
            FieldKey::GoodsAmount,
            right,
            planted,
        ))
    }

    fn gross_below_net(&mut self) -> Option<Planted> {
        self.presents(DocumentType::PackingList).then_some(())?;
        let view = self.altered(DocumentType::PackingList);
        for line in &mut view.lines {
            std::mem::swap(&mut line.net_kg, &mut line.gross_kg);
        }
        std::mem::swap(&mut view.net_kg, &mut view.gross_kg);
        let (right, planted) = (view.net_kg, view.gross_kg);
        Some(on(
            DocumentType::PackingList,
            "C01",
            "net and gross mass are exchanged",
            FieldKey::TotalGrossMassKg,
            right,
            planted,
        ))
    }

    fn declared_net(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        let row = rng.random_range(0..self.declaration.items.len());
        let item = &mut self.declaration.items[row];
        let right = item.net_mass_kg?;
        let planted = (right * dec!(0.8)).round_dp(1) - dec!(1.5);
        (planted > Decimal::ZERO).then_some(())?;
        item.net_mass_kg = Some(planted);
        let text = (right.to_string(), planted.to_string());
        let line = Some(row as u32 + 1);
        Some(declared(
            "C08",
            "net mass of an item is declared too low",
            FieldKey::NetMassKg,
            line,
            text.0,
            text.1,
        ))
    }

    fn declared_packages(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        let right = self.declaration.total_packages?;
        let planted = right + rng.random_range(1..9);
        self.declaration.total_packages = Some(planted);
        Some(declared(
            "C09",
            "another number of packages is declared",
            FieldKey::TotalPackages,
            None,
            right.to_string(),
            planted.to_string(),
        ))
    }

    fn invoice_on_certificate(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        self.presents(DocumentType::CertificateOfOrigin)
            .then_some(())?;
        let right = self.truth.numbers.invoice.clone();
        let planted = another_number(rng, &right)?;
        self.altered(DocumentType::CertificateOfOrigin)
            .numbers
            .invoice = planted.clone();
        Some(on(
            DocumentType::CertificateOfOrigin,
            "D01",
            "certificate cites another invoice",
            FieldKey::InvoiceNumber,
            right,
            planted,
        ))
    }

    fn transport_number(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        let right = self.declaration.transport_document_number.clone()?;
        let presented =
            self.presents(DocumentType::BillOfLading) || self.presents(DocumentType::AirWaybill);
        presented.then_some(())?;
        let planted = another_number(rng, &right)?;
        self.declaration.transport_document_number = Some(planted.clone());
        Some(declared(
            "D03",
            "another transport document is declared",
            FieldKey::TransportDocumentNumber,
            None,
            right,
            planted,
        ))
    }

    fn declared_container(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        self.presents(DocumentType::BillOfLading).then_some(())?;
        let container = self.declaration.containers.first_mut()?;
        let planted = crate::consignment::container_number(rng);
        let right = std::mem::replace(container, planted.clone());
        Some(declared(
            "D04",
            "another container is declared",
            FieldKey::ContainerNumber,
            None,
            right,
            planted,
        ))
    }

    fn declared_currency(&mut self) -> Option<Planted> {
        let total = self.declaration.invoice_total.as_mut()?;
        let planted = if total.currency == "USD" {
            "EUR"
        } else {
            "USD"
        };
        let right = std::mem::replace(&mut total.currency, planted.to_owned());
        Some(declared(
            "E01",
            "another currency is declared",
            FieldKey::Currency,
            None,
            right,
            planted.to_owned(),
        ))
    }

    fn declared_total(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        let total = self.declaration.invoice_total.as_mut()?;
        let right = total.amount;
        let factor = Decimal::from(rng.random_range(60..95)) / dec!(100);
        total.amount = (right * factor).round_dp(2);
        let planted = total.amount.to_string();
        Some(declared(
            "E02",
            "invoice total is declared too low",
            FieldKey::TotalAmount,
            None,
            right.to_string(),
            planted,
        ))
    }

    fn declared_origin(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        let right = self.truth.common_origin()?.to_owned();
        let planted = loop {
            let other = &countries()[rng.random_range(0..countries().len())].code;
            if *other != right {
                break other.clone();
            }
        };
        for item in &mut self.declaration.items {
            item.country_of_origin = Some(planted.clone());
        }
        Some(declared(
            "F01",
            "another origin is declared",
            FieldKey::CountryOfOrigin,
            None,
            right,
            planted,
        ))
    }

    fn declared_code(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        let row = rng.random_range(0..self.declaration.items.len());
        let item = &mut self.declaration.items[row];
        let right = item.hs_code.clone()?;
        let planted = loop {
            let other = &goods()[rng.random_range(0..goods().len())].hs_code[..right.len()];
            if other[..6] != right[..6] {
                break other.to_owned();
            }
        };
        item.hs_code = Some(planted.clone());
        Some(declared(
            "G03",
            "another commodity code is declared",
            FieldKey::HsCode,
            Some(row as u32 + 1),
            right,
            planted,
        ))
    }

    fn accepted_too_early(&mut self) -> Option<Planted> {
        let right = self.declaration.acceptance_date?;
        let planted = self.truth.dates.invoice.saturating_sub(9.days());
        self.declaration.acceptance_date = Some(planted);
        Some(declared(
            "H01",
            "declaration is older than the invoice",
            FieldKey::IssueDate,
            None,
            right.to_string(),
            planted.to_string(),
        ))
    }

    /// The same wrong number everywhere, so that only the check digit tells.
    fn container_check(&mut self, rng: &mut ChaCha8Rng) -> Option<Planted> {
        self.presents(DocumentType::BillOfLading).then_some(())?;
        let right = self.truth.containers.first()?.number.clone();
        let digit = right[10..].parse::<u32>().ok()?;
        let planted = format!("{}{}", &right[..10], (digit + rng.random_range(1..9)) % 10);
        let views = self.altered.values_mut().chain([&mut self.truth]);
        for view in views {
            view.containers[0].number = planted.clone();
        }
        if let Some(container) = self.declaration.containers.first_mut() {
            *container = planted.clone();
        }
        Some(on(
            DocumentType::BillOfLading,
            "K01",
            "container number has a wrong check digit",
            FieldKey::ContainerNumber,
            right,
            planted,
        ))
    }
}

fn on(
    document: DocumentType,
    rule: &str,
    what: &str,
    field: FieldKey,
    right: impl ToString,
    planted: impl ToString,
) -> Planted {
    Planted {
        document: Some(document),
        ..declared(
            rule,
            what,
            field,
            None,
            right.to_string(),
            planted.to_string(),
        )
    }
}

fn declared(
    rule: &str,
    what: &str,
    field: FieldKey,
    line: Option<u32>,
    right: String,
    planted: String,
) -> Planted {
    Planted {
        rule_id: rule.to_owned(),
        what: what.to_owned(),
        field,
        document: None,
        line,
        right,
        planted,
    }
}

/// The number with its last two digits changed, to digits that no reader confuses with the old ones.
fn another_number(rng: &mut ChaCha8Rng, number: &str) -> Option<String> {
    let mut characters: Vec<char> = number.chars().collect();
    let places: Vec<usize> = (0..characters.len())
        .rev()
        .filter(|&at| characters[at].is_ascii_digit())
        .take(2)
        .collect();
    (!places.is_empty()).then_some(())?;
    for at in places {
        let digit = characters[at].to_digit(10)?;
        let other = [2, 4, 7, 9].into_iter().filter(|&other| other != digit);
        let other: Vec<u32> = other.collect();
        characters[at] = char::from_digit(other[rng.random_range(0..other.len())], 10)?;
    }
    Some(characters.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::consignment::{Wish, declare, is_container_number};
    use rand::SeedableRng;

    fn prepared(seed: u64) -> Case {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let truth = compose(&mut rng, Split::Train, Wish::default());
        let presented = vec![
            DocumentType::CommercialInvoice,
            DocumentType::PackingList,
            DocumentType::CertificateOfOrigin,
            DocumentType::BillOfLading,
        ];
        Case {
            declaration: declare(&truth, &presented),
            truth,
            presented,
            altered: BTreeMap::new(),
            planted: Vec::new(),
        }
    }

    #[test]
    fn every_rule_can_be_planted_and_changes_one_place() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for rule in PLANTABLE {
            let planted = (0..60).any(|seed| {
                let before = prepared(seed);
                let mut case = before.clone();
                let done = case.plant(&mut rng, rule, Split::Train);
                if done {
                    let planted = &case.planted[0];
                    assert_eq!(planted.rule_id, rule);
                    assert_ne!(planted.right, planted.planted, "{rule}");
                    let declaration_changed = case.declaration != before.declaration;
                    assert!(declaration_changed || !case.altered.is_empty(), "{rule}");
                    assert!(case.altered.len() <= 1, "{rule}");
                }
                done
            });
            assert!(planted, "{rule}");
        }
    }

    #[test]
    fn a_wrong_check_digit_is_wrong() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut case = (0..)
            .map(prepared)
            .find(|case| !case.truth.containers.is_empty())
            .expect("most go by sea");
        assert!(case.plant(&mut rng, "K01", Split::Train));
        assert!(!is_container_number(&case.truth.containers[0].number));
    }

    #[test]
    fn an_error_is_printed_where_its_wrong_value_stands() {
        let mut rng = ChaCha8Rng::seed_from_u64(3);
        let mut case = prepared(3);
        assert!(
            case.plant(&mut rng, "B01", Split::Train) && case.plant(&mut rng, "D01", Split::Train)
        );
        let [price, number] = case.planted.as_slice() else {
            panic!("two errors")
        };
        let field = |key: FieldKey, value: &str, properties: Vec<Field>| Field {
            key,
            mention_text: "as printed".to_owned(),
            normalized_value: Some(value.to_owned()),
            alternative_values: Vec::new(),
            confidence: 1.0,
            page_anchor: None,
            properties,
        };
        let price_of_row = format!("{}0", price.planted);
        let cell = field(FieldKey::UnitPrice, &price_of_row, Vec::new());
        let row = field(FieldKey::LineItem, "", vec![cell]);
        let cited = field(FieldKey::InvoiceNumber, &number.right, Vec::new());
        let fields = [row, cited];
        assert!(price.is_printed(&fields), "{price:?}");
        assert!(
            !number.is_printed(&fields),
            "the right number is printed: {number:?}"
        );
    }
}
