//! Pages that come in the same bundle and are none of the others: terms, letters, slips, orders, customs
//! forms, catalogues, photographs' captions, noise, nearly blank sheets.
//!
//! Goes in: a draft. Comes out: Typst source. What looks like a value here is none: all mentions that the
//! shared parts recorded are dropped, so every word is outside.

mod customs;
mod letters;
mod odd;
mod orders;
mod sheets;
mod slips;
mod terms;

use super::draft::Draft;

type Writer = fn(&mut Draft) -> String;

/// Name, share of all such pages, writer.
const KINDS: [(&str, u32, Writer); 32] = [
    ("terms", 14, terms::write),
    ("transmittal", 7, letters::transmittal),
    ("collection", 6, letters::collection),
    ("credit", 3, letters::credit),
    ("mail", 5, letters::mail),
    ("letter", 3, letters::letter),
    ("fax-cover", 3, letters::fax_cover),
    ("advice", 3, letters::payment_advice),
    ("courier", 7, slips::courier),
    ("exchange", 3, slips::bill_of_exchange),
    ("till", 4, slips::till),
    ("package-labels", 4, slips::package_labels),
    ("order", 5, orders::order),
    ("delivery", 4, orders::delivery),
    ("statement", 2, orders::statement),
    ("catalogue", 3, orders::catalogue),
    ("notice", 3, orders::notice),
    ("declaration", 5, customs::declaration),
    ("road", 3, customs::road),
    ("weigh-slip", 4, sheets::weigh_slip),
    ("worksheet", 4, sheets::duty_worksheet),
    ("photographs", 4, sheets::photographs),
    ("account", 4, sheets::account_statement),
    ("gate-pass", 4, sheets::gate_pass),
    ("inspection", 4, sheets::inspection),
    ("blank", 7, odd::blank),
    ("contents", 2, odd::contents),
    ("article", 3, odd::article),
    ("curriculum", 2, odd::curriculum),
    ("noise", 5, odd::noise),
    ("script", 5, odd::script),
    ("form", 4, odd::form),
];

pub fn write(draft: &mut Draft) -> String {
    let all: u32 = KINDS.iter().map(|kind| kind.1).sum();
    let mut left = rand::RngExt::random_range(&mut draft.rng, 0..all);
    let mut body = String::new();
    for (name, share, writer) in KINDS {
        if left < share {
            body = writer(draft);
            draft.family = format!("other/{name}.{}", draft.look.family("page"));
            break;
        }
        left -= share;
    }
    draft.ink.mentions.clear();
    body
}

#[cfg(test)]
mod tests {
    use crate::document_of;
    use crate::{OUTSIDE, Split};
    use docexam_domain::DocumentType;
    use std::collections::HashSet;

    #[test]
    fn every_kind_of_other_page_is_drawn_and_says_nothing() {
        let mut kinds = HashSet::new();
        for seed in 0..230 {
            let document = document_of(DocumentType::Other, None, Split::Train, seed, 24.0)
                .unwrap_or_else(|problem| panic!("{seed}: {problem}"));
            kinds.extend(document.layout.split('.').next().map(str::to_owned));
            assert!(document.fields.is_empty(), "{seed}");
            let words = document.pages.iter().flat_map(|page| &page.words);
            assert!(
                words.into_iter().all(|word| word.label == OUTSIDE),
                "{seed}"
            );
        }
        assert!(kinds.len() >= 29, "{kinds:?}");
    }
}
