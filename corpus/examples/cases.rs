//! Writes generated cases and says how fast: `cases OUT COUNT [SEED] [SHARE_PLANTED] [SHARE_CAPTURED]`.

use docexam_corpus::{GenerateOptions, Split, generate};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [out, count, rest @ ..] = arguments.as_slice() else {
        return Err("usage: cases OUT COUNT [SEED] [SHARE_PLANTED] [SHARE_CAPTURED]".into());
    };
    let mut options = GenerateOptions {
        out: out.into(),
        count: count.parse()?,
        split: Split::Test,
        ..GenerateOptions::default()
    };
    if let Some(seed) = rest.first() {
        options.seed = seed.parse()?;
    }
    if let Some(share) = rest.get(1) {
        options.share_planted = share.parse()?;
    }
    if let Some(share) = rest.get(2) {
        options.share_captured = share.parse()?;
    }
    let started = Instant::now();
    let pages = generate(&options, &|progress| {
        eprintln!(
            "{}/{} cases, {} pages",
            progress.cases, progress.of, progress.pages
        );
    })?;
    let seconds = started.elapsed().as_secs_f64();
    println!(
        "{pages} pages in {seconds:.1} s, {:.1} pages/s",
        pages as f64 / seconds
    );
    Ok(())
}
