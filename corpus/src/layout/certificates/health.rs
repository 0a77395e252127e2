//! Health and veterinary certificates in two parts: numbered boxes of the consignment, then attestation.

use super::general::authority;
use super::words::{animal, establishment};
use crate::layout::draft::Draft;
use crate::layout::official::Official;
use crate::layout::parties::Role;
use crate::layout::plan::plain_plan;
use crate::layout::prose::paragraph;
use crate::layout::table::Column;
use crate::layout::terms::{containers, port, seals};
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};
use rand::RngExt;

pub fn write(draft: &mut Draft, kind: DocumentType) -> String {
    let it = draft.it;
    let veterinary = kind == DocumentType::VeterinaryCertificate;
    let look = draft.form(&format!("{kind}/two-parts"));
    let official = Official::of(draft, "health");
    if draft.chance(0.2) {
        draft.background(None);
    }
    let title = official.caption(draft, if veterinary { "head_vet" } else { "head" });
    let title = match draft.speech.language.as_str() {
        "en" => title,
        _ => draft.words(&crate::lexicon::title_key(kind)),
    };
    let values = values(draft);
    let mut cells = Vec::new();
    let part1 = official.caption(draft, "part1");
    cells.push(format!(
        "table.cell(colspan: 2)[#strong[{}]]",
        escape(&part1)
    ));
    for (key, value, across) in &values {
        // Forms have all their boxes; some stay empty.
        let value = if value.is_empty() { "#v(6pt)" } else { value };
        let caption = official.caption(draft, key);
        cells.push(look.cell(official.number(key), &caption, value, *across, 1));
    }
    let goods = goods(draft, &official);
    let caption = official.caption(draft, "goods");
    cells.push(format!(
        "table.cell(colspan: 2)[#text({}em)[{}] {goods}]",
        look.caption_size,
        escape(&format!("{} {caption}", official.number("goods")))
    ));
    let attestation = attestation(draft, &official, veterinary);
    let part2 = official.caption(draft, "part2");
    let parted = match draft.chance(0.5) {
        true => "#pagebreak()\n",
        false => "#v(6pt)\n",
    };
    let again = match draft.chance(0.5) {
        true => draft.plain(K::DocumentNumber, &it.numbers.health),
        false => String::new(),
    };
    let officer = official.caption(draft, "officer");
    let date = draft.date(K::IssueDate, it.dates.certificate);
    let validity = match draft.chance(0.25) {
        true => {
            let words = draft.caption("validity_date");
            format!("{words} {}", draft.date(K::ValidityDate, it.dates.validity))
        }
        false => String::new(),
    };
    let place = it.seller.address.last().cloned().unwrap_or_default();
    format!(
        "#align(center)[#text(1.3em, weight: \"bold\")[{}]]\n{}\n{parted}#strong[{}] #h(1fr) {again}\n\n{attestation}\n\n#v(10pt)\n{} #h(6pt) {date} #h(12pt) {validity}\n\n{} {}\n{}\n",
        escape(&title),
        look.grid("1fr, 1fr", &cells),
        escape(&part2),
        escape(&place),
        escape(&format!("{officer}:")),
        escape(&it.seller.person),
        draft.scrawl()
    )
}

fn values(draft: &mut Draft) -> Vec<(&'static str, String, u32)> {
    let it = draft.it;
    let kind = DocumentType::HealthCertificate;
    let number = establishment(draft);
    let number = draft.plain(K::EstablishmentNumber, &number);
    let city = it.seller.address.last().cloned().unwrap_or_default();
    let producer = match &it.producer {
        Some(producer) => draft.plain(K::ProducerName, &producer.name),
        None => draft.plain(K::SellerName, &it.seller.name),
    };
    let vessel = match it.by_air {
        true => escape("☒ Aeroplane  ☐ Ship"),
        false => format!(
            "{} {}",
            escape("☐ Aeroplane  ☒ Ship"),
            draft.plain(K::VesselName, &it.vessel)
        ),
    };
    let boxes = match it.containers.is_empty() {
        true => String::new(),
        false => {
            let containers = containers(draft);
            format!("{containers} {} {}", escape("/"), seals(draft))
        }
    };
    let code = draft
        .ink
        .cell(0, K::HsCode, &it.lines[0].hs_code, &it.lines[0].hs_code);
    let country = draft.country(K::CountryOfOrigin, &it.lines[0].origin);
    let mut values = vec![
        ("exporter", draft.party(Role::Seller, &it.seller), 1),
        (
            "reference",
            draft.plain(K::DocumentNumber, &it.numbers.health),
            1,
        ),
        ("authority", authority(draft, kind), 1),
        ("local", escape(&city), 1),
        ("consignee", draft.party(Role::Buyer, it.receiver()), 2),
        ("origin", country, 1),
        (
            "destination",
            draft.country(K::CountryOfDestination, &it.buyer.country),
            1,
        ),
        (
            "place",
            format!("{producer} \\ {} {number}", escape("Approval number")),
            2,
        ),
        ("loading", port(draft, K::PortOfLoading), 1),
        (
            "departure",
            draft.date(K::DepartureDate, it.dates.on_board),
            1,
        ),
        ("transport", vessel, 1),
        ("entry", port(draft, K::PortOfDischarge), 1),
        ("hs", code, 1),
        ("quantity", draft.mass(K::TotalNetMassKg, it.net_kg), 1),
        (
            "temperature",
            escape(draft.one_of(&[
                "☒ Ambient  ☐ Chilled  ☐ Frozen",
                "☐ Ambient  ☒ Chilled  ☐ Frozen",
                "☐ Ambient  ☐ Chilled  ☒ Frozen",
            ])),
            1,
        ),
        ("packages", draft.packages_with_kind(), 1),
        ("seals", boxes, 1),
        (
            "purpose",
            escape(draft.one_of(&[
                "☒ Human consumption",
                "☐ Human consumption ☒ Animal feed",
                "☒ Human consumption ☐ Further processing",
            ])),
            1,
        ),
    ];
    // Some forms are shorter.
    if draft.chance(0.5) {
        let dropped = draft.rng.random_range(8..values.len());
        values.remove(dropped);
    }
    values
}

/// Species, nature, treatment, establishment, packages, mass and lot of each product.
fn goods(draft: &mut Draft, official: &Official) -> String {
    let it = draft.it;
    let plan = plain_plan(draft, Vec::new(), false);
    let mut heads = Vec::new();
    for key in [
        "species",
        "nature",
        "treatment",
        "plant",
        "packages",
        "net",
        "batch",
    ] {
        let words = official.caption(draft, key);
        heads.push(format!("[#text(0.75em)[{}]]", escape(&words)));
    }
    let species = animal(draft);
    let treatment = draft.one_of(&[
        "chilled",
        "frozen",
        "pasteurised",
        "heat treated",
        "dried",
        "salted",
        "UHT",
        "canned",
    ]);
    let number = establishment(draft);
    let mut cells = Vec::new();
    for (row, line) in it.lines.iter().enumerate().take(8) {
        cells.extend([
            draft.plain(K::SpeciesName, species),
            draft.cell(&plan, Column::Description, row, line),
            draft.plain(K::Treatment, treatment),
            draft.plain(K::EstablishmentNumber, &number),
            draft.cell(&plan, Column::PackagesKind, row, line),
            draft.cell(&plan, Column::Net, row, line),
            draft.plain(K::BatchNumber, &line.batch),
        ]);
    }
    let cells: Vec<String> = cells.iter().map(|cell| format!("[{cell}]")).collect();
    format!(
        "#[#set text(0.85em)\n#table(columns: (1fr, 2fr, 1fr, 1fr, 1fr, 1fr, 1fr), stroke: {}, inset: 2.5pt, {}, {})]",
        draft.one_of(&["none", "0.3pt"]),
        heads.join(", "),
        cells.join(", ")
    )
}

fn attestation(draft: &mut Draft, official: &Official, veterinary: bool) -> String {
    let key = if veterinary {
        "statement_vet"
    } else {
        "statement"
    };
    let first = official.caption(draft, key);
    let count = draft.rng.random_range(0..6);
    let more = match count {
        0 => String::new(),
        count => paragraph(&mut draft.rng, "en", count),
    };
    format!("{}\n\n{}", escape(&first), escape(&more))
}
