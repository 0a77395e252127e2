//! Reads files and prints what was read with its cost: `cargo run -p docexam-ocr --example read FILE…`.
//! Lines as text on standard output, one summary line a page on standard error.

use cpu_time::ProcessTime;
use docexam_intake::{Limits, open};
use docexam_ocr::{OcrConfig, Reader, require_single_thread};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    require_single_thread()?;
    let mut reader = Reader::new(&OcrConfig::with_models("models".as_ref()))?;
    eprintln!("{}", reader.engine());
    for (index, path) in std::env::args().skip(1).enumerate() {
        let file = open(&path, std::fs::read(&path)?.into(), &Limits::default())?;
        for number in 1..=file.page_count() {
            let page = file.page(number)?;
            let start = ProcessTime::now();
            let reading = reader.read(u32::try_from(index)?, page);
            eprintln!(
                "{path} page {number}: {:?} {:?} {} words, quality {:.2}, turned {:?}, {:.2} CPU s",
                reading.status,
                reading.source,
                reading.words.len(),
                reading.quality,
                reading.placement.map(|p| p.turned_degrees),
                start.elapsed().as_secs_f32(),
            );
            let mut line = 0;
            for word in &reading.words {
                if word.line != line {
                    println!();
                    line = word.line;
                }
                print!("{} ", word.text);
            }
            // A form feed ends a page, as in pdftotext.
            print!("\n\u{c}");
        }
    }
    Ok(())
}
