//! What else is scanned with a bundle: blank backs, tables of contents, articles, CVs, pages of speckle
//! and of scripts that nobody here reads, forms that are not of the trade.

use crate::layout::draft::Draft;
use crate::layout::prose::{foreign, garbage, paragraph, script as any_script};
use crate::lexicon::LANGUAGES;
use crate::paper::escape;
use rand::RngExt;
use std::collections::HashSet;

/// A page number, a stray mark, a line of a printer, or nothing but `.`.
pub fn blank(draft: &mut Draft) -> String {
    let text = match draft.rng.random_range(0..12) {
        0 => "This page intentionally left blank".to_owned(),
        1 => draft
            .one_of(&[
                "ATTACHMENTS",
                "ANNEX 2",
                "COPY",
                "Appendix A",
                "DOCUMENTS",
                "END",
            ])
            .to_owned(),
        2 => format!("Scan - Batch {:04}", draft.rng.random_range(0..9999)),
        3 => format!("{}", draft.rng.random_range(1..30)),
        4 => format!(
            "Page {} of {}",
            draft.rng.random_range(1..9),
            draft.rng.random_range(9..12)
        ),
        5 => format!("- {} -", draft.rng.random_range(1..30)),
        6 => ".".to_owned(),
        7 => format!(
            "{:012}  {}/{}",
            draft.rng.random_range(0..999_999_999_999_u64),
            draft.rng.random_range(1..9),
            9
        ),
        8 => format!(
            "file:///C:/Users/Public/{}.pdf",
            draft.rng.random_range(1000..9999)
        ),
        9 => "Sample Attached   Page - 1 of 1".to_owned(),
        10 => {
            let count = draft.rng.random_range(1..6);
            (0..count)
                .map(|_| garbage(&mut draft.rng))
                .collect::<Vec<_>>()
                .join(" ")
        }
        _ => draft
            .one_of(&[
                "Reverse side",
                "P.T.O.",
                "VERSO",
                "Rückseite",
                "Please sign here",
                "RECEIVED",
            ])
            .to_owned(),
    };
    let (x, y) = (draft.rng.random_range(0..80), draft.rng.random_range(0..96));
    let turn = draft.one_of(&[0, 0, 0, 90, -90]);
    let stray = match draft.chance(0.3) {
        true => draft.scrawl(),
        false => String::new(),
    };
    format!(
        "#place(dx: {x}%, dy: {y}%)[#rotate({turn}deg, reflow: true)[{}]]\n#place(dx: 20%, dy: 40%)[{stray}]\n",
        escape(&text)
    )
}

pub fn contents(draft: &mut Draft) -> String {
    let title = draft.one_of(&[
        "Contents",
        "TABLE OF CONTENTS",
        "Inhaltsverzeichnis",
        "Sommaire",
        "INDEX OF DOCUMENTS",
        "İÇİNDEKİLER",
    ]);
    let banner = draft.banner(title);
    let mut page = 1;
    let mut rows = Vec::new();
    for number in 1..draft.rng.random_range(8..34) {
        page += draft.rng.random_range(1..7);
        let name = draft.one_of(&[
            "Invoice",
            "Packing list",
            "Certificate of origin",
            "Introduction",
            "Scope of delivery",
            "Warranty",
            "Technical data",
            "Bill of lading",
            "Insurance",
            "Safety instructions",
            "Installation",
            "Spare parts",
            "Correspondence",
            "Test reports",
            "Customs documents",
            "Maintenance",
        ]);
        rows.push(format!(
            "[{}], [{}], [{}]",
            escape(&format!("{number}")),
            escape(&format!("{name} ..........")),
            escape(&page.to_string())
        ));
    }
    format!(
        "{banner}\n#grid(columns: (auto, 1fr, auto), gutter: 6pt, {})\n",
        rows.join(", ")
    )
}

/// Running text in columns, as in a newspaper, a manual or a report.
pub fn article(draft: &mut Draft) -> String {
    let language = match draft.chance(0.5) {
        true => draft.one_of(&LANGUAGES).to_owned(),
        false => draft.speech.language.clone(),
    };
    let columns = draft.one_of(&[1, 2, 3, 4]);
    let headline = paragraph(&mut draft.rng, &language, 1);
    let mut parts = Vec::new();
    for _ in 0..draft.rng.random_range(4..26) {
        let count = draft.rng.random_range(2..8);
        let text = paragraph(&mut draft.rng, &language, count);
        parts.push(escape(&text));
        if draft.chance(0.1) {
            parts.push(format!(
                "#rect(width: 100%, height: {}pt, fill: luma(190))",
                draft.rng.random_range(40..120)
            ));
        }
    }
    format!(
        "#text(16pt, weight: \"bold\")[{}]\n#set par(justify: true)\n#columns({columns})[{}]\n",
        escape(&headline),
        parts.join("\n\n")
    )
}

pub fn curriculum(draft: &mut Draft) -> String {
    let it = draft.it;
    let title = draft.one_of(&[
        "CURRICULUM VITAE",
        "Lebenslauf",
        "Résumé",
        "Job description",
        "Visa application",
        "PASSPORT COPY",
    ]);
    let banner = draft.banner(title);
    let mut rows = vec![
        ("Name", it.seller.person.clone()),
        ("Address", it.seller.address.join(", ")),
        ("Phone", it.seller.phone.clone()),
        ("E-mail", it.seller.email.clone()),
    ];
    for _ in 0..draft.rng.random_range(3..9) {
        let from = draft.rng.random_range(1995..2022);
        let what = draft.one_of(&[
            "Export manager",
            "Customs clerk",
            "Apprentice",
            "Degree in logistics",
            "Quality engineer",
            "Sales assistant",
        ]);
        let firm = draft
            .one_of(&[&it.seller.name, &it.buyer.name, &it.bank])
            .clone();
        rows.push((
            "",
            format!(
                "{from} - {}   {what}, {firm}",
                from + draft.rng.random_range(1..6)
            ),
        ));
    }
    let cells: Vec<String> = rows
        .iter()
        .map(|(caption, value)| format!("[{}], [{}]", escape(caption), escape(value)))
        .collect();
    let count = draft.rng.random_range(1..8);
    let text = paragraph(&mut draft.rng, "en", count);
    format!(
        "{banner}\n#grid(columns: (20%, 1fr), row-gutter: 7pt, {})\n#v(8pt)\n{}\n",
        cells.join(", "),
        escape(&text)
    )
}

/// Speckle, hatching and photographs as a reader sees them: tokens of no language, anywhere.
pub fn noise(draft: &mut Draft) -> String {
    let count = draft.one_of(&[3, 10, 40, 120, 400, 900]);
    let mut places = String::new();
    let shade = draft.rng.random_range(150..245);
    if draft.chance(0.5) {
        places.push_str(&format!(
            "#place(dx: {}%, dy: {}%, rect(width: {}%, height: {}%, fill: luma({shade})))\n",
            draft.rng.random_range(0..40),
            draft.rng.random_range(0..40),
            draft.rng.random_range(30..60),
            draft.rng.random_range(20..60)
        ));
    }
    // In rows, so that tokens do not cover each other: a reader never gives two words of one place.
    let rows = 70;
    let across = (count / rows + 1).min(14);
    let mut taken = HashSet::new();
    for _ in 0..count {
        let (row, column) = (
            draft.rng.random_range(0..rows),
            draft.rng.random_range(0..across),
        );
        if !taken.insert((row, column)) {
            continue;
        }
        let size = draft.rng.random_range(4..10);
        let token = garbage(&mut draft.rng);
        places.push_str(&format!(
            "#place(dx: {:.1}%, dy: {:.1}%)[#text({size}pt)[{}]]\n",
            f64::from(column) * 100.0 / f64::from(across) + f64::from(row % 7),
            f64::from(row) * 100.0 / f64::from(rows),
            escape(&token)
        ));
    }
    places
}

/// A page in a script without captions of ours: a letter, a table or a form of it.
pub fn script(draft: &mut Draft) -> String {
    let letters = any_script(&mut draft.rng);
    let say = |draft: &mut Draft, from: usize, to: usize| {
        let count = draft.rng.random_range(from..to);
        escape(&foreign(&mut draft.rng, letters, count))
    };
    let right = ('\u{590}'..'\u{700}').contains(&letters.0);
    let set = match right {
        true => "#set text(font: \"DejaVu Sans\", dir: rtl)\n",
        false => "#set text(font: \"DejaVu Sans\")\n",
    };
    let title = say(draft, 1, 5);
    let body = match draft.rng.random_range(0..3) {
        0 => {
            let across = draft.rng.random_range(2..7);
            let cells: Vec<String> = (0..across * draft.rng.random_range(3..16))
                .map(|_| format!("[{}]", say(draft, 1, 4)))
                .collect();
            format!(
                "#table(columns: (1fr,) * {across}, stroke: 0.4pt, {})",
                cells.join(", ")
            )
        }
        1 => {
            let cells: Vec<String> = (0..draft.rng.random_range(4..20))
                .map(|_| format!("[{}], [{}]", say(draft, 1, 3), say(draft, 1, 7)))
                .collect();
            format!(
                "#grid(columns: (30%, 1fr), row-gutter: 6pt, {})",
                cells.join(", ")
            )
        }
        _ => {
            let parts: Vec<String> = (0..draft.rng.random_range(2..14))
                .map(|_| say(draft, 8, 60))
                .collect();
            parts.join("\n\n")
        }
    };
    format!("{set}#align(center)[#text(1.5em)[{title}]]\n#v(8pt)\n{body}\n")
}

/// Forms of daily life: an application, a questionnaire, a check list, mostly unfilled.
pub fn form(draft: &mut Draft) -> String {
    let title = draft.one_of(&[
        "APPLICATION FORM",
        "Check list",
        "QUESTIONNAIRE",
        "Vehicle inspection",
        "Visitor registration",
        "Antrag",
        "SUPPLIER ASSESSMENT",
        "Work order",
    ]);
    let banner = draft.banner(title);
    let mut rows = Vec::new();
    for number in 1..draft.rng.random_range(6..26) {
        let caption = draft.one_of(&[
            "Name",
            "Date",
            "Company",
            "Address",
            "Country",
            "Number",
            "Description",
            "Quantity",
            "Weight",
            "Signature",
            "Approved by",
            "Remarks",
            "Temperature",
            "Condition",
            "Origin",
            "Invoice No.",
            "Total",
            "Department",
            "Time in",
        ]);
        let value = match draft.rng.random_range(0..4) {
            0 => "________________".to_owned(),
            1 => draft
                .one_of(&["☐ yes  ☐ no", "☒ yes  ☐ no", "n/a", "OK", ""])
                .to_owned(),
            2 => draft.rng.random_range(1..9999).to_string(),
            _ => String::new(),
        };
        rows.push(format!(
            "[{}], [{}], [{}]",
            escape(&number.to_string()),
            escape(caption),
            escape(&value)
        ));
    }
    format!(
        "{banner}\n#table(columns: (auto, 1fr, 2fr), stroke: {}, inset: {}pt, {})\n",
        draft.one_of(&["0.5pt", "none", "(x, y) => (bottom: 0.3pt)"]),
        draft.rng.random_range(3..9),
        rows.join(", ")
    )
}
