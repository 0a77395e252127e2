//! What a file may cost. Every limit ends in an error that names the file, the page and the limit.
//!
//! Deliberately absent: how the limits are met; that is written where each format is decoded.

/// Bounds on untrusted files. The defaults fit a machine with 1 GB of memory for each open page.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Size of a file as submitted.
    pub max_file_bytes: u64,
    /// Pages of one file.
    pub max_pages: u32,
    /// Width and height of a raster image, before it is decoded.
    pub max_side_px: u32,
    /// Area of a raster image, before it is decoded; 100 megapixels of RGB are 300 MB.
    pub max_megapixels: f32,
    /// One decoded stream or image inside a PDF, and all its object streams together.
    pub max_stream_bytes: u64,
    /// Wall-clock time for decoding one page, and for opening a file.
    pub max_page_seconds: f32,
    /// Long side of the page handed on; larger rasters are scaled down to it.
    pub max_page_side_px: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_bytes: 256 * 1024 * 1024,
            max_pages: 2_000,
            max_side_px: 20_000,
            max_megapixels: 100.0,
            max_stream_bytes: 128 * 1024 * 1024,
            max_page_seconds: 30.0,
            max_page_side_px: 3_000,
        }
    }
}
