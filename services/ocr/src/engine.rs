//! Tesseract behind a safe wall: grey pixels go in, words in pixels come out.
//!
//! The only file with unsafe code. Every pointer that Tesseract hands out is owned by a value whose
//! `Drop` frees it. Deliberately absent: which model, mode and scale to use, and what a page is.
#![allow(unsafe_code)]

use crate::OcrError;
use image::{GrayImage, imageops};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::path::Path;
use std::ptr;
use std::time::Instant;
use tesseract_sys as sys;

// Part of Leptonica, which Tesseract is built on and linked with.
unsafe extern "C" {
    fn setMsgSeverity(severity: c_int) -> c_int;
}
/// Leptonica's "none": otherwise it writes to standard error about every empty box.
const SILENT: c_int = 6;

/// How Tesseract looks for text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Segmentation {
    /// Columns, blocks, tables (page segmentation mode 3).
    Auto,
    /// One uniform block (mode 6).
    SingleBlock,
    /// One line (mode 7).
    SingleLine,
    /// As much text as there is, in no order (mode 11).
    Sparse,
}

/// A word in pixels of the image that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct ReadWord {
    pub text: String,
    pub left: i32,
    pub top: i32,
    pub right: i32,
    pub bottom: i32,
    /// [0, 1].
    pub confidence: f32,
    /// Counts lines in reading order, from 0.
    pub line: u32,
}

/// A word at some place of a page.
#[cfg(test)]
pub(crate) fn some_word(text: &str, confidence: f32) -> ReadWord {
    ReadWord {
        text: text.to_owned(),
        left: 40,
        top: 20,
        right: 100,
        bottom: 36,
        confidence,
        line: 3,
    }
}

/// Part of an image in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Crop {
    pub left: u32,
    pub top: u32,
    pub width: u32,
    pub height: u32,
}

impl Crop {
    /// At least a pixel, whatever is asked for.
    pub(crate) fn of(&self, image: &GrayImage) -> GrayImage {
        let (width, height) = (self.width.max(1), self.height.max(1));
        let left = self.left.min(image.width().saturating_sub(1));
        let top = self.top.min(image.height().saturating_sub(1));
        imageops::crop_imm(image, left, top, width, height).to_image()
    }

    /// Words of the part, where they stand on the whole image.
    fn placed(&self, words: Vec<ReadWord>) -> Vec<ReadWord> {
        let (right, down) = (pixels(self.left), pixels(self.top));
        let on_image = |word: ReadWord| ReadWord {
            left: word.left + right,
            right: word.right + right,
            top: word.top + down,
            bottom: word.bottom + down,
            ..word
        };
        words.into_iter().map(on_image).collect()
    }

    pub(crate) fn all(image: &GrayImage) -> Self {
        let (width, height) = image.dimensions();
        Self {
            left: 0,
            top: 0,
            width,
            height,
        }
    }
}

/// Tesseract ran out of time; the words found so far are dropped.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct OutOfTime;

pub(crate) fn in_time(deadline: Instant) -> Result<(), OutOfTime> {
    match Instant::now() < deadline {
        true => Ok(()),
        false => Err(OutOfTime),
    }
}

/// One Tesseract engine with its models. Not shared between threads, but may move to another one.
pub(crate) struct Engine {
    api: *mut sys::TessBaseAPI,
}

// SAFETY: a TessBaseAPI keeps its state in its own heap objects and no thread-local state; the
// process-wide cache of dictionaries that engines share is guarded by a mutex inside Tesseract.
unsafe impl Send for Engine {}

impl Engine {
    /// `languages` as Tesseract writes them: names of trained data under `folder`, joined by `+`.
    pub(crate) fn start(
        folder: &Path,
        languages: &str,
        variables: &[(&str, &str)],
    ) -> Result<Self, OcrError> {
        let datapath = c_string(&folder.to_string_lossy())?;
        let language = c_string(languages)?;
        let as_c = |part: fn(&(&str, &str)) -> String| {
            variables
                .iter()
                .map(|v| c_string(&part(v)))
                .collect::<Result<Vec<_>, _>>()
        };
        let names = as_c(|(name, _)| (*name).to_owned())?;
        let values = as_c(|(_, value)| (*value).to_owned())?;
        let pointers = |strings: &[CString]| -> Vec<*mut c_char> {
            strings.iter().map(|s| s.as_ptr().cast_mut()).collect()
        };
        let (mut name_pointers, mut value_pointers) = (pointers(&names), pointers(&values));
        // SAFETY: sets a process-wide number that is only read when Leptonica complains.
        unsafe { setMsgSeverity(SILENT) };
        // SAFETY: creates an empty engine; `Self` owns it from here on and deletes it once.
        let engine = Self {
            api: unsafe { sys::TessBaseAPICreate() },
        };
        // SAFETY: the engine is live; all strings outlive the call, which only reads them (the C
        // interface lacks `const`), and both vectors have `variables.len()` elements.
        let status = unsafe {
            sys::TessBaseAPIInit4(
                engine.api,
                datapath.as_ptr(),
                language.as_ptr(),
                sys::TessOcrEngineMode_OEM_DEFAULT,
                ptr::null_mut(),
                0,
                name_pointers.as_mut_ptr(),
                value_pointers.as_mut_ptr(),
                variables.len(),
                0,
            )
        };
        if status != 0 {
            return Err(OcrError::EngineDoesNotStart {
                languages: languages.to_owned(),
                folder: folder.to_owned(),
            });
        }
        engine.set_all(variables)?;
        Ok(engine)
    }

    /// Tesseract ignores unknown names at start without a word, so they are set again and checked.
    fn set_all(&self, variables: &[(&str, &str)]) -> Result<(), OcrError> {
        for (name, value) in variables {
            let (c_name, c_value) = (c_string(name)?, c_string(value)?);
            // SAFETY: the engine is live and copies the strings.
            let known =
                unsafe { sys::TessBaseAPISetVariable(self.api, c_name.as_ptr(), c_value.as_ptr()) };
            if known == 0 {
                let (name, value) = ((*name).to_owned(), (*value).to_owned());
                return Err(OcrError::UnknownVariable { name, value });
            }
        }
        Ok(())
    }

    /// Reads `crop` of the image, or all of it. Nothing of an earlier call has an influence.
    pub(crate) fn read(
        &mut self,
        image: &GrayImage,
        dpi: f32,
        crop: Option<Crop>,
        segmentation: Segmentation,
        deadline: Instant,
    ) -> Result<Vec<ReadWord>, OutOfTime> {
        self.forget();
        // SAFETY: the engine is live.
        unsafe { sys::TessBaseAPISetPageSegMode(self.api, mode_number(segmentation)) };
        // Cut out here: Tesseract would copy the whole page for every part of it.
        let part = crop.map(|part| part.of(image));
        self.set_image(part.as_ref().unwrap_or(image), dpi);
        let words = self.recognise(deadline).map(|()| self.words());
        self.forget();
        Ok(match crop {
            Some(crop) => crop.placed(words?),
            None => words?,
        })
    }

    /// Drops image, results and everything learnt from the page before.
    fn forget(&mut self) {
        // SAFETY: the engine is live; both calls are allowed at any time after start.
        unsafe {
            sys::TessBaseAPIClear(self.api);
            sys::TessBaseAPIClearAdaptiveClassifier(self.api);
        }
    }

    fn set_image(&mut self, image: &GrayImage, dpi: f32) {
        let (width, height) = image.dimensions();
        // SAFETY: the buffer of a GrayImage holds width * height bytes without padding; Tesseract
        // copies it before the call returns.
        unsafe {
            let bytes = image.as_raw().as_ptr();
            sys::TessBaseAPISetImage(
                self.api,
                bytes,
                pixels(width),
                pixels(height),
                1,
                pixels(width),
            );
            sys::TessBaseAPISetSourceResolution(self.api, dpi.clamp(70.0, 2400.0).round() as c_int);
        }
    }

    fn recognise(&mut self, deadline: Instant) -> Result<(), OutOfTime> {
        in_time(deadline)?;
        // SAFETY: the monitor lives until it is deleted below, once. The deadline outlives the call
        // and is only read, by the callback, on this thread.
        unsafe {
            let monitor = sys::TessMonitorCreate();
            sys::TessMonitorSetCancelFunc(monitor, Some(is_over));
            sys::TessMonitorSetCancelThis(monitor, ptr::from_ref(&deadline).cast_mut().cast());
            let status = sys::TessBaseAPIRecognize(self.api, monitor);
            sys::TessMonitorDelete(monitor);
            // Tesseract does not always report that it was cancelled.
            if status != 0 {
                return Err(OutOfTime);
            }
            in_time(deadline)
        }
    }

    fn words(&self) -> Vec<ReadWord> {
        let mut words = Vec::new();
        // SAFETY: the engine is live and has recognised; a null iterator means there is no result.
        let Some(cursor) = Cursor::new(unsafe { sys::TessBaseAPIGetIterator(self.api) }) else {
            return words;
        };
        let mut line = None;
        loop {
            if cursor.starts_line() {
                line = Some(line.map_or(0, |l| l + 1));
            }
            words.extend(cursor.word(line.unwrap_or(0)));
            if !cursor.advance() {
                return words;
            }
        }
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // SAFETY: the engine is owned by this value alone and is not used afterwards.
        unsafe { sys::TessBaseAPIDelete(self.api) };
    }
}

/// Version of the linked library, such as `5.3.0`.
pub(crate) fn tesseract_version() -> String {
    // SAFETY: returns a static zero-terminated string.
    unsafe { CStr::from_ptr(sys::TessVersion()) }
        .to_string_lossy()
        .into_owned()
}

/// Walks over the recognised words. Must not outlive the engine's results.
struct Cursor(*mut sys::TessResultIterator);

impl Cursor {
    fn new(iterator: *mut sys::TessResultIterator) -> Option<Self> {
        (!iterator.is_null()).then_some(Self(iterator))
    }

    fn starts_line(&self) -> bool {
        // SAFETY: the iterator is live; the page iterator is the same object, seen as its base.
        unsafe {
            let place = sys::TessResultIteratorGetPageIteratorConst(self.0);
            sys::TessPageIteratorIsAtBeginningOf(place, sys::TessPageIteratorLevel_RIL_TEXTLINE)
                != 0
        }
    }

    /// The word here; `None` where there is none (a picture, an empty page).
    fn word(&self, line: u32) -> Option<ReadWord> {
        const WORD: sys::TessPageIteratorLevel = sys::TessPageIteratorLevel_RIL_WORD;
        let (mut left, mut top, mut right, mut bottom) = (0, 0, 0, 0);
        // SAFETY: the iterator is live; the text is copied, then freed once.
        let (text, confidence) = unsafe {
            let place = sys::TessResultIteratorGetPageIteratorConst(self.0);
            let boxed = sys::TessPageIteratorBoundingBox(
                place,
                WORD,
                &mut left,
                &mut top,
                &mut right,
                &mut bottom,
            );
            let text = sys::TessResultIteratorGetUTF8Text(self.0, WORD);
            if text.is_null() {
                return None;
            }
            let copy = CStr::from_ptr(text).to_string_lossy().into_owned();
            sys::TessDeleteText(text);
            if boxed == 0 {
                return None;
            }
            (copy, sys::TessResultIteratorConfidence(self.0, WORD))
        };
        let confidence = (confidence / 100.0).clamp(0.0, 1.0);
        Some(ReadWord {
            text,
            left,
            top,
            right,
            bottom,
            confidence,
            line,
        })
    }

    fn advance(&self) -> bool {
        // SAFETY: the iterator is live.
        unsafe { sys::TessResultIteratorNext(self.0, sys::TessPageIteratorLevel_RIL_WORD) != 0 }
    }
}

impl Drop for Cursor {
    fn drop(&mut self) {
        // SAFETY: owned by this value alone.
        unsafe { sys::TessResultIteratorDelete(self.0) };
    }
}

/// Tesseract asks before every word whether to go on.
unsafe extern "C" fn is_over(deadline: *mut c_void, _words: c_int) -> bool {
    // SAFETY: `recognise` passes a pointer to an `Instant` that outlives the recognition.
    unsafe { Instant::now() >= *deadline.cast_const().cast::<Instant>() }
}

fn mode_number(segmentation: Segmentation) -> sys::TessPageSegMode {
    match segmentation {
        Segmentation::Auto => sys::TessPageSegMode_PSM_AUTO,
        Segmentation::SingleBlock => sys::TessPageSegMode_PSM_SINGLE_BLOCK,
        Segmentation::SingleLine => sys::TessPageSegMode_PSM_SINGLE_LINE,
        Segmentation::Sparse => sys::TessPageSegMode_PSM_SPARSE_TEXT,
    }
}

fn c_string(text: &str) -> Result<CString, OcrError> {
    CString::new(text).map_err(|_| OcrError::ZeroByte {
        text: text.to_owned(),
    })
}

/// Tesseract counts in 16 bits; the caller keeps sides far below.
fn pixels(count: u32) -> c_int {
    c_int::try_from(count).unwrap_or(c_int::MAX)
}
