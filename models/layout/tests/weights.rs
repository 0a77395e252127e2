//! The weights in the repository load, verify and read a plain invoice; damaged ones are refused.

use docexam_layout::{Model, PageWord};
use std::path::{Path, PathBuf};

fn weights() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("weights")
}

/// Lines of words set in a monospaced type, 100 columns a page.
fn page(lines: &[&str]) -> Vec<PageWord> {
    let mut words = Vec::new();
    for (line, text) in lines.iter().enumerate() {
        let mut column = 0;
        for (i, part) in text.split(' ').enumerate() {
            column += usize::from(i > 0);
            if !part.is_empty() {
                let width = part.chars().count();
                let y = 0.05 + 0.018 * line as f32;
                words.push(PageWord {
                    text: part.to_owned(),
                    bbox: [
                        0.05 + 0.009 * column as f32,
                        y,
                        0.05 + 0.009 * (column + width) as f32,
                        y + 0.011,
                    ],
                    confidence: 1.0,
                    line: line as u32,
                });
            }
            column += part.chars().count();
        }
    }
    words
}

const INVOICE: &[&str] = &[
    "COMMERCIAL INVOICE",
    "",
    "Invoice No.: 2026-00417            Date: 12.03.2026",
    "",
    "Seller:                            Buyer:",
    "Nordwerk Lager GmbH                Shanghai Orient Bearings Co., Ltd.",
    "Hafenstrasse 12                    88 Zhongshan Road",
    "20457 Hamburg, Germany             200001 Shanghai, China",
    "",
    "Terms of delivery: CIF Shanghai",
    "",
    "No  Description of goods         HS code     Quantity  Unit  Unit price   Amount EUR",
    "1   Ball bearings 6204           84821090    500       pcs   4.20         2,100.00",
    "2   Roller bearings NU206        84825000    200       pcs   9.50         1,900.00",
    "",
    "                                                             Total EUR    4,000.00",
];

#[test]
fn the_weights_in_the_repository_read_a_plain_invoice() {
    let model = Model::load(&weights()).expect("the committed weights load");
    assert!(model.digest().starts_with("sha256:"));
    let words = page(INVOICE);
    let tags = model.tag(&words).expect("tagged");
    let best = |p: &[f32]| {
        let mut best = 0;
        for i in 0..p.len() {
            if p[i] > p[best] {
                best = i;
            }
        }
        best
    };
    let label = |text: &str| {
        let at = words
            .iter()
            .position(|w| w.text == text)
            .expect("a word of the page");
        model.labels()[best(&tags.words[at].probabilities)].as_str()
    };
    let class = &model.page_classes()[best(&tags.class_probabilities)];
    assert_eq!(class, "commercial_invoice");
    assert!(tags.starts_document > 0.5);
    assert_eq!(label("2026-00417"), "document_number");
    assert_eq!(label("12.03.2026"), "issue_date");
    assert_eq!(label("84821090"), "item.hs_code");
    assert_eq!(label("2,100.00"), "item.line_amount");
    assert_eq!(label("CIF"), "incoterm");
}

#[test]
fn a_model_is_shared_by_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Model>();
}

#[test]
fn damaged_weights_are_refused_with_both_digests() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for file in std::fs::read_dir(weights()).expect("a weights folder") {
        let file = file.expect("a file");
        std::fs::copy(file.path(), folder.path().join(file.file_name())).expect("copied");
    }
    let path = folder.path().join("model.safetensors");
    let mut bytes = std::fs::read(&path).expect("read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&path, bytes).expect("written");
    let error = Model::load(folder.path())
        .err()
        .expect("refused")
        .to_string();
    assert!(error.contains("model.safetensors"), "{error}");
    assert_eq!(
        error
            .matches(|c: char| c.is_ascii_hexdigit())
            .count()
            .min(128),
        128,
        "{error}"
    );
}
