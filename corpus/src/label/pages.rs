//! One rendered document becomes training pages.
//!
//! Goes in: the document, the reader, a generator. Comes out: a `TrainingPage` for each page that is
//! legible enough to learn from, and what the reader missed.
//! The way is the one of real files: captured pixels pass through a file, intake and the reader.

use crate::Split;
use crate::capture::{CaptureLook, CapturedPage, Motion, capture, files};
use crate::error::CorpusError;
use crate::label::align::{Labelling, Tally, label_page, upright_truth};
use crate::truth::{RenderedDocument, RenderedPage, TruthWord};
use docexam_domain::{PageReading, PageStatus, Placement, ReadingSource, Word};
use docexam_intake::{IntakeError, Limits, Page};
use docexam_layout::{LabelledWord, TrainingPage};
use docexam_ocr::Reader;
use rand_chacha::ChaCha8Rng;

/// Pages of which the reader found less than this teach nothing but noise.
const LEGIBLE: f32 = 0.3;

/// A captured page as it was read.
pub struct Read {
    pub reading: PageReading,
    /// The printed words on the reader's upright page.
    pub truth: Vec<TruthWord>,
    pub labelling: Labelling,
}

/// Captures every page of the document under its own look and reads it.
pub fn training_pages(
    document: &RenderedDocument,
    id: &str,
    split: Split,
    reader: &mut Reader,
    rng: &mut ChaCha8Rng,
) -> Result<(Vec<TrainingPage>, Vec<Read>), CorpusError> {
    // One sender's pages go through one device; only noise and marks differ from page to page.
    let look = CaptureLook::any(rng);
    let (mut pages, mut reads) = (Vec::new(), Vec::new());
    for (index, page) in document.pages.iter().enumerate() {
        let captured = capture(page, &look, rng);
        let read = read_page(page, &captured, reader)?;
        if read.labelling.tally.recall() >= LEGIBLE {
            let id = format!("{id}-p{}-ocr", index + 1);
            pages.push(training_page(
                document,
                index,
                id,
                split,
                read.labelling.words.clone(),
            ));
        }
        reads.push(read);
    }
    Ok((pages, reads))
}

/// Captured pixels through a PNG file, intake and the reader.
pub fn read_page(
    page: &RenderedPage,
    captured: &CapturedPage,
    reader: &mut Reader,
) -> Result<Read, CorpusError> {
    let upright = upright_page(files::png(captured)?).map_err(|problem| unread(&problem))?;
    let placement = upright.placement;
    let reading = reader.read(0, upright);
    // The reader may have turned the page; then its placement says so.
    let placement = reading.placement.unwrap_or(placement);
    let truth = upright_truth(&page.words, &captured.motion, &placement);
    let labelling = label_page(&reading, &truth);
    Ok(Read {
        reading,
        truth,
        labelling,
    })
}

/// The page of a captured picture as intake gives it to the reader.
pub(super) fn upright_page(png: Vec<u8>) -> Result<Page, IntakeError> {
    docexam_intake::open("capture.png", png.into(), &Limits::default())?.page(1)
}

/// The pages of the born-digital PDF as their text layer gives them, labelled. Pages whose text
/// layer intake does not find are left out.
pub fn text_layer_pages(
    document: &RenderedDocument,
    id: &str,
    split: Split,
) -> Result<Vec<TrainingPage>, CorpusError> {
    let labellings = text_layer_labellings(document)?;
    let page = |(index, labelling): (usize, Labelling)| {
        let id = format!("{id}-p{}-text", index + 1);
        training_page(document, index, id, split, labelling.words)
    };
    Ok(labellings.into_iter().map(page).collect())
}

/// With the index of each page, from 0.
pub(super) fn text_layer_labellings(
    document: &RenderedDocument,
) -> Result<Vec<(usize, Labelling)>, CorpusError> {
    let bytes = document.pdf.clone().into();
    let file = docexam_intake::open("printed.pdf", bytes, &Limits::default())
        .map_err(|problem| unread(&problem))?;
    let mut labellings = Vec::new();
    for (index, page) in document.pages.iter().enumerate() {
        let printed = file
            .page(index as u32 + 1)
            .map_err(|problem| unread(&problem))?;
        let placement = printed.placement;
        let Some(words) = printed.text_layer else {
            continue;
        };
        let (width, height) = (placement.width_px, placement.height_px);
        let truth = upright_truth(&page.words, &Motion::still(width, height), &placement);
        labellings.push((index, label_page(&text_reading(words, placement), &truth)));
    }
    Ok(labellings)
}

fn text_reading(words: Vec<Word>, placement: Placement) -> PageReading {
    PageReading {
        status: PageStatus::Read,
        source: ReadingSource::TextLayer,
        quality: 1.0,
        problem: None,
        placement: Some(placement),
        words,
        ..PageReading::failed(0, 1, String::new())
    }
}

fn training_page(
    document: &RenderedDocument,
    index: usize,
    id: String,
    split: Split,
    words: Vec<LabelledWord>,
) -> TrainingPage {
    TrainingPage {
        id,
        page_class: document.document_type.to_string(),
        starts_document: document
            .pages
            .get(index)
            .is_some_and(|page| page.starts_document),
        language: document.language.clone(),
        split: split.to_string(),
        words,
    }
}

fn unread(problem: &IntakeError) -> CorpusError {
    CorpusError::Read {
        problem: problem.to_string(),
    }
}

/// Sum over pages.
pub(super) fn total(reads: &[Read]) -> Tally {
    let mut tally = Tally::default();
    reads
        .iter()
        .for_each(|read| tally.add(&read.labelling.tally));
    tally
}
