//! What every scanned or photographed page goes through after decoding: even light, level lines.

use crate::page::Page;

pub(crate) fn scanned(page: Page) -> Page {
    page
}
