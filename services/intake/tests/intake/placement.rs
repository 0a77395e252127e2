//! A point on the upright page leads back to the right place of the displayed page, whatever was
//! turned and straightened in between.

use crate::made::{found_mark, pdf_of_pages, png, scan, shared, stream};
use docexam_domain::Rect;
use docexam_intake::{Limits, Page, open};

fn assert_leads_back(page: &Page, mark_px: [f32; 2], displayed: (f32, f32)) {
    let [x, y] = found_mark(&page.image);
    let (width, height) = page.image.dimensions();
    assert_eq!(
        (page.placement.width_px, page.placement.height_px),
        (width, height)
    );
    let (x, y) = (x / width as f32, y / height as f32);
    let corners = page.placement.displayed(&Rect::new(x, y, x, y));
    let [shown_x, shown_y] = corners.0[0];
    let (off_x, off_y) = (
        shown_x * displayed.0 - mark_px[0],
        shown_y * displayed.1 - mark_px[1],
    );
    assert!(
        off_x.hypot(off_y) < 2.0,
        "off by {off_x:.1}, {off_y:.1}: {:?}",
        page.placement
    );
}

#[test]
fn the_mark_is_found_again_after_all_turns_with_and_without_skew() {
    for skew in [0.0, 2.3, -4.1] {
        let (image, mark) = scan(1240, 1754, skew);
        let file = open("scan.png", shared(png(&image)), &Limits::default()).unwrap();
        for degrees in [0, 90, 180, 270] {
            let page = file.page(1).unwrap().turned(degrees);
            // What was scanned turned clockwise is straightened counter-clockwise.
            assert!((page.placement.straightened_degrees + skew).abs() <= 0.15);
            assert_eq!(page.placement.turned_degrees, degrees);
            assert_leads_back(&page, mark, (1240.0, 1754.0));
        }
    }
}

#[test]
fn turns_add_up() {
    let (image, mark) = scan(1240, 1754, 3.0);
    let file = open("scan.png", shared(png(&image)), &Limits::default()).unwrap();
    let page = file.page(1).unwrap().turned(270).turned(180);
    assert_eq!(page.placement.turned_degrees, 90);
    assert_leads_back(&page, mark, (1240.0, 1754.0));
    let page = page.turned(270);
    assert_eq!(page.image.dimensions(), (1240, 1754));
    assert_leads_back(&page, mark, (1240.0, 1754.0));
}

#[test]
fn a_page_on_its_side_is_levelled_too() {
    let (image, mark) = scan(1240, 1754, -2.0);
    let lying = image::imageops::rotate90(&image);
    let mark = [1754.0 - mark[1], mark[0]];
    let file = open("scan.png", shared(png(&lying)), &Limits::default()).unwrap();
    let page = file.page(1).unwrap();
    assert!(
        (page.placement.straightened_degrees - 2.0).abs() <= 0.15,
        "{:?}",
        page.placement
    );
    assert_leads_back(&page.turned(270), mark, (1754.0, 1240.0));
}

#[test]
fn a_large_page_is_scaled_down_and_still_leads_back() {
    let (image, mark) = scan(2480, 3508, 1.5);
    let file = open("scan.png", shared(png(&image)), &Limits::default()).unwrap();
    let page = file.page(1).unwrap();
    assert_eq!(page.image.height(), 3000);
    assert_leads_back(&page.turned(90), mark, (2480.0, 3508.0));
}

#[test]
fn the_text_layer_of_a_crooked_scan_moves_with_it() {
    let (image, mark) = scan(1240, 1754, 2.0);
    let picture = "/Type /XObject /Subtype /Image /Width 1240 /Height 1754 \
                   /ColorSpace /DeviceGray /BitsPerComponent 8";
    // One invisible letter on the mark, in points from the bottom left corner.
    let (x, y) = (mark[0] / 1240.0 * 595.0, 842.0 - mark[1] / 1754.0 * 842.0);
    let content = format!(
        "q 595 0 0 842 0 0 cm /X Do Q BT 3 Tr /F1 12 Tf {} {} Td (O) Tj ET",
        x - 4.67,
        y - 4.3
    );
    let resources = "/Resources << /XObject << /X 4 0 R >> /Font << /F1 3 0 R >> >>";
    let objects = [stream(picture, image.as_raw())];
    let file = pdf_of_pages(&[stream("", content.as_bytes())], resources, &objects);
    let file = open("scan.pdf", shared(file), &Limits::default()).unwrap();
    for degrees in [0, 90, 180, 270] {
        let page = file.page(1).unwrap().turned(degrees);
        assert!(page.text_is_hidden);
        assert!((page.placement.straightened_degrees + 2.0).abs() <= 0.15);
        let (width, height) = page.image.dimensions();
        let word = &page.text_layer.as_ref().unwrap()[0];
        assert_eq!(word.text, "O");
        let [word_x, word_y] = word.bbox.centre();
        let [mark_x, mark_y] = found_mark(&page.image);
        let off = (word_x * width as f32 - mark_x).hypot(word_y * height as f32 - mark_y);
        assert!(off < 4.0, "{degrees}: off by {off:.1} px");
    }
}
