//! Decodes files and writes what intake makes of them: `pages OUT_DIR FILE...`.
//!
//! Goes in: files. Comes out: a PNG of each page, with a text file and a PNG with the words' boxes
//! drawn in where there is a text layer, and a table on standard output (pages, size, density, straightening, words, milliseconds).

use docexam_intake::{Limits, open};
use image::{DynamicImage, GrayImage, Rgb, RgbImage};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().ok_or("usage: pages OUT_DIR FILE...")?;
    std::fs::create_dir_all(&out)?;
    for path in arguments {
        let started = Instant::now();
        let name = Path::new(&path)
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let bytes = std::fs::read(&path)?;
        let file = match open(&name, bytes.into(), &Limits::default()) {
            Ok(file) => file,
            Err(error) => {
                println!("{error}");
                continue;
            }
        };
        let opened_ms = started.elapsed().as_secs_f32() * 1e3;
        println!(
            "{name}: {} pages, opened in {opened_ms:.1} ms",
            file.page_count()
        );
        for number in 1..=file.page_count() {
            let started = Instant::now();
            let page = match file.page(number) {
                Ok(page) => page,
                Err(error) => {
                    println!("  {error}");
                    continue;
                }
            };
            let page_ms = started.elapsed().as_secs_f32() * 1e3;
            let words = page.text_layer.as_deref().unwrap_or_default();
            println!(
                "  {number}: {}x{} {:.0} dpi, straightened {:+.1}, {} words{}, turn {}, {page_ms:.0} ms",
                page.image.width(),
                page.image.height(),
                page.dpi,
                page.placement.straightened_degrees,
                words.len(),
                if page.text_is_hidden { " (hidden)" } else { "" },
                page.text_turn_degrees,
            );
            let stem = format!("{out}/{name}-{number}");
            page.image.save(format!("{stem}.png"))?;
            if !words.is_empty() {
                std::fs::write(format!("{stem}.txt"), text(words))?;
                boxed(&page.image, words).save(format!("{stem}.boxes.png"))?;
            }
        }
    }
    Ok(())
}

fn text(words: &[docexam_domain::Word]) -> String {
    let mut text = String::new();
    let mut line = 0;
    for word in words {
        if word.line != line {
            text.push('\n');
            line = word.line;
        }
        text.push_str(&word.text);
        text.push(' ');
    }
    text
}

fn boxed(image: &GrayImage, words: &[docexam_domain::Word]) -> RgbImage {
    let mut boxed = DynamicImage::ImageLuma8(image.clone()).into_rgb8();
    let (width, height) = boxed.dimensions();
    let place = |share: f32, side: u32| ((share * side as f32) as u32).min(side - 1);
    for word in words {
        let (left, right) = (place(word.bbox.x0, width), place(word.bbox.x1, width));
        let (top, bottom) = (place(word.bbox.y0, height), place(word.bbox.y1, height));
        let sides = (left..=right).flat_map(|x| [(x, top), (x, bottom)]);
        let ends = (top..=bottom).flat_map(|y| [(left, y), (right, y)]);
        for (x, y) in sides.chain(ends) {
            boxed.put_pixel(x, y, Rgb([220, 0, 0]));
        }
    }
    boxed
}
