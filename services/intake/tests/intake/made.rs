//! Makes the files that the tests open: small PDFs object by object, scans as pixels.

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};
use image::{DynamicImage, GrayImage, ImageFormat, Luma};
use std::io::{Cursor, Write};
use std::sync::Arc;

/// A PDF file of these objects, numbered from 1; the first is the catalogue.
pub fn pdf(objects: &[Vec<u8>]) -> Vec<u8> {
    pdf_with_trailer(objects, "")
}

pub fn pdf_with_trailer(objects: &[Vec<u8>], trailer: &str) -> Vec<u8> {
    let mut file = b"%PDF-1.7\n".to_vec();
    let mut offsets = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        offsets.push(file.len());
        file.extend(format!("{} 0 obj\n", index + 1).into_bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    let xref = file.len();
    file.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).into_bytes());
    for offset in offsets {
        file.extend(format!("{offset:010} 00000 n \n").into_bytes());
    }
    let size = objects.len() + 1;
    file.extend(
        format!("trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{xref}\n%%EOF\n")
            .into_bytes(),
    );
    file
}

/// A stream object; `entries` stand in its dictionary.
pub fn stream(entries: &str, data: &[u8]) -> Vec<u8> {
    let mut object = format!("<< /Length {} {entries} >>\nstream\n", data.len()).into_bytes();
    object.extend(data);
    object.extend(b"\nendstream");
    object
}

pub fn deflated(data: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A4 pages, each with its own content, `entries` in each page, and more objects from number 4 on:
/// 1 catalogue, 2 pages, 3 Helvetica, 4.. `more`, then page and content in turn.
pub fn pdf_of_pages(contents: &[Vec<u8>], entries: &str, more: &[Vec<u8>]) -> Vec<u8> {
    let first = 4 + more.len();
    let kids: Vec<String> = (0..contents.len())
        .map(|page| format!("{} 0 R", first + page * 2))
        .collect();
    let pages = format!(
        "<< /Type /Pages /Count {} /Kids [{}] /MediaBox [0 0 595 842] >>",
        contents.len(),
        kids.join(" ")
    );
    let mut objects = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        pages.into_bytes(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
            .to_vec(),
    ];
    objects.extend_from_slice(more);
    for (page, content) in contents.iter().enumerate() {
        let content_number = first + page * 2 + 1;
        objects.push(
            format!("<< /Type /Page /Parent 2 0 R /Contents {content_number} 0 R {entries} >>")
                .into_bytes(),
        );
        objects.push(content.clone());
    }
    pdf(&objects)
}

/// A page's content that shows one line of text.
pub fn line_of_text(text: &str) -> Vec<u8> {
    stream(
        "",
        format!("BT /F1 12 Tf 72 700 Td ({text}) Tj ET").as_bytes(),
    )
}

pub const WITH_FONT: &str = "/Resources << /Font << /F1 3 0 R >> >>";

pub fn png(image: &GrayImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(image.clone())
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    bytes.into_inner()
}

/// A PNG file that claims a size and holds hardly any pixels.
pub fn png_claiming(width: u32, height: u32) -> Vec<u8> {
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    let mut chunk = |name: &[u8], data: &[u8]| {
        let mut crc = Crc::new();
        crc.update(name);
        crc.update(data);
        file.extend((data.len() as u32).to_be_bytes());
        file.extend(name);
        file.extend(data);
        file.extend(crc.sum().to_be_bytes());
    };
    let header = [
        &width.to_be_bytes()[..],
        &height.to_be_bytes()[..],
        &[8, 0, 0, 0, 0],
    ]
    .concat();
    chunk(b"IHDR", &header);
    chunk(b"IDAT", &deflated(&[0; 100]));
    chunk(b"IEND", &[]);
    file
}

pub fn shared(bytes: Vec<u8>) -> Arc<[u8]> {
    bytes.into()
}

/// Where the mark of a scan lies, of its width and height.
pub const MARK: [f32; 2] = [0.8, 0.1];
const MARK_RADIUS_PX: f32 = 20.0;

/// A page of text lines (words as bars, of changing length) and one round mark, turned clockwise by
/// `degrees` about its centre, as a crooked scan would be. Returns where the mark lies in pixels.
pub fn scan(width: u32, height: u32, degrees: f32) -> (GrayImage, [f32; 2]) {
    let (sin, cos) = degrees.to_radians().sin_cos();
    let (centre_x, centre_y) = (width as f32 / 2.0, height as f32 / 2.0);
    let mark = [MARK[0] * width as f32, MARK[1] * height as f32];
    let pixel = |x: u32, y: u32| {
        let (dx, dy) = (x as f32 + 0.5 - centre_x, y as f32 + 0.5 - centre_y);
        let level_x = dx * cos + dy * sin + centre_x;
        let level_y = dy * cos - dx * sin + centre_y;
        let from_mark = (level_x - mark[0]).hypot(level_y - mark[1]);
        let ink = from_mark < MARK_RADIUS_PX || text(level_x, level_y, width, height);
        Luma([if ink { 20 } else { 250 }])
    };
    let image = GrayImage::from_fn(width, height, pixel);
    let (dx, dy) = (mark[0] - centre_x, mark[1] - centre_y);
    let turned = [
        dx * cos - dy * sin + centre_x,
        dx * sin + dy * cos + centre_y,
    ];
    (image, turned)
}

/// Bars of 10 px height on lines 34 px apart, in the middle of the page.
fn text(x: f32, y: f32, width: u32, height: u32) -> bool {
    let (width, height) = (width as f32, height as f32);
    if !(0.15 * width..0.85 * width).contains(&x) || !(0.2 * height..0.85 * height).contains(&y) {
        return false;
    }
    let line = (y / 34.0) as u32;
    let word = 30.0 + (line * 37 % 50) as f32;
    y % 34.0 < 10.0 && x % word < word - 12.0
}

/// The middle of the mark in a page: where the ink is too thick for text.
pub fn found_mark(image: &GrayImage) -> [f32; 2] {
    let reach = 14_u32;
    let dark = |x: u32, y: u32| image.get_pixel(x, y).0[0] < 128;
    let (mut sum_x, mut sum_y, mut count) = (0.0, 0.0, 0.0);
    for y in reach..image.height() - reach {
        for x in reach..image.width() - reach {
            let round = [(reach, 0), (0, reach), (10, 10)];
            let inside = round.iter().all(|(right, down)| {
                dark(x + right, y + down)
                    && dark(x - right, y - down)
                    && dark(x + right, y - down)
                    && dark(x - right, y + down)
            });
            if inside && dark(x, y) {
                sum_x += x as f32 + 0.5;
                sum_y += y as f32 + 0.5;
                count += 1.0;
            }
        }
    }
    assert!(count > 0.0, "the mark is gone");
    [sum_x / count, sum_y / count]
}
