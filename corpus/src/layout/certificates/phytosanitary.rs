//! The phytosanitary certificate after the model of the plant protection convention.

use super::general::authority;
use super::words::{declaration, species, treatment};
use crate::layout::draft::Draft;
use crate::layout::form::{FormLook, HeadPlace};
use crate::layout::official::Official;
use crate::layout::parties::Role;
use crate::layout::plan::plain_plan;
use crate::layout::table::Column;
use crate::layout::terms::{marks, port};
use crate::lexicon::country_name;
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};

pub fn write(draft: &mut Draft) -> String {
    let look = draft.form("phytosanitary_certificate/model");
    let official = Official::of(draft, "phyto");
    if draft.chance(0.25) {
        draft.background(None);
    }
    let head = head(draft, &official);
    let part1 = part(draft, &official, "part1");
    let mut cells = match look.head {
        HeadPlace::Left => vec![format!("table.cell(colspan: 2)[{head}]"), part1],
        _ => vec![part1],
    };
    cells.extend(description(draft, &look, &official));
    let statement = official.caption(draft, "statement");
    cells.push(format!(
        "table.cell(colspan: 2)[#text({}em)[{}]]",
        look.caption_size.max(0.75),
        escape(&statement)
    ));
    cells.push(part(draft, &official, "part2"));
    let text = declaration(draft);
    let text = draft.plain(K::AdditionalDeclaration, &text);
    cells.push(format!(
        "table.cell(colspan: 2)[{} #v(8pt)]",
        look.filled_in(&text)
    ));
    cells.push(part(draft, &official, "part3"));
    cells.extend(disinfestation(draft, &look, &official));
    cells.extend(issue(draft, &look, &official));
    let grid = look.grid("1fr, 1fr", &cells);
    let liability = match draft.chance(0.4) {
        true => escape(
            "No financial liability with respect to this certificate shall attach to the issuing organization or to any of its officers or representatives.",
        ),
        false => String::new(),
    };
    match look.head {
        HeadPlace::Left => format!("{grid}#text(0.75em)[{liability}]\n"),
        _ => format!("{head}\n#v(5pt)\n{grid}#text(0.75em)[{liability}]\n"),
    }
}

fn head(draft: &mut Draft, official: &Official) -> String {
    let it = draft.it;
    let title = official.caption(draft, "head");
    let size = draft.one_of(&[12, 14, 17]);
    let caption = draft.one_of(&["No.", "Nº", "No", "Certificate No.", "编号 No."]);
    let number = draft.plain(K::DocumentNumber, &it.numbers.phytosanitary);
    let issuer = match draft.chance(0.5) {
        true => authority(draft, DocumentType::PhytosanitaryCertificate),
        false => {
            let words = official.caption(draft, "from");
            format!(
                "{} {}",
                escape(&words),
                draft.country(K::CountryOfIssue, &it.seller.country)
            )
        }
    };
    let to_words = official.caption(draft, "to");
    let to = draft.country(K::CountryOfDestination, &it.buyer.country);
    let place = draft.one_of(&["center", "left", "center"]);
    format!(
        "#align({place})[{issuer} \\ #text({size}pt, weight: \"bold\")[{}]]\n\n{} #strong[{number}] #h(1fr) {} {to}\n",
        escape(&title),
        escape(caption),
        escape(&to_words)
    )
}

/// A heading over the whole width.
fn part(draft: &mut Draft, official: &Official, key: &str) -> String {
    let words = official.caption(draft, key);
    let number = official.number(key);
    format!(
        "table.cell(colspan: 2)[#align(center)[#strong[{}]]]",
        escape(&format!("{number}. {words}"))
    )
}

fn boxed(
    draft: &mut Draft,
    look: &FormLook,
    official: &Official,
    key: &str,
    value: &str,
    across: u32,
) -> String {
    let caption = official.caption(draft, key);
    look.cell(official.number(key), &caption, value, across, 1)
}

fn description(draft: &mut Draft, look: &FormLook, official: &Official) -> Vec<String> {
    let it = draft.it;
    let exporter = draft.party(Role::Seller, &it.seller);
    let consignee = draft.party(Role::Buyer, it.receiver());
    let packages = draft.packages_with_kind();
    let language = draft.speech.language.clone();
    let origin = it.lines[0].origin.clone();
    let origin = match draft.chance(0.3) {
        true => {
            let name = country_name(&mut draft.rng, &origin, &language);
            let city = it.seller.address.last().cloned().unwrap_or_default();
            let mention = draft.ink.field(K::CountryOfOrigin, &name, &origin);
            format!("{} {mention}", escape(&format!("{city},")))
        }
        false => draft.country(K::CountryOfOrigin, &origin),
    };
    let transport = match it.by_air {
        true => escape("BY AIR"),
        false => match draft.chance(0.6) {
            true => format!(
                "{} {}",
                escape(draft.one_of(&["BY SEA", "Vessel", "M.V."])),
                draft.plain(K::VesselName, &it.vessel)
            ),
            false => escape(draft.one_of(&["SEA FREIGHT", "BY VESSEL", "TRUCK AND VESSEL"])),
        },
    };
    let entry = port(draft, K::PortOfDischarge);
    let marks = marks(draft);
    let produce = produce(draft);
    let name = species(draft);
    let name = draft.plain(K::SpeciesName, name);
    vec![
        boxed(draft, look, official, "exporter", &exporter, 1),
        boxed(draft, look, official, "consignee", &consignee, 1),
        boxed(draft, look, official, "packages", &packages, 1),
        boxed(draft, look, official, "marks", &marks, 1),
        boxed(draft, look, official, "origin", &origin, 1),
        boxed(draft, look, official, "transport", &transport, 1),
        boxed(draft, look, official, "entry", &entry, 2),
        boxed(draft, look, official, "produce", &produce, 1),
        boxed(draft, look, official, "species", &name, 1),
    ]
}

/// Names of the produce, each with its quantity.
fn produce(draft: &mut Draft) -> String {
    let it = draft.it;
    let plan = plain_plan(draft, Vec::new(), false);
    let mut lines = Vec::new();
    for (row, line) in it.lines.iter().enumerate().take(8) {
        let name = draft.cell(&plan, Column::Description, row, line);
        let net = draft.cell(&plan, Column::Net, row, line);
        lines.push(match draft.chance(0.5) {
            true => format!("{name} {} {net}", escape("-")),
            false => format!("{name} {net}"),
        });
    }
    let total = match draft.chance(0.4) {
        true => format!(" \\ {}", draft.masses_in_words()),
        false => String::new(),
    };
    format!("{}{total}", lines.join(" \\ "))
}

fn disinfestation(draft: &mut Draft, look: &FormLook, official: &Official) -> Vec<String> {
    let it = draft.it;
    let none = draft.chance(0.35);
    let empty = draft.one_of(&["", "***", "-----", "NIL"]);
    let method = match none {
        true => escape(empty),
        false => {
            let text = treatment(draft);
            draft.plain(K::Treatment, &text)
        }
    };
    let say = |draft: &mut Draft, choices: &[&'static str]| match none {
        true => escape(empty),
        false => escape(draft.one_of(choices)),
    };
    let chemical = say(draft, &["CH3Br", "PH3", "---", "SULPHURYL FLUORIDE"]);
    let duration = say(
        draft,
        &["24 h / 21 °C", "16 HRS 15 C", "5 days", "30 min / 56 °C"],
    );
    let concentration = say(draft, &["48 g/m3", "32 g/m3", "2 g/t", "-"]);
    let additional = say(draft, &["-", "Fumigated in container", "ISPM 15", "None"]);
    let date = match none {
        true => escape(empty),
        false => escape(&draft.day(it.dates.packed)),
    };
    vec![
        boxed(draft, look, official, "date", &date, 1),
        boxed(draft, look, official, "treatment", &method, 1),
        boxed(draft, look, official, "chemical", &chemical, 1),
        boxed(draft, look, official, "duration", &duration, 1),
        boxed(draft, look, official, "concentration", &concentration, 1),
        boxed(draft, look, official, "additional", &additional, 1),
    ]
}

fn issue(draft: &mut Draft, look: &FormLook, official: &Official) -> Vec<String> {
    let it = draft.it;
    let city = escape(&it.seller.address.last().cloned().unwrap_or_default());
    let officer = escape(&it.seller.person);
    let date = draft.date(K::IssueDate, it.dates.certificate);
    let stamp = official.caption(draft, "stamp");
    let stamp = format!("{} #v(36pt)", escape(&stamp));
    let sign = format!("{officer} \\ {}", draft.scrawl());
    vec![
        boxed(draft, look, official, "place", &city, 1),
        boxed(draft, look, official, "officer", &sign, 1),
        format!("[{stamp}]"),
        boxed(draft, look, official, "date", &date, 1),
    ]
}
