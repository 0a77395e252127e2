//! The whole way on one small invoice: printed, captured, read by the real reader, labelled.

use super::*;
use crate::Split;
use crate::capture::{CaptureLook, Ink as LetterInk, capture};
use crate::paper::{Ink, escape, print};
use crate::truth::{OUTSIDE, RenderedDocument};
use docexam_domain::{DocumentType, FieldKey};
use docexam_ocr::{OcrConfig, Reader};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// An invoice of a few rows; the numbers depend on the seed.
pub(super) fn invoice(seed: u64) -> RenderedDocument {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let mut ink = Ink::default();
    let number = format!(
        "NL-{}/{}",
        rng.random_range(100..999),
        rng.random_range(10..99)
    );
    let mut source = String::from("#set page(paper: \"a4\", margin: 2cm)\n#set text(size: 10pt)\n");
    source += &format!(
        "= {}\n",
        ink.plain(FieldKey::SellerName, "Nordlicht Armaturen GmbH")
    );
    source += &ink.plain(FieldKey::SellerAddress, "Kaistrasse 14\n20457 Hamburg");
    source += &format!("\n\n{} ", escape("Commercial Invoice No."));
    source += &ink.plain(FieldKey::DocumentNumber, &number);
    source += &format!("\n\n{} ", escape("Date:"));
    source += &ink.field(FieldKey::IssueDate, "14.03.2026", "2026-03-14");
    source += "\n\n#table(columns: (auto, 1fr, auto, auto, auto), [Pos], [Description], [HS code], [Qty], [Amount],\n";
    for row in 0..8 {
        let quantity = rng.random_range(10..900).to_string();
        let amount = format!(
            "{}.{:02}",
            rng.random_range(100..9999),
            rng.random_range(0..100)
        );
        let cells = [
            ink.cell(
                row,
                FieldKey::LineNumber,
                &(row + 1).to_string(),
                &(row + 1).to_string(),
            ),
            ink.cell(
                row,
                FieldKey::Description,
                "Ball valve, brass, with lever handle",
                "x",
            ),
            ink.cell(row, FieldKey::HsCode, "8481.80.81", "84818081"),
            ink.cell(row, FieldKey::Quantity, &quantity, &quantity),
            ink.cell(row, FieldKey::LineAmount, &amount, &amount),
        ];
        for cell in cells {
            source += &format!("[{cell}], ");
        }
    }
    source += ")\n\n";
    source += &format!(
        "{} {}\n",
        escape("Total EUR"),
        ink.plain(FieldKey::TotalAmount, "48,211.50")
    );
    let sheets = print("test invoice", source, &ink.mentions, 200.0).expect("typeset");
    RenderedDocument {
        document_type: DocumentType::CommercialInvoice,
        language: "en".to_owned(),
        layout: "test".to_owned(),
        pages: sheets.pages,
        pdf: sheets.pdf,
        fields: Vec::new(),
    }
}

#[test]
fn a_scanned_page_is_read_and_labelled() {
    let document = invoice(1);
    let mut reader = Reader::new(&OcrConfig::default()).expect("tesseract");
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let look = CaptureLook {
        skew_degrees: 1.5,
        ..CaptureLook::office_scanner(&mut rng)
    };
    let captured = capture(&document.pages[0], &look, &mut rng);
    let read = read_page(&document.pages[0], &captured, &mut reader).expect("read");
    let tally = read.labelling.tally;
    assert!(tally.recall() > 0.9, "{tally:?}");
    assert!(tally.label_recall() > 0.9, "{tally:?}");
    let rows = read
        .labelling
        .words
        .iter()
        .filter(|word| word.starts_row)
        .count();
    assert_eq!(rows, 8);
    let total = read
        .labelling
        .words
        .iter()
        .find(|word| word.label == "total_amount");
    assert!(
        total.is_some_and(|word| word.begins && word.word.text.starts_with("48")),
        "{total:?}"
    );
}

#[test]
fn the_text_layer_is_labelled_without_loss() {
    let document = invoice(2);
    let pages = text_layer_pages(&document, "train-1-000000", Split::Train).expect("read");
    let labelled = pages[0]
        .words
        .iter()
        .filter(|word| word.label != OUTSIDE)
        .count();
    let printed = document.pages[0]
        .words
        .iter()
        .filter(|word| word.label != OUTSIDE)
        .count();
    assert_eq!(labelled, printed);
    assert_eq!(
        pages[0].words.iter().filter(|word| word.starts_row).count(),
        8
    );
}

#[test]
fn text_layers_of_generated_documents_lose_hardly_a_label() {
    let mut all = Tally::default();
    for seed in 0..60 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let document = document(Split::Train, &[], 24.0, &mut rng).expect("drawn");
        for (index, labelling) in pages::text_layer_labellings(&document).expect("read") {
            let tally = labelling.tally;
            let lost = 1.0 - tally.label_recall();
            assert!(
                lost < 0.1,
                "{seed} {} page {index}: {tally:?}",
                document.document_type
            );
            all.add(&tally);
        }
    }
    assert!(all.label_recall() > 0.99, "{all:?}");
}

/// Run by hand: what each look costs the reader. Prints recall and time for each.
#[test]
#[ignore = "reads many pages"]
fn what_each_look_costs() {
    let mut reader = Reader::new(&OcrConfig::default()).expect("tesseract");
    type Make = fn(&mut ChaCha8Rng) -> CaptureLook;
    let makes: [(&str, Make); 9] = [
        ("clean", |_| CaptureLook::clean()),
        ("scanner", CaptureLook::office_scanner),
        ("photocopy", CaptureLook::photocopy),
        ("fax", CaptureLook::fax),
        ("phone", CaptureLook::phone),
        ("low", CaptureLook::low_resolution),
        ("jpeg", CaptureLook::jpeg_damaged),
        ("typewriter", |rng| CaptureLook {
            ink: LetterInk::Typewriter,
            ..CaptureLook::office_scanner(rng)
        }),
        ("dotmatrix", |rng| CaptureLook {
            ink: LetterInk::DotMatrix,
            ..CaptureLook::office_scanner(rng)
        }),
    ];
    for (name, make) in makes {
        let mut tally = Tally::default();
        let start = std::time::Instant::now();
        let mut worst: (f32, String) = (2.0, String::new());
        let mut capturing = std::time::Duration::default();
        for seed in 0..6 {
            let document = invoice(seed);
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let look = make(&mut rng);
            let began = std::time::Instant::now();
            let captured = capture(&document.pages[0], &look, &mut rng);
            capturing += began.elapsed();
            let read = read_page(&document.pages[0], &captured, &mut reader).expect("read");
            tally.add(&read.labelling.tally);
            let recall = read.labelling.tally.recall();
            if recall < worst.0 {
                worst = (recall, format!("{look:?}"));
            }
        }
        println!(
            "{name}: recall {:.3} labels {:.3}, {:?} a page of which capture {:?}; worst {:.2} {}",
            tally.recall(),
            tally.label_recall(),
            start.elapsed() / 6,
            capturing / 6,
            worst.0,
            worst.1
        );
    }
}

/// Run by hand: pictures of generated documents as they are captured for training.
#[test]
#[ignore = "writes pictures for a person to look at"]
fn captured_documents() {
    let folder = std::env::temp_dir().join("docexam-captured");
    std::fs::create_dir_all(&folder).expect("folder");
    for seed in 0..12 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let document = document(Split::Train, &[], 200.0, &mut rng).expect("drawn");
        let look = CaptureLook::any(&mut rng);
        let captured = capture(&document.pages[0], &look, &mut rng);
        println!("{seed} {} {look:?}", document.document_type);
        captured
            .image
            .save(folder.join(format!("{seed:02}.png")))
            .expect("png");
    }
}

/// Run by hand: a trial set with its error table, written where `TRIAL` says, `COUNT` documents.
/// `SHARE_OCR` of them are really read.
#[test]
#[ignore = "reads many pages"]
fn trial_set() {
    let setting = |name: &str, usual: &str| std::env::var(name).unwrap_or(usual.to_owned());
    let folder = std::path::PathBuf::from(setting("TRIAL", "/tmp/docexam-trial"));
    let options = LabelOptions {
        seed: 1,
        count: setting("COUNT", "60").parse().expect("a number"),
        split: Split::Train,
        languages: Vec::new(),
        out: folder.join("train.jsonl"),
        threads: 2,
        share_ocr: setting("SHARE_OCR", "1.0").parse().expect("a share"),
        share_text_layer: 0.3,
        variants: 1,
        ocr: OcrConfig::default(),
    };
    let start = std::time::Instant::now();
    let summary = label_corpus(&options, &|_| {}).expect("labelled");
    println!(
        "{} documents, {} pages in {:?}; {:?}: words {:.4} labels {:.4}",
        summary.documents,
        summary.pages,
        start.elapsed(),
        summary.tally,
        summary.tally.recall(),
        summary.tally.label_recall()
    );
    summary
        .problems
        .iter()
        .for_each(|problem| println!("{problem}"));
    let table = serde_json::to_string_pretty(&summary.errors.table()).expect("table");
    std::fs::write(folder.join("ocr_errors.json"), table).expect("written");
}
