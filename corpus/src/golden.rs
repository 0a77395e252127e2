//! `corpus/golden`: thirty small consignments kept as files, for tests of the whole flow.
//!
//! Goes in: nothing but the count; the split is the one that no model learns from. Comes out: a folder a
//! case (documents, `declaration.json`, `truth.json`) and `SHA256SUMS` over all of them.
//! Pages are few and packed small: born digital, black and white, or a coarse JPEG. Other versions of the
//! typesetter may give other bytes, so the files are kept, not made anew by tests.

use crate::capture::{CaptureLook, files};
use crate::discrepancy::Case;
use crate::generate::{
    DocumentTruth, Truth, capture_all, case, truths_of, write, write_digital, write_json,
};
use crate::layout::{Order, draw};
use crate::single::stream;
use crate::{CorpusError, RenderedDocument, Split};
use docexam_domain::Sha256Digest;
use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use std::path::{Path, PathBuf};

/// Bytes of a case with its truth: 30 of them stay well below 12 MB.
const MOST_BYTES: u64 = 380_000;
const MOST_PAGES: usize = 9;
/// Half of the cases have planted errors.
const SHARE_PLANTED: f64 = 0.5;
/// Of scans; coarse, because the files are kept.
const DPI: f32 = 150.0;

/// Writes `count` cases below `out`, and the digests of their files.
pub fn golden(out: &Path, count: u64, progress: &dyn Fn(u64)) -> Result<(), CorpusError> {
    let mut seed = 0;
    for number in 1..=count {
        let folder = out.join(format!("case-{number:02}"));
        loop {
            seed += 1;
            let mut rng = stream(seed, 0);
            let case = case(&mut rng, Split::Test, SHARE_PLANTED);
            if written(&case, seed, &folder, &mut rng)? {
                break;
            }
        }
        progress(number);
    }
    let mut sums = String::new();
    for path in files_below(out)? {
        let bytes = std::fs::read(&path).map_err(|source| failed(&path, source))?;
        let name = path.strip_prefix(out).unwrap_or(&path);
        sums.push_str(&format!(
            "{}  {}\n",
            Sha256Digest::of(&bytes).hex(),
            name.display()
        ));
    }
    write(&out.join("SHA256SUMS"), sums.as_bytes())
}

/// Writes the case; takes it back and says no where it is too large to be kept.
fn written(
    case: &Case,
    seed: u64,
    folder: &Path,
    rng: &mut ChaCha8Rng,
) -> Result<bool, CorpusError> {
    let mut documents = Vec::new();
    for &document_type in &case.presented {
        let order = Order {
            document_type,
            split: Split::Test,
            language: None,
            dpi: DPI,
            seed: rng.random(),
        };
        documents.push(draw(case.view(document_type), order)?);
    }
    let pages: usize = documents.iter().map(|document| document.pages.len()).sum();
    if pages > MOST_PAGES {
        return Ok(false);
    }
    std::fs::create_dir_all(folder).map_err(|source| failed(folder, source))?;
    let truths = files_of(&documents, folder, rng)?;
    let truth = Truth::new(seed, Split::Test, truths, &case.planted);
    write_json(&folder.join("declaration.json"), &case.declaration)?;
    write_json(&folder.join("truth.json"), &truth)?;
    let mut bytes = 0;
    for path in files_below(folder)? {
        bytes += std::fs::metadata(&path)
            .map_err(|source| failed(&path, source))?
            .len();
    }
    if bytes > MOST_BYTES {
        std::fs::remove_dir_all(folder).map_err(|source| failed(folder, source))?;
        return Ok(false);
    }
    Ok(true)
}

/// The documents in files of one or several.
fn files_of(
    documents: &[RenderedDocument],
    folder: &Path,
    rng: &mut ChaCha8Rng,
) -> Result<Vec<DocumentTruth>, CorpusError> {
    let mut truths = Vec::new();
    let (mut file, mut waiting) = (0, documents);
    while let Some(first) = waiting.first() {
        let kind = rng.random_range(0..10);
        let taken = match kind {
            0..5 => 1,
            9 if first.pages.len() == 1 => 1,
            _ => rng.random_range(1..=waiting.len()),
        };
        let (together, rest) = waiting.split_at(taken);
        waiting = rest;
        if kind < 5 {
            truths.push(write_digital(first, file, folder)?);
        } else {
            let photo = kind == 9 && first.pages.len() == 1;
            let look = match photo {
                true => CaptureLook::phone(rng),
                false => CaptureLook::office_scanner(rng),
            };
            let look = CaptureLook {
                wear: look.wear.min(0.4),
                bitonal: !photo,
                stamps: rng.random_range(0..2),
                ..look
            };
            let captured = capture_all(together, &look, rng);
            let (name, bytes) = match kind {
                9 if photo => ("photo.jpg", files::jpeg(&captured[0], 55, None)?),
                5 | 6 => ("scan.tiff", files::tiff(&captured, files::Packing::usual)?),
                _ => (
                    "scan.pdf",
                    files::scanned_pdf(&captured, files::Packing::usual)?,
                ),
            };
            let name = format!("{:02}-{name}", file + 1);
            write(&folder.join(&name), &bytes)?;
            truths.extend(truths_of(together, &captured, &name, file));
        }
        file += 1;
    }
    Ok(truths)
}

/// All files of a folder and its folders, by name.
fn files_below(folder: &Path) -> Result<Vec<PathBuf>, CorpusError> {
    let mut found = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|source| failed(folder, source))?;
    for entry in entries {
        let path = entry.map_err(|source| failed(folder, source))?.path();
        match path.is_dir() {
            true => found.extend(files_below(&path)?),
            false if path.ends_with("SHA256SUMS") => {}
            false => found.push(path),
        }
    }
    found.sort();
    Ok(found)
}

fn failed(path: &Path, source: std::io::Error) -> CorpusError {
    CorpusError::Write {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::Declaration;
    use docexam_intake::Limits;
    use std::collections::BTreeSet;

    fn kept() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
    }

    #[test]
    fn the_kept_files_are_the_ones_that_were_written() {
        let sums = std::fs::read_to_string(kept().join("SHA256SUMS")).expect("readable");
        let listed: BTreeSet<PathBuf> = sums
            .lines()
            .map(|line| {
                let (hex, name) = line.split_once("  ").expect("digest and name");
                let bytes = std::fs::read(kept().join(name)).expect("readable");
                assert_eq!(Sha256Digest::of(&bytes).hex(), hex, "{name}");
                kept().join(name)
            })
            .collect();
        let found: BTreeSet<PathBuf> = files_below(&kept())
            .expect("readable")
            .into_iter()
            .collect();
        assert_eq!(listed, found);
    }

    /// Every page of every file belongs to one document, and every value stands on a page of its document.
    #[test]
    fn truth_and_files_agree() {
        let mut folders: Vec<PathBuf> = std::fs::read_dir(kept())
            .expect("readable")
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.is_dir())
            .collect();
        folders.sort();
        assert_eq!(folders.len(), 30);
        for folder in folders {
            let read = |name: &str| std::fs::read(folder.join(name)).expect("readable");
            Declaration::from_json(&read("declaration.json")).expect("a declaration");
            let truth: serde_json::Value =
                serde_json::from_slice(&read("truth.json")).expect("json");
            let mut told = BTreeSet::new();
            let mut names = BTreeSet::new();
            for document in truth["documents"].as_array().expect("documents") {
                let name = document["file_name"].as_str().expect("a name");
                let mut own = BTreeSet::new();
                for page in document["pages"].as_array().expect("pages") {
                    let page = page["page"].as_u64().expect("a number");
                    assert!(told.insert((name.to_owned(), page)), "{name} {page} twice");
                    own.insert(page);
                }
                for field in document["fields"].as_array().expect("fields") {
                    let page = field["page_anchor"]["page"].as_u64().expect("a page");
                    assert!(own.contains(&page), "{name}: {field}");
                }
                names.insert(name.to_owned());
            }
            let mut there = BTreeSet::new();
            for name in &names {
                let file = docexam_intake::open(name, read(name).into(), &Limits::default())
                    .unwrap_or_else(|problem| panic!("{}: {problem}", folder.display()));
                there.extend((1..=u64::from(file.page_count())).map(|page| (name.clone(), page)));
            }
            assert_eq!(told, there, "{}", folder.display());
            assert_eq!(
                names.len() + 2,
                files_below(&folder).expect("readable").len()
            );
        }
    }
}
