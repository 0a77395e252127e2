//! Draws documents of every type to PNG files, to be looked at: `sheets OUT COUNT [TYPE] [LANGUAGE] [--boxes]`.

use docexam_corpus::document_of;
use docexam_corpus::{OUTSIDE, Split};
use docexam_domain::DocumentType;
use std::time::Instant;
use strum::IntoEnumIterator;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let boxes = arguments.iter().any(|argument| argument == "--boxes");
    arguments.retain(|argument| argument != "--boxes");
    let out = arguments
        .first()
        .cloned()
        .unwrap_or_else(|| "sheets".to_owned());
    let count: u64 = arguments.get(1).map_or(Ok(1), |count| count.parse())?;
    let wanted = arguments.get(2).filter(|kind| *kind != "all");
    let language = arguments.get(3).map(String::as_str);
    std::fs::create_dir_all(&out)?;
    let (mut pages, mut words, started) = (0, 0, Instant::now());
    for kind in
        DocumentType::iter().filter(|kind| wanted.is_none_or(|wanted| *wanted == kind.to_string()))
    {
        for seed in 0..count {
            let document = document_of(kind, language, Split::Train, seed, 100.0)?;
            for (number, page) in document.pages.iter().enumerate() {
                let mut image = page.image.clone();
                if boxes {
                    for word in page.words.iter().filter(|word| word.label != OUTSIDE) {
                        outline(
                            &mut image,
                            word.bbox,
                            if word.starts_row {
                                [255, 0, 0]
                            } else if word.begins {
                                [0, 120, 255]
                            } else {
                                [0, 200, 0]
                            },
                        );
                    }
                }
                image.save(format!(
                    "{out}/{kind}-{seed:03}-{}-{}.png",
                    number + 1,
                    document.language
                ))?;
                pages += 1;
                words += page.words.len();
            }
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{pages} pages, {words} words, {:.1} pages/s",
        pages as f64 / seconds
    );
    Ok(())
}

fn outline(image: &mut image::RgbImage, [x0, y0, x1, y1]: [f32; 4], colour: [u8; 3]) {
    let (width, height) = image.dimensions();
    let at = |x: f32, y: f32| ((x * width as f32) as u32, (y * height as f32) as u32);
    let ((left, top), (right, bottom)) = (at(x0, y0), at(x1, y1));
    for x in left..=right.min(width - 1) {
        image.put_pixel(x, top.min(height - 1), image::Rgb(colour));
        image.put_pixel(x, bottom.min(height - 1), image::Rgb(colour));
    }
    for y in top..=bottom.min(height - 1) {
        image.put_pixel(left.min(width - 1), y, image::Rgb(colour));
        image.put_pixel(right.min(width - 1), y, image::Rgb(colour));
    }
}
