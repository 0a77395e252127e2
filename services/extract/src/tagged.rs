//! A page whose words have been tagged: the boundary between inference and everything that follows.
//! All that comes after works on these values alone, so that it can be tested with hand-made tags.

use docexam_domain::{DocumentType, FieldKey, PageReading};

/// What a word is part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tag {
    /// Print that is no field: labels, headings, small print.
    Outside,
    /// A field of the document.
    Header(FieldKey),
    /// A cell of a line item.
    Cell(FieldKey),
}

#[derive(Clone, Debug, PartialEq)]
pub struct TaggedWord {
    /// The most probable tag.
    pub tag: Tag,
    /// Of that tag, [0, 1].
    pub probability: f32,
    /// The next probable tags with their probabilities, the likeliest first; may be empty.
    pub others: Vec<(Tag, f32)>,
    /// That the word is the first of its mention, [0, 1].
    pub begins: f32,
    /// That the word is the first, in reading order, of a row of the goods table, [0, 1].
    pub starts_row: f32,
}

impl TaggedWord {
    /// Whether a tag that it has not is possible with at least this probability.
    pub fn may_become(&self, tag: Tag, least: f32) -> bool {
        let mut others = self.others.iter();
        others.any(|(other, probability)| *other == tag && *probability >= least)
    }

    /// Takes another tag; the one before stays possible with probability `before`.
    pub fn turn_into(&mut self, tag: Tag, probability: f32, before: f32) {
        self.others.retain(|(other, _)| *other != tag);
        self.others.push((self.tag, before));
        self.tag = tag;
        self.probability = probability;
    }
}

#[derive(Clone, Debug, PartialEq)]
pub struct TaggedPage {
    pub reading: PageReading,
    /// One for each word of the reading, in its order.
    pub words: Vec<TaggedWord>,
    /// Probability of each type; empty for a page without words.
    pub types: Vec<(DocumentType, f32)>,
    /// That the page is the first of its document, [0, 1].
    pub starts_document: f32,
}

impl TaggedPage {
    /// A page on which there is nothing to tag: blank or not read.
    pub fn untagged(reading: PageReading) -> Self {
        Self {
            reading,
            words: Vec::new(),
            types: Vec::new(),
            starts_document: 0.5,
        }
    }

    pub fn has_words(&self) -> bool {
        !self.reading.words.is_empty() && !self.words.is_empty()
    }
}
