//! A printed page goes through the reader as pages come in: with and without a text layer, turned,
//! small, empty, and with a layer that lies.

use docexam_domain::{PageReading, PageStatus, ReadingSource};
use docexam_intake::{Limits, Page, open};
use docexam_ocr::{OcrConfig, Reader};
use image::{GrayImage, Luma, imageops};
use std::path::Path;

const LINES: [&str; 14] = [
    "COMMERCIAL INVOICE No. 2026-4711",
    "Seller: Harbour Bearings Ltd, 12 Quay Street, Bristol",
    "Buyer: Nordwest Handels GmbH, Hamburg, Germany",
    "Date of issue: 17 April 2026",
    "Terms of delivery: FOB Bristol, Incoterms 2020",
    "Description of goods and quantities as ordered",
    "Deep groove ball bearing 6204   5,000 PCS   4,300.00",
    "Tapered roller bearing 30205   2,400 PCS   4,680.00",
    "Stainless steel bolt M8x40   12,000 PCS   1,320.00",
    "Total amount payable in EUR   10,300.00",
    "Gross weight 1,845.50 kg   Net weight 1,760.00 kg",
    "Packed in 46 cartons on four pallets",
    "The goods are of British origin",
    "Payment by bank transfer within thirty days",
];

/// One A4 page in Helvetica.
fn printed_page() -> Page {
    let shown: String = LINES
        .iter()
        .map(|line| format!("({line}) Tj T*\n"))
        .collect();
    let content = format!("BT /F1 12 Tf 24 TL 60 760 Td\n{shown}ET");
    let objects = [
        "<</Type/Catalog/Pages 2 0 R>>".to_owned(),
        "<</Type/Pages/Kids[3 0 R]/Count 1>>".to_owned(),
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R\
         /Resources<</Font<</F1 5 0 R>>>>>>"
            .to_owned(),
        format!("<</Length {}>>stream\n{content}\nendstream", content.len()),
        "<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>".to_owned(),
    ];
    let mut pdf = String::from("%PDF-1.4\n");
    let mut table = String::from("0000000000 65535 f \n");
    for (index, object) in objects.iter().enumerate() {
        table += &format!("{:010} 00000 n \n", pdf.len());
        pdf += &format!("{} 0 obj\n{object}\nendobj\n", index + 1);
    }
    let start = pdf.len();
    pdf += &format!("xref\n0 6\n{table}trailer<</Size 6/Root 1 0 R>>\nstartxref\n{start}\n%%EOF\n");
    let bytes = pdf.into_bytes().into();
    let file = open("invoice.pdf", bytes, &Limits::default()).expect("a PDF");
    file.page(1).expect("a page")
}

/// The same without a text layer, as a scanner gives it.
fn scanned_page() -> Page {
    Page {
        text_layer: None,
        ..printed_page()
    }
}

fn picture(image: GrayImage) -> Page {
    let placement = docexam_domain::Placement::upright(image.width(), image.height());
    Page {
        image,
        placement,
        text_layer: None,
        ..printed_page()
    }
}

fn config() -> OcrConfig {
    OcrConfig::with_models(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models"))
}

fn reader() -> Reader {
    Reader::new(&config())
        .expect("tesseract and its models are installed, models/reader/obtain.sh was run")
}

/// Share of the printed words that were read, in any order.
fn found(reading: &PageReading) -> f32 {
    let printed: Vec<&str> = LINES
        .iter()
        .flat_map(|line| line.split_whitespace())
        .collect();
    let is_read = |text: &&&str| reading.words.iter().any(|word| word.text == **text);
    printed.iter().filter(is_read).count() as f32 / printed.len() as f32
}

#[test]
fn a_text_layer_that_says_what_the_page_shows_is_the_reading() {
    let reading = reader().read(0, printed_page());
    assert_eq!(
        (reading.status, reading.source),
        (PageStatus::Read, ReadingSource::TextLayer)
    );
    assert_eq!((reading.quality, found(&reading)), (1.0, 1.0));
    assert_eq!(
        reading.words.last().expect("words").line,
        LINES.len() as u32 - 1
    );
}

#[test]
fn a_layer_that_says_something_else_is_not_believed() {
    let mut page = printed_page();
    for word in page.text_layer.iter_mut().flatten() {
        // Same places, same lengths, other figures and letters.
        let other = |c: char| match c {
            '0'..='9' => char::from(b'9' - (c as u8 - b'0')),
            'a'..='z' => char::from(b'z' - (c as u8 - b'a')),
            other => other,
        };
        word.text = word.text.chars().map(other).collect();
    }
    let reading = reader().read(0, page);
    assert_eq!(reading.source, ReadingSource::Ocr);
    assert!(found(&reading) > 0.9, "{}", found(&reading));
}

#[test]
fn hidden_text_is_another_programs_ocr_and_not_used() {
    let page = Page {
        text_is_hidden: true,
        ..printed_page()
    };
    let reading = reader().read(0, page);
    assert_eq!(reading.source, ReadingSource::Ocr);
}

#[test]
fn a_scan_is_read_whichever_way_it_lies() {
    let mut reader = reader();
    for lies in [0, 90, 180, 270] {
        let page = scanned_page().turned(lies);
        let page = Page {
            placement: docexam_domain::Placement::upright(page.image.width(), page.image.height()),
            ..page
        };
        let reading = reader.read(0, page);
        let placement = reading.placement.expect("placed");
        assert_eq!(
            placement.turned_degrees,
            (360 - lies) % 360,
            "page lying at {lies}"
        );
        assert!(
            found(&reading) > 0.9,
            "{} found lying at {lies}",
            found(&reading)
        );
        let lines: Vec<u32> = reading.words.iter().map(|word| word.line).collect();
        assert!(lines.is_sorted() && lines.last() >= Some(&(LINES.len() as u32 - 1)));
    }
}

#[test]
fn a_reading_does_not_depend_on_the_page_before() {
    let mut reader = reader();
    let first = reader.read(0, scanned_page());
    let smaller = picture(imageops::crop_imm(&scanned_page().image, 0, 0, 1_000, 700).to_image());
    let between = reader.read(0, smaller.clone());
    assert_eq!(reader.read(0, scanned_page()), first);
    let fresh = self::reader().read(0, smaller);
    assert_eq!(fresh, between);
}

#[test]
fn small_print_is_enlarged() {
    let page = scanned_page();
    let (width, height) = (page.image.width() * 2 / 5, page.image.height() * 2 / 5);
    let small = imageops::resize(&page.image, width, height, imageops::FilterType::Triangle);
    let reading = reader().read(
        0,
        Page {
            dpi: 80.0,
            ..picture(small)
        },
    );
    assert!(found(&reading) > 0.85, "{}", found(&reading));
}

/// Coarse and full of holes, as a bad fax is.
fn damaged_page() -> Page {
    let page = scanned_page();
    let (width, height) = page.image.dimensions();
    let filter = imageops::FilterType::Triangle;
    let coarse = imageops::resize(&page.image, width * 9 / 20, height * 9 / 20, filter);
    let mut image = imageops::resize(&coarse, width, height, filter);
    for (x, y, pixel) in image.enumerate_pixels_mut() {
        let hash = (x / 2 * 7_919 + y / 2 * 104_729).wrapping_mul(2_654_435_761) >> 24;
        if hash < 14 {
            pixel.0[0] = 255;
        }
    }
    picture(image)
}

#[test]
fn what_is_doubtful_is_read_better_by_the_line_reader() {
    let mut tesseract = Reader::new(&OcrConfig::default()).expect("starts");
    let alone = found(&tesseract.read(0, damaged_page()));
    let together = found(&reader().read(0, damaged_page()));
    assert!(
        together > alone,
        "{together} found, {alone} by Tesseract alone"
    );
}

/// A certificate of the golden consignments: scanned, and with Chinese names of goods among Latin print.
fn bilingual_page() -> Page {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/golden/case-15/03-scan.pdf");
    let bytes = std::fs::read(path).expect("a golden document").into();
    let file = open("03-scan.pdf", bytes, &Limits::default()).expect("a PDF");
    file.page(1).expect("a page")
}

#[test]
fn chinese_among_latin_print_is_read_whichever_way_it_lies() {
    let mut reader = reader();
    let upright = bilingual_page();
    let on_its_head = picture(imageops::rotate180(&upright.image));
    for page in [upright, on_its_head] {
        let reading = reader.read(0, page);
        let says = |text: &str| {
            let words = reading.words.iter();
            words.filter(|word| word.text.contains(text)).count()
        };
        let goods = says("印刷电路板");
        assert!(goods >= 8, "{goods} of 12 names of goods");
        assert_eq!(says("促进委员会"), 1);
        assert!(says("8,110") == 1 && says("Gdańsk") >= 1);
    }
}

#[test]
fn pages_without_text_are_blank() {
    let mut reader = reader();
    let mut noisy = GrayImage::from_pixel(1_654, 2_339, Luma([250]));
    for (index, pixel) in noisy.pixels_mut().enumerate() {
        pixel.0[0] -= (index.wrapping_mul(2_654_435_761) >> 20 & 31) as u8;
    }
    let white = GrayImage::from_pixel(1_654, 2_339, Luma([255]));
    for image in [GrayImage::from_pixel(1, 1, Luma([0])), white, noisy] {
        let reading = reader.read(0, picture(image));
        assert_eq!(
            (reading.status, reading.source),
            (PageStatus::Blank, ReadingSource::None)
        );
        assert!(reading.words.is_empty() && reading.problem.is_none());
    }
}

#[test]
fn a_page_that_takes_too_long_fails_with_file_page_and_limit() {
    let config = OcrConfig {
        max_page_seconds: 0.1,
        ..config()
    };
    let mut reader = Reader::new(&config).expect("starts");
    let reading = reader.read(3, scanned_page());
    assert_eq!(reading.status, PageStatus::Failed);
    let problem = reading.problem.expect("says why");
    assert_eq!(problem, "file 3 page 1: reading took over 0.1 s");
}

#[test]
fn the_engine_names_its_version_models_and_settings() {
    let reader = reader();
    let engine = reader.engine();
    assert!(engine.starts_with("tesseract 5."), "{engine}");
    assert!(
        engine.contains("Latin:") && engine.contains("PP-OCRv6_rec_small:"),
        "{engine}"
    );
    assert_eq!(engine, self::reader().engine());
}
