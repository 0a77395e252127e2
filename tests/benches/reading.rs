//! CPU seconds a page by stage, and peak memory: `cargo bench -p docexam-tests` (or `make bench`).
//!
//! Goes in: the sample consignment, and every folder named in `DOCEXAM_BENCH_DIRS` (colon-separated).
//! Comes out: one table. Each set is examined with one worker thread, so that a stage's CPU time is its
//! own; the `tesseract` command reads the same page images in the same run as the yardstick.
//! Last, one page is repeated into a file of 200 pages to show that memory does not grow with length.
//! The method and how to read the table stand in README.md beside this file.

mod probe;

use docexam_domain::Examination;
use docexam_intake::{Limits, OpenFile};
use docexam_pipeline::{Config, Event, Examiner, InputFile, PageCost, Submission};
use probe::{children_cpu, peak_memory_mib};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut config = Config::new(root.join("models"));
    config.threads = 1;
    let examiner = Examiner::new(config)?;
    println!(
        "reader {}, one thread; CPU seconds a page, medians\n",
        examiner.engine()
    );
    println!(
        "| set | pages | decode, render | read (OCR) | extract | checks, s a submission | \
         not OCR / OCR | `tesseract` command | peak MiB |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for folder in folders(&root) {
        bench(&examiner, &folder)?;
    }
    long_file(&examiner, &root)
}

fn folders(root: &Path) -> Vec<PathBuf> {
    let named = std::env::var_os("DOCEXAM_BENCH_DIRS").unwrap_or_default();
    let sample = root.join("corpus/sample/documents");
    std::iter::once(sample)
        .chain(std::env::split_paths(&named))
        .collect()
}

fn bench(examiner: &Examiner, folder: &Path) -> Result<(), Failure> {
    let files = documents(folder)?;
    let declaration = folder.join("../declaration.json");
    let declaration = std::fs::read(declaration).ok();
    let declaration = declaration
        .map(|json| docexam_domain::Declaration::from_json(&json))
        .transpose()?;
    let submission = Submission {
        declaration,
        files,
        ..Submission::default()
    };
    let (examination, costs, total) = examine(examiner, &submission)?;
    let yardstick = tesseract_command(&submission.files)?;
    let name = folder.canonicalize()?;
    let name = name
        .components()
        .rev()
        .take(2)
        .map(|c| c.as_os_str().to_string_lossy());
    let name = name
        .collect::<Vec<_>>()
        .into_iter()
        .rev()
        .collect::<Vec<_>>()
        .join("/");
    row(&name, &examination, &costs, total, Some(yardstick));
    Ok(())
}

/// The examination, the cost of each page, and the CPU time of the whole.
fn examine(
    examiner: &Examiner,
    submission: &Submission,
) -> Result<(Examination, Vec<PageCost>, Duration), Failure> {
    let costs = Mutex::new(Vec::new());
    let start = cpu_time::ProcessTime::now();
    let examination = examiner.examine(
        submission,
        &|event| {
            if let Event::PageRead { cost, .. } = event {
                costs.lock().expect("no thread panics here").push(cost);
            }
        },
        &AtomicBool::new(false),
    )?;
    Ok((examination, costs.into_inner()?, start.elapsed()))
}

fn row(
    name: &str,
    examination: &Examination,
    costs: &[PageCost],
    total: Duration,
    yardstick: Option<Duration>,
) {
    let sum = |stage: fn(&PageCost) -> Duration| costs.iter().map(stage).sum::<Duration>();
    let (decode, read, tag) = (sum(|c| c.decode), sum(|c| c.read), sum(|c| c.tag));
    let rest = total.saturating_sub(decode + read + tag);
    let others = (total.saturating_sub(read)).as_secs_f64() / read.as_secs_f64().max(1e-9);
    let yardstick = yardstick.map_or_else(String::new, |cpu| format!("{:.3}", cpu.as_secs_f64()));
    println!(
        "| {name} | {} | {:.3} | {:.3} | {:.3} | {:.3} | {:.0} % | {yardstick} | {} |",
        examination.pages.len(),
        median(costs, |c| c.decode),
        median(costs, |c| c.read),
        median(costs, |c| c.tag),
        rest.as_secs_f64(),
        others * 100.0,
        peak_memory_mib(),
    );
}

fn median(costs: &[PageCost], stage: fn(&PageCost) -> Duration) -> f64 {
    let mut seconds: Vec<f64> = costs.iter().map(|cost| stage(cost).as_secs_f64()).collect();
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().unwrap_or(0.0)
}

/// Median CPU time of the `tesseract` command, as a user would call it, on the same page images.
fn tesseract_command(files: &[InputFile]) -> Result<Duration, Failure> {
    let folder = tempfile::tempdir()?;
    let mut costs = Vec::new();
    for file in files {
        let open = docexam_intake::open(&file.name, file.bytes.clone(), &Limits::default())?;
        for number in 1..=open.page_count() {
            let image = folder.path().join("page.png");
            let Ok(page) = open.page(number) else {
                continue;
            };
            page.image.save(&image)?;
            let before = children_cpu();
            let status = Command::new("tesseract")
                .arg(&image)
                .args(["stdout", "-l", "Latin", "tsv"])
                .env("OMP_THREAD_LIMIT", "1")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()?;
            if status.success() {
                costs.push(children_cpu().saturating_sub(before));
            }
        }
    }
    costs.sort_unstable();
    Ok(costs.get(costs.len() / 2).copied().unwrap_or_default())
}

/// 200 pages in one file: peak memory must not depend on the length.
fn long_file(examiner: &Examiner, root: &Path) -> Result<(), Failure> {
    let files = documents(&root.join("corpus/sample/documents"))?;
    // The black and white one: 200 grey scans would pass the limit of a file's bytes.
    let first: &InputFile = files.get(1).ok_or("the sample has no second file")?;
    let open: OpenFile =
        docexam_intake::open(&first.name, first.bytes.clone(), &Limits::default())?;
    let mut page = open.page(1)?;
    for pixel in page.image.pixels_mut() {
        pixel.0[0] = if pixel.0[0] < 128 { 0 } else { 255 };
    }
    let mut tiff = std::io::Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut tiff)?
        .with_compression(tiff::encoder::Compression::Lzw);
    for _ in 0..200 {
        let (width, height) = page.image.dimensions();
        encoder.write_image::<tiff::encoder::colortype::Gray8>(
            width,
            height,
            page.image.as_raw(),
        )?;
    }
    let file = InputFile {
        name: "200-pages.tif".to_owned(),
        bytes: tiff.into_inner().into(),
    };
    let submission = Submission {
        files: vec![file],
        ..Submission::default()
    };
    let (examination, costs, total) = examine(examiner, &submission)?;
    row(
        "one page × 200 in a TIFF",
        &examination,
        &costs,
        total,
        None,
    );
    Ok(())
}

fn documents(folder: &Path) -> Result<Vec<InputFile>, Failure> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    paths.sort();
    let is_document = |path: &PathBuf| {
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        matches!(
            extension.as_str(),
            "pdf" | "tif" | "tiff" | "jpg" | "jpeg" | "png"
        )
    };
    let read = |path: PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        Ok(InputFile {
            name,
            bytes: std::fs::read(&path)?.into(),
        })
    };
    paths.into_iter().filter(is_document).map(read).collect()
}
