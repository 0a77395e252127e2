//! Cases as files: a folder for each consignment with its documents, its declaration and the truth.
//!
//! ```text
//! OUT/case-00001/declaration.json  truth.json  01-scan.pdf  02-packing_list.tiff  03-photo.jpg …
//! ```

use crate::capture::{CaptureLook, CapturedPage, capture, files};
use crate::consignment::{Wish, compose, countries, declare, goods};
use crate::discrepancy::{Case, Planted};
use crate::layout::{Order, draw};
use crate::lexicon::check_languages;
use crate::single::{chapters, stream};
use crate::{CorpusError, RenderedDocument, Split};
use docexam_domain::{DocumentType, Field, FieldKey, PageAnchor, PageRef, Polygon};
use rand::RngExt;
use rand::seq::IndexedRandom;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

#[derive(Clone, Debug)]
pub struct GenerateOptions {
    pub seed: u64,
    /// Number of consignments.
    pub count: u64,
    pub split: Split,
    /// ISO 639-1; empty for the usual eleven.
    pub languages: Vec<String>,
    pub out: PathBuf,
    /// Share of cases with planted errors, in [0, 1].
    pub share_planted: f64,
    /// Share of files that are scans or photographs, in [0, 1]; the others are born digital.
    pub share_captured: f64,
    pub dpi: f32,
}

impl Default for GenerateOptions {
    fn default() -> Self {
        Self {
            seed: 1,
            count: 10,
            split: Split::Train,
            languages: Vec::new(),
            out: PathBuf::from("cases"),
            share_planted: 0.7,
            share_captured: 0.6,
            dpi: 200.0,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GenerateProgress {
    pub cases: u64,
    pub of: u64,
    pub pages: u64,
}

/// What `truth.json` holds.
#[derive(Debug, Serialize)]
pub(crate) struct Truth<'a> {
    seed: u64,
    split: Split,
    documents: Vec<DocumentTruth>,
    planted: Vec<&'a Planted>,
}

impl<'a> Truth<'a> {
    /// What was to be wrong on a document that does not print it is no error: nobody could find it.
    pub fn new(
        seed: u64,
        split: Split,
        documents: Vec<DocumentTruth>,
        planted: &'a [Planted],
    ) -> Self {
        let is_printed = |error: &Planted| {
            let Some(document_type) = error.document else {
                return true;
            };
            let mut of_type = documents
                .iter()
                .filter(|d| d.document_type == document_type);
            of_type.any(|document| error.is_printed(&document.fields))
        };
        let planted = planted.iter().filter(|error| is_printed(error)).collect();
        Self {
            seed,
            split,
            documents,
            planted,
        }
    }
}

#[derive(Debug, Serialize)]
pub(crate) struct DocumentTruth {
    file_name: String,
    #[serde(rename = "type")]
    document_type: DocumentType,
    language: String,
    layout: String,
    pages: Vec<PageRef>,
    fields: Vec<Field>,
}

impl DocumentTruth {
    /// A signature that came onto the paper, where the print has none. `first` (from 0) is the first of the captured pages in the file.
    fn sign(&mut self, file: u32, first: u32, pages: &[CapturedPage]) {
        let key = FieldKey::SignaturePresent;
        let is_known = self.fields.iter().any(|field| field.key == key);
        if is_known || !self.document_type.tells_signature() {
            return;
        }
        let of_page =
            |(index, page): (usize, &CapturedPage)| Some((index, page.signatures.first()?.clone()));
        let Some((index, polygon)) = pages.iter().enumerate().find_map(of_page) else {
            return;
        };
        self.fields.push(Field {
            key,
            mention_text: String::new(),
            normalized_value: Some("true".to_owned()),
            alternative_values: Vec::new(),
            confidence: 1.0,
            page_anchor: Some(PageAnchor {
                file,
                page: first + index as u32 + 1,
                polygon,
            }),
            properties: Vec::new(),
        });
    }
}

/// Writes `options.count` cases; says after each how far it is. Returns the number of pages.
pub fn generate(
    options: &GenerateOptions,
    progress: &dyn Fn(GenerateProgress),
) -> Result<u64, CorpusError> {
    check_languages(&options.languages, options.split)?;
    let mut pages = 0;
    for index in 0..options.count {
        let mut rng = stream(options.seed, index);
        let case = case(&mut rng, options.split, options.share_planted);
        let folder = options.out.join(format!("case-{:05}", index + 1));
        pages += write_case(&case, options, &folder, &mut rng)?;
        progress(GenerateProgress {
            cases: index + 1,
            of: options.count,
            pages,
        });
    }
    Ok(pages)
}

/// A consignment, the documents presented for it, and perhaps errors.
pub fn case(rng: &mut ChaCha8Rng, split: Split, share_planted: f64) -> Case {
    let seller = rng.random_bool(0.2).then(|| {
        countries()[rng.random_range(0..countries().len())]
            .code
            .as_str()
    });
    let wish = Wish {
        seller_country: seller,
        ..Wish::default()
    };
    // One origin a consignment: certificates of origin name one.
    let truth = loop {
        let truth = compose(rng, split, wish);
        if truth.common_origin().is_some() {
            break truth;
        }
    };
    let mut presented = vec![DocumentType::CommercialInvoice, DocumentType::PackingList];
    if rng.random_bool(0.8) {
        presented.push(DocumentType::CertificateOfOrigin);
    }
    if rng.random_bool(0.7) {
        presented.push(match truth.by_air {
            true => DocumentType::AirWaybill,
            false => DocumentType::BillOfLading,
        });
    }
    // Certificates that goods of this chapter come with.
    let chapter: u32 = truth
        .lines
        .first()
        .and_then(|line| goods()[line.goods].hs_code[..2].parse().ok())
        .unwrap_or_default();
    for kind in [
        DocumentType::PhytosanitaryCertificate,
        DocumentType::HealthCertificate,
        DocumentType::VeterinaryCertificate,
        DocumentType::ConformityCertificate,
        DocumentType::CertificateOfAnalysis,
    ] {
        if chapters(kind).contains(&chapter) && rng.random_bool(0.5) {
            presented.push(kind);
        }
    }
    for (kind, share) in [
        (DocumentType::InsuranceCertificate, 0.2),
        (DocumentType::Other, 0.3),
    ] {
        if rng.random_bool(share) {
            presented.push(kind);
        }
    }
    let mut case = Case {
        declaration: declare(&truth, &presented),
        truth,
        presented,
        altered: BTreeMap::new(),
        planted: Vec::new(),
    };
    if rng.random_bool(share_planted) {
        let count = rng.random_range(1..4);
        case.plant_some(rng, count, split);
    }
    case
}

/// How often a document comes twice.
fn share_of_copies(kind: DocumentType) -> f64 {
    match kind {
        DocumentType::InsuranceCertificate => 0.4,
        DocumentType::BillOfLading | DocumentType::CertificateOfAnalysis => 0.15,
        DocumentType::Other => 0.3,
        _ => 0.0,
    }
}

fn write_case(
    case: &Case,
    options: &GenerateOptions,
    folder: &Path,
    rng: &mut ChaCha8Rng,
) -> Result<u64, CorpusError> {
    std::fs::create_dir_all(folder).map_err(|source| CorpusError::Write {
        path: folder.to_owned(),
        source,
    })?;
    let mut documents: Vec<RenderedDocument> = Vec::new();
    for &document_type in &case.presented {
        let order = Order {
            document_type,
            split: options.split,
            language: options.languages.choose(rng).map(String::as_str),
            dpi: options.dpi,
            seed: rng.random(),
        };
        documents.push(draw(case.view(document_type), order)?);
        // Original and duplicate come in one bundle, one behind the other.
        if rng.random_bool(share_of_copies(document_type)) {
            let seed = match rng.random_bool(0.5) {
                true => order.seed,
                false => rng.random(),
            };
            documents.push(draw(case.view(document_type), Order { seed, ..order })?);
        }
    }
    let pages = documents
        .iter()
        .map(|document| document.pages.len() as u64)
        .sum();
    let mut truths = Vec::new();
    let mut waiting = documents.as_slice();
    let mut file = 0;
    while !waiting.is_empty() {
        let captured = rng.random_bool(options.share_captured);
        // Scans often hold several documents in one file; born-digital files hold one.
        let taken = match captured {
            true => rng.random_range(1..=waiting.len()),
            false => 1,
        };
        let (together, rest) = waiting.split_at(taken);
        waiting = rest;
        truths.extend(match captured {
            true => write_captured(together, file, folder, rng)?,
            false => vec![write_digital(&together[0], file, folder)?],
        });
        file += 1;
    }
    let truth = Truth::new(options.seed, options.split, truths, &case.planted);
    write_json(&folder.join("declaration.json"), &case.declaration)?;
    write_json(&folder.join("truth.json"), &truth)?;
    Ok(pages)
}

pub(crate) fn write_digital(
    document: &RenderedDocument,
    file: u32,
    folder: &Path,
) -> Result<DocumentTruth, CorpusError> {
    let file_name = format!("{:02}-{}.pdf", file + 1, document.document_type);
    write(&folder.join(&file_name), &document.pdf)?;
    Ok(truth_of(document, file_name, file, 0, |_, polygon| polygon))
}

/// One scan or photograph of all these documents.
fn write_captured(
    documents: &[RenderedDocument],
    file: u32,
    folder: &Path,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<DocumentTruth>, CorpusError> {
    let look = CaptureLook::any(rng);
    let captured = capture_all(documents, &look, rng);
    let single = captured.len() == 1;
    let (kind, bytes) = match rng.random_range(0..4) {
        2 => ("scan.tiff", files::tiff(&captured, files::Packing::usual)?),
        3 if single => ("photo.jpg", files::jpeg(&captured[0], 85, None)?),
        _ => (
            "scan.pdf",
            files::scanned_pdf(&captured, files::Packing::usual)?,
        ),
    };
    let file_name = format!("{:02}-{kind}", file + 1);
    write(&folder.join(&file_name), &bytes)?;
    Ok(truths_of(documents, &captured, &file_name, file))
}

/// The pages of all documents, one after the other, taken by the same device.
pub(crate) fn capture_all(
    documents: &[RenderedDocument],
    look: &CaptureLook,
    rng: &mut ChaCha8Rng,
) -> Vec<CapturedPage> {
    let pages = documents.iter().flat_map(|document| &document.pages);
    pages.map(|page| capture(page, look, rng)).collect()
}

/// The truth of documents that were captured into one file, with anchors on the captured pages.
pub(crate) fn truths_of(
    documents: &[RenderedDocument],
    captured: &[CapturedPage],
    file_name: &str,
    file: u32,
) -> Vec<DocumentTruth> {
    let moved = |page: usize, polygon: Polygon| match captured.get(page) {
        Some(captured) => Polygon(
            polygon
                .0
                .iter()
                .map(|&point| captured.motion.captured(point))
                .collect(),
        ),
        None => polygon,
    };
    let mut first = 0;
    let mut truths = Vec::new();
    for document in documents {
        let mut truth = truth_of(document, file_name.to_owned(), file, first, moved);
        let last = first + document.pages.len() as u32;
        let taken = captured.get(first as usize..last as usize);
        truth.sign(file, first, taken.unwrap_or_default());
        truths.push(truth);
        first = last;
    }
    truths
}

/// The document's truth with anchors in file `file`, whose first page of it is `first` (from 0).
fn truth_of(
    document: &RenderedDocument,
    file_name: String,
    file: u32,
    first: u32,
    moved: impl Fn(usize, Polygon) -> Polygon,
) -> DocumentTruth {
    let mut fields = document.fields.clone();
    for field in &mut fields {
        re_anchor(field, file, first, &moved);
    }
    DocumentTruth {
        file_name,
        document_type: document.document_type,
        language: document.language.clone(),
        layout: document.layout.clone(),
        pages: (0..document.pages.len() as u32)
            .map(|page| PageRef {
                file,
                page: first + page + 1,
            })
            .collect(),
        fields,
    }
}

fn re_anchor(field: &mut Field, file: u32, first: u32, moved: &impl Fn(usize, Polygon) -> Polygon) {
    if let Some(anchor) = &mut field.page_anchor {
        anchor.file = file;
        anchor.page += first;
        anchor.polygon = moved(
            anchor.page as usize - 1,
            std::mem::take(&mut anchor.polygon),
        );
    }
    for cell in &mut field.properties {
        re_anchor(cell, file, first, moved);
    }
}

pub(crate) fn write_json(path: &Path, value: &impl Serialize) -> Result<(), CorpusError> {
    let mut bytes = serde_json::to_vec_pretty(value).map_err(|source| CorpusError::Json {
        path: path.to_owned(),
        source,
    })?;
    bytes.push(b'\n');
    write(path, &bytes)
}

pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), CorpusError> {
    std::fs::write(path, bytes).map_err(|source| CorpusError::Write {
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::Declaration;

    fn bytes_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        for entry in std::fs::read_dir(folder).expect("readable").flatten() {
            let path = entry.path();
            match path.is_dir() {
                true => found.extend(bytes_below(&path)),
                false => {
                    let name = path.file_name().map(PathBuf::from).unwrap_or_default();
                    found.insert(name, std::fs::read(&path).expect("readable"));
                }
            }
        }
        found
    }

    #[test]
    fn a_seed_gives_the_same_files_and_a_declaration_that_reads() {
        let write = || {
            let folder = tempfile::tempdir().expect("folder");
            let options = GenerateOptions {
                count: 1,
                seed: 9,
                dpi: 72.0,
                out: folder.path().to_owned(),
                ..GenerateOptions::default()
            };
            generate(&options, &|_| {}).expect("generated");
            bytes_below(folder.path())
        };
        let (once, again) = (write(), write());
        assert!(once.len() >= 3, "{:?}", once.keys());
        assert!(once == again);
        let declaration = &once[Path::new("declaration.json")];
        assert!(Declaration::from_json(declaration).is_ok());
        let truth: serde_json::Value =
            serde_json::from_slice(&once[Path::new("truth.json")]).expect("json");
        assert!(truth["documents"][0]["fields"][0]["page_anchor"]["polygon"].is_array());
    }
}
