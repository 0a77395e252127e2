//! The forms of numbered boxes. One list of boxes a form, arranged, ruled and captioned by the form's look;
//! goods that do not fit go on continuation sheets.

use super::goods::Manner;
use super::{Content as Co, Form, FormColumn, authority, form_goods};
use crate::layout::draft::Draft;
use crate::layout::form::{FormLook, HeadPlace};
use crate::layout::official::Official;
use crate::layout::parties::Role;
use crate::layout::terms::port;
use crate::lexicon::country_name;
use crate::paper::escape;
use docexam_domain::FieldKey as K;

pub fn write(draft: &mut Draft, form: Form) -> String {
    let it = draft.it;
    let look = draft.form(&format!(
        "certificate_of_origin/{}",
        form.name().replace('_', "-")
    ));
    let official = Official::of(draft, form.name());
    if draft.chance(0.25) {
        let word = draft.chance(0.5).then_some("ORIGINAL");
        draft.background(word);
    }
    let mut left = vec![
        party(draft, &look, &official, "exporter", Role::Seller),
        party(draft, &look, &official, "consignee", Role::Buyer),
    ];
    if official.has("producer") {
        left.push(producer(draft, &look, &official));
    }
    let transport = transport(draft, &official);
    left.push(captioned(draft, &look, &official, "transport", &transport));
    let right = right_column(draft, &look, &official);
    let head = head(draft, form, &official);

    let columns = columns(draft, &official);
    let manner = Manner {
        criterion: criterion(draft, form),
        hs_in_text: !official.has("hs") && draft.chance(0.5),
        packages: draft.chance(0.7),
    };
    // About what the goods box of a form holds.
    let most = draft.one_of(&[4, 8, 12, 40]);
    let first = it.lines.len().min(most);
    let goods = form_goods(draft, &look, &columns, &manner, 0..first);
    let room = draft.one_of(&[0, 0, 20, 60, 120]);
    let masses = match draft.chance(0.3) {
        true => draft.masses_in_words(),
        false => String::new(),
    };
    let mut below = vec![format!("{goods} {masses} #v({room}pt)")];
    let signed = signatures(draft, &look, &official);
    below.extend(ticks(draft, &official));
    let sheet = arranged(&look, head, left, right, below, signed);
    format!(
        "{sheet}{}",
        continuations(draft, &look, &columns, &manner, first)
    )
}

/// Boxes beside each other, the wide ones and the signatures below.
fn arranged(
    look: &FormLook,
    head: String,
    left: Vec<String>,
    mut right: Vec<String>,
    below: Vec<String>,
    signed: [String; 2],
) -> String {
    let mut cells = Vec::new();
    match look.head {
        HeadPlace::Above => cells.push(format!("table.cell(colspan: 2)[{head}]")),
        _ => right.insert(0, head),
    }
    let rows = left.len().max(right.len());
    for row in 0..rows {
        let pair = match look.head {
            HeadPlace::Left => [&right, &left],
            _ => [&left, &right],
        };
        for column in pair {
            if let Some(body) = column.get(row) {
                let down = if row + 1 == column.len() {
                    rows - row
                } else {
                    1
                };
                cells.push(format!("table.cell(rowspan: {down})[{body}]"));
            }
        }
    }
    cells.extend(
        below
            .iter()
            .map(|body| format!("table.cell(colspan: 2, inset: 2pt)[{body}]")),
    );
    cells.extend(signed.iter().map(|body| format!("[{body}]")));
    look.grid("1fr, 1fr", &cells)
}

fn captioned(
    draft: &mut Draft,
    look: &FormLook,
    official: &Official,
    key: &str,
    value: &str,
) -> String {
    let caption = official.caption(draft, key);
    look.captioned(official.number(key), &caption, value)
}

fn party(draft: &mut Draft, look: &FormLook, official: &Official, key: &str, role: Role) -> String {
    let it = draft.it;
    let party = match role {
        Role::Seller => &it.seller,
        _ => it.receiver(),
    };
    let body = draft.party(role, party);
    captioned(draft, look, official, key, &body)
}

fn producer(draft: &mut Draft, look: &FormLook, official: &Official) -> String {
    let body = match &draft.it.producer {
        Some(producer) => draft.party(Role::Producer, producer),
        None if draft.chance(0.4) => draft.plain(K::ProducerName, &draft.it.seller.name),
        None => {
            escape(draft.one_of(&["SAME AS EXPORTER", "AVAILABLE UPON REQUEST", "CONFIDENTIAL"]))
        }
    };
    captioned(draft, look, official, "producer", &body)
}

/// Route, and where the form asks for them departure, vessel and port under captions of their own.
fn transport(draft: &mut Draft, official: &Official) -> String {
    let it = draft.it;
    let mut lines = Vec::new();
    let vessel = match it.by_air {
        true => escape("BY AIR"),
        false => draft.plain(K::VesselName, &it.vessel),
    };
    let voyage = match draft.chance(0.3) && !it.by_air {
        true => format!(" {}", draft.plain(K::VoyageNumber, &it.voyage)),
        false => String::new(),
    };
    if official.has("departure") {
        let say = |draft: &mut Draft, key: &str| {
            let words = official.caption(draft, key);
            format!("#text(0.8em)[{}]", escape(&format!("{words}:")))
        };
        let words = say(draft, "departure");
        lines.push(format!(
            "{words} {}",
            draft.date(K::DepartureDate, it.dates.on_board)
        ));
        let words = say(draft, "vessel");
        lines.push(format!("{words} {vessel}{voyage}"));
        let words = say(draft, "port");
        lines.push(format!("{words} {}", port(draft, K::PortOfDischarge)));
        return lines.join(" \\\n");
    }
    if draft.chance(0.15) {
        return String::new();
    }
    let by = match it.by_air {
        true => "",
        false => draft.one_of(&[
            "BY SEA",
            "Vessel:",
            "By vessel",
            "PER SS",
            "BY OCEAN FREIGHT",
        ]),
    };
    lines.push(format!("{} {vessel}{voyage}", escape(by)));
    let (from, to) = (
        port(draft, K::PortOfLoading),
        port(draft, K::PortOfDischarge),
    );
    let words = draft.one_of(&[
        ("FROM", "TO"),
        ("From", "to"),
        ("", "-"),
        ("EX", "VIA SEA TO"),
    ]);
    lines.push(format!(
        "{} {from} {} {to}",
        escape(words.0),
        escape(words.1)
    ));
    if draft.chance(0.4) {
        let words = draft.caption("departure_date");
        lines.push(format!(
            "{words} {}",
            draft.date(K::DepartureDate, it.dates.on_board)
        ));
    }
    lines.join(" \\\n")
}

/// What stands beside the parties, below the head.
fn right_column(draft: &mut Draft, look: &FormLook, official: &Official) -> Vec<String> {
    let it = draft.it;
    let origin = it.lines[0].origin.clone();
    let mut boxes = Vec::new();
    if official.has("between") {
        let language = draft.speech.language.clone();
        let from = country_name(&mut draft.rng, &it.seller.country, &language);
        let to = country_name(&mut draft.rng, &it.buyer.country, &language);
        let value = escape(&format!("{from} - {to}"));
        boxes.push(captioned(draft, look, official, "between", &value));
    }
    if official.has("origin") {
        let value = draft.country(K::CountryOfOrigin, &origin);
        boxes.push(captioned(draft, look, official, "origin", &value));
    }
    if official.has("destination") {
        let value = draft.country(K::CountryOfDestination, &it.buyer.country);
        boxes.push(captioned(draft, look, official, "destination", &value));
    }
    let room = draft.one_of(&[8, 20, 40]);
    for key in ["remarks", "official"] {
        if official.has(key) {
            let mut lines = Vec::new();
            if key == "official" && official.has("given") {
                for key in ["given", "refused"] {
                    let words = official.caption(draft, key);
                    lines.push(escape(&format!("☐ {words}")));
                }
            }
            lines.extend(remark(draft));
            let value = format!("{} #v({room}pt)", lines.join(" \\\n"));
            boxes.push(captioned(draft, look, official, key, &value));
        }
    }
    boxes
}

/// Stamped or typed remarks: issued afterwards, invoiced elsewhere, a reference to the credit.
fn remark(draft: &mut Draft) -> Option<String> {
    let it = draft.it;
    match draft.percent() {
        0..16 => {
            let text = draft.one_of(&[
                "ISSUED RETROSPECTIVELY",
                "ISSUED RETROACTIVELY",
                "Issued retroactively",
                "DÉLIVRÉ A POSTERIORI",
                "NACHTRÄGLICH AUSGESTELLT",
                "EXPEDIDO A POSTERIORI",
                "RILASCIATO A POSTERIORI",
                "SONRADAN VERİLMİŞTİR",
            ]);
            Some(draft.ink.field(K::IssuedRetroactively, text, "true"))
        }
        16..30 => {
            let text = draft.one_of(&[
                "THIRD COUNTRY INVOICING",
                "THIRD PARTY INVOICING",
                "Third-party invoicing",
                "INVOICED BY THIRD COUNTRY OPERATOR",
            ]);
            let mention = draft.ink.field(K::ThirdPartyInvoicing, text, "true");
            Some(format!("{mention} \\ {}", escape(&it.receiver().name)))
        }
        30..40 => Some(format!(
            "{} {}",
            escape("INVOICE NO."),
            draft.plain(K::InvoiceNumber, &it.numbers.invoice)
        )),
        40..48 => Some(escape(&format!(
            "L/C NO. LC{:08}",
            draft.percent() * 104_729
        ))),
        _ => None,
    }
}

/// Reference number, title, name of the form, country of issue.
fn head(draft: &mut Draft, form: Form, official: &Official) -> String {
    let it = draft.it;
    let caption = match draft.chance(0.5) {
        true => draft.words("number.certificate"),
        false => draft
            .one_of(&[
                "Reference No.",
                "No.",
                "Serial No.",
                "Certificate No.",
                "No A",
            ])
            .to_owned(),
    };
    let number = draft.plain(K::DocumentNumber, &it.numbers.certificate);
    let words = official.caption(draft, "head");
    let size = draft.one_of(&[10, 12, 14]);
    let name = match form {
        Form::FormA => draft.one_of(&["FORM A", "Form A"]),
        Form::FormE => draft.one_of(&["FORM E", "Form E"]),
        Form::Eur1 => "EUR.1",
        Form::Rcep => draft.one_of(&["FORM RCEP", "RCEP"]),
        _ => "",
    };
    let above = match form {
        Form::FormA => "GENERALISED SYSTEM OF PREFERENCES",
        Form::FormE => "ASEAN-CHINA FREE TRADE AREA PREFERENTIAL TARIFF",
        Form::Rcep => "REGIONAL COMPREHENSIVE ECONOMIC PARTNERSHIP AGREEMENT",
        Form::Chamber => draft.one_of(&["", "ORIGINAL", "EUROPEAN UNION", "COPY"]),
        _ => draft.one_of(&["", "ORIGINAL"]),
    };
    let name = draft.ink.field(K::Form, name, name);
    let issued = match draft.chance(0.6) && form != Form::Chamber {
        true => {
            let words = draft.one_of(&["Issued in", "Issued in (country)", "Country of issue:"]);
            format!(
                " \\ {} {}",
                escape(words),
                draft.country(K::CountryOfIssue, &it.seller.country)
            )
        }
        false => String::new(),
    };
    let lines: Vec<String> = [
        escape(above),
        format!("#text({size}pt)[{}]", escape(&words)),
        name,
    ]
    .into_iter()
    .filter(|line| line.len() > 3)
    .collect();
    format!(
        "{} #strong[{number}] #v(4pt) #align(center)[#strong[{}]{issued}]",
        escape(&caption),
        lines.join(" \\ ")
    )
}

fn columns(draft: &mut Draft, official: &Official) -> Vec<FormColumn> {
    let quantity = quantity(draft, official);
    let mut columns = Vec::new();
    for (key, content) in [
        ("item", Co::Item),
        ("marks", Co::Marks),
        ("goods", Co::Goods),
        ("hs", Co::Hs),
        ("criterion", Co::Criterion),
        ("rcep_origin", Co::Origin),
        ("quantity", quantity),
        ("invoice", Co::Invoice),
    ] {
        if official.has(key) {
            columns.push(FormColumn {
                number: official.number(key),
                caption: official.caption(draft, key),
                content,
            });
        }
    }
    // Forms without a column for item numbers number the goods in the text.
    if !official.has("item") && draft.chance(0.6) {
        columns.insert(
            0,
            FormColumn {
                number: "",
                caption: String::new(),
                content: Co::Item,
            },
        );
    }
    if !official.has("marks") && draft.chance(0.35) {
        columns.insert(
            0,
            FormColumn {
                number: "",
                caption: String::new(),
                content: Co::Marks,
            },
        );
    }
    columns
}

/// What stands in the box for quantities. Where it asks for the gross mass "or other measure", kilograms
/// are the gross mass; goods sold by the piece or the metre may stand there with their measure.
fn quantity(draft: &mut Draft, official: &Official) -> Co {
    if !official.has("quantity") {
        return Co::Quantity;
    }
    let caption = official.caption(draft, "quantity").to_lowercase();
    let asks_for_gross = ["gross", "brut", "rohgewicht", "lorda", "brüt"]
        .iter()
        .any(|word| caption.contains(word));
    let mut units = draft.it.lines.iter().map(|line| line.unit.as_str());
    let by_mass = units.any(|unit| matches!(unit, "KGM" | "TNE"));
    match (asks_for_gross, by_mass) {
        (true, true) => Co::Gross,
        (true, false) => draft.one_of(&[Co::Gross, Co::Gross, Co::Quantity]),
        (false, _) => draft.one_of(&[Co::Quantity, Co::Quantity, Co::GrossNamed, Co::NetNamed]),
    }
}

fn criterion(draft: &mut Draft, form: Form) -> String {
    match form {
        Form::FormA => draft.one_of(&["P", "W", "\"P\"", "Y", "\"W\" 84.82", "F"]),
        Form::Rcep => draft.one_of(&["WO", "PE", "CTC", "RVC", "CR"]),
        _ => draft.one_of(&["WO", "PE", "CTH", "RVC 40%", "PSR", "\"PSR\"", "WP"]),
    }
    .to_owned()
}

/// Boxes to be ticked in a line below the goods.
fn ticks(draft: &mut Draft, official: &Official) -> Option<String> {
    if !official.has("ticks") {
        return None;
    }
    let signs = draft.one_of(&[("☒", "☐"), ("☑", "☐"), ("√", "☐"), ("✓", "☐"), ("X", "☐")]);
    let (afterwards, elsewhere) = (draft.chance(0.3), draft.chance(0.3));
    let mut parts = Vec::new();
    let names = [
        ("Back-to-back Certificate of Origin", None, false),
        (
            "Third Party Invoicing",
            Some(K::ThirdPartyInvoicing),
            elsewhere,
        ),
        (
            "Issued Retroactively",
            Some(K::IssuedRetroactively),
            afterwards,
        ),
        ("Exhibition", None, false),
        ("Movement Certificate", None, false),
    ];
    for (words, key, ticked) in names {
        let sign = if ticked { signs.0 } else { signs.1 };
        let sign = match key {
            Some(key) => draft
                .ink
                .field(key, sign, if ticked { "true" } else { "false" }),
            None => escape(sign),
        };
        parts.push(format!("{sign} {}", escape(words)));
    }
    let number = official.number("ticks");
    Some(format!(
        "{} {}",
        escape(&format!("{number}.")),
        parts.join(" #h(8pt) ")
    ))
}

/// Declaration and certification with place, date and authority.
fn signatures(draft: &mut Draft, look: &FormLook, official: &Official) -> [String; 2] {
    let it = draft.it;
    let city = it.seller.address.last().cloned().unwrap_or_default();
    let scrawl = match draft.chance(0.4) {
        true => draft.scrawl(),
        false => "#v(14pt)".to_owned(),
    };
    let declaration = match official.has("declaration") {
        true => {
            let nation = draft.country(K::CountryOfOrigin, &it.lines[0].origin);
            let body = match draft.chance(0.7) {
                true => nation,
                false => String::new(),
            };
            captioned(draft, look, official, "declaration", &body)
        }
        false => draft.note("origin_statement"),
    };
    let own_date = draft.date(K::IssueDate, it.dates.certificate);
    let declared = format!(
        "{declaration} \\ {scrawl} \\ {} #h(5pt) {own_date}",
        escape(&city)
    );
    let body = authority(draft);
    let certification = captioned(draft, look, official, "certification", &body);
    let validity = match draft.chance(0.2) {
        true => {
            let words = draft.caption("validity_date");
            format!(
                " \\ {words} {}",
                draft.date(K::ValidityDate, it.dates.validity)
            )
        }
        false => String::new(),
    };
    let place = official.caption(draft, "place");
    let date = match draft.chance(0.6) {
        true => draft.date(K::IssueDate, it.dates.certificate),
        false => String::new(),
    };
    let stamp = match draft.chance(0.3) {
        true => draft.scrawl(),
        false => String::new(),
    };
    let certified = format!(
        "{certification}{validity} #v(16pt) {stamp} {} {date} \\ #text({}em)[{}]",
        escape(&city),
        look.caption_size,
        escape(&place)
    );
    [declared, certified]
}

/// Sheets for the lines that the form had no room for.
fn continuations(
    draft: &mut Draft,
    look: &FormLook,
    columns: &[FormColumn],
    manner: &Manner,
    mut from: usize,
) -> String {
    let it = draft.it;
    let mut sheets = String::new();
    while from < it.lines.len() {
        let to = (from + 24).min(it.lines.len());
        let title = draft.one_of(&[
            "CONTINUATION SHEET",
            "Additional page",
            "ANNEX TO CERTIFICATE",
            "Attached list",
            "Beiblatt",
            "Feuille supplémentaire",
        ]);
        let number = draft.plain(K::DocumentNumber, &it.numbers.certificate);
        let goods = form_goods(draft, look, columns, manner, from..to);
        sheets.push_str(&format!(
            "#pagebreak()\n#strong[{}] {} {number}\n#v(5pt)\n{goods}\n",
            escape(title),
            escape("No.")
        ));
        from = to;
    }
    sheets
}
