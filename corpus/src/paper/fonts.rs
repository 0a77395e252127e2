//! The typefaces: those that come with Typst, and the Debian ones that are installed.
//!
//! Latin text wants `fonts-liberation` and `fonts-dejavu-core`, Chinese `fonts-wqy-zenhei`,
//! `fonts-wqy-microhei` or `fonts-droid-fallback`. A missing one is replaced by what there is, and
//! then the same seed gives other pixels.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use typst::foundations::Bytes;
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;

const FOLDERS: [&str; 2] = ["/usr/share/fonts", "/usr/local/share/fonts"];

pub struct Typefaces {
    pub book: LazyHash<FontBook>,
    pub fonts: Vec<Font>,
}

/// Loaded once a process; about 50 MB are read.
pub fn typefaces() -> &'static Typefaces {
    static TYPEFACES: OnceLock<Typefaces> = OnceLock::new();
    TYPEFACES.get_or_init(|| {
        let mut fonts: Vec<Font> = typst_assets::fonts()
            .flat_map(|data| Font::iter(Bytes::new(data)))
            .collect();
        let mut files = Vec::new();
        FOLDERS
            .iter()
            .for_each(|folder| font_files(Path::new(folder), &mut files));
        // Folder order differs between machines; the fallback order must not.
        files.sort();
        for file in files {
            if let Ok(data) = std::fs::read(&file) {
                fonts.extend(Font::iter(Bytes::new(data)));
            }
        }
        Typefaces {
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
        }
    })
}

fn font_files(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return;
    };
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            font_files(&path, files);
        } else if path
            .extension()
            .is_some_and(|kind| ["ttf", "ttc", "otf"].iter().any(|known| kind == *known))
        {
            files.push(path);
        }
    }
}
