//! `docexam.v1.ReviewService`: the officers' queue.

mod page_image;
mod service;
mod token;
mod watch;

pub(crate) use service::ReviewDesk;
