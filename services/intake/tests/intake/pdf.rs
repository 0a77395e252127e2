//! PDF pages: their resolution, their words and their boxes.

use crate::made::{WITH_FONT, line_of_text, pdf_of_pages, scan, shared, stream};
use docexam_intake::{Limits, Page, open};
use image::GrayImage;

fn first_page(bytes: Vec<u8>) -> Page {
    open("a.pdf", shared(bytes), &Limits::default())
        .unwrap()
        .page(1)
        .unwrap()
}

fn page_showing(content: &str) -> Page {
    first_page(pdf_of_pages(
        &[stream("", content.as_bytes())],
        WITH_FONT,
        &[],
    ))
}

fn words(page: &Page) -> Vec<(u32, &str)> {
    let words = page.text_layer.as_deref().unwrap_or_default();
    words
        .iter()
        .map(|word| (word.line, word.text.as_str()))
        .collect()
}

#[test]
fn a_page_of_text_is_rendered_at_200_dpi() {
    let page = first_page(pdf_of_pages(&[line_of_text("Invoice")], WITH_FONT, &[]));
    assert_eq!(page.image.dimensions(), (1653, 2339));
    assert!((page.dpi - 200.0).abs() < 0.5);
    assert!(page.image.as_raw().iter().any(|pixel| *pixel < 64));
}

#[test]
fn words_are_parted_by_spaces_and_by_gaps_and_joined_over_kerning() {
    let page = page_showing(
        "BT /F1 12 Tf 72 700 Td (Gross weight) Tj ET \
         BT /F1 12 Tf 300 700 Td [(1) -10 (25) 20 (0) -600 (kg)] TJ ET \
         BT /F1 12 Tf 72 680 Td (No:47) Tj ET",
    );
    let expected = [
        (0, "Gross"),
        (0, "weight"),
        (0, "1250"),
        (0, "kg"),
        (1, "No:47"),
    ];
    assert_eq!(words(&page), expected);
}

#[test]
fn lines_are_in_reading_order_whatever_the_drawing_order() {
    let page = page_showing(
        "BT /F1 10 Tf 300 600 Td (right) Tj ET BT /F1 10 Tf 72 500 Td (below) Tj ET \
         BT /F1 10 Tf 72 601 Td (left) Tj ET",
    );
    assert_eq!(words(&page), [(0, "left"), (0, "right"), (1, "below")]);
}

#[test]
fn a_word_drawn_twice_to_look_bold_counts_once() {
    let page =
        page_showing("BT /F1 12 Tf 72 700 Td (TOTAL) Tj ET BT /F1 12 Tf 72.3 700 Td (TOTAL) Tj ET");
    assert_eq!(words(&page), [(0, "TOTAL")]);
}

/// The share of a word's box, grown by a pixel, that the page's ink touches on all four sides.
fn ink_bounds(image: &GrayImage) -> [f32; 4] {
    let (mut x0, mut y0, mut x1, mut y1) = (f32::MAX, f32::MAX, 0.0_f32, 0.0_f32);
    for (x, y, pixel) in image.enumerate_pixels() {
        if pixel.0[0] < 128 {
            (x0, y0) = (x0.min(x as f32), y0.min(y as f32));
            (x1, y1) = (x1.max(x as f32 + 1.0), y1.max(y as f32 + 1.0));
        }
    }
    [x0, y0, x1, y1]
}

#[test]
fn boxes_fit_the_ink_under_every_page_rotation() {
    for rotate in [0, 90, 180, 270] {
        let entries = format!("/Rotate {rotate} {WITH_FONT}");
        let page = first_page(pdf_of_pages(&[line_of_text("Consignee")], &entries, &[]));
        let (width, height) = page.image.dimensions();
        assert_eq!(width > height, rotate % 180 == 90);
        let word = &page.text_layer.as_ref().unwrap()[0];
        assert_eq!(word.text, "Consignee");
        assert_eq!(u32::from(page.text_turn_degrees), (360 - rotate) % 360);
        let ink = ink_bounds(&page.image);
        let (width, height) = (width as f32, height as f32);
        let bbox = [
            word.bbox.x0 * width,
            word.bbox.y0 * height,
            word.bbox.x1 * width,
            word.bbox.y1 * height,
        ];
        for (side, ink) in bbox.iter().zip(ink) {
            assert!(
                (side - ink).abs() < 2.5,
                "{rotate}: {bbox:?} around {ink:?}"
            );
        }
    }
}

#[test]
fn a_page_without_text_has_no_text_layer() {
    let page = page_showing("0 0 100 100 re f");
    assert!(page.text_layer.is_none());
}

#[test]
fn a_scan_keeps_its_own_resolution_within_bounds() {
    for (width, height, expected) in [(1240, 1754, 150.0), (1654, 2339, 200.0), (620, 877, 150.0)] {
        let (image, _) = scan(width, height, 0.0);
        let picture = format!(
            "/Type /XObject /Subtype /Image /Width {width} /Height {height} \
             /ColorSpace /DeviceGray /BitsPerComponent 8"
        );
        let content = stream("", b"q 595 0 0 842 0 0 cm /X Do Q");
        let resources = "/Resources << /XObject << /X 4 0 R >> >>";
        let objects = [stream(&picture, image.as_raw())];
        let page = first_page(pdf_of_pages(&[content], resources, &objects));
        assert!(
            (page.dpi - expected).abs() < 1.0,
            "{width} x {height}: {} dpi",
            page.dpi
        );
    }
}

#[test]
fn the_displayed_page_is_in_colour_and_as_large_as_asked() {
    let content = stream("", b"1 0 0 rg 0 0 595 842 re f");
    let file = pdf_of_pages(&[content], WITH_FONT, &[]);
    let file = open("red.pdf", shared(file), &Limits::default()).unwrap();
    let image = file.displayed_image(1, 1000).unwrap();
    assert_eq!(image.height(), 1000);
    let [red, green, blue] = image.get_pixel(300, 300).0;
    assert!(red > 230 && green < 40 && blue < 40, "{red} {green} {blue}");
}

#[test]
fn pages_can_be_read_from_several_threads_and_in_any_order() {
    let contents: Vec<_> = (1..=8)
        .map(|page| line_of_text(&format!("page{page}")))
        .collect();
    let file = pdf_of_pages(&contents, WITH_FONT, &[]);
    let file = open("many.pdf", shared(file), &Limits::default()).unwrap();
    std::thread::scope(|scope| {
        for number in (1..=8).rev() {
            let file = &file;
            scope.spawn(move || {
                let page = file.page(number).unwrap();
                assert_eq!(words(&page), [(0, format!("page{number}").as_str())]);
            });
        }
    });
}
