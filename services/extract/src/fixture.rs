//! Hand-made tagged pages for tests: text put on a page with the tag that a perfect model would give.

use crate::tagged::{Tag, TaggedPage, TaggedWord};
use docexam_domain::{
    DocumentType, FieldKey, PageReading, PageStatus, Placement, ReadingSource, Rect, Ruling, Word,
};

/// A line of 10 points on A4.
pub const LINE: f32 = 0.012;
/// Width of a letter.
const LETTER: f32 = 0.009;

#[derive(Clone)]
pub struct PageOf {
    page: TaggedPage,
}

impl PageOf {
    pub fn invoice() -> Self {
        Self::of(DocumentType::CommercialInvoice)
    }

    pub fn of(document_type: DocumentType) -> Self {
        let reading = PageReading {
            file: 0,
            page: 1,
            status: PageStatus::Read,
            source: ReadingSource::Ocr,
            quality: 0.9,
            problem: None,
            placement: Some(Placement::upright(2480, 3508)),
            words: Vec::new(),
            ruling: Ruling::default(),
            signatures: Vec::new(),
        };
        Self {
            page: TaggedPage {
                reading,
                words: Vec::new(),
                types: vec![(document_type, 0.95), (DocumentType::Other, 0.05)],
                starts_document: 0.95,
            },
        }
    }

    pub fn at(mut self, file: u32, page: u32) -> Self {
        self.page.reading.file = file;
        self.page.reading.page = page;
        self
    }

    pub fn starts(mut self, probability: f32) -> Self {
        self.page.starts_document = probability;
        self
    }

    /// Print without a tag.
    pub fn print(self, x: f32, y: f32, text: &str) -> Self {
        self.put(Tag::Outside, x, y, text, 0.0)
    }

    /// A mention of a header field; lines of the text stand one below the other.
    pub fn header(self, key: FieldKey, x: f32, y: f32, text: &str) -> Self {
        self.put(Tag::Header(key), x, y, text, 0.0)
    }

    /// A cell of a row that goes on.
    pub fn cell(self, key: FieldKey, x: f32, y: f32, text: &str) -> Self {
        self.put(Tag::Cell(key), x, y, text, 0.02)
    }

    /// The first cell of a row.
    pub fn first_cell(self, key: FieldKey, x: f32, y: f32, text: &str) -> Self {
        self.put(Tag::Cell(key), x, y, text, 0.98)
    }

    /// The same with a model that cannot tell where rows start.
    pub fn unsure_cell(self, key: FieldKey, x: f32, y: f32, text: &str) -> Self {
        self.put(Tag::Cell(key), x, y, text, 0.5)
    }

    /// A line drawn from left to right.
    pub fn rule_across(mut self, x0: f32, x1: f32, y: f32) -> Self {
        let rule = Rect::new(x0, y, x1, y + LINE / 10.0);
        self.page.reading.ruling.across.push(rule);
        self
    }

    /// A line drawn from top to bottom.
    pub fn rule_down(mut self, x: f32, y0: f32, y1: f32) -> Self {
        let rule = Rect::new(x, y0, x + LINE / 10.0, y1);
        self.page.reading.ruling.down.push(rule);
        self
    }

    /// Strokes of a pen.
    pub fn signed(mut self, x0: f32, y0: f32, x1: f32, y1: f32) -> Self {
        self.page.reading.signatures.push(Rect::new(x0, y0, x1, y1));
        self
    }

    fn put(mut self, tag: Tag, x: f32, y: f32, text: &str, starts_row: f32) -> Self {
        let mut first = true;
        for (row, line) in text.lines().enumerate() {
            let y0 = y + row as f32 * LINE * 1.3;
            let mut x0 = x;
            let line_index = (y0 * 1000.0) as u32;
            for word in line.split_whitespace() {
                let x1 = x0 + word.chars().count() as f32 * LETTER;
                self.page.reading.words.push(Word {
                    text: word.to_owned(),
                    bbox: Rect::new(x0, y0, x1, y0 + LINE),
                    confidence: 0.95,
                    line: line_index,
                });
                self.page.words.push(TaggedWord {
                    tag,
                    probability: 0.97,
                    others: Vec::new(),
                    begins: if first { 0.97 } else { 0.03 },
                    starts_row: if first || starts_row == 0.5 {
                        starts_row
                    } else {
                        0.02
                    },
                });
                first = false;
                x0 = x1 + LETTER;
            }
        }
        self
    }

    pub fn page(self) -> TaggedPage {
        self.page
    }
}
