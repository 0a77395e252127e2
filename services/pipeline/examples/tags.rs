//! What the model says of each word of a document, before anything is decided: for whoever asks why a
//! field was read or missed. Usage, in the repository's root: OMP_THREAD_LIMIT=1 tags WEIGHTS FILE

use docexam_extract::{Extractor, TaggedPage};
use docexam_intake::Limits;
use docexam_ocr::{OcrConfig, Reader};
use std::path::Path;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let weights = arguments.next().ok_or("no folder of weights")?;
    let name = arguments.next().ok_or("no file")?;
    let extractor = Extractor::load(Path::new(&weights))?;
    let mut reader = Reader::new(&OcrConfig::with_models(Path::new("models")))?;
    let file = docexam_intake::open(&name, std::fs::read(&name)?.into(), &Limits::default())?;
    for number in 1..=file.page_count() {
        let reading = reader.read(0, file.page(number)?);
        print(&extractor.tag(reading)?);
    }
    Ok(())
}

fn print(page: &TaggedPage) {
    let mut types = page.types.clone();
    types.sort_by(|one, other| other.1.total_cmp(&one.1));
    let types: Vec<String> = types
        .iter()
        .take(3)
        .map(|(name, probability)| format!("{name} {probability:.2}"))
        .collect();
    println!(
        "== page {} {} starts {:.2}",
        page.reading.page,
        types.join(", "),
        page.starts_document
    );
    let mut line = None;
    for (word, tagged) in page.reading.words.iter().zip(&page.words) {
        if line.replace(word.line) != Some(word.line) {
            println!("-- line {}", word.line);
        }
        let mark = |flag: f32, sign| if flag >= 0.5 { sign } else { " " };
        println!(
            "{}{} {:24} {:?} {:.2}  {:?}",
            mark(tagged.starts_row, "R"),
            mark(tagged.begins, "B"),
            word.text,
            tagged.tag,
            tagged.probability,
            tagged.others.first()
        );
    }
}
