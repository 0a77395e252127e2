//! Certificates of origin: the forms of chambers, the preferential forms (A, E, EUR.1, RCEP), letters of
//! chambers, and declarations that exporters make on their own paper.
//!
//! Goes in: a draft. Comes out: Typst source. Families differ by the form's arrangement, rules and
//! captions (`form`); letters by the look of the house.

mod boxes;
mod goods;
mod letter;

use super::draft::Draft;
use crate::consignment::country;
use docexam_domain::FieldKey as K;
pub use goods::{Content, FormColumn, form_goods};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Eight boxes, as chambers of the European Union print it.
    Chamber,
    /// Twelve boxes, as Chinese chambers print it.
    Ccpit,
    FormA,
    FormE,
    Eur1,
    Rcep,
}

impl Form {
    /// Its name in `data/forms.txt`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Chamber => "chamber",
            Self::Ccpit => "ccpit",
            Self::FormA => "form_a",
            Self::FormE => "form_e",
            Self::Eur1 => "eur1",
            Self::Rcep => "rcep",
        }
    }
}

pub fn write(draft: &mut Draft) -> String {
    match draft.percent() {
        0..22 => boxes::write(draft, Form::Chamber),
        22..32 => boxes::write(draft, Form::Ccpit),
        32..43 => boxes::write(draft, Form::FormA),
        43..54 => boxes::write(draft, Form::FormE),
        54..63 => boxes::write(draft, Form::Eur1),
        63..73 => boxes::write(draft, Form::Rcep),
        73..82 => letter::chamber(draft),
        82..92 => letter::own_paper(draft),
        _ => letter::statement(draft),
    }
}

/// The chamber or authority, as a fragment.
fn authority(draft: &mut Draft) -> String {
    let nation = country(&draft.it.seller.country);
    let city = nation.cities.first().map_or("", |city| city.0.as_str());
    let language = draft.speech.language.clone();
    let text = match language.as_str() {
        "de" => format!("Industrie- und Handelskammer {city}"),
        "fr" => format!("Chambre de Commerce et d'Industrie de {city}"),
        "es" => format!("Cámara de Comercio de {city}"),
        "it" => format!("Camera di Commercio di {city}"),
        "pt" => format!("Câmara de Comércio e Indústria de {city}"),
        "nl" => format!("Kamer van Koophandel {city}"),
        "tr" => format!("{city} Ticaret Odası"),
        "zh" => "中国国际贸易促进委员会".to_owned(),
        "pl" => "Krajowa Izba Gospodarcza".to_owned(),
        _ => draft
            .one_of(&[
                "{} Chamber of Commerce",
                "{} Chamber of Commerce and Industry",
                "Customs of {}",
                "Chamber of Trade {}",
                "{} Export Promotion Council",
                "Ministry of Trade, {}",
            ])
            .replace("{}", city),
    };
    draft.plain(K::IssuingAuthority, &text)
}
