//! The sample consignments that README shows: an invoice as a scanned PDF, a packing list and a bill of
//! lading as one multi-page TIFF and a certificate of origin as a JPEG photograph, with their declaration.

use crate::capture::{CaptureLook, files};
use crate::consignment::{Consignment, Wish, compose, declare};
use crate::discrepancy::Case;
use crate::generate::{DocumentTruth, Truth, capture_all, truths_of, write, write_json};
use crate::layout::{Order, draw};
use crate::{CorpusError, RenderedDocument, Split};
use docexam_domain::{DocumentType, Field};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::path::Path;

/// The errors of the sample, by the rule that should find them.
pub const PLANTED_IN_SAMPLE: [&str; 5] = ["E02", "C09", "F01", "D01", "B01"];

const PRESENTED: [DocumentType; 4] = [
    DocumentType::CommercialInvoice,
    DocumentType::PackingList,
    DocumentType::BillOfLading,
    DocumentType::CertificateOfOrigin,
];
/// One file each for the first, the second and third, and the last document; the certificate has one page.
const FILES: [&str; 3] = [
    "01-invoice.pdf",
    "02-packing-list-and-bill-of-lading.tif",
    "03-certificate-of-origin.jpg",
];
/// A usual office scanner setting.
const DPI: f32 = 200.0;
/// One row would show no table; many would make a demonstration long.
const ROWS: std::ops::RangeInclusive<usize> = 3..=6;

/// Writes `declaration.json`, `truth.json` and `documents/`. The samples of the repository are of the test
/// split: the model has never seen their layouts, companies or goods.
pub fn sample(out: &Path, split: Split, seed: u64, planted: bool) -> Result<(), CorpusError> {
    let folder = out.join("documents");
    std::fs::create_dir_all(&folder).map_err(|source| CorpusError::Write {
        path: folder.clone(),
        source,
    })?;
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let truth = consignment(&mut rng, split);
    let mut case = Case {
        declaration: declare(&truth, &PRESENTED),
        truth,
        presented: PRESENTED.to_vec(),
        altered: BTreeMap::new(),
        planted: Vec::new(),
    };
    if planted {
        for rule in PLANTED_IN_SAMPLE {
            case.plant(&mut rng, rule, split);
        }
    }
    let mut documents = Vec::new();
    for (file, name) in (0..).zip(FILES) {
        documents.extend(write_file(&case, split, file, name, &folder, &mut rng)?);
    }
    let truth = Truth::new(seed, split, documents, &case.planted);
    write_json(&out.join("declaration.json"), &case.declaration)?;
    write_json(&out.join("truth.json"), &truth)
}

fn write_file(
    case: &Case,
    split: Split,
    file: u32,
    name: &str,
    folder: &Path,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<DocumentTruth>, CorpusError> {
    let (types, look): (&[DocumentType], CaptureLook) = match file {
        0 => (
            &PRESENTED[..1],
            CaptureLook {
                bitonal: false,
                stamps: 1,
                ..CaptureLook::office_scanner(rng)
            },
        ),
        1 => (
            &PRESENTED[1..3],
            CaptureLook {
                bitonal: true,
                ..CaptureLook::office_scanner(rng)
            },
        ),
        _ => (
            &PRESENTED[3..],
            CaptureLook {
                stamps: 1,
                signatures: 1,
                ..CaptureLook::phone(rng)
            },
        ),
    };
    // Paper as it usually comes: used, not worn.
    let look = CaptureLook { wear: 0.3, ..look };
    let mut documents = draw_all(case, split, types, rng)?;
    if file == 2 {
        // A photograph shows the face of the certificate, not what stands overleaf.
        for document in &mut documents {
            document.pages.truncate(1);
            let page_of = |field: &Field| field.page_anchor.as_ref().map(|anchor| anchor.page);
            document
                .fields
                .retain(|field| page_of(field).is_none_or(|page| page == 1));
        }
    }
    let captured = capture_all(&documents, &look, rng);
    let bytes = match file {
        0 => files::scanned_pdf(&captured, files::Packing::usual)?,
        1 => files::tiff(&captured, files::Packing::usual)?,
        _ => files::jpeg(&captured[0], 85, None)?,
    };
    write(&folder.join(name), &bytes)?;
    Ok(truths_of(&documents, &captured, name, file))
}

/// Chapters whose goods need no certificate that the sample does not bring: textiles, metals, machines.
const CHAPTERS: [u32; 12] = [39, 40, 48, 61, 62, 63, 69, 73, 76, 84, 85, 94];

/// A consignment of several rows from one country, by sea.
fn consignment(rng: &mut ChaCha8Rng, split: Split) -> Consignment {
    let wish = Wish {
        chapters: &CHAPTERS,
        by_air: Some(false),
        ..Wish::default()
    };
    loop {
        let truth = compose(rng, split, wish);
        if ROWS.contains(&truth.lines.len()) && truth.common_origin().is_some() {
            return truth;
        }
    }
}

fn draw_all(
    case: &Case,
    split: Split,
    types: &[DocumentType],
    rng: &mut ChaCha8Rng,
) -> Result<Vec<RenderedDocument>, CorpusError> {
    let order = |document_type, rng: &mut ChaCha8Rng| Order {
        document_type,
        split,
        language: Some("en"),
        dpi: DPI,
        seed: rng.random(),
    };
    types
        .iter()
        .map(|&document_type| draw(case.view(document_type), order(document_type, rng)))
        .collect()
}
