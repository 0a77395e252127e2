//! PNG and JPEG files: orientation, transparency, density, size; and files with random damage.

use crate::made::{WITH_FONT, found_mark, line_of_text, pdf_of_pages, png, scan, shared};
use docexam_intake::{Limits, open};
use image::{DynamicImage, GrayImage, ImageFormat, Luma, Rgba, RgbaImage};
use std::io::Cursor;

fn jpeg(image: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(image.clone())
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// The JPEG with an EXIF segment that holds nothing but an orientation.
fn oriented(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    let mut file = vec![0xff, 0xd8, 0xff, 0xe1];
    file.extend((exif.len() as u16 + 2).to_be_bytes());
    file.extend(exif);
    file.extend(&jpeg[2..]);
    file
}

#[test]
fn a_photo_is_shown_as_its_orientation_says() {
    let (upright, mark) = scan(620, 877, 0.0);
    // Held sideways: the camera stores the page lying on its side and says "turn clockwise".
    let stored = image::imageops::rotate270(&upright);
    let file = oriented(&jpeg(&stored), 6);
    let file = open("photo.jpg", shared(file), &Limits::default()).unwrap();
    let page = file.page(1).unwrap();
    assert_eq!(page.image.dimensions(), (620, 877));
    let [x, y] = found_mark(&page.image);
    assert!((x - mark[0]).hypot(y - mark[1]) < 2.0, "{x}, {y}");
    // Orientation is part of the displayed page, not of the placement.
    assert_eq!(page.placement.turned_degrees, 0);
    assert_eq!(
        file.displayed_image(1, 1000).unwrap().dimensions(),
        (620, 877)
    );
}

#[test]
fn what_is_transparent_lies_on_white_paper() {
    let clear = RgbaImage::from_pixel(50, 40, Rgba([0, 0, 0, 0]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgba8(clear)
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    let file = open("clear.png", shared(bytes.into_inner()), &Limits::default()).unwrap();
    assert_eq!(file.page(1).unwrap().image.get_pixel(20, 20).0, [255]);
    assert_eq!(
        file.displayed_image(1, 100).unwrap().get_pixel(20, 20).0,
        [255; 3]
    );
}

#[test]
fn a_large_picture_is_scaled_down_evenly() {
    // Every third column black: a third of the paper must stay dark whatever the new size.
    let stripes = GrayImage::from_fn(4001, 300, |x, _| Luma([if x % 3 == 0 { 0 } else { 255 }]));
    let file = open("stripes.png", shared(png(&stripes)), &Limits::default()).unwrap();
    let page = file.page(1).unwrap();
    assert_eq!(page.image.width(), 3000);
    let sum: f32 = page
        .image
        .as_raw()
        .iter()
        .map(|pixel| f32::from(*pixel))
        .sum();
    let mean = sum / page.image.as_raw().len() as f32;
    assert!((mean - 170.0).abs() < 1.0, "{mean}");
}

#[test]
fn a_picture_without_density_is_taken_for_a4() {
    let page = GrayImage::from_pixel(1240, 1754, Luma([255]));
    let file = open("scan.png", shared(png(&page)), &Limits::default()).unwrap();
    assert!((file.page(1).unwrap().dpi - 150.0).abs() < 0.2);
}

#[test]
fn files_with_random_damage_do_no_harm() {
    let (page, _) = scan(300, 400, 1.0);
    let pdf = pdf_of_pages(&[line_of_text("one"), line_of_text("two")], WITH_FONT, &[]);
    let tiff = {
        let mut bytes = Cursor::new(Vec::new());
        let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes)
            .unwrap()
            .with_compression(tiff::encoder::Compression::Lzw);
        for _ in 0..2 {
            encoder
                .write_image::<tiff::encoder::colortype::Gray8>(300, 400, page.as_raw())
                .unwrap();
        }
        bytes.into_inner()
    };
    let mut state = 7_u32;
    let mut random = move |below: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as usize % below
    };
    let limits = Limits {
        max_page_seconds: 10.0,
        ..Limits::default()
    };
    for whole in [pdf, tiff, png(&page), jpeg(&page)] {
        for _ in 0..60 {
            let mut damaged = whole.clone();
            for _ in 0..1 + random(6) {
                // Half of the hits go where the structure is.
                let reach = if random(2) == 0 {
                    damaged.len().min(200)
                } else {
                    damaged.len()
                };
                let at = if random(4) == 0 {
                    damaged.len() - 1 - random(reach)
                } else {
                    random(reach)
                };
                damaged[at] = random(256) as u8;
            }
            let Ok(file) = open("damaged", shared(damaged), &limits) else {
                continue;
            };
            for number in 1..=file.page_count().min(3) {
                let _ = file.page(number);
                let _ = file.displayed_image(number, 300);
            }
        }
    }
}
