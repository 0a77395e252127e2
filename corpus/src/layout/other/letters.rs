//! Letters about documents: of forwarders, banks and traders, by post, mail and fax. They name every
//! document of the bundle and its number, and are none of them.

use crate::layout::draft::Draft;
use crate::layout::prose::{paragraph, sentence};
use crate::paper::escape;
use rand::RngExt;

const ENCLOSED: [&str; 14] = [
    "COMMERCIAL INVOICE",
    "PACKING LIST",
    "BILL OF LADING",
    "CERTIFICATE OF ORIGIN",
    "CERTIFICATE OF ANALYSIS",
    "MARINE INSURANCE CERTIFICATE",
    "PHYTOSANITARY CERTIFICATE",
    "HEALTH CERTIFICATE",
    "AIR WAYBILL",
    "WEIGHT CERTIFICATE",
    "BENEFICIARY'S CERTIFICATE",
    "DIRECT COLLECTION LETTER",
    "DRAFT / BILL OF EXCHANGE",
    "TRANSMITTAL LETTER",
];

/// What is enclosed, with originals and copies.
fn enclosed(draft: &mut Draft) -> Vec<[String; 3]> {
    let mut rows = Vec::new();
    for name in ENCLOSED {
        if draft.chance(0.5) {
            let (originals, copies) = (draft.rng.random_range(0..4), draft.rng.random_range(0..5));
            rows.push([
                name.to_owned(),
                format!("{originals} {}", draft.one_of(&["ORIGINALS", "orig.", "O"])),
                format!("{copies} {}", draft.one_of(&["COPIES", "copies", "C"])),
            ]);
        }
    }
    rows
}

fn paragraphs(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escape(line)).collect();
    lines.join("\n\n")
}

/// `DATE : …`, one under the other.
fn list(draft: &mut Draft, pairs: &[(&str, String)]) -> String {
    let mark = draft.one_of(&[":", " :", ""]);
    let width = draft.one_of(&["auto", "25%", "30%"]);
    let cells: Vec<String> = pairs
        .iter()
        .map(|(caption, value)| {
            format!(
                "[{}], [{}]",
                escape(&format!("{caption}{mark}")),
                escape(value)
            )
        })
        .collect();
    format!(
        "#grid(columns: ({width}, 1fr), column-gutter: 8pt, row-gutter: 4pt, {})\n",
        cells.join(", ")
    )
}

pub fn transmittal(draft: &mut Draft) -> String {
    let it = draft.it;
    let head = draft.letterhead();
    let title = draft.one_of(&[
        "TRANSMITTAL LETTER",
        "DOCUMENT TRANSMITTAL",
        "SHIPPING DOCUMENTS",
        "COVER LETTER",
        "Begleitschreiben",
        "LETTRE D'ENVOI",
    ]);
    let banner = draft.banner(title);
    let mut pairs = vec![
        ("DATE", draft.day(it.dates.on_board)),
        ("OUR REF NO.", draft.it.numbers.contract.clone()),
        ("INVOICE NO.", it.numbers.invoice.clone()),
        ("SHIPPER REF NO.", it.numbers.order.clone()),
        ("B/L NO.", it.numbers.bill_of_lading.clone()),
        ("VESSEL/VOY", format!("{} {}", it.vessel, it.voyage)),
        ("ETD", draft.day(it.dates.on_board)),
        ("ETA", draft.day(it.dates.arrival)),
        ("CONSIGNEE", it.receiver().name.clone()),
        ("TO", it.bank.to_uppercase()),
    ];
    pairs.retain(|_| draft.chance(0.7));
    let list = list(draft, &pairs);
    let rows = enclosed(draft);
    let stroke = draft.one_of(&["none", "none", "0.5pt"]);
    let cells: Vec<String> = rows
        .iter()
        .flatten()
        .map(|cell| format!("[{}]", escape(cell)))
        .collect();
    let lead = draft.one_of(&[
        "Original documents sent via courier:",
        "We are pleased to enclose the following documents:",
        "Please find enclosed:",
        "THE FOLLOWING DOCUMENTS ARE ATTACHED",
        "In der Anlage erhalten Sie:",
        "Veuillez trouver ci-joint :",
    ]);
    let close = sentence(&mut draft.rng, "en");
    format!(
        "{head}\n{banner}\n#v(6pt)\n{list}\n#v(8pt)\n{}\n#v(6pt)\n#table(columns: (2fr, 1fr, 1fr), stroke: {stroke}, inset: 3pt, {})\n#v(10pt)\n{}\n\n{}\n\n{}\n{}\n",
        escape(lead),
        cells.join(", "),
        escape(&close),
        escape("PLEASE ACKNOWLEDGE RECEIPT"),
        escape(&it.seller.person),
        draft.scrawl(),
    )
}

/// A bank's collection letter; long, with instructions.
pub fn collection(draft: &mut Draft) -> String {
    let it = draft.it;
    let bank = match draft.chance(0.5) {
        true => it.bank.to_uppercase(),
        false => it.bank.clone(),
    };
    let emblem = draft.emblem(&bank);
    let title = draft.one_of(&[
        "Documentary Collection",
        "DIRECT COLLECTION LETTER",
        "DOCUMENTARY REMITTANCE",
        "Dokumenteninkasso",
        "REMISE DOCUMENTAIRE",
    ]);
    let banner = draft.banner(title);
    let amount = draft.number_text(it.amounts.total, 2);
    let mut pairs = vec![
        (
            "BANK REFERENCE",
            format!(
                "{}{:08}",
                draft.one_of(&["DC", "OBC", "EXP", ""]),
                draft.rng.random_range(0..99_999_999)
            ),
        ),
        (
            "COLLECTION AMOUNT",
            format!("{} {amount}", it.amounts.currency),
        ),
        (
            "DRAWER",
            format!("{} {}", it.seller.name, it.seller.address.join(" ")),
        ),
        (
            "DRAWEE",
            format!("{} {}", it.buyer.name, it.buyer.address.join(" ")),
        ),
        (
            "TENOR",
            draft
                .one_of(&[
                    "SIGHT",
                    "90 DAYS AFTER B/L DATE",
                    "D/P AT SIGHT",
                    "D/A 60 DAYS",
                ])
                .to_owned(),
        ),
        ("MAIL DATE", draft.day(it.dates.on_board)),
        ("INVOICE NUMBER", it.numbers.invoice.clone()),
        ("VESSEL", it.vessel.clone()),
        ("BILL OF LADING", it.numbers.bill_of_lading.clone()),
        ("GOODS", "AS PER INVOICE".to_owned()),
    ];
    pairs.retain(|_| draft.chance(0.75));
    let list = list(draft, &pairs);
    let onwards = onwards(draft);
    let rows = enclosed(draft);
    let names: Vec<String> = rows
        .iter()
        .map(|row| format!("[{}]", escape(&row[0].to_lowercase())))
        .collect();
    let counts: Vec<String> = rows
        .iter()
        .map(|row| format!("[{}]", escape(&row[1][..1])))
        .collect();
    let table = match rows.is_empty() {
        true => String::new(),
        false => format!(
            "#text(0.75em)[#table(columns: (1fr,) * {}, stroke: 0.4pt, inset: 3pt, {}, {})]\n",
            names.len(),
            names.join(", "),
            counts.join(", ")
        ),
    };
    let instructions = [
        "DELIVER DOCUMENTS AGAINST PAYMENT.",
        "ALL CHARGES ARE FOR ACCOUNT OF DRAWEE. DO NOT WAIVE.",
        "DO NOT PROTEST.",
        "ADVISE NON-PAYMENT BY SWIFT GIVING REASONS.",
        "This collection is subject to the Uniform Rules for Collections, ICC Publication No. 522.",
        "Remit proceeds by SWIFT to the account quoted above under advice to us.",
    ];
    let count = draft.rng.random_range(2..=instructions.len());
    let instructions: Vec<String> = instructions[..count]
        .iter()
        .map(|line| (*line).to_owned())
        .collect();
    let more = draft.rng.random_range(0..6);
    let more = paragraph(&mut draft.rng, "en", more);
    format!(
        "{emblem} #strong[{}]\n#v(6pt)\n{banner}\n{list}\n#v(5pt)\n{table}\n#v(5pt)\n{}\n\n{}\n{onwards}",
        escape(&bank),
        paragraphs(&instructions),
        escape(&more)
    )
}

/// The rest of a long letter, mostly on its second page: carriage and goods again, standing instructions, the
/// draft itself. On papers for training.
fn onwards(draft: &mut Draft) -> String {
    if !draft.training_chance(0.6) {
        return String::new();
    }
    let it = draft.it;
    let amount = draft.number_text(it.amounts.total, 2);
    let goods = crate::consignment::goods()[it.lines[0].goods].description("en");
    let mut carriage = vec![
        (
            "PORT OF LOADING/AIRPORT OF DEPARTURE",
            it.loading.name.clone(),
        ),
        (
            "PORT OF DISCHARGE/AIRPORT OF DESTINATION",
            it.discharge.name.clone(),
        ),
        ("VESSEL NAME", format!("{} {}", it.vessel, it.voyage)),
        ("MERCHANDISE", goods.to_uppercase()),
        ("ADVISE PAYMENT VIA", "SWIFT".to_owned()),
        ("OUR BANK CHARGES", format!("{} 0.00", it.amounts.currency)),
        ("ACCOUNT NO.", it.iban.clone()),
    ];
    carriage.retain(|_| draft.chance(0.75));
    let carriage = list(draft, &carriage);
    let heading = draft.one_of(&[
        "BANK TO BANK INSTRUCTIONS:",
        "STANDING INSTRUCTIONS",
        "SPECIAL INSTRUCTIONS:",
        "Weisungen an die vorlegende Bank",
    ]);
    let count = draft.rng.random_range(3..9);
    let numbered: Vec<String> = (1..=count)
        .map(|number| format!("{number}. {}", sentence(&mut draft.rng, "en")))
        .collect();
    let mut parts = vec![
        carriage,
        format!(
            "#strong[{}]\n\n{}\n",
            escape(heading),
            paragraphs(&numbered)
        ),
    ];
    if draft.chance(0.5) {
        let day = draft.day(it.dates.on_board);
        let tenor = draft.one_of(&["AT SIGHT", "60 days after B/L date", "At 90 days sight"]);
        parts.push(paragraphs(&[
            format!("EXCHANGE FOR {} {amount}", it.amounts.currency),
            format!("{} {day}", it.loading.name),
            format!("{tenor} PAY TO THE ORDER OF {}", it.bank.to_uppercase()),
            format!("VALUE RECEIVED, INVOICE {}", it.numbers.invoice),
            format!("TO: {} {}", it.buyer.name, it.buyer.address.join(", ")),
            it.seller.name.clone(),
        ]));
    }
    let pages = draft.chance(0.7);
    let between = if pages { "#pagebreak()\n" } else { "#v(8pt)\n" };
    format!("{between}{}", parts.join("\n#pagebreak(weak: true)\n"))
}

/// A message of a documentary credit, with its field numbers.
pub fn credit(draft: &mut Draft) -> String {
    let it = draft.it;
    let amount = draft.number_text(it.amounts.total, 2);
    let lines = [
        format!("{} ISSUE OF A DOCUMENTARY CREDIT", draft.one_of(&["MT700", "700", "MT 700"])),
        "27: SEQUENCE OF TOTAL 1/1".to_owned(),
        "40A: FORM OF DOCUMENTARY CREDIT IRREVOCABLE".to_owned(),
        format!("20: DOCUMENTARY CREDIT NUMBER LC{:09}", draft.rng.random_range(0..999_999_999)),
        format!("31C: DATE OF ISSUE {}", draft.day(it.dates.order)),
        format!("50: APPLICANT {} {}", it.buyer.name, it.buyer.address.join(" ")),
        format!("59: BENEFICIARY {} {}", it.seller.name, it.seller.address.join(" ")),
        format!("32B: CURRENCY CODE, AMOUNT {}{amount}", it.amounts.currency),
        format!("44E: PORT OF LOADING {}", it.loading.name),
        format!("44F: PORT OF DISCHARGE {}", it.discharge.name),
        "45A: DESCRIPTION OF GOODS AS PER PROFORMA INVOICE".to_owned(),
        "46A: DOCUMENTS REQUIRED + SIGNED COMMERCIAL INVOICE IN TRIPLICATE + PACKING LIST IN DUPLICATE + FULL SET CLEAN ON BOARD BILLS OF LADING + CERTIFICATE OF ORIGIN + INSURANCE POLICY FOR 110 PCT OF CIF VALUE".to_owned(),
        "47A: ADDITIONAL CONDITIONS ALL DOCUMENTS MUST BEAR OUR CREDIT NUMBER".to_owned(),
        "71B: CHARGES OUTSIDE ISSUING BANK FOR ACCOUNT OF BENEFICIARY".to_owned(),
        "48: PERIOD FOR PRESENTATION 21 DAYS".to_owned(),
    ];
    let from = draft.rng.random_range(0..4);
    let face = draft.one_of(&["Liberation Mono", "DejaVu Sans Mono", "Liberation Sans"]);
    format!(
        "#set text(font: \"{face}\")\n{}\n",
        paragraphs(&lines[from..])
    )
}

pub fn mail(draft: &mut Draft) -> String {
    let it = draft.it;
    let language = draft.speech.language.clone();
    let captions = match language.as_str() {
        "de" => ["Von:", "An:", "Gesendet:", "Betreff:", "Anlagen:"],
        "fr" => ["De :", "À :", "Envoyé :", "Objet :", "Pièces jointes :"],
        "es" => ["De:", "Para:", "Enviado:", "Asunto:", "Adjuntos:"],
        "tr" => ["Kimden:", "Kime:", "Gönderme Tarihi:", "Konu:", "Ekler:"],
        "zh" => ["发件人:", "收件人:", "日期:", "主题:", "附件:"],
        _ => ["From:", "To:", "Sent:", "Subject:", "Attachments:"],
    };
    let sent = format!(
        "{} {:02}:{:02}",
        draft.day(it.dates.arrival),
        draft.rng.random_range(7..20),
        draft.rng.random_range(0..60)
    );
    let values = [
        format!("{} <{}>", it.seller.person, it.seller.email),
        format!("{} <{}>", it.buyer.person, it.buyer.email),
        sent,
        format!(
            "{} {}",
            draft.one_of(&[
                "Shipping documents",
                "RE: invoice",
                "FW: B/L draft",
                "Order"
            ]),
            it.numbers.order
        ),
        format!("{}.pdf (214 KB)", it.numbers.invoice),
    ];
    let head: Vec<String> = captions
        .iter()
        .zip(&values)
        .map(|(caption, value)| format!("#strong[{}] {}", escape(caption), escape(value)))
        .collect();
    let mut lines = vec![
        format!("{} {},", draft.one_of(&["Dear", "Hello", "Hi", "Good day"]), it.buyer.person),
        "please find attached the shipping documents for your order. Kindly arrange customs clearance and let us know if anything is missing.".to_owned(),
        format!("The goods ({} packages, {} kg) left {} on {}.", it.total_packages, it.gross_kg.normalize(), it.loading.name, it.vessel),
    ];
    for _ in 0..draft.rng.random_range(0..4) {
        let count = draft.rng.random_range(1..4);
        lines.push(paragraph(&mut draft.rng, &language, count));
    }
    lines.extend([
        draft
            .one_of(&[
                "Best regards",
                "Kind regards,",
                "Mit freundlichen Grüßen",
                "Cordialement",
                "Saludos",
            ])
            .to_owned(),
        it.seller.person.clone(),
        it.seller.name.clone(),
        it.seller.phone.clone(),
        format!("CONFIDENTIALITY NOTICE: {}", sentence(&mut draft.rng, "en")),
    ]);
    let kept = draft.rng.random_range(4..=lines.len());
    let rule = draft.one_of(&[
        "#line(length: 100%, stroke: 0.5pt)",
        "",
        "#line(length: 100%, stroke: 1.5pt)",
    ]);
    format!(
        "{}\n{rule}\n#v(6pt)\n{}\n",
        head.join(" \\\n"),
        paragraphs(&lines[..kept])
    )
}

/// A letter on headed paper about anything but goods.
pub fn letter(draft: &mut Draft) -> String {
    let it = draft.it;
    let language = draft.speech.language.clone();
    let head = draft.letterhead();
    let mut lines = vec![
        it.buyer.name.clone(),
        it.buyer.address.join(", "),
        draft.day(it.dates.invoice),
        draft
            .one_of(&[
                "POWER OF ATTORNEY",
                "To whom it may concern",
                "Authorisation for customs clearance",
                "Subject: your complaint",
                "Vollmacht",
                "BENEFICIARY'S CERTIFICATE",
                "Non-wood packing statement",
                "LETTER OF INDEMNITY",
            ])
            .to_owned(),
    ];
    for _ in 0..draft.rng.random_range(1..6) {
        let count = draft.rng.random_range(1..6);
        lines.push(paragraph(&mut draft.rng, &language, count));
    }
    lines.push(it.seller.person.clone());
    format!(
        "{head}\n#v(18pt)\n{}\n{}\n",
        paragraphs(&lines),
        draft.scrawl()
    )
}

pub fn fax_cover(draft: &mut Draft) -> String {
    let it = draft.it;
    let word = draft.one_of(&["FAX", "TELEFAX", "FAX TRANSMISSION", "Fax cover sheet"]);
    let banner = draft.banner(word);
    let pairs = [
        ("TO", it.buyer.name.clone()),
        ("ATTN", it.buyer.person.clone()),
        ("FAX NO.", it.buyer.phone.clone()),
        ("FROM", it.seller.name.clone()),
        ("TEL", it.seller.phone.clone()),
        ("DATE", draft.day(it.dates.packed)),
        (
            "PAGES",
            format!("{} (including this page)", draft.rng.random_range(2..12)),
        ),
        ("RE", format!("INV {} / B/L", it.numbers.invoice)),
    ];
    let list = list(draft, &pairs);
    let ticks = escape("☐ Urgent   ☐ For review   ☒ Please reply   ☐ Please recycle");
    let count = draft.rng.random_range(0..4);
    let text = paragraph(&mut draft.rng, "en", count);
    format!(
        "{banner}\n#v(10pt)\n{list}\n#line(length: 100%)\n{ticks}\n\n{}\n",
        escape(&text)
    )
}

pub fn payment_advice(draft: &mut Draft) -> String {
    let it = draft.it;
    let date = draft.day(it.dates.due);
    let amount = draft.number_text(it.amounts.total, 2);
    let lines = [
        draft
            .one_of(&[
                "PAYMENT ADVICE",
                "SWIFT MT103 CUSTOMER TRANSFER",
                "Zahlungsavis",
                "REMITTANCE ADVICE",
            ])
            .to_owned(),
        format!(":20: {}", it.numbers.contract),
        format!(":32A: {date} {} {amount}", it.amounts.currency),
        format!(":50K: {}", it.buyer.name),
        format!(":57A: {}", it.bic),
        format!(":59: /{} {}", it.iban, it.seller.name),
        format!(":70: INVOICE {}", it.numbers.invoice),
        ":71A: SHA".to_owned(),
    ];
    paragraphs(&lines)
}
