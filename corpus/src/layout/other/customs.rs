//! Forms of authorities and of road carriers: declarations in the manner of the single administrative
//! document, consignment notes of lorries. Small numbered boxes all over the page.

use crate::layout::draft::Draft;
use crate::layout::form::FormLook;
use crate::paper::escape;
use rand::RngExt;

pub fn declaration(draft: &mut Draft) -> String {
    let it = draft.it;
    let look = draft.form("other/declaration");
    let title = draft.one_of(&[
        "EUROPEAN COMMUNITY",
        "CUSTOMS DECLARATION",
        "GÜMRÜK BEYANNAMESİ",
        "AUSFUHRBEGLEITDOKUMENT",
        "EXPORT ACCOMPANYING DOCUMENT",
        "SINGLE ADMINISTRATIVE DOCUMENT",
        "DECLARACIÓN ADUANERA",
        "中华人民共和国海关出口货物报关单",
        "ENTRY SUMMARY",
        "TRANSIT ACCOMPANYING DOCUMENT",
    ]);
    let number = format!(
        "{}{}{:014}",
        it.dates.invoice.year() % 100,
        it.seller.country,
        draft.rng.random_range(0..99_999_999_999_999_u64)
    );
    let code = draft.bar_code(150, 20);
    let mut cells = vec![
        wide(
            &look,
            "2",
            "Exporter",
            &format!("{} {}", it.seller.name, it.seller.address.join(" ")),
            3,
        ),
        format!(
            "table.cell(colspan: 3)[#strong[{}] \\ {} \\ {code}]",
            escape(title),
            escape(&number)
        ),
        wide(
            &look,
            "8",
            "Consignee",
            &format!("{} {}", it.buyer.name, it.buyer.address.join(" ")),
            3,
        ),
        wide(
            &look,
            "14",
            "Declarant / Representative",
            &it.receiver().name,
            3,
        ),
    ];
    let amount = draft.number_text(it.amounts.total, 2);
    let small: [(&str, &str, String); 14] = [
        (
            "1",
            "Declaration",
            draft.one_of(&["EX A", "IM A", "EU A", "T1"]).to_owned(),
        ),
        ("3", "Forms", "1 1".to_owned()),
        ("5", "Items", it.lines.len().to_string()),
        ("6", "Total packages", it.total_packages.to_string()),
        ("7", "Reference number", it.numbers.order.clone()),
        ("15", "Country of dispatch", it.seller.country.clone()),
        ("17", "Country of destination", it.buyer.country.clone()),
        ("18", "Identity of means of transport", it.vessel.clone()),
        (
            "19",
            "Ctr.",
            u8::from(!it.containers.is_empty()).to_string(),
        ),
        (
            "20",
            "Delivery terms",
            format!("{} {}", it.incoterm, it.incoterm_place),
        ),
        (
            "22",
            "Currency and total amount invoiced",
            format!("{} {amount}", it.amounts.currency),
        ),
        ("24", "Nature of transaction", "11".to_owned()),
        (
            "25",
            "Mode of transport at border",
            if it.by_air { "4" } else { "1" }.to_owned(),
        ),
        (
            "29",
            "Office of exit",
            format!(
                "{}{:06}",
                it.seller.country,
                draft.rng.random_range(0..999_999)
            ),
        ),
    ];
    for (number, caption, value) in &small {
        if draft.chance(0.85) {
            cells.push(wide(
                &look,
                number,
                caption,
                value,
                draft.one_of(&[1, 1, 2]),
            ));
        }
    }
    for (index, line) in it
        .lines
        .iter()
        .take(draft.rng.random_range(1..5))
        .enumerate()
    {
        let name = crate::consignment::goods()[line.goods].description("en");
        let price = draft.number_text(line.amount, 2);
        cells.extend([
            wide(
                &look,
                "31",
                "Packages and description of goods",
                &format!("{} {} {name}", line.packages, it.package_kind),
                3,
            ),
            wide(&look, "32", "Item", &(index + 1).to_string(), 1),
            wide(&look, "33", "Commodity Code", &line.hs_code, 2),
            wide(&look, "34", "Country orig. code", &line.origin, 1),
            wide(
                &look,
                "35",
                "Gross mass (kg)",
                &line.gross_kg.normalize().to_string(),
                1,
            ),
            wide(
                &look,
                "37",
                "PROCEDURE",
                draft.one_of(&["1000 000", "4000 000", "3151", "1040"]),
                1,
            ),
            wide(
                &look,
                "38",
                "Net mass (kg)",
                &line.net_kg.normalize().to_string(),
                1,
            ),
            wide(&look, "42", "Item price", &price, 1),
            wide(
                &look,
                "44",
                "Additional information / Documents produced",
                &format!(
                    "N380 {} N705 {}",
                    it.numbers.invoice, it.numbers.bill_of_lading
                ),
                4,
            ),
            wide(&look, "46", "Statistical value", &price, 2),
        ]);
    }
    cells.push(wide(&look, "47", "Calculation of taxes", "A00  B00", 3));
    cells.push(wide(&look, "54", "Place and date", &it.loading.name, 3));
    look.grid("1fr, 1fr, 1fr, 1fr, 1fr, 1fr", &cells)
}

fn wide(look: &FormLook, number: &str, caption: &str, value: &str, across: u32) -> String {
    look.cell(number, caption, &escape(value), across, 1)
}

/// A consignment note for carriage by road.
pub fn road(draft: &mut Draft) -> String {
    let it = draft.it;
    let look = draft.form("other/road");
    let title = draft.one_of(&[
        "INTERNATIONAL CONSIGNMENT NOTE CMR",
        "INTERNATIONALER FRACHTBRIEF",
        "LETTRE DE VOITURE INTERNATIONALE",
        "CMR",
        "ULUSLARARASI HAMULE SENEDİ",
        "MIĘDZYNARODOWY LIST PRZEWOZOWY",
    ]);
    let name = crate::consignment::goods()[it.lines[0].goods].description("en");
    let date = draft.day(it.dates.packed);
    let plate = format!(
        "{} {} {}",
        draft.one_of(&["34", "06", "HH", "WA", "B"]),
        draft.one_of(&["ABC", "KR", "TZ", "XY"]),
        draft.rng.random_range(100..9999)
    );
    let boxes: [(&str, String, u32); 12] = [
        (
            "Sender (name, address, country)",
            format!("{} {}", it.seller.name, it.seller.address.join(" ")),
            2,
        ),
        (
            "Consignee (name, address, country)",
            format!("{} {}", it.buyer.name, it.buyer.address.join(" ")),
            2,
        ),
        (
            "Place of delivery of the goods",
            it.discharge.name.clone(),
            2,
        ),
        (
            "Place and date of taking over the goods",
            format!("{} {date}", it.loading.name),
            2,
        ),
        (
            "Documents attached",
            format!("INVOICE {}, PACKING LIST", it.numbers.invoice),
            2,
        ),
        ("Carrier", plate, 2),
        ("Marks and Nos", it.marks.join(" "), 1),
        ("Number of packages", it.total_packages.to_string(), 1),
        ("Nature of the goods", name.to_owned(), 1),
        ("Gross weight in kg", it.gross_kg.normalize().to_string(), 1),
        (
            "Sender's instructions",
            draft.one_of(&["", "T1", "EX-A", "TEMP +4 °C"]).to_owned(),
            2,
        ),
        (
            "Instructions as to payment for carriage",
            draft
                .one_of(&["Carriage paid", "FREI", "COLLECT"])
                .to_owned(),
            2,
        ),
    ];
    let mut cells = vec![format!(
        "table.cell(colspan: 4)[#align(center)[#strong[{}]]]",
        escape(title)
    )];
    for (index, (caption, value, across)) in boxes.iter().enumerate() {
        cells.push(wide(
            &look,
            &(index + 1).to_string(),
            caption,
            value,
            *across,
        ));
    }
    for caption in [
        "Signature and stamp of the sender",
        "Signature and stamp of the carrier",
        "Goods received",
        "Established in",
    ] {
        cells.push(format!("[#text(0.7em)[{}] #v(40pt)]", escape(caption)));
    }
    look.grid("1fr, 1fr, 1fr, 1fr", &cells)
}
