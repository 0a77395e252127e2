//! Why a file or one of its pages cannot be decoded. Texts name the file, the page and the limit.

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum IntakeError {
    #[error("{file} is empty")]
    Empty { file: String },
    #[error("{file} is neither PDF, TIFF, PNG nor JPEG")]
    UnknownContent { file: String },
    #[error("{file} is {bytes} bytes, limit {limit}")]
    TooManyBytes {
        file: String,
        bytes: u64,
        limit: u64,
    },
    #[error("{file} has {pages} pages, limit {limit}")]
    TooManyPages {
        file: String,
        pages: u64,
        limit: u32,
    },
    #[error("{file} is encrypted and asks for a password")]
    Encrypted { file: String },
    #[error("{file} cannot be read: {reason}")]
    BrokenFile { file: String, reason: String },
    #[error("{file} has no page {page}, only {pages}")]
    NoSuchPage { file: String, page: u32, pages: u32 },
    #[error("{file} page {page} is {width_px} x {height_px} px, limit {limit} px a side")]
    SideTooLong {
        file: String,
        page: u32,
        width_px: u32,
        height_px: u32,
        limit: u32,
    },
    #[error("{file} page {page} has {megapixels:.1} megapixels, limit {limit}")]
    TooManyMegapixels {
        file: String,
        page: u32,
        megapixels: f32,
        limit: f32,
    },
    #[error("{file} page {page} holds a stream of more than {limit} bytes, which is the limit")]
    StreamTooLarge { file: String, page: u32, limit: u64 },
    #[error("{file} holds object streams of more than {limit} bytes, which is the limit")]
    ObjectsTooLarge { file: String, limit: u64 },
    #[error("{file} page {page} took longer than {limit_seconds} s, which is the limit")]
    PageTimeout {
        file: String,
        page: u32,
        limit_seconds: f32,
    },
    #[error("{file} took longer than {limit_seconds} s to open, which is the limit")]
    FileTimeout { file: String, limit_seconds: f32 },
    #[error("{file} page {page} is not tried: decoders of {overruns} earlier pages still run")]
    TooManyOverruns {
        file: String,
        page: u32,
        overruns: u32,
    },
    #[error("{file} page {page} cannot be decoded: {reason}")]
    BrokenPage {
        file: String,
        page: u32,
        reason: String,
    },
}
