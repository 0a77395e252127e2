//! The goods on a transport document: marks, containers with their seals, packages, description, gross mass
//! and measurement, in columns under the form's captions, or typed as one block.

use crate::consignment::goods;
use crate::layout::draft::Draft;
use crate::layout::form::FormLook;
use crate::layout::terms::{containers, marks, seals};
use crate::paper::escape;
use docexam_domain::FieldKey as K;
use rand::RngExt;
use rust_decimal::Decimal;

/// The wide box; `room` points stay free below.
pub fn cargo(draft: &mut Draft, look: &FormLook, room: u32) -> String {
    let it = draft.it;
    let heads: Vec<String> = [
        "marks",
        "total_packages",
        "col.description",
        "total_gross_mass_kg",
        "total_volume_m3",
    ]
    .iter()
    .map(|key| {
        let words = draft.words(key);
        format!("[#text({}em)[{}]]", look.caption_size, escape(&words))
    })
    .collect();
    let marks = marks(draft);
    let list_in_text = draft.chance(0.4) && !it.containers.is_empty();
    let boxes = match it.containers.is_empty() || list_in_text {
        true => String::new(),
        false => {
            let containers = containers(draft);
            let words = draft.words("container_number");
            let seal_words = draft.words("seal_number");
            format!(
                " \\ #v(4pt) {} \\ {containers} \\ {} \\ {}",
                escape(&words),
                escape(&seal_words),
                seals(draft)
            )
        }
    };
    let packages = draft.packages_with_kind();
    let mut lines = vec![escape(draft.one_of(&[
        "SAID TO CONTAIN:",
        "STC",
        "SHIPPER'S LOAD, STOW AND COUNT",
        "",
        "1 X 40' HC CONTAINER S.T.C.",
    ]))];
    lines.extend(descriptions(draft));
    if draft.chance(0.35) {
        let words = draft.one_of(&["INVOICE NO.", "AS PER INVOICE NO.", "INV."]);
        lines.push(format!(
            "{} {}",
            escape(words),
            draft.plain(K::InvoiceNumber, &it.numbers.invoice)
        ));
    }
    if draft.chance(0.2) {
        let words = draft.one_of(&["PO NO.", "ORDER NO.", "CUSTOMER REF."]);
        lines.push(format!(
            "{} {}",
            escape(words),
            draft.plain(K::PurchaseOrderNumber, &it.numbers.order)
        ));
    }
    if draft.chance(0.25) {
        lines.push(escape(draft.one_of(&[
            "FREIGHT PREPAID",
            "FREIGHT COLLECT",
            "CY/CY",
            "FCL/FCL",
            "14 DAYS FREE TIME AT DESTINATION",
            "CLEAN ON BOARD",
        ])));
    }
    if list_in_text {
        lines.extend(container_lines(draft));
    }
    let gross = draft.mass(K::TotalGrossMassKg, it.gross_kg);
    let net = match draft.chance(0.3) {
        true => format!(
            " \\ {} {}",
            escape(draft.one_of(&["N.W.", "NET", "NET WEIGHT:"])),
            draft.mass(K::TotalNetMassKg, it.net_kg)
        ),
        false => String::new(),
    };
    let volume = match draft.chance(0.7) {
        true => draft.volume(),
        false => String::new(),
    };
    let ruled = match draft.one_of(&[0, 0, 1, 2]) {
        0 => "none",
        1 => "0.4pt",
        _ => "(x, y) => (left: if x > 0 { 0.4pt }, bottom: if y == 0 { 0.4pt })",
    };
    let texts: Vec<String> = lines.into_iter().filter(|line| line != "#\"\"").collect();
    let goods = texts.join(" \\ ");
    // The columns stand in the order of the layout key; some carriers put the packages first.
    let (order, widths) = match draft.percent() {
        0..75 => ([0, 1, 2, 3, 4], "1fr, auto, 2.2fr, auto, auto"),
        75..90 => ([1, 2, 0, 3, 4], "auto, 2.2fr, 1fr, auto, auto"),
        _ => ([0, 2, 1, 4, 3], "1fr, 2.2fr, auto, auto, auto"),
    };
    let bodies = [
        format!("{marks}{boxes}"),
        packages,
        goods,
        format!("{gross}{net}"),
        volume,
    ];
    let heads: Vec<String> = order.iter().map(|&at: &usize| heads[at].clone()).collect();
    let bodies: Vec<String> = order
        .iter()
        .map(|&at| format!("[{}]", look.filled_in(&bodies[at])))
        .collect();
    format!(
        "#table(columns: ({widths}), stroke: {ruled}, fill: none, inset: 3pt, {}, {}) #v({room}pt)",
        heads.join(", "),
        bodies.join(", ")
    )
}

/// Each kind of goods once, as bills of lading name them.
fn descriptions(draft: &mut Draft) -> Vec<String> {
    let it = draft.it;
    let (upper, with_hs) = (draft.chance(0.6), draft.chance(0.4));
    let hs_words = draft.one_of(&["HS CODE:", "HS:", "H.S. CODE NO.", "HTS"]);
    let per_kind = draft.chance(0.3);
    let mut lines = Vec::new();
    for (row, line) in it.lines.iter().enumerate().take(6) {
        let known = it.lines[..row]
            .iter()
            .any(|earlier| earlier.goods == line.goods);
        if known {
            continue;
        }
        let name = goods()[line.goods].description(&draft.speech.language);
        let name = match upper {
            true => name.to_uppercase(),
            false => name.to_owned(),
        };
        let mut text = draft.ink.cell(row, K::Description, &name, &name);
        let alone = !it
            .lines
            .iter()
            .enumerate()
            .any(|(at, other)| at != row && other.goods == line.goods);
        // A number of packages belongs to a row only where the kind of goods has one row.
        if per_kind && alone {
            let count = draft.number_text(Decimal::from(line.packages), 0);
            let count = draft
                .ink
                .cell(row, K::Packages, &count, &line.packages.to_string());
            let kind = draft.package_kind_cell(row);
            text = format!("{count} {kind} {} {text}", escape("OF"));
        }
        if with_hs {
            let code = draft.ink.cell(row, K::HsCode, &line.hs_code, &line.hs_code);
            text = format!("{text} \\ {} {code}", escape(hs_words));
        }
        lines.push(text);
    }
    lines
}

/// `ABCU1234567 40HC SEAL 123 / 400 BAGS / 20000.000 KGS / 50 CBM`: the shares of containers are no fields.
fn container_lines(draft: &mut Draft) -> Vec<String> {
    let it = draft.it;
    let count = it.containers.len().max(1) as u32;
    let words = draft.one_of(&["SEAL:", "Seal Nbr", "SEAL NO.", "/"]);
    let (kind_name, _) = draft.package_kind_name();
    let (with_bags, split) = (draft.chance(0.7), draft.chance(0.4));
    let mut lines = Vec::new();
    for (index, container) in it.containers.iter().enumerate() {
        let number = draft.ink.plain(K::ContainerNumber, &container.number);
        let seal = draft.ink.plain(K::SealNumber, &container.seal);
        let share = it.total_packages / count + u32::from(index == 0) * (it.total_packages % count);
        let mass = (it.gross_kg / Decimal::from(count)).round_dp(3);
        let volume = (it.volume_m3 / Decimal::from(count)).round_dp(2);
        let bags = match with_bags {
            true => escape(&format!(
                "{share} {kind_name} {} KGS {} CBM",
                draft.number_text(mass, 3),
                draft.number_text(volume, 2)
            )),
            false => escape(&container.kind),
        };
        lines.push(match split {
            true => format!(
                "{number} {} \\ {} {seal} {bags}",
                escape(&container.kind),
                escape(words)
            ),
            false => format!(
                "{number} {} {} {seal} {bags}",
                escape(&container.kind),
                escape(words)
            ),
        });
    }
    lines
}

/// Freight and charges, at most one of which is the freight amount.
pub fn charges(draft: &mut Draft) -> String {
    let it = draft.it;
    if draft.chance(0.45) {
        let words = draft.one_of(&[
            "FREIGHT PREPAID",
            "FREIGHT COLLECT",
            "FREIGHT PAYABLE AT DESTINATION",
            "FREIGHT AS ARRANGED",
            "AS AGREED",
        ]);
        return escape(words);
    }
    let freight = match it.amounts.freight.is_zero() {
        true => (it.amounts.total * Decimal::new(draft.rng.random_range(10..90), 3)).round_dp(2),
        false => it.amounts.freight,
    };
    let freight = draft.money(K::FreightAmount, freight, true);
    let mut rows = vec![format!(
        "[{}], [{freight}]",
        escape(draft.one_of(&[
            "Ocean Freight",
            "BASIC OCEAN FREIGHT",
            "FREIGHT",
            "Weight charge",
            "Freight charges"
        ]))
    )];
    for name in [
        "THC origin",
        "BAF",
        "Documentation fee",
        "Security surcharge",
        "Carrier security",
    ] {
        if draft.chance(0.3) {
            let sum = Decimal::new(draft.rng.random_range(1000..60_000), 2);
            rows.push(format!(
                "[{}], [{}]",
                escape(name),
                escape(&draft.number_text(sum, 2))
            ));
        }
    }
    format!(
        "#text(0.85em)[#table(columns: (1fr, auto), stroke: none, fill: none, inset: 1.5pt, {})]",
        rows.join(", ")
    )
}
