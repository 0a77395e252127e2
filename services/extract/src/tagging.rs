//! Inference: the words of a reading, tagged by the layout model. The only file that knows the model.
//! Labels become tags and page classes document types here, once, when the weights are loaded.

use crate::assemble::assemble;
use crate::calibration::Calibration;
use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{Document, DocumentType, FieldKey, PageReading, Sha256Digest, Word};
use docexam_layout::{LayoutError, Model, PageWord, WordTag};
use std::path::Path;
use std::str::FromStr;

/// Tags less probable than this are not looked at again.
const LEAST: f32 = 0.01;

#[derive(Debug, thiserror::Error)]
pub enum ExtractError {
    #[error("file {file} page {page}: tagging failed: {source}")]
    Tagging {
        file: u32,
        page: u32,
        source: LayoutError,
    },
    #[error("layout weights cannot be used: {0}")]
    Weights(#[from] LayoutError),
    #[error("layout weights name the label `{0}`, which is no field key")]
    UnknownLabel(String),
    #[error("layout weights name the page class `{0}`, which is no document type")]
    UnknownPageClass(String),
    #[error("the calibration of the layout weights cannot be used: {0}")]
    Calibration(String),
    #[error("layout weights have the digest `{0}`, which is no sha256 digest")]
    MalformedDigest(String),
}

/// Turns readings into documents. Loaded once, shared by all threads.
pub struct Extractor {
    model: Model,
    calibration: Option<Calibration>,
    digest: Sha256Digest,
    /// In the order of the model's labels.
    tags: Vec<Tag>,
    /// In the order of the model's page classes.
    types: Vec<DocumentType>,
}

/// Readings of a submission to its documents: tag every page, then assemble.
pub fn documents(
    extractor: &Extractor,
    readings: Vec<PageReading>,
) -> Result<Vec<Document>, ExtractError> {
    let pages: Result<Vec<TaggedPage>, ExtractError> = readings
        .into_iter()
        .map(|reading| extractor.tag(reading))
        .collect();
    Ok(extractor.assemble(pages?))
}

impl Extractor {
    /// From the folder of the weights; their digests are checked.
    pub fn load(layout_weights_dir: &Path) -> Result<Self, ExtractError> {
        let model = Model::load(layout_weights_dir)?;
        let digest = Sha256Digest::parse(model.digest())
            .ok_or_else(|| ExtractError::MalformedDigest(model.digest().to_owned()))?;
        let tags: Result<Vec<Tag>, ExtractError> =
            model.labels().iter().map(|label| tag_of(label)).collect();
        let types: Result<Vec<DocumentType>, ExtractError> = model
            .page_classes()
            .iter()
            .map(|class| {
                DocumentType::from_str(class)
                    .map_err(|_| ExtractError::UnknownPageClass(class.clone()))
            })
            .collect();
        let calibration = model.calibration().map(Calibration::from_json);
        let calibration = calibration.transpose().map_err(ExtractError::Calibration)?;
        Ok(Self {
            digest,
            calibration,
            tags: tags?,
            types: types?,
            model,
        })
    }

    pub fn model_digest(&self) -> &Sha256Digest {
        &self.digest
    }

    /// What each word is and what the page is. A page without words is not shown to the model.
    pub fn tag(&self, reading: PageReading) -> Result<TaggedPage, ExtractError> {
        if reading.words.is_empty() {
            return Ok(TaggedPage::untagged(reading));
        }
        let words: Vec<PageWord> = reading.words.iter().map(page_word).collect();
        let tags = self
            .model
            .tag(&words)
            .map_err(|source| ExtractError::Tagging {
                file: reading.file,
                page: reading.page,
                source,
            })?;
        Ok(TaggedPage {
            words: tags.words.iter().map(|word| self.tagged(word)).collect(),
            types: self
                .types
                .iter()
                .copied()
                .zip(tags.class_probabilities)
                .collect(),
            starts_document: tags.starts_document,
            reading,
        })
    }

    /// Documents on the pages of a whole submission, in any order; every page is on exactly one.
    pub fn assemble(&self, pages: Vec<TaggedPage>) -> Vec<Document> {
        assemble(pages, self.calibration.as_ref())
    }

    fn tagged(&self, word: &WordTag) -> TaggedWord {
        let mut ranked: Vec<(Tag, f32)> = self
            .tags
            .iter()
            .copied()
            .zip(word.probabilities.iter().copied())
            .filter(|(_, probability)| *probability >= LEAST)
            .collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        let others = ranked.split_off(ranked.len().min(1));
        let (tag, probability) = ranked.first().copied().unwrap_or((Tag::Outside, 0.0));
        TaggedWord {
            tag,
            probability,
            others,
            begins: word.begins,
            starts_row: word.starts_row,
        }
    }
}

fn page_word(word: &Word) -> PageWord {
    PageWord {
        text: word.text.clone(),
        bbox: [word.bbox.x0, word.bbox.y0, word.bbox.x1, word.bbox.y1],
        confidence: word.confidence,
        line: word.line,
    }
}

/// `O`, a header key, or `item.` and the key of a cell.
fn tag_of(label: &str) -> Result<Tag, ExtractError> {
    let key = |text: &str| {
        FieldKey::from_str(text).map_err(|_| ExtractError::UnknownLabel(label.to_owned()))
    };
    match (label, label.strip_prefix("item.")) {
        ("O", _) => Ok(Tag::Outside),
        (_, Some(cell)) => Ok(Tag::Cell(key(cell)?)),
        _ => Ok(Tag::Header(key(label)?)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_tags() {
        let tag = |label| tag_of(label).map_err(|e| e.to_string());
        assert_eq!(tag("O"), Ok(Tag::Outside));
        assert_eq!(tag("total_amount"), Ok(Tag::Header(FieldKey::TotalAmount)));
        assert_eq!(tag("item.hs_code"), Ok(Tag::Cell(FieldKey::HsCode)));
        assert_eq!(
            tag("item.blorf"),
            Err("layout weights name the label `item.blorf`, which is no field key".to_owned())
        );
    }

    #[test]
    fn one_extractor_serves_all_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Extractor>();
    }

    #[test]
    fn a_folder_without_weights_is_an_error_that_says_so() {
        let error = Extractor::load(Path::new("/no/such/folder")).err();
        let text = error.map(|e| e.to_string()).unwrap_or_default();
        assert!(text.starts_with("layout weights cannot be used"), "{text}");
    }
}
