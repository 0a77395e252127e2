//! What things are called on paper: captions by language with their synonyms, and the national
//! forms of numbers, dates, countries and units.

mod captions;
mod forms;

pub(crate) use captions::synonym;
pub use captions::{LANGUAGES, Speech, TEST_LANGUAGES, check_languages, title_key};
pub use forms::{DateForm, NumberForm, country_name, package_name, rec20_printed, words_of_amount};
