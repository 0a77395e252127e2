//! Pages that come in the same bundle and are none of the others: terms, letters, photographs'
//! captions, nearly blank sheets. Their numbers and names are not fields, whatever they look like.

use super::draft::Draft;
use crate::paper::escape;
use rand::RngExt;

pub fn write(draft: &mut Draft) -> String {
    match draft.rng.random_range(0..7) {
        0 | 1 => terms(draft),
        2 => bank_letter(draft),
        3 => cover_mail(draft),
        4 => labels(draft),
        5 => remittance(draft),
        _ => separator(draft),
    }
}

fn terms(draft: &mut Draft) -> String {
    const CLAUSES: [&str; 12] = [
        "These terms apply to all deliveries and services unless agreed otherwise in writing.",
        "Prices are net, excluding statutory taxes, packing and insurance.",
        "The risk passes to the buyer according to the agreed delivery term.",
        "Invoices are payable within the agreed period without deduction. Interest is charged on late payment.",
        "The goods remain the property of the seller until all claims have been met in full.",
        "Defects must be notified in writing within eight days of receipt of the goods.",
        "Liability for indirect damage, loss of profit and consequential loss is excluded.",
        "The seller is released from delivery in cases of force majeure for their duration.",
        "Weights established at the place of loading are decisive for the calculation of the invoice.",
        "The carrier shall be entitled to unpack the goods and dispose of them if they become dangerous.",
        "The place of performance and jurisdiction is the registered office of the seller.",
        "Should any provision be invalid, the remaining provisions stay in force.",
    ];
    let columns = draft.one_of(&[1, 2, 2, 3]);
    let size = draft.one_of(&["6.5pt", "7pt", "8pt"]);
    let count = draft.rng.random_range(14..34);
    let clauses: Vec<String> = (0..count)
        .map(|index| {
            let first = draft.one_of(&CLAUSES);
            let second = draft.one_of(&CLAUSES);
            escape(&format!("{}. {first} {second}", index + 1))
        })
        .collect();
    format!(
        "#align(center)[#strong[{}]]\n#set text({size})\n#columns({columns})[{}]\n",
        escape(draft.one_of(&[
            "TERMS AND CONDITIONS",
            "General Conditions of Sale",
            "CONDITIONS OF CARRIAGE",
            "Allgemeine Geschäftsbedingungen",
            "CONDITIONS GÉNÉRALES DE VENTE"
        ])),
        clauses.join("\n\n")
    )
}

fn bank_letter(draft: &mut Draft) -> String {
    let it = draft.it;
    let date = draft
        .date_form
        .write(it.dates.on_board, &draft.speech.language);
    let reference = format!("LC{:08}", draft.rng.random_range(0..100_000_000));
    let amount = draft.number_text(it.amounts.total, 2);
    let lines = [
        it.bank.to_uppercase(),
        "Trade Finance - Documentary Collections".to_owned(),
        format!("Our ref.: {reference}    Date: {date}"),
        format!("To: {}", it.buyer.name),
        "Dear Sirs,".to_owned(),
        format!("We enclose the documents listed below for collection under our reference {reference} for {} {amount}.", it.amounts.currency),
        "Commercial invoice 3/3    Packing list 2/2    Bill of lading 3/3    Certificate of origin 1/1".to_owned(),
        "Please deliver the documents against payment and remit the proceeds by SWIFT to our account.".to_owned(),
        "This collection is subject to the Uniform Rules for Collections, ICC Publication No. 522.".to_owned(),
        "Yours faithfully,".to_owned(),
        it.bank.clone(),
    ];
    paragraphs(&lines)
}

fn cover_mail(draft: &mut Draft) -> String {
    let it = draft.it;
    let date = draft
        .date_form
        .write(it.dates.arrival, &draft.speech.language);
    let lines = [
        format!("From: {} <{}>", it.seller.person, it.seller.email),
        format!("To: {} <{}>", it.buyer.person, it.buyer.email),
        format!("Sent: {date}"),
        format!("Subject: Shipping documents {}", it.numbers.order),
        format!("Dear {},", it.buyer.person),
        "please find attached the shipping documents for your order. Kindly arrange customs clearance and let us know if anything is missing.".to_owned(),
        "Best regards".to_owned(),
        it.seller.person.clone(),
        it.seller.phone.clone(),
    ];
    let kept = draft.rng.random_range(4..=lines.len());
    paragraphs(&lines[..kept])
}

/// Photographed or copied package labels.
fn labels(draft: &mut Draft) -> String {
    let it = draft.it;
    let cells: Vec<String> = it
        .lines
        .iter()
        .cycle()
        .take(draft.rng.random_range(2..9))
        .enumerate()
        .map(|(index, line)| {
            let text = [
                it.marks.first().cloned().unwrap_or_default(),
                format!("C/NO. {}/{}", index + 1, it.total_packages),
                format!("LOT {}", line.batch),
                "KEEP DRY   HANDLE WITH CARE".to_owned(),
            ];
            format!(
                "[{}]",
                text.iter()
                    .map(|line| escape(line))
                    .collect::<Vec<_>>()
                    .join(" \\ ")
            )
        })
        .collect();
    format!(
        "#table(columns: (1fr, 1fr), inset: 14pt, {})\n",
        cells.join(", ")
    )
}

fn remittance(draft: &mut Draft) -> String {
    let it = draft.it;
    let date = draft.date_form.write(it.dates.due, &draft.speech.language);
    let amount = draft.number_text(it.amounts.total, 2);
    let lines = [
        "PAYMENT ADVICE / SWIFT MT103".to_owned(),
        format!(":20: {}", it.numbers.contract),
        format!(":32A: {date} {} {amount}", it.amounts.currency),
        format!(":50K: {}", it.buyer.name),
        format!(":59: /{} {}", it.iban, it.seller.name),
        ":71A: SHA".to_owned(),
    ];
    paragraphs(&lines)
}

fn separator(draft: &mut Draft) -> String {
    let text = draft.one_of(&[
        "This page intentionally left blank",
        "ATTACHMENTS",
        "Scan - Batch 0042",
        "COPY",
        "ANNEX 2",
        ".",
    ]);
    let space = draft.rng.random_range(10..300);
    format!("#v({space}pt)\n#align(center)[{}]\n", escape(text))
}

fn paragraphs(lines: &[String]) -> String {
    lines
        .iter()
        .map(|line| escape(line))
        .collect::<Vec<_>>()
        .join("\n\n")
}
