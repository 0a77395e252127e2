//! Sheets full of numbers, names and sums that come with a consignment and are none of its documents: weigh
//! slips, worksheets of duties, pages of photographs, statements of a bank account, gate passes, protocols.

use crate::layout::draft::Draft;
use crate::layout::prose::sentence;
use crate::lexicon::country_name;
use crate::paper::escape;
use rand::RngExt;
use rust_decimal::Decimal;

fn cell(text: &str) -> String {
    format!("[{}]", escape(text))
}

/// Captions beside their values, in a grid or a ruled table.
fn pairs(draft: &mut Draft, pairs: &[(&str, String)]) -> String {
    let mark = draft.one_of(&[":", " :", "", "."]);
    let cells: Vec<String> = pairs
        .iter()
        .map(|(caption, value)| format!("{}, {}", cell(&format!("{caption}{mark}")), cell(value)))
        .collect();
    let stroke = draft.one_of(&["none", "none", "0.5pt", "(bottom: 0.4pt)"]);
    let width = draft.one_of(&["auto", "30%", "40%"]);
    format!(
        "#table(columns: ({width}, 1fr), stroke: {stroke}, inset: 3pt, {})\n",
        cells.join(", ")
    )
}

/// A table of text; all figures right, under the heads.
fn table(draft: &mut Draft, heads: &[&str], rows: &[Vec<String>]) -> String {
    let stroke = draft.one_of(&["0.5pt", "none", "(bottom: 0.4pt)"]);
    let size = draft.one_of(&["0.8em", "0.9em", "1em"]);
    let heads = heads.iter().map(|head| format!("[#strong{}]", cell(head)));
    let count = heads.len();
    let cells: Vec<String> = heads
        .chain(rows.iter().flatten().map(|text| cell(text)))
        .collect();
    format!(
        "#text({size})[#table(columns: {count}, stroke: {stroke}, inset: 3pt, {})]\n",
        cells.join(", ")
    )
}

/// The slip of a weighbridge: lorry loaded, lorry empty, and the difference.
pub fn weigh_slip(draft: &mut Draft) -> String {
    let it = draft.it;
    let title = draft.one_of(&[
        "WEIGHBRIDGE TICKET",
        "WEIGHT SLIP",
        "WIEGESCHEIN",
        "Wägeprotokoll",
        "BON DE PESÉE",
        "KANTAR FİŞİ",
        "TICKET DE BÁSCULA",
        "过磅单",
    ]);
    let banner = draft.banner(title);
    let tare = Decimal::from(draft.rng.random_range(6_500..16_000));
    let net = it.gross_kg.round();
    let kg = |value: Decimal| format!("{} kg", draft.number_text(value, 0));
    let (first, second, rest) = (kg(net + tare), kg(tare), kg(net));
    let times = (draft.clock(), draft.clock());
    let plate = format!(
        "{} {}",
        draft.one_of(&["34 ABC", "HH-KL", "WGM", "AB-123"]),
        draft.digits(4)
    );
    let date = draft.day(it.dates.packed);
    let mut list = vec![
        ("Ticket No. / Fiş No", draft.digits(6)),
        ("Vehicle / Plaka", plate),
        ("Customer", it.seller.name.clone()),
        ("Receiver", it.receiver().name.clone()),
        ("Driver", it.buyer.person.clone()),
        ("Product", "GENERAL CARGO".to_owned()),
        ("Order", it.numbers.order.clone()),
    ];
    list.retain(|_| draft.chance(0.75));
    list.push((
        "1st weighing / Brutto",
        format!("{first}   {date} {}", times.0),
    ));
    list.push((
        "2nd weighing / Tara",
        format!("{second}   {date} {}", times.1),
    ));
    list.push(("NET / NETTO", rest));
    let list = pairs(draft, &list);
    let width = draft.one_of(&["240pt", "300pt", "100%"]);
    format!(
        "#box(width: {width})[{}\n\n{banner}\n{list}\n{}]\n",
        escape(&it.seller.name),
        draft.scrawl()
    )
}

/// What a broker reckons before declaring: values in the money of the country, duties, taxes, fees.
pub fn duty_worksheet(draft: &mut Draft) -> String {
    let it = draft.it;
    let title = draft.one_of(&[
        "DUTY CALCULATION",
        "Customs worksheet",
        "Abgabenberechnung",
        "CALCUL DES DROITS",
        "GÜMRÜK VERGİ HESABI",
        "LIQUIDACIÓN DE DERECHOS",
        "ESTIMATE OF DUTIES AND TAXES",
    ]);
    let banner = draft.banner(title);
    let rate = Decimal::new(draft.rng.random_range(9_000..480_000), 4);
    let date = draft.day(it.dates.acceptance);
    let list = [
        ("File", draft.house_number()),
        ("Date", date),
        ("Importer", it.buyer.name.clone()),
        (
            "Invoice",
            format!("{} {}", it.numbers.invoice, it.amounts.currency),
        ),
        ("Rate", draft.number_text(rate, 4)),
        ("Terms", format!("{} {}", it.incoterm, it.incoterm_place)),
    ];
    let list = pairs(draft, &list);
    let hundred = Decimal::from(100);
    let mut rows = Vec::new();
    let mut sum = Decimal::ZERO;
    for (number, line) in (1..).zip(it.lines.iter().take(14)) {
        let value = (line.amount * rate).round_dp(2);
        let percent = Decimal::from(draft.one_of(&[0, 2, 3, 5, 6, 12]));
        let duty = (value * percent / hundred).round_dp(2);
        let tax = ((value + duty) * Decimal::from(20) / hundred).round_dp(2);
        sum += duty + tax;
        rows.push(vec![
            number.to_string(),
            line.hs_code.clone(),
            line.origin.clone(),
            draft.number_text(line.amount, 2),
            draft.number_text(value, 2),
            format!("{percent} %"),
            draft.number_text(duty, 2),
            draft.number_text(tax, 2),
        ]);
    }
    let heads = [
        "#",
        "Tariff",
        "Orig.",
        "Invoice",
        "Customs value",
        "Duty %",
        "Duty",
        "VAT",
    ];
    let table = table(draft, &heads, &rows);
    let total = draft.number_text(sum, 2);
    format!(
        "{banner}\n{list}\n#v(6pt)\n{table}\n#align(right)[#strong{}]\n{}\n",
        cell(&format!("TOTAL DUTIES AND TAXES  {total}")),
        draft.scrawl()
    )
}

/// Grey fields for photographs, each with a line below it.
pub fn photographs(draft: &mut Draft) -> String {
    let it = draft.it;
    let across = draft.one_of(&[1, 2, 2, 3]);
    let count = across * draft.rng.random_range(1..4);
    let height = draft.rng.random_range(90..190);
    let mut cells = Vec::new();
    for number in 1..=count {
        let container = it.containers.first().map(|container| &container.number);
        let text = match (draft.rng.random_range(0..5), container) {
            (0, Some(container)) => format!("Container {container}"),
            (1, _) => format!("Loading {} {}", draft.day(it.dates.packed), draft.clock()),
            (2, _) => format!("LOT {}", it.lines[number % it.lines.len()].batch),
            (3, _) => format!("IMG_{}.JPG", draft.digits(4)),
            _ => format!(
                "Photo {number}: {}",
                draft.one_of(&["pallets", "label", "seal", "damage", "front", "rear doors"])
            ),
        };
        let grey = draft.rng.random_range(90..215);
        cells.push(format!(
            "[#rect(width: 100%, height: {height}pt, fill: luma({grey}), stroke: none)\n{}]",
            escape(&text)
        ));
    }
    let title = match draft.chance(0.6) {
        true => {
            let title = draft.one_of(&[
                "PHOTO REPORT",
                "Photographs",
                "Fotodokumentation",
                "LOADING PICTURES",
                "YÜKLEME FOTOĞRAFLARI",
                "Reportage photo",
            ]);
            draft.banner(title)
        }
        false => String::new(),
    };
    format!(
        "{title}\n#grid(columns: (1fr,) * {across}, gutter: 8pt, {})\n",
        cells.join(", ")
    )
}

/// Bookings of a month, with a balance after each.
pub fn account_statement(draft: &mut Draft) -> String {
    let it = draft.it;
    let emblem = draft.emblem(&it.bank);
    let title = draft.one_of(&[
        "STATEMENT OF ACCOUNT",
        "Kontoauszug",
        "RELEVÉ DE COMPTE",
        "HESAP EKSTRESİ",
        "Estratto conto",
        "EXTRACTO DE CUENTA",
        "Wyciąg bankowy",
    ]);
    let banner = draft.banner(title);
    let list = [
        ("Account holder", it.seller.name.clone()),
        ("IBAN", it.iban.clone()),
        ("BIC", it.bic.clone()),
        ("Currency", it.amounts.currency.clone()),
    ];
    let list = pairs(draft, &list);
    let mut balance = Decimal::new(draft.rng.random_range(100_000..9_000_000), 2);
    let mut rows = Vec::new();
    for booking in 0..draft.rng.random_range(5..22) {
        let text = match draft.rng.random_range(0..5) {
            0 => format!("{} {}", it.buyer.name, it.numbers.invoice),
            1 => format!("SEPA CREDIT TRANSFER REF {}", draft.digits(10)),
            2 => "CHARGES / FEES".to_owned(),
            3 => format!("CARD {} {}", draft.digits(4), it.loading.name),
            _ => format!("RENT / ENERGY {}", draft.house_number()),
        };
        let amount = Decimal::new(draft.rng.random_range(-900_000..900_000), 2);
        balance += amount;
        let date = if booking % 2 == 0 {
            it.dates.order
        } else {
            it.dates.due
        };
        rows.push(vec![
            draft.day(date),
            text,
            draft.number_text(amount, 2),
            draft.number_text(balance, 2),
        ]);
    }
    let heads = ["Date", "Text", "Amount", "Balance"];
    let table = table(draft, &heads, &rows);
    format!("{emblem}\n{banner}\n{list}\n#v(6pt)\n{table}\n")
}

/// What the gate of a port or store keeps of a lorry that comes or goes.
pub fn gate_pass(draft: &mut Draft) -> String {
    let it = draft.it;
    let title = draft.one_of(&[
        "GATE PASS",
        "RELEASE ORDER",
        "EQUIPMENT INTERCHANGE RECEIPT",
        "Ladeliste / Freistellung",
        "BON DE SORTIE",
        "ÇIKIŞ FİŞİ",
        "WAREHOUSE RECEIPT",
    ]);
    let banner = draft.banner(title);
    let (date, time) = (draft.day(it.dates.arrival), draft.clock());
    let mut list = vec![
        ("Pass No.", draft.house_number()),
        ("Date / time", format!("{date} {time}")),
        (
            "Haulier",
            format!("{} TRANSPORT", it.discharge.name.to_uppercase()),
        ),
        (
            "Truck / trailer",
            format!("{} / {}", draft.digits(6), draft.digits(5)),
        ),
        ("Terminal", it.discharge.name.clone()),
        ("Vessel", format!("{} {}", it.vessel, it.voyage)),
        ("B/L", it.numbers.bill_of_lading.clone()),
        ("Consignee", it.receiver().name.clone()),
        (
            "Packages",
            format!("{} {}", it.total_packages, it.package_kind),
        ),
        (
            "Weight",
            format!("{} KGS", draft.number_text(it.gross_kg, 0)),
        ),
        ("Driver", it.seller.person.clone()),
    ];
    list.extend(it.containers.iter().map(|container| {
        let text = format!("{} {} {}", container.number, container.kind, container.seal);
        ("Container / seal", text)
    }));
    list.retain(|_| draft.chance(0.8));
    let list = pairs(draft, &list);
    let close = sentence(&mut draft.rng, "en");
    format!(
        "{banner}\n{list}\n#v(10pt)\n{}\n#v(14pt)\n{}\n",
        escape(&close),
        draft.scrawl()
    )
}

/// Who measured what on which piece, and whether it passed.
pub fn inspection(draft: &mut Draft) -> String {
    let it = draft.it;
    let title = draft.one_of(&[
        "INSPECTION PROTOCOL",
        "INCOMING GOODS REPORT",
        "Prüfprotokoll",
        "Wareneingangsprotokoll",
        "PROCÈS-VERBAL DE RÉCEPTION",
        "MUAYENE TUTANAĞI",
        "DAMAGE REPORT",
    ]);
    let banner = draft.banner(title);
    let language = draft.speech.language.clone();
    let list = [
        ("Order", it.numbers.order.clone()),
        (
            "Supplier",
            format!("{}, {}", it.seller.name, it.seller.address.join(", ")),
        ),
        (
            "Origin",
            country_name(&mut draft.rng, &it.seller.country, &language),
        ),
        ("Date", draft.day(it.dates.arrival)),
        ("Inspector", it.buyer.person.clone()),
    ];
    let list = pairs(draft, &list);
    let mut rows = Vec::new();
    for (number, line) in (1..).zip(it.lines.iter().take(20)) {
        let nominal = Decimal::new(draft.rng.random_range(100..9_000), 2);
        let found = nominal + Decimal::new(draft.rng.random_range(-9..10), 2);
        rows.push(vec![
            number.to_string(),
            line.product_code.clone(),
            draft.number_text(line.quantity, 0),
            draft.number_text(nominal, 2),
            draft.number_text(found, 2),
            draft.one_of(&["OK", "OK", "i.O.", "NOK", "-"]).to_owned(),
        ]);
    }
    let heads = ["No.", "Part", "Qty", "Nominal", "Found", "Result"];
    let table = table(draft, &heads, &rows);
    format!(
        "{banner}\n{list}\n#v(8pt)\n{table}\n#v(10pt)\n{}\n",
        draft.scrawl()
    )
}
