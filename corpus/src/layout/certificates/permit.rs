//! The permit for protected species, as a form of boxes.

use super::general::authority;
use super::words::ENDANGERED;
use crate::layout::draft::Draft;
use crate::layout::official::Official;
use crate::layout::parties::Role;
use crate::layout::plan::plain_plan;
use crate::layout::prose::sentence;
use crate::layout::table::Column;
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};
use rand::RngExt;

pub fn write(draft: &mut Draft) -> String {
    let it = draft.it;
    let look = draft.form("cites_permit/permit");
    let official = Official::of(draft, "cites");
    if draft.chance(0.5) {
        draft.background(None);
    }
    let line = &it.lines[0];
    let plan = plain_plan(draft, Vec::new(), false);
    let number = draft.plain(K::DocumentNumber, &it.numbers.certificate);
    let validity = draft.date(K::ValidityDate, it.dates.validity);
    let importer = draft.party(Role::Buyer, &it.buyer);
    let exporter = draft.party(Role::Seller, &it.seller);
    let office = authority(draft, DocumentType::CitesPermit);
    let nation = draft.country(K::CountryOfIssue, &it.seller.country);
    let (latin, common) = draft.one_of(&ENDANGERED);
    let species = draft.plain(K::SpeciesName, latin);
    let description = draft.cell(&plan, Column::Description, 0, line);
    let quantity = match draft.chance(0.5) {
        true => draft.cell(&plan, Column::QuantityUnit, 0, line),
        false => draft.cell(&plan, Column::Net, 0, line),
    };
    let origin = draft.country(K::CountryOfOrigin, &line.origin);
    let issued = draft.date(K::IssueDate, it.dates.certificate);
    let place = it.seller.address.last().cloned().unwrap_or_default();
    let condition = sentence(&mut draft.rng, "en");
    let source = draft.one_of(&["II W", "II C", "I D", "II A"]);
    let transport = match draft.chance(0.4) {
        true => draft.plain(
            K::TransportDocumentNumber,
            crate::consignment::transport_number(it),
        ),
        false => String::new(),
    };
    let ticks = escape(draft.one_of(&[
        "☒ EXPORT  ☐ RE-EXPORT  ☐ IMPORT  ☐ OTHER",
        "☐ EXPORT  ☒ RE-EXPORT  ☐ IMPORT",
        "☐ EXPORT  ☐ RE-EXPORT  ☒ IMPORT",
    ]));
    let head_words = official.caption(draft, "head");
    let number_words = official.caption(draft, "number");
    let head = format!(
        "#strong[{}] \\ {ticks} \\ {} #strong[{number}]",
        escape(&head_words),
        escape(&number_words)
    );
    let scrawl = draft.scrawl();
    let values: [(&str, String, u32); 15] = [
        ("validity", validity, 1),
        ("importer", importer, 1),
        ("exporter", exporter, 1),
        ("conditions", escape(&condition), 1),
        ("authority", format!("{office} \\ {nation}"), 1),
        (
            "species",
            format!("{species} \\ {}", escape(&format!("({common})"))),
            1,
        ),
        ("description", description, 1),
        ("appendix", escape(source), 1),
        ("quantity", quantity, 1),
        (
            "exported",
            escape(&format!("{}/{}", draft.rng.random_range(10..400), 500)),
            1,
        ),
        ("origin", origin, 1),
        ("last", escape("N/A"), 1),
        (
            "issued",
            format!("{} {issued} \\ {scrawl}", escape(&place)),
            2,
        ),
        ("endorsement", escape("Quantity ____  Block A"), 1),
        ("transport", transport, 1),
    ];
    let mut cells = vec![format!("[{head}]")];
    for (key, value, across) in &values {
        let caption = official.caption(draft, key);
        cells.push(look.cell(official.number(key), &caption, value, *across, 1));
    }
    look.grid("1fr, 1fr", &cells)
}
