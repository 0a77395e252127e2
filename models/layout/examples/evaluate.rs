//! `cargo run --example evaluate -- WEIGHTS PAGES.jsonl`: figures as JSON, time a page to standard
//! error.

use docexam_layout::{Model, PageWord, evaluate, read_training_pages};
use std::path::Path;
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(weights), Some(pages)) = (arguments.next(), arguments.next()) else {
        return Err("usage: evaluate WEIGHTS PAGES.jsonl".into());
    };
    let started = Instant::now();
    let model = Model::load(Path::new(&weights))?;
    eprintln!(
        "{} loaded in {:.2} s",
        model.digest(),
        started.elapsed().as_secs_f32()
    );
    let pages = read_training_pages(Path::new(&pages))?;
    let mut times = Vec::new();
    for page in pages.iter().take(200) {
        let words: Vec<PageWord> = page.words.iter().map(|word| word.word.clone()).collect();
        let started = Instant::now();
        model.tag(&words)?;
        times.push((started.elapsed().as_secs_f32() * 1e3, words.len()));
    }
    times.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let (Some(median), Some(longest)) = (times.get(times.len() / 2), times.last()) {
        eprintln!(
            "median {:.1} ms ({} words), longest {:.1} ms ({} words)",
            median.0, median.1, longest.0, longest.1
        );
    }
    println!(
        "{}",
        serde_json::to_string_pretty(&evaluate(&model, &pages)?)?
    );
    Ok(())
}
