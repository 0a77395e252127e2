//! Memory over many pages: a batch of files of 100 small pages, really read; resident memory after each file
//! and the slope of a line through the second half of them.

use crate::made::{BATCH, another, entered, examiner, sample_files, worker};
use crate::probe::resident_memory_mib;
use crate::{Failure, size};
use docexam_batch::{Manifest, WorkEvent};
use docexam_intake::Limits;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

const PAGES_OF_FILE: u64 = 100;

pub async fn bench() -> Result<(), Failure> {
    let pages = size("DOCEXAM_BENCH_PAGES", 1_000);
    let folder = tempfile::tempdir()?;
    let manifest = files(folder.path(), pages / PAGES_OF_FILE)?;
    let store = entered(folder.path(), &manifest).await?;
    let mut worker = worker(&store, Arc::new(examiner(2)?), 2);
    let seen: Arc<Mutex<Vec<(f64, f64)>>> = Arc::default();
    let noted = seen.clone();
    worker.observe = Arc::new(move |event| {
        if let (WorkEvent::Examined { pages, .. }, Ok(mut noted)) = (event, noted.lock()) {
            let before = noted.last().map_or(0.0, |(pages, _)| *pages);
            noted.push((before + pages as f64, resident_memory_mib()));
        }
    });
    worker.work(BATCH).await?;
    store.close().await;
    let seen = seen.lock().map_err(|error| error.to_string())?;
    println!("\nmemory of a batch, two threads, files of {PAGES_OF_FILE} pages\n");
    println!("| pages | resident MiB |");
    println!("|---|---|");
    let step = seen.len().div_ceil(10).max(1);
    for (pages, memory) in seen.iter().skip(step - 1).step_by(step) {
        println!("| {pages:.0} | {memory:.0} |");
    }
    // The first half is warming up: engines, caches, buffers of the largest page.
    println!(
        "\nslope: {:.1} MiB a thousand pages",
        slope(&seen[seen.len() / 2..]) * 1000.0
    );
    Ok(())
}

/// Of the least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count = points.len().max(1) as f64;
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|p| p.0), mean(|p| p.1));
    let above: f64 = points.iter().map(|p| (p.0 - x) * (p.1 - y)).sum();
    let below: f64 = points.iter().map(|p| (p.0 - x).powi(2)).sum();
    if below == 0.0 { 0.0 } else { above / below }
}

/// A strip of the sample's invoice, so that a page is really read and takes little time.
fn files(folder: &Path, count: u64) -> Result<Manifest, Failure> {
    let (name, bytes) = sample_files()?.remove(0);
    let page = docexam_intake::open(&name, bytes.into(), &Limits::default())?.page(1)?;
    let (width, height) = page.image.dimensions();
    let strip =
        image::imageops::crop_imm(&page.image, 0, height / 12, width, height / 12).to_image();
    let mut tiff = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut tiff)?
        .with_compression(tiff::encoder::Compression::Lzw);
    for _ in 0..PAGES_OF_FILE {
        let (width, height) = strip.dimensions();
        encoder.write_image::<tiff::encoder::colortype::Gray8>(width, height, strip.as_raw())?;
    }
    let tiff = tiff.into_inner();
    let path = folder.join("manifest.jsonl");
    let mut manifest = std::fs::File::create(&path)?;
    for number in 0..count {
        std::fs::write(folder.join(format!("{number}.tif")), another(&tiff, number))?;
        writeln!(
            manifest,
            "{{\"doc_id\":\"{number}\",\"path\":\"{number}.tif\"}}"
        )?;
    }
    Ok(Manifest::check(&path)?)
}
