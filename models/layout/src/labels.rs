//! The labels and page classes that a model is built for: the field contract, as strings.
//!
//! A fixed list, so that the heads do not change with the data set; labels that only the data know
//! are appended in alphabetical order.

use crate::{LayoutError, TrainingPage};
use std::collections::{BTreeSet, HashMap};

/// The label of words that belong to no field; always index 0.
pub const OUTSIDE: &str = "O";
/// The label of words of which nobody has said what they are, on pages that are labelled in part (an
/// officer corrected one field). Nothing is learned from them and they are not counted.
pub const UNLABELLED: &str = "?";
/// Prefix of the labels of line-item cells.
pub const ITEM_PREFIX: &str = "item.";

const HEADER_KEYS: &[&str] = &[
    "document_number",
    "issue_date",
    "purchase_order_number",
    "contract_number",
    "invoice_number",
    "invoice_date",
    "transport_document_number",
    "on_board_date",
    "seller_name",
    "seller_address",
    "seller_country",
    "seller_tax_id",
    "buyer_name",
    "buyer_address",
    "buyer_country",
    "buyer_tax_id",
    "consignee_name",
    "consignee_address",
    "notify_party_name",
    "producer_name",
    "incoterm",
    "incoterm_place",
    "country_of_origin",
    "country_of_destination",
    "country_of_issue",
    "port_of_loading",
    "port_of_discharge",
    "vessel_name",
    "voyage_number",
    "container_number",
    "seal_number",
    "marks",
    "currency",
    "goods_amount",
    "discount_amount",
    "freight_amount",
    "insurance_amount",
    "other_charges_amount",
    "tax_amount",
    "total_amount",
    "amount_due",
    "payment_terms",
    "iban",
    "total_packages",
    "package_kind",
    "total_quantity",
    "total_net_mass_kg",
    "total_gross_mass_kg",
    "total_volume_m3",
    "form",
    "issuing_authority",
    "origin_criterion",
    "validity_date",
    "departure_date",
    "issued_retroactively",
    "third_party_invoicing",
    "signature_present",
    "stamp_present",
    "species_name",
    "treatment",
    "additional_declaration",
    "establishment_number",
    "standard",
    "batch_number",
];

const ITEM_KEYS: &[&str] = &[
    "line_number",
    "product_code",
    "description",
    "hs_code",
    "country_of_origin",
    "quantity",
    "unit",
    "unit_price",
    "discount_amount",
    "line_amount",
    "net_mass_kg",
    "gross_mass_kg",
    "packages",
    "package_kind",
    "carton_range",
    "marks",
    "origin_criterion",
    "invoice_number",
];

const PAGE_CLASSES: &[&str] = &[
    "commercial_invoice",
    "packing_list",
    "certificate_of_origin",
    "phytosanitary_certificate",
    "health_certificate",
    "veterinary_certificate",
    "conformity_certificate",
    "cites_permit",
    "certificate_of_analysis",
    "insurance_certificate",
    "bill_of_lading",
    "sea_waybill",
    "air_waybill",
    "other",
];

/// Share of all words from which on a label needs no weight.
const COMMON_SHARE: f32 = 0.01;
/// How fast the weight grows below that share.
const RARITY: f32 = 0.4;
const MOST_WEIGHT: f32 = 3.0;

/// Word labels: `O`, header keys, `item.` cells, then what only the pages know.
pub fn word_labels(pages: &[TrainingPage]) -> Vec<String> {
    let items = ITEM_KEYS.iter().map(|key| format!("{ITEM_PREFIX}{key}"));
    let fixed = [OUTSIDE]
        .iter()
        .chain(HEADER_KEYS)
        .map(|key| (*key).to_owned())
        .chain(items);
    let words = pages.iter().flat_map(|page| &page.words);
    extended(fixed.collect(), words.map(|word| word.label.as_str()))
}

pub fn page_classes(pages: &[TrainingPage]) -> Vec<String> {
    let fixed = PAGE_CLASSES.iter().map(|class| (*class).to_owned());
    extended(
        fixed.collect(),
        pages.iter().map(|page| page.page_class.as_str()),
    )
}

fn extended<'a>(mut fixed: Vec<String>, seen: impl Iterator<Item = &'a str>) -> Vec<String> {
    let seen: BTreeSet<&str> = seen.collect();
    for name in seen {
        if name != UNLABELLED && !fixed.iter().any(|known| known == name) {
            fixed.push(name.to_owned());
        }
    }
    fixed
}

/// How much a word counts in training, by label: words of rare labels up to three times as much, or an
/// amount due, one word in three thousand, is learned long after the descriptions are.
pub fn label_weights(labels: &[String], pages: &[TrainingPage]) -> Vec<f32> {
    let mut counts: HashMap<&str, u32> = HashMap::new();
    let words = pages.iter().flat_map(|page| &page.words);
    let mut total = 0;
    for word in words.filter(|word| word.label != UNLABELLED) {
        *counts.entry(&word.label).or_default() += 1;
        total += 1;
    }
    let weight = |label: &String| {
        let count = counts.get(label.as_str()).copied().unwrap_or(1);
        let share = count as f32 / total.max(1) as f32;
        (COMMON_SHARE / share).powf(RARITY).clamp(1.0, MOST_WEIGHT)
    };
    labels.iter().map(weight).collect()
}

/// Index of a word's label or a page's class, none if it is unlabelled, or an error that says where it stood.
pub fn label_index(
    names: &[String],
    label: &str,
    page: &str,
) -> Result<Option<usize>, LayoutError> {
    if label == UNLABELLED {
        return Ok(None);
    }
    index_of(names, label, page).map(Some)
}

/// Index of a name, or an error that says where it stood.
pub fn index_of(names: &[String], name: &str, page: &str) -> Result<usize, LayoutError> {
    names.iter().position(|known| known == name).ok_or_else(|| {
        LayoutError::NoPages(format!(
            "page {page} is labelled {name}, which the model lacks"
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_rare_labels_count_more() {
        let word = |label: &str| crate::LabelledWord {
            word: crate::PageWord {
                text: String::new(),
                bbox: [0.0; 4],
                confidence: 1.0,
                line: 0,
            },
            label: label.to_owned(),
            begins: false,
            starts_row: false,
        };
        let mut words = vec![word(OUTSIDE); 900];
        words.extend([word("buyer_name"), word("buyer_name"), word(UNLABELLED)]);
        let page = TrainingPage {
            id: "a".into(),
            page_class: "other".into(),
            starts_document: true,
            language: "en".into(),
            split: "train".into(),
            words,
        };
        let labels = [OUTSIDE, "buyer_name", "amount_due"].map(str::to_owned);
        let weights = label_weights(&labels, &[page]);
        assert_eq!(weights[0], 1.0);
        assert!(weights[1] > 1.5 && weights[1] < weights[2], "{weights:?}");
        assert!(weights[2] <= MOST_WEIGHT);
    }

    #[test]
    fn labels_are_fixed_and_what_the_data_add_comes_last() {
        let plain = word_labels(&[]);
        assert_eq!(plain[0], OUTSIDE);
        assert_eq!(plain.len(), 1 + 64 + 18);
        assert_eq!(page_classes(&[]).len(), 14);
        let page = TrainingPage {
            id: "a".into(),
            page_class: "customs_tariff".into(),
            starts_document: true,
            language: "en".into(),
            split: "train".into(),
            words: Vec::new(),
        };
        assert_eq!(
            page_classes(&[page]).last().map(String::as_str),
            Some("customs_tariff")
        );
        assert!(index_of(&plain, "item.hs_code", "a").is_ok());
        let error = index_of(&plain, "colour", "page-7").expect_err("unknown");
        assert!(error.to_string().contains("page-7"));
    }
}
