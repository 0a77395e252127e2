//! Typesets one document: Typst source and its mentions in, pages and PDF out.
//! The source sees no files, no packages and no clock.

use super::fonts::typefaces;
use super::ink::Mention;
use super::words;
use crate::{CorpusError, RenderedPage};
use image::RgbImage;
use std::sync::OnceLock;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_layout::PagedDocument;
use typst_pdf::PdfOptions;
use typst_render::RenderOptions;

/// A typeset document.
pub struct Sheets {
    pub pages: Vec<RenderedPage>,
    pub pdf: Vec<u8>,
    /// For each mention, the page (from 0) and box where it first stands; `None` if it was cut off.
    pub places: Vec<Option<(usize, [f32; 4])>>,
}

/// Typesets `source` and draws its pages at `dpi`. `name` is for error texts.
pub fn print(
    name: &str,
    source: String,
    mentions: &[Mention],
    dpi: f32,
) -> Result<Sheets, CorpusError> {
    let desk = Desk {
        source: Source::new(main_file(), source),
    };
    let document: PagedDocument =
        typst::compile(&desk)
            .output
            .map_err(|problems| CorpusError::Typeset {
                document: name.to_owned(),
                problem: describe(&problems, &desk.source),
            })?;
    let options = PdfOptions {
        ident: Smart::Custom(name.to_owned()),
        creator: Smart::Custom(None),
        tagged: false,
        ..PdfOptions::default()
    };
    let pdf = typst_pdf::pdf(&document, &options).map_err(|problems| CorpusError::Export {
        document: name.to_owned(),
        problem: describe(&problems, &desk.source),
    })?;
    let (words, places) = words::of_document(&document, &desk.source, mentions);
    let pages = document
        .pages()
        .iter()
        .zip(words)
        .enumerate()
        .map(|(index, (page, words))| RenderedPage {
            image: draw(page, dpi),
            dpi,
            words,
            starts_document: index == 0,
        })
        .collect();
    // Typst remembers layouts between documents; without this the memory grows without end.
    typst::comemo::evict(2);
    Ok(Sheets { pages, pdf, places })
}

fn draw(page: &typst_layout::Page, dpi: f32) -> RgbImage {
    let options = RenderOptions {
        pixel_per_pt: f64::from(dpi / 72.0).into(),
        render_bleed: false,
    };
    let canvas = typst_render::render(page, &options);
    // The page is opaque, so premultiplied and straight colours are the same.
    let pixels = canvas
        .data()
        .chunks_exact(4)
        .flat_map(|rgba| [rgba[0], rgba[1], rgba[2]])
        .collect();
    RgbImage::from_raw(canvas.width(), canvas.height(), pixels).unwrap_or_default()
}

fn describe(problems: &[typst::diag::SourceDiagnostic], source: &Source) -> String {
    let Some(first) = problems.first() else {
        return "no reason given".to_owned();
    };
    let range = match first.span.get() {
        typst::syntax::DiagSpanKind::Number { num, sub_range, .. } => source.range(num, sub_range),
        typst::syntax::DiagSpanKind::Range { range, .. } => Some(range),
        typst::syntax::DiagSpanKind::Detached => None,
    };
    let near: String = range
        .and_then(|range| source.text().get(range.start..))
        .map(|text| text.chars().take(80).collect())
        .unwrap_or_default();
    format!("{} near `{near}`", first.message)
}

/// All that the typesetter may see: one source, the typefaces, the standard library.
struct Desk {
    source: Source,
}

fn main_file() -> FileId {
    static MAIN: OnceLock<FileId> = OnceLock::new();
    *MAIN.get_or_init(|| {
        let path = VirtualPath::new("main.typ").expect("a plain file name is a valid path");
        RootedPath::new(VirtualRoot::Project, path).intern()
    })
}

fn library() -> &'static LazyHash<Library> {
    static LIBRARY: OnceLock<LazyHash<Library>> = OnceLock::new();
    LIBRARY.get_or_init(|| LazyHash::new(Library::default()))
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        library()
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &typefaces().book
    }

    fn main(&self) -> FileId {
        main_file()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == main_file() {
            return Ok(self.source.clone());
        }
        Err(FileError::AccessDenied)
    }

    fn file(&self, _: FileId) -> FileResult<Bytes> {
        Err(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        typefaces().fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::super::ink::{Ink, escape};
    use super::*;
    use docexam_domain::FieldKey;

    #[test]
    fn words_know_what_they_are_wherever_they_are_put() {
        let mut ink = Ink::default();
        let number = ink.plain(FieldKey::DocumentNumber, "RE-4711/24");
        let address = ink.plain(FieldKey::SellerAddress, "Kai 4\n20457 Hamburg");
        let quantity = ink.cell(0, FieldKey::Quantity, "1 200", "1200");
        let source = format!(
            "#let boxed(body) = rect(width: 100%)[#body]\n#set page(width: 300pt, height: 200pt)\n\
             {} {number}\n#boxed[{address}]\n#table(columns: 2, [{}], [{quantity}])",
            escape("Rechnung # Nr. *"),
            escape("Menge"),
        );
        let sheets = print("test", source, &ink.mentions, 72.0).expect("typesets");
        let words = &sheets.pages[0].words;
        let labels: Vec<(&str, &str, bool, bool)> = words
            .iter()
            .map(|word| {
                (
                    word.text.as_str(),
                    word.label.as_str(),
                    word.begins,
                    word.starts_row,
                )
            })
            .collect();
        assert_eq!(
            labels,
            [
                ("Rechnung", "O", false, false),
                ("#", "O", false, false),
                ("Nr.", "O", false, false),
                ("*", "O", false, false),
                ("RE-4711/24", "document_number", true, false),
                ("Kai", "seller_address", true, false),
                ("4", "seller_address", false, false),
                ("20457", "seller_address", false, false),
                ("Hamburg", "seller_address", false, false),
                ("Menge", "O", false, false),
                ("1", "item.quantity", true, true),
                ("200", "item.quantity", false, false),
            ]
        );
        let (page, bbox) = sheets.places[1].expect("printed");
        assert_eq!(page, 0);
        assert!(bbox[3] - bbox[1] > 0.06, "two lines: {bbox:?}");
        assert!(sheets.pdf.starts_with(b"%PDF-"));
    }

    #[test]
    fn what_stands_at_the_foot_of_every_page_begins_on_every_page() {
        let mut ink = Ink::default();
        let first = ink.mentions.len();
        let name = ink.plain(FieldKey::SellerName, "Hafen Handel");
        ink.repeat_from(first);
        let source = format!(
            "#set page(width: 300pt, height: 200pt, footer: [{name}])\n{}\n#pagebreak()\n{}",
            escape("one"),
            escape("two"),
        );
        let sheets = print("test", source, &ink.mentions, 72.0).expect("typesets");
        assert_eq!(sheets.pages.len(), 2);
        for page in &sheets.pages {
            let begins: Vec<&str> = page
                .words
                .iter()
                .filter(|word| word.begins)
                .map(|word| word.text.as_str())
                .collect();
            assert_eq!(begins, ["Hafen"]);
        }
    }
}
