//! Broken, oversized and hostile files: each yields an error that names it, none takes us down.

use crate::made::{
    WITH_FONT, deflated, line_of_text, pdf, pdf_of_pages, pdf_with_trailer, png, png_claiming,
    scan, shared, stream,
};
use docexam_intake::{IntakeError, Limits, OpenFile, open};
use image::{GrayImage, Luma};
use std::time::Instant;

fn opened(name: &str, bytes: Vec<u8>) -> Result<OpenFile, IntakeError> {
    open(name, shared(bytes), &Limits::default())
}

fn refusal(name: &str, bytes: Vec<u8>) -> String {
    let error = opened(name, bytes)
        .err()
        .expect("the file should be refused");
    error.to_string()
}

fn page_refusal(name: &str, bytes: Vec<u8>, limits: &Limits, page: u32) -> String {
    let file = open(name, shared(bytes), limits).expect("the file itself should open");
    let refused = file.page(page).map(|page| page.number);
    refused.expect_err("the page should be refused").to_string()
}

#[test]
fn an_empty_file_is_refused() {
    assert_eq!(refusal("a.pdf", Vec::new()), "a.pdf is empty");
}

#[test]
fn an_unknown_content_is_refused_whatever_its_name() {
    let text = b"Dear Sir or Madam, please find enclosed".to_vec();
    assert_eq!(
        refusal("letter.pdf", text),
        "letter.pdf is neither PDF, TIFF, PNG nor JPEG"
    );
}

#[test]
fn a_wrong_extension_does_not_matter() {
    let picture = png(&GrayImage::from_pixel(300, 200, Luma([255])));
    let file = opened("scan.pdf", picture).unwrap();
    assert_eq!(file.page_count(), 1);
    assert_eq!(file.page(1).unwrap().image.dimensions(), (300, 200));
}

#[test]
fn a_file_over_the_byte_limit_is_refused() {
    let limits = Limits {
        max_file_bytes: 100,
        ..Limits::default()
    };
    let error = open("big.png", shared(vec![0; 101]), &limits)
        .err()
        .unwrap();
    assert_eq!(error.to_string(), "big.png is 101 bytes, limit 100");
}

#[test]
fn garbage_behind_a_pdf_header_is_refused() {
    let text = refusal("a.pdf", b"%PDF-1.7\nnothing of use".to_vec());
    assert!(text.starts_with("a.pdf cannot be read: "), "{text}");
}

#[test]
fn a_truncated_pdf_gives_its_pages_or_an_error() {
    let contents: Vec<_> = (0..5)
        .map(|page| line_of_text(&format!("page {page}")))
        .collect();
    let whole = pdf_of_pages(&contents, WITH_FONT, &[]);
    let mut with_pages = 0;
    for length in (10..whole.len()).step_by(97) {
        match opened("cut.pdf", whole[..length].to_vec()) {
            Ok(file) => {
                with_pages += 1;
                for number in 1..=file.page_count() {
                    let _ = file.page(number);
                }
            }
            Err(error) => assert!(error.to_string().starts_with("cut.pdf "), "{error}"),
        }
    }
    assert!(with_pages > 0, "nothing was repaired");
}

#[test]
fn an_encrypted_pdf_is_refused_by_that_name() {
    let objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        b"<< /Type /Pages /Count 1 /Kids [3 0 R] >>".to_vec(),
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>".to_vec(),
        format!(
            "<< /Filter /Standard /V 1 /R 2 /P -44 /O <{}> /U <{}> >>",
            "5a".repeat(32),
            "a5".repeat(32)
        )
        .into_bytes(),
    ];
    let trailer = "/Encrypt 4 0 R /ID [<00112233445566778899aabbccddeeff> \
                   <00112233445566778899aabbccddeeff>]";
    let text = refusal("locked.pdf", pdf_with_trailer(&objects, trailer));
    assert_eq!(text, "locked.pdf is encrypted and asks for a password");
}

#[test]
fn a_single_pixel_is_a_page() {
    let file = opened("dot.png", png(&GrayImage::from_pixel(1, 1, Luma([0])))).unwrap();
    assert_eq!(file.page(1).unwrap().image.dimensions(), (1, 1));
    assert_eq!(file.displayed_image(1, 800).unwrap().dimensions(), (1, 1));
}

#[test]
fn a_page_number_out_of_range_is_refused() {
    let file = opened("dot.png", png(&GrayImage::from_pixel(1, 1, Luma([0])))).unwrap();
    assert_eq!(
        file.page(2).err().unwrap().to_string(),
        "dot.png has no page 2, only 1"
    );
    assert!(file.page(0).is_err());
}

#[test]
fn a_picture_with_too_long_a_side_is_refused_before_it_is_decoded() {
    let started = Instant::now();
    let text = page_refusal(
        "wide.png",
        png_claiming(40_000, 40_000),
        &Limits::default(),
        1,
    );
    assert_eq!(
        text,
        "wide.png page 1 is 40000 x 40000 px, limit 20000 px a side"
    );
    assert!(started.elapsed().as_secs() < 2);
}

#[test]
fn a_picture_with_too_many_pixels_is_refused() {
    let text = page_refusal(
        "large.png",
        png_claiming(15_000, 15_000),
        &Limits::default(),
        1,
    );
    assert_eq!(text, "large.png page 1 has 225.0 megapixels, limit 100");
}

#[test]
fn a_jpeg_header_of_40000_by_40000_is_refused() {
    let mut jpeg = vec![0xff, 0xd8, 0xff, 0xc0, 0, 11, 8];
    jpeg.extend(40_000_u16.to_be_bytes());
    jpeg.extend(40_000_u16.to_be_bytes());
    jpeg.extend([
        1, 1, 0x11, 0, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, 0xff, 0xd9,
    ]);
    let text = page_refusal("wide.jpg", jpeg, &Limits::default(), 1);
    assert!(text.contains("wide.jpg page 1"), "{text}");
    assert!(text.contains("40000"), "{text}");
}

#[test]
fn a_truncated_jpeg_or_png_does_no_harm() {
    let (page, _) = scan(600, 800, 0.0);
    let whole = png(&page);
    let text = page_refusal(
        "cut.png",
        whole[..whole.len() / 2].to_vec(),
        &Limits::default(),
        1,
    );
    assert!(
        text.starts_with("cut.png page 1 cannot be decoded: "),
        "{text}"
    );
}

#[test]
fn a_pdf_of_10000_pages_is_refused_quickly() {
    let kids: Vec<String> = (0..10_000)
        .map(|page| format!("{} 0 R", page + 3))
        .collect();
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        format!("<< /Type /Pages /Count 10000 /Kids [{}] >>", kids.join(" ")).into_bytes(),
    ];
    objects.resize(
        10_002,
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>".to_vec(),
    );
    let started = Instant::now();
    let text = refusal("long.pdf", pdf(&objects));
    assert_eq!(text, "long.pdf has 10000 pages, limit 2000");
    assert!(started.elapsed().as_secs() < 5, "{:?}", started.elapsed());
}

#[test]
fn a_bomb_in_a_content_stream_costs_its_page_only() {
    let bomb = stream("/Filter /FlateDecode", &deflated(&vec![b' '; 150_000_000]));
    let file = pdf_of_pages(&[bomb, line_of_text("unharmed")], WITH_FONT, &[]);
    assert!(file.len() < 300_000);
    let file = opened("bomb.pdf", file).unwrap();
    let text = file.page(1).err().unwrap().to_string();
    let limit = Limits::default().max_stream_bytes;
    assert_eq!(
        text,
        format!("bomb.pdf page 1 holds a stream of more than {limit} bytes, which is the limit")
    );
    assert!(file.displayed_image(1, 500).is_err());
    let words = file.page(2).unwrap().text_layer.unwrap();
    assert_eq!(words[0].text, "unharmed");
}

#[test]
fn bombs_in_forms_fonts_and_pictures_are_found() {
    let limits = Limits {
        max_stream_bytes: 1_000_000,
        ..Limits::default()
    };
    let zeros = deflated(&vec![0; 20_000_000]);
    let form = "/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Filter /FlateDecode";
    let picture = "/Type /XObject /Subtype /Image /Width 10 /Height 10 /ColorSpace /DeviceGray \
                   /BitsPerComponent 8 /Filter /FlateDecode";
    for (entries, resources) in [
        (form, "/Resources << /XObject << /X 4 0 R >> >>"),
        (picture, "/Resources << /XObject << /X 4 0 R >> >>"),
        (
            "/Filter /FlateDecode",
            "/Resources << /Font << /P << /ToUnicode 4 0 R >> >> >>",
        ),
        (
            "/Filter /Fl",
            "/Resources << /XObject << /Parent 4 0 R >> >>",
        ),
    ] {
        let file = pdf_of_pages(&[line_of_text("x")], resources, &[stream(entries, &zeros)]);
        let text = page_refusal("bomb.pdf", file, &limits, 1);
        assert!(
            text.contains("page 1 holds a stream of more than 1000000 bytes"),
            "{text}"
        );
    }
}

#[test]
fn a_bomb_written_into_the_content_is_found() {
    let limits = Limits {
        max_stream_bytes: 1_000_000,
        ..Limits::default()
    };
    let mut content = b"q 100 0 0 100 0 0 cm BI /W 10 /H 10 /CS /G /BPC 8 /F /Fl ID ".to_vec();
    content.extend(deflated(&vec![0; 20_000_000]));
    content.extend(b" EI Q");
    let file = pdf_of_pages(&[stream("", &content)], WITH_FONT, &[]);
    let text = page_refusal("bomb.pdf", file, &limits, 1);
    assert!(
        text.contains("page 1 holds a stream of more than 1000000 bytes"),
        "{text}"
    );
}

#[test]
fn a_bomb_in_an_object_stream_is_found_before_the_file_is_parsed() {
    let mut objects = b"5 0 << /Type /Pages /Count 0 /Kids [] >>".to_vec();
    objects.resize(20_000_000, b' ');
    let limits = Limits {
        max_stream_bytes: 1_000_000,
        ..Limits::default()
    };
    for entries in [
        "/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode",
        "/N 1 /Filter [/FlateDecode] /#46irst 4",
        "/Type /XRef /W [1 2 1] /Size 6 /Filter /FlateDecode",
    ] {
        let bomb = stream(entries, &deflated(&objects));
        let file = pdf(&[b"<< /Type /Catalog /Pages 5 0 R >>".to_vec(), bomb]);
        let error = open("bomb.pdf", shared(file), &limits).err().unwrap();
        assert_eq!(
            error.to_string(),
            "bomb.pdf holds object streams of more than 1000000 bytes, which is the limit"
        );
    }
}

#[test]
fn a_pdf_picture_of_40000_by_40000_is_refused() {
    for filter in [
        "/FlateDecode",
        "/CCITTFaxDecode /DecodeParms << /K -1 /Columns 40000 >>",
    ] {
        let picture = format!(
            "/Type /XObject /Subtype /Image /Width 40000 /Height 40000 /ColorSpace /DeviceGray \
             /BitsPerComponent 1 /Filter {filter}"
        );
        let content = stream("", b"q 595 0 0 842 0 0 cm /X Do Q");
        let resources = "/Resources << /XObject << /X 4 0 R >> >>";
        let file = pdf_of_pages(
            &[content],
            resources,
            &[stream(&picture, &deflated(&[0; 9]))],
        );
        let text = page_refusal("wide.pdf", file, &Limits::default(), 1);
        assert_eq!(text, "wide.pdf page 1 has 1600.0 megapixels, limit 100");
    }
}

#[test]
fn a_scan_that_cannot_be_decoded_is_an_error_and_not_a_blank_page() {
    let picture = "/Type /XObject /Subtype /Image /Width 100 /Height 140 /ColorSpace /DeviceGray \
                   /BitsPerComponent 8 /Filter /DCTDecode";
    let content = stream("", b"q 595 0 0 842 0 0 cm /X Do Q");
    let resources = "/Resources << /XObject << /X 4 0 R >> >>";
    let file = pdf_of_pages(&[content], resources, &[stream(picture, b"no JPEG at all")]);
    let text = page_refusal("scan.pdf", file, &Limits::default(), 1);
    assert!(
        text.starts_with("scan.pdf page 1 cannot be decoded: its picture"),
        "{text}"
    );
}

#[test]
fn a_huge_media_box_is_scaled_down() {
    let entries = "/MediaBox [0 0 1000000 700000] /Resources << /Font << /F1 3 0 R >> >>";
    let file = opened("map.pdf", pdf_of_pages(&[line_of_text("x")], entries, &[])).unwrap();
    let page = file.page(1).unwrap();
    let (width, height) = page.image.dimensions();
    assert!(width <= 3000 && height <= 3000, "{width} x {height}");
}

#[test]
fn content_that_never_ends_runs_into_the_time_limit() {
    // Ten forms, each drawing the next ten times.
    let forms: Vec<Vec<u8>> = (4..14)
        .map(|number| {
            let entries = format!(
                "/Type /XObject /Subtype /Form /BBox [0 0 9 9] \
                 /Resources << /XObject << /X {} 0 R >> >>",
                number + 1
            );
            stream(&entries, &b"0 0 5 5 re f /X Do ".repeat(10))
        })
        .collect();
    let content = stream("", b"/X Do");
    let resources = "/Resources << /XObject << /X 4 0 R >> >>";
    let limits = Limits {
        max_page_seconds: 0.5,
        ..Limits::default()
    };
    let started = Instant::now();
    let file = pdf_of_pages(&[content], resources, &forms);
    let text = page_refusal("laughs.pdf", file, &limits, 1);
    assert_eq!(
        text,
        "laughs.pdf page 1 took longer than 0.5 s, which is the limit"
    );
    assert!(started.elapsed().as_secs() < 10);
}

#[test]
fn deep_nesting_does_not_overflow_the_stack() {
    let deep = "[".repeat(500_000);
    let content = stream("", format!("{deep} TJ").as_bytes());
    let file = pdf_of_pages(&[content], &format!("/Deep {deep}"), &[]);
    if let Ok(file) = opened("deep.pdf", file) {
        let _ = file.page(1);
    }
    let tree: Vec<Vec<u8>> = (0..50_000)
        .map(|number| format!("<< /Type /Pages /Kids [{} 0 R] >>", number + 2).into_bytes())
        .collect();
    let mut objects = vec![b"<< /Type /Catalog /Pages 2 0 R >>".to_vec()];
    objects.extend(tree);
    let _ = opened("tree.pdf", pdf(&objects));
}
