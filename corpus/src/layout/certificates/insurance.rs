//! Insurance certificates: running text with its blanks filled in and underlined, clauses below, a back of
//! clauses, original and duplicate; or a form of captioned boxes.
//!
//! The sum insured is no field, its currency is; the premium is the insurance amount.

use super::general::authority;
use crate::consignment::goods;
use crate::layout::draft::Draft;
use crate::layout::parties::Role;
use crate::layout::prose::paragraph;
use crate::layout::terms::{marks, port};
use crate::lexicon::words_of_amount;
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};
use rand::RngExt;
use rust_decimal::Decimal;

pub fn write(draft: &mut Draft) -> String {
    let boxed = draft.chance(0.35);
    let arrangement = if boxed { "boxes" } else { "running" };
    let look = draft.form(&format!("insurance_certificate/{arrangement}"));
    if draft.chance(0.2) {
        draft.background(Some("ORIGINAL"));
    }
    let front = match boxed {
        true => boxes(draft, &look),
        false => running(draft, &look),
    };
    let clauses = clauses(draft);
    let back = match draft.chance(0.4) {
        true => back_page(draft),
        false => String::new(),
    };
    format!("{front}\n{clauses}\n{back}")
}

/// A filled-in blank: the value on its line.
fn blank(value: &str) -> String {
    format!("#underline(offset: 2pt)[#h(4pt)#box[{value}]#h(4pt)]")
}

/// 110 % of the invoice.
fn insured_sum(draft: &mut Draft) -> Decimal {
    let share = draft.one_of(&[110, 110, 110, 100, 120]);
    (draft.it.amounts.total * Decimal::new(share, 2)).round_dp(2)
}

/// Premium in the currency's sign, with the amount labelled.
fn premium(draft: &mut Draft) -> String {
    let it = draft.it;
    let sum = match it.amounts.insurance.is_zero() {
        true => (it.amounts.total * Decimal::new(draft.rng.random_range(5..40), 4)).round_dp(2),
        false => it.amounts.insurance,
    };
    draft.money(K::InsuranceAmount, sum, true)
}

fn company(draft: &mut Draft) -> String {
    let name = authority(draft, DocumentType::InsuranceCertificate);
    let size = draft.rng.random_range(12..20);
    let face = draft.one_of(&["Liberation Serif", "Libertinus Serif", "Liberation Sans"]);
    let street = draft.one_of(&[
        "P.O. Box 1151",
        "14 Harbour Row",
        "Lloyd House, Quay 3",
        "Am Sandtor 9",
    ]);
    let place = draft.one_of(&["center", "left", "center"]);
    let emblem = match draft.chance(0.3) {
        true => draft.emblem("A"),
        false => String::new(),
    };
    format!(
        "#align({place})[{emblem} #text({size}pt, font: \"{face}\", weight: \"bold\")[{name}] \\ #text(0.7em)[{}]]\n",
        escape(street)
    )
}

fn running(draft: &mut Draft, look: &crate::layout::form::FormLook) -> String {
    let it = draft.it;
    let title = draft.words(&crate::lexicon::title_key(
        DocumentType::InsuranceCertificate,
    ));
    let caption = draft.one_of(&["No.", "Certificate No.", "Policy No.", "Cert."]);
    let number = draft.plain(K::DocumentNumber, &it.numbers.insurance);
    let company = company(draft);
    let copy = match draft.chance(0.6) {
        true => {
            let word = draft.one_of(&["ORIGINAL", "DUPLICATE", "ORIGINAL", "TRIPLICATE"]);
            let size = draft.rng.random_range(12..22);
            format!("#text({size}pt, fill: rgb(\"#d8453b\"))[{}]", escape(word))
        }
        false => String::new(),
    };
    let open = format!("{:06}", draft.rng.random_range(1000..999_999));
    let place = escape(&it.seller.address.last().cloned().unwrap_or_default());
    let date = draft.date(K::IssueDate, it.dates.on_board);
    let assured = draft.plain(K::SellerName, &it.seller.name);
    let sum = insured_sum(draft);
    let currency = draft.ink.plain(K::Currency, &it.amounts.currency);
    let sum_text = escape(&draft.number_text(sum, 2));
    let spelt = escape(&words_of_amount(sum, &it.amounts.currency));
    let premium = premium(draft);
    let consideration = draft.chance(0.5);
    let vessel = match it.by_air {
        true => escape("AIRCRAFT"),
        false => {
            let vessel = draft.plain(K::VesselName, &it.vessel);
            match draft.chance(0.4) {
                true => format!("{vessel} {}", draft.plain(K::VoyageNumber, &it.voyage)),
                false => vessel,
            }
        }
    };
    let (from, to) = (
        port(draft, K::PortOfLoading),
        port(draft, K::PortOfDischarge),
    );
    let sailing = match draft.chance(0.5) {
        true => draft.date(K::DepartureDate, it.dates.on_board),
        false => String::new(),
    };
    let bill = match draft.chance(0.5) {
        true => draft.plain(
            K::TransportDocumentNumber,
            crate::consignment::transport_number(it),
        ),
        false => String::new(),
    };
    let name = goods()[it.lines[0].goods]
        .description(&draft.speech.language)
        .to_owned();
    let interest = draft.ink.cell(0, K::Description, &name, &name);
    let packages = draft.packages_with_kind();
    let mass = match draft.chance(0.6) {
        true => draft.mass(K::TotalGrossMassKg, it.gross_kg),
        false => String::new(),
    };
    let payee = match draft.chance(0.5) {
        true => escape(draft.one_of(&[
            "the assured or order",
            "ORDER",
            "the holder of this certificate",
        ])),
        false => draft.plain(K::BuyerName, &it.buyer.name),
    };
    let invoice = match draft.chance(0.5) {
        true => format!(
            "{} {}\n\n",
            escape(draft.one_of(&["Invoice No.", "As per invoice", "Our reference"])),
            blank(&draft.plain(K::InvoiceNumber, &it.numbers.invoice))
        ),
        false => String::new(),
    };
    let marks = match draft.chance(0.6) {
        true => format!("{} \\ {}\n\n", escape("Marks & Numbers"), marks(draft)),
        false => String::new(),
    };
    let lead = match consideration {
        true => format!(
            "{} {} {} {} {} {}",
            premium,
            escape(
                "This Company, in consideration of a premium as agreed and subject to the terms and conditions printed or stamped hereon and on the back hereof, does insure"
            ),
            blank(&look.filled_in(&assured)),
            escape("lost or not lost, under Open Policy No."),
            blank(&escape(&open)),
            escape("for the amount of")
        ),
        false => format!(
            "{} {} {} {} {} {}",
            escape("This is to certify that insurance has been effected under Open Policy No."),
            blank(&escape(&open)),
            escape("for account of"),
            blank(&look.filled_in(&assured)),
            escape("premium"),
            blank(&premium)
        ),
    };
    let mut lines = vec![
        format!(
            "{lead} {} {}",
            blank(&format!("{currency} {sum_text}")),
            spelt
        ),
        format!(
            "{} {} {} {}",
            escape("At and from"),
            blank(&from),
            escape("to"),
            blank(&to)
        ),
        format!(
            "{} {} {} {}",
            escape("Per"),
            blank(&vessel),
            escape(if sailing.is_empty() {
                ""
            } else {
                "Sailing on or about"
            }),
            if sailing.is_empty() {
                String::new()
            } else {
                blank(&sailing)
            }
        ),
        format!(
            "{} {} {} {}",
            escape("Number of Packages"),
            blank(&packages),
            escape(if mass.is_empty() { "" } else { "Weight" }),
            if mass.is_empty() {
                String::new()
            } else {
                blank(&mass)
            }
        ),
        format!("{} {}", escape("Interest"), blank(&interest)),
        format!("{} {}", escape("Loss, if any, payable to"), blank(&payee)),
    ];
    if !bill.is_empty() {
        lines.push(format!(
            "{} {}",
            escape(draft.one_of(&["B/L No.", "Bill of Lading", "AWB / B/L"])),
            blank(&bill)
        ));
    }
    if draft.chance(0.3) {
        lines.push(format!(
            "{} {} {} {}",
            escape("Amount insured"),
            blank(&format!(
                "{} {}",
                draft.ink.plain(K::Currency, &it.amounts.currency),
                escape(&draft.number_text(sum, 2))
            )),
            escape("Insured value"),
            blank(&escape(&draft.number_text(sum, 2)))
        ));
    }
    let gap = draft.one_of(&[4, 7, 12]);
    format!(
        "#grid(columns: (1fr, auto), [#align(center)[#text(0.85em)[{}]]], [{} {}])\n{company}\n{copy} #h(1fr) {} {place} {date}\n\n#v(4pt)\n{}\n\n{marks}{invoice}",
        escape(&title),
        escape(caption),
        blank(&number),
        escape("Dated at"),
        lines.join(&format!("\n\n#v({gap}pt)\n"))
    )
}

fn boxes(draft: &mut Draft, look: &crate::layout::form::FormLook) -> String {
    let it = draft.it;
    let title = draft.words(&crate::lexicon::title_key(
        DocumentType::InsuranceCertificate,
    ));
    let company = company(draft);
    let number = draft.plain(K::DocumentNumber, &it.numbers.insurance);
    let date = draft.date(K::IssueDate, it.dates.on_board);
    let assured = draft.party(Role::Seller, &it.seller);
    let sum = insured_sum(draft);
    let currency = draft.ink.plain(K::Currency, &it.amounts.currency);
    let sum_text = escape(&draft.number_text(sum, 2));
    let spelt = escape(&words_of_amount(sum, &it.amounts.currency));
    let premium = premium(draft);
    let (from, to) = (
        port(draft, K::PortOfLoading),
        port(draft, K::PortOfDischarge),
    );
    let vessel = match it.by_air {
        true => escape("BY AIR"),
        false => draft.plain(K::VesselName, &it.vessel),
    };
    let sailing = draft.date(K::DepartureDate, it.dates.on_board);
    let invoice = draft.plain(K::InvoiceNumber, &it.numbers.invoice);
    let packages = draft.packages_with_kind();
    let marks = marks(draft);
    let name = goods()[it.lines[0].goods]
        .description(&draft.speech.language)
        .to_owned();
    let interest = draft.ink.cell(0, K::Description, &name, &name);
    let chinese = draft.speech.language == "zh";
    let captions: [&str; 12] = match chinese {
        true => [
            "保险单号",
            "日期",
            "被保险人",
            "保险金额",
            "总保险金额",
            "保费",
            "自",
            "至",
            "装载运输工具",
            "开航日期",
            "包装及数量",
            "保险货物项目",
        ],
        false => [
            "Certificate No.",
            "Date",
            "Insured",
            "Amount insured",
            "Total amount insured",
            "Premium",
            "From",
            "To",
            "Per conveyance",
            "Slg. on or abt.",
            "Quantity",
            "Description of goods",
        ],
    };
    let amount = format!("{currency} {sum_text}");
    let cells = [
        look.cell("1", captions[0], &number, 1, 1),
        look.cell("2", captions[1], &date, 1, 1),
        look.cell("3", captions[2], &assured, 2, 1),
        look.cell("4", captions[3], &amount, 1, 1),
        look.cell("5", captions[5], &premium, 1, 1),
        look.cell("6", captions[4], &spelt, 2, 1),
        look.cell("7", captions[6], &from, 1, 1),
        look.cell("8", captions[7], &to, 1, 1),
        look.cell("9", captions[8], &vessel, 1, 1),
        look.cell("10", captions[9], &sailing, 1, 1),
        look.cell(
            "11",
            "Marks & Nos.",
            &format!("{} {invoice} \\ {marks}", escape("AS PER INVOICE NO.")),
            1,
            1,
        ),
        look.cell("12", captions[10], &packages, 1, 1),
        look.cell("13", captions[11], &interest, 2, 1),
    ];
    format!(
        "{company}\n#align(center)[#strong[{}]]\n{}",
        escape(&title),
        look.grid("1fr, 1fr", &cells)
    )
}

const CLAUSES: [&str; 8] = [
    "WAREHOUSE TO WAREHOUSE CLAUSE",
    "F.C. & S. CLAUSE",
    "STRIKES, RIOTS AND CIVIL COMMOTIONS",
    "INSTITUTE CARGO CLAUSES (A)",
    "INSTITUTE WAR CLAUSES (CARGO)",
    "MARINE EXTENSION CLAUSES",
    "CARGO ISM ENDORSEMENT",
    "INSTRUCTIONS IN CASE OF LOSS",
];

fn clauses(draft: &mut Draft) -> String {
    let size = draft.one_of(&["4.5pt", "5.5pt", "6.5pt", "7pt"]);
    let count = draft.rng.random_range(1..7);
    let clauses = some_clauses(draft, count);
    let scrawl = draft.scrawl();
    format!(
        "#[#set text({size})\n#set par(justify: true, leading: 0.4em, spacing: 0.7em)\n{clauses}]\n#v(8pt)\n#grid(columns: (1fr, 1fr), [{}], [{scrawl} #line(length: 70%, stroke: 0.5pt) {}])\n",
        escape(draft.one_of(&["Not valid unless countersigned", "Claims payable at destination", "This certificate is issued in original and duplicate, one of which being accomplished, the other to be null and void."])),
        escape(draft.one_of(&["Authorized Representative", "Authorised Signature", "Assistant Secretary"]))
    )
}

fn some_clauses(draft: &mut Draft, count: usize) -> String {
    let parts: Vec<String> = (0..count)
        .map(|_| {
            let heading = draft.one_of(&CLAUSES);
            let sentences = draft.rng.random_range(2..8);
            let text = paragraph(&mut draft.rng, "en", sentences);
            format!(
                "#strong[{}] {}",
                escape(&format!("{heading}:")),
                escape(&text)
            )
        })
        .collect();
    parts.join("\n\n")
}

/// The back: nothing but clauses and the addresses of settling agents. It belongs to the certificate.
fn back_page(draft: &mut Draft) -> String {
    let count = draft.rng.random_range(6..22);
    let clauses = some_clauses(draft, count);
    let columns = draft.one_of(&[1, 1, 2]);
    let city = draft.one_of(&["London", "Singapore", "New York", "Hamburg", "Rotterdam"]);
    format!(
        "#pagebreak()\n#[#set text(5.5pt)\n#set par(justify: true, leading: 0.4em, spacing: 0.7em)\n#columns({columns})[{clauses}]]\n#v(12pt)\n#text(0.7em)[#grid(columns: (1fr, 1fr, 1fr), [{}], [{}], [{}])]\n",
        escape(&format!("Settling agent {city}")),
        escape("Claims department"),
        escape("Survey agents")
    )
}
