//! Conditions in small print: one to four columns, a few hundred to some thousand words.

use crate::layout::draft::Draft;
use crate::layout::prose::{paragraph, sentence};
use crate::lexicon::LANGUAGES;
use crate::paper::escape;
use rand::RngExt;

const TITLES: [&str; 14] = [
    "TERMS AND CONDITIONS",
    "General Conditions of Sale",
    "STANDARD TERMS AND CONDITIONS OF SALE AND ACCEPTANCE OF ORDER",
    "Conditions of Contract",
    "Allgemeine Geschäftsbedingungen",
    "Allgemeine Verkaufs- und Lieferbedingungen",
    "CONDITIONS GÉNÉRALES DE VENTE",
    "Condiciones generales de venta",
    "Condizioni generali di vendita",
    "Algemene voorwaarden",
    "OGÓLNE WARUNKI SPRZEDAŻY",
    "GENEL SATIŞ KOŞULLARI",
    "一般条款",
    "Notes overleaf",
];

const HEADINGS: [&str; 18] = [
    "Definitions",
    "Scope",
    "Prices",
    "Payment",
    "Delivery",
    "Title and risk",
    "Warranty",
    "Liability",
    "Force majeure",
    "Export control",
    "Confidentiality",
    "Governing law",
    "Assignment",
    "Insurance",
    "Dangerous goods",
    "General average",
    "Lien",
    "Miscellaneous",
];

pub fn write(draft: &mut Draft) -> String {
    let language = match draft.chance(0.3) {
        true => draft.one_of(&LANGUAGES).to_owned(),
        false => draft.speech.language.clone(),
    };
    let wanted = draft.one_of(&[150, 300, 500, 800, 800, 1200, 1800, 3000]);
    let columns = draft.one_of(&[1, 1, 2, 2, 2, 3, 4]);
    // Points; what is long is set small.
    let size = match wanted {
        0..400 => draft.rng.random_range(60..100),
        400..1000 => draft.rng.random_range(45..75),
        _ => draft.rng.random_range(38..55),
    };
    let manner = draft.rng.random_range(0..5);
    let mut clauses = Vec::new();
    let (mut words, mut number) = (0, 0);
    while words < wanted {
        number += 1;
        let sentences = draft.rng.random_range(1..7);
        let text = paragraph(&mut draft.rng, &language, sentences);
        words += match language.as_str() {
            "zh" => text.chars().count() / 8,
            _ => text.split_whitespace().count(),
        };
        let heading = draft.one_of(&HEADINGS);
        clauses.push(match manner {
            0 => format!(
                "#strong[{}] {}",
                escape(&format!("{number}. {heading}.")),
                escape(&text)
            ),
            1 => format!(
                "{} \\ {}",
                escape(&format!("§ {number} {heading}")),
                escape(&text)
            ),
            2 => format!(
                "#strong[{}] {}",
                escape(&heading.to_uppercase()),
                escape(&text)
            ),
            3 => escape(&format!("({number}) {text}")),
            _ => escape(&format!("{}.{number} {text}", number / 5 + 1)),
        });
    }
    let title = draft.one_of(&TITLES);
    let upper = match draft.chance(0.15) {
        true => "#show: upper\n",
        false => "",
    };
    let head = match draft.chance(0.85) {
        true => format!("#align(center)[#strong[{}]]\n", escape(title)),
        false => String::new(),
    };
    let foot = match draft.chance(0.3) {
        true => {
            let sentence = sentence(&mut draft.rng, &language);
            format!(
                "\n#v(6pt)\n#align(center)[{} \\ {}]\n",
                escape(&sentence),
                escape(&draft.it.seller.name)
            )
        }
        false => String::new(),
    };
    format!(
        "{head}#set text({}pt)\n#set par(justify: true, leading: 0.4em, spacing: 0.7em)\n{upper}#columns({columns}, gutter: 10pt)[{}]\n{foot}",
        f64::from(size) / 10.0,
        clauses.join("\n\n")
    )
}
