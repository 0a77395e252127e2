//! Slips and labels: couriers' labels with bar codes, bills of exchange, till slips, marks on packages.

use crate::layout::draft::Draft;
use crate::paper::escape;
use rand::RngExt;

const COURIERS: [&str; 6] = [
    "SWIFTWING EXPRESS",
    "PARCELON",
    "Global Dash",
    "NORDKURIER WORLDWIDE",
    "AEROPOST",
    "RAPIDO COURIER",
];

/// One label or two, somewhere on the page, upright or lying.
pub fn courier(draft: &mut Draft) -> String {
    let courier = draft.one_of(&COURIERS);
    let turn = draft.one_of(&[0, 0, 0, 90, -90]);
    let copies = draft.one_of(&[1, 1, 2]);
    let labels: Vec<String> = (0..copies).map(|_| label(draft, courier)).collect();
    let space = draft.rng.random_range(0..120);
    let shift = draft.one_of(&["left", "center", "right"]);
    let labels = labels
        .iter()
        .map(|label| match turn {
            0 => format!("#box(width: 250pt, stroke: 1pt, inset: 4pt)[{label}]"),
            turn => format!("#rotate({turn}deg, reflow: true)[#box(width: 250pt, stroke: 1pt, inset: 4pt)[{label}]]"),
        })
        .collect::<Vec<_>>()
        .join("\n#v(8pt)\n");
    format!("#v({space}pt)\n#align({shift})[#set align(left)\n{labels}]\n")
}

fn label(draft: &mut Draft, courier: &str) -> String {
    let it = draft.it;
    let emblem = draft.emblem(courier);
    let route = format!(
        "{}-{}-{}",
        it.buyer.country,
        &it.discharge.code[2..],
        draft.one_of(&["CGR", "HUB", "GTW", "DC1"])
    );
    let mut bars = String::new();
    for _ in 0..draft.rng.random_range(1..4) {
        let height = draft.rng.random_range(30..60);
        let code = draft.bar_code(200, height);
        let number = format!(
            "{} {:010}",
            draft.one_of(&["WAYBILL", "(2L)", "(J)", "AWB", ""]),
            draft.rng.random_range(0..9_999_999_999_u64)
        );
        bars.push_str(&format!(
            "#align(center)[{code} \\ #text(0.8em)[{}]]\n",
            escape(&number)
        ));
    }
    let date = draft.date_form.write(it.dates.on_board, "en");
    let weight = format!(
        "{}.{} kg",
        draft.rng.random_range(0..9),
        draft.rng.random_range(1..9)
    );
    let piece = format!("1/{}", draft.rng.random_range(1..3));
    format!(
        "#grid(columns: (1fr, auto), [#text(13pt, weight: \"bold\")[{}] \\ #text(0.7em)[{}]], [{emblem}])\n\
         #line(length: 100%)\n#text(0.8em)[{} {} \\ {} \\ {} \\ {}]\n#line(length: 100%)\n\
         {} {} \\ {} \\ {} \\ {}\n#line(length: 100%)\n#align(center)[#text(20pt, weight: \"bold\")[{}]]\n\
         #grid(columns: (1fr, 1fr, 1fr), [{} \\ {}], [{} \\ {}], [{} \\ #text(16pt)[{}]])\n{bars}",
        escape(courier),
        escape(draft.one_of(&[
            "EXPRESS WORLDWIDE",
            "DOX",
            "ECONOMY SELECT",
            "DOCUMENTS ONLY"
        ])),
        escape("From:"),
        escape(&it.seller.name),
        escape(&it.seller.person),
        escape(&it.seller.address.join(", ")),
        escape(&it.seller.phone),
        escape("To:"),
        escape(&it.buyer.name),
        escape(&it.buyer.address.join(", ")),
        escape(&it.buyer.country),
        escape(&format!("Contact: {} {}", it.buyer.person, it.buyer.phone)),
        escape(&route),
        escape("Ref. / Date"),
        escape(&format!("{} {date}", it.numbers.order)),
        escape("Pce/Shpt Weight"),
        escape(&weight),
        escape("Piece"),
        escape(&piece),
    )
}

pub fn bill_of_exchange(draft: &mut Draft) -> String {
    let it = draft.it;
    let amount = draft.number_text(it.amounts.total, 2);
    let words = crate::lexicon::words_of_amount(it.amounts.total, &it.amounts.currency);
    let date = draft.day(it.dates.invoice);
    let title = draft.one_of(&[
        "BILL OF EXCHANGE",
        "SOLE BILL OF EXCHANGE",
        "DRAFT",
        "PROMISSORY NOTE",
        "WECHSEL",
    ]);
    let banner = draft.banner(title);
    let tenor = draft.one_of(&[
        "At sight",
        "At 90 days sight",
        "60 days after B/L date",
        "On demand",
    ]);
    let border = draft.one_of(&["none", "1pt", "2pt + luma(120)"]);
    let scrawl = draft.scrawl();
    let text = [
        format!(
            "No. {}    Place {}, {date}",
            it.numbers.contract, it.loading.name
        ),
        format!("Exchange for {} {amount}", it.amounts.currency),
        format!(
            "{tenor} of this {} Exchange (second of the same tenor and date unpaid) pay to the order of {} the sum of {words}",
            draft.one_of(&["First of", "Sole", "First"]),
            it.bank
        ),
        format!(
            "Value received against invoice {} for goods shipped per {} B/L {}",
            it.numbers.invoice, it.vessel, it.numbers.bill_of_lading
        ),
        format!("To: {} {}", it.buyer.name, it.buyer.address.join(", ")),
        format!("For and on behalf of {}", it.seller.name),
    ];
    let lines: Vec<String> = text.iter().map(|line| escape(line)).collect();
    let copies = draft.one_of(&[1, 1, 2]);
    let block = format!(
        "#block(stroke: {border}, inset: 9pt, width: 100%)[{banner}\n{}\n\n{scrawl}]\n",
        lines.join("\n\n")
    );
    vec![block; copies].join("\n#v(20pt)\n")
}

/// A receipt of a shop, on its roll or copied to a sheet.
pub fn till(draft: &mut Draft) -> String {
    let it = draft.it;
    let face = draft.one_of(&[
        "Liberation Mono",
        "DejaVu Sans Mono",
        "Liberation Sans Narrow",
    ]);
    let mut rows = Vec::new();
    let mut sum = rust_decimal::Decimal::ZERO;
    for _ in 0..draft.rng.random_range(2..14) {
        let price = rust_decimal::Decimal::new(draft.rng.random_range(50..9000), 2);
        sum += price;
        let name = draft.one_of(&[
            "COFFEE",
            "PAPER A4",
            "TAXI",
            "DIESEL L",
            "SANDWICH",
            "PARKING",
            "TONER",
            "BOLTS M8",
            "WATER 0.5",
            "STAMPS",
            "HOTEL 1N",
            "CABLE",
            "MEAL",
            "TAPE",
        ]);
        rows.push(format!(
            "[{}], [{}]",
            escape(name),
            escape(&draft.number_text(price, 2))
        ));
    }
    let total = draft.number_text(sum, 2);
    let date = draft.day(it.dates.packed);
    let head = [
        it.seller.name.to_uppercase(),
        it.seller.address.join(" "),
        format!("TAX ID {}", it.seller.tax_id),
        format!(
            "{} {:05}  {date} {:02}:{:02}",
            draft.one_of(&["RECEIPT", "BON", "TICKET", "CASH SALE", "FİŞ NO"]),
            draft.rng.random_range(0..99_999),
            draft.rng.random_range(6..23),
            draft.rng.random_range(0..60)
        ),
    ];
    let head: Vec<String> = head.iter().map(|line| escape(line)).collect();
    let foot = draft.one_of(&[
        "THANK YOU",
        "VIELEN DANK",
        "MERCI DE VOTRE VISITE",
        "GRACIAS",
        "TEŞEKKÜRLER",
        "CARD **** 4417",
    ]);
    let code = draft.bar_code(120, 22);
    let width = draft.rng.random_range(150..230);
    let place = draft.one_of(&["left", "center", "right"]);
    format!(
        "#set text(font: \"{face}\")\n#align({place})[#box(width: {width}pt)[#align(center)[{}]\n\
         #line(length: 100%, stroke: (dash: \"dashed\"))\n#align(left)[#grid(columns: (1fr, auto), row-gutter: 4pt, {})]\n\
         #line(length: 100%, stroke: (dash: \"dashed\"))\n#grid(columns: (1fr, auto), [#strong[{}]], [#strong[{}]])\n\
         #align(center)[{} \\ {code}]]]\n",
        head.join(" \\\n"),
        rows.join(", "),
        escape(draft.one_of(&["TOTAL", "SUMME", "À PAYER", "TOPLAM", "TOTAL DUE"])),
        escape(&total),
        escape(foot)
    )
}

/// Copied or photographed labels of packages.
pub fn package_labels(draft: &mut Draft) -> String {
    let it = draft.it;
    let across = draft.one_of(&[1, 2, 2, 3]);
    let count = draft.rng.random_range(1..9);
    let big = draft.chance(0.3);
    let cells: Vec<String> = it
        .lines
        .iter()
        .cycle()
        .take(count)
        .enumerate()
        .map(|(index, line)| {
            let code = draft.bar_code(110, 24);
            let mut text = vec![
                it.marks.first().cloned().unwrap_or_default(),
                format!("C/NO. {}/{}", index + 1, it.total_packages),
                format!("LOT {}", line.batch),
                format!("P/N {}", line.product_code),
                format!("N.W. {} KG", line.net_kg.normalize()),
                format!(
                    "MADE IN {}",
                    crate::consignment::country(&line.origin)
                        .english_name()
                        .to_uppercase()
                ),
                "KEEP DRY   HANDLE WITH CARE".to_owned(),
                "CAUTION".to_owned(),
            ];
            text.retain(|_| draft.chance(0.7));
            let lines: Vec<String> = text.iter().map(|line| escape(line)).collect();
            format!("[{} \\ {code}]", lines.join(" \\ "))
        })
        .collect();
    format!(
        "#set text({}pt)\n#table(columns: (1fr,) * {across}, inset: 12pt, stroke: {}, {})\n",
        if big { 14 } else { 9 },
        draft.one_of(&["0.5pt", "none", "1.5pt"]),
        cells.join(", ")
    )
}
