//! Certificates of origin without a form: running text of a chamber, an exporter's own paper with title,
//! product and quantity, and declarations in a sentence.

use super::authority;
use crate::layout::draft::{Draft, Pair};
use crate::layout::parties::Role;
use crate::layout::plan::plain_plan;
use crate::layout::prose::sentence;
use crate::layout::table::Column as C;
use crate::lexicon::country_name;
use crate::paper::escape;
use docexam_domain::FieldKey as K;

/// Text under the chamber's name, as small chambers issue it.
pub fn chamber(draft: &mut Draft) -> String {
    let it = draft.it;
    let authority = authority(draft);
    let title = draft.title("title.certificate_of_origin");
    let info = info(draft);
    let parties = draft.parties(
        &[
            (Role::Seller, "exporter"),
            (Role::Buyer, "consignee.certificate"),
            (Role::Producer, "producer_name"),
        ],
        info,
    );
    let mut columns = vec![C::LineNumber, C::Description, C::Net];
    if draft.chance(0.5) {
        columns.insert(1, C::PackagesKind);
    }
    if draft.chance(0.5) {
        columns.push(C::HsCode);
    }
    if draft.chance(0.3) {
        columns.push(C::Origin);
    }
    let plan = plain_plan(draft, columns, false);
    let table = draft.goods_table(&plan, &[]);
    let masses = draft.masses();
    let statement = draft.note("origin_statement");
    let signature = draft.signature();
    let validity = match draft.chance(0.15) {
        true => {
            let words = draft.caption("validity_date");
            format!(
                "{words} {}\n",
                draft.date(K::ValidityDate, it.dates.validity)
            )
        }
        false => String::new(),
    };
    format!(
        "#align(center)[{authority}]\n{title}\n{parties}\n#v(6pt)\n{table}\n#v(5pt)\n{masses}\n\n#v(8pt)\n{statement}\n\n{validity}{signature}"
    )
}

fn info(draft: &mut Draft) -> Vec<Pair> {
    let it = draft.it;
    let origin = it.lines[0].origin.clone();
    let mut info: Vec<Pair> = vec![
        (
            "number.certificate".into(),
            draft.plain(K::DocumentNumber, &it.numbers.certificate),
        ),
        (
            "issue_date".into(),
            draft.date(K::IssueDate, it.dates.certificate),
        ),
        (
            "invoice_number".into(),
            draft.plain(K::InvoiceNumber, &it.numbers.invoice),
        ),
    ];
    if draft.chance(0.6) {
        info.push((
            "invoice_date".into(),
            draft.date(K::InvoiceDate, it.dates.invoice),
        ));
    }
    info.push((
        "country_of_origin".into(),
        draft.country(K::CountryOfOrigin, &origin),
    ));
    if draft.chance(0.5) {
        info.push((
            "country_of_destination".into(),
            draft.country(K::CountryOfDestination, &it.buyer.country),
        ));
    }
    if draft.chance(0.3) {
        let criterion = draft.one_of(&["WO", "PE", "P", "CTH", "RVC 45%"]);
        info.push((
            "origin_criterion".into(),
            draft.plain(K::OriginCriterion, criterion),
        ));
    }
    info
}

/// An exporter's letterhead, strips of dark ground, the product with net quantity and origin.
pub fn own_paper(draft: &mut Draft) -> String {
    let it = draft.it;
    let head = draft.letterhead();
    let number = draft.plain(K::DocumentNumber, &it.numbers.certificate);
    let date = draft.date(K::IssueDate, it.dates.certificate);
    let title = draft.words("title.certificate_of_origin");
    let dark = draft.one_of(&["black", "luma(60)", draft.look.accent, "luma(215)"]);
    let ink = if dark == "luma(215)" {
        "black"
    } else {
        "white"
    };
    let strip = |cells: &[String]| {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| format!("[#text(fill: {ink}, weight: \"bold\")[{cell}]]"))
            .collect();
        format!(
            "#table(columns: (1fr,) * {}, stroke: none, fill: {dark}, inset: 5pt, {})\n",
            cells.len(),
            cells.join(", ")
        )
    };
    let number_words = draft.one_of(&["No.", "Ref.", "SO/STO NO.", "CERT. NO.", "Sales Order"]);
    let top = strip(&[
        escape(&title),
        format!("{} {number}", escape(number_words)),
        date,
    ]);
    let buyer = draft.party(Role::Buyer, &it.buyer);
    let reference = match draft.chance(0.7) {
        true => {
            let words = draft.words("purchase_order_number");
            format!(
                "{} {}",
                escape(&words),
                draft.plain(K::PurchaseOrderNumber, &it.numbers.order)
            )
        }
        false => String::new(),
    };
    let stroke = draft.one_of(&["1pt", "0.5pt", "none"]);
    let round = draft.one_of(&[0, 5]);
    let product_words = draft.one_of(&[
        "PRODUCT DETAILS",
        "PRODUCT",
        "GOODS",
        "Description of goods",
    ]);
    let quantity_words = draft.one_of(&["NET QUANTITY", "NET WEIGHT", "Quantity"]);
    let middle = strip(&[escape(product_words), escape(quantity_words)]);
    let plan = plain_plan(draft, Vec::new(), false);
    let mut rows = Vec::new();
    let shown = it.lines.len().min(draft.one_of(&[1, 2, 4, 12]));
    let origin_words = draft.words("col.country_of_origin");
    let product_caption = draft.one_of(&["Product", "Material", "Goods", ""]);
    let code_words = draft.one_of(&["Customer Product Code", "Product Code", "Article"]);
    let with_code = draft.chance(0.6);
    let per_line = draft.chance(0.6);
    for (row, line) in it.lines.iter().take(shown).enumerate() {
        let name = draft.cell(&plan, C::Description, row, line);
        let net = draft.cell(&plan, C::Net, row, line);
        let mut lines = vec![format!("{} {name}", escape(product_caption))];
        if with_code {
            lines.push(format!(
                "{} {}",
                escape(&format!("{code_words}:")),
                draft.cell(&plan, C::ProductCode, row, line)
            ));
        }
        if per_line {
            let origin = draft.cell(&plan, C::Origin, row, line);
            lines.push(format!("{} {origin}", escape(&format!("{origin_words}:"))));
        }
        rows.push(format!("[{}], [{net}]", lines.join(" \\ ")));
    }
    let common = match per_line {
        true => String::new(),
        false => {
            let words = draft.caption("country_of_origin");
            format!(
                "{words} {}\n",
                draft.country(K::CountryOfOrigin, &it.lines[0].origin)
            )
        }
    };
    let text = sentence(&mut draft.rng, "en");
    let statement = match draft.chance(0.5) {
        true => draft.note("origin_statement"),
        false => escape(&text),
    };
    let signature = draft.signature();
    let scrawl = draft.scrawl();
    let gap = draft.one_of(&[20, 60, 160]);
    format!(
        "{head}\n#v(8pt)\n{top}#block(width: 100%, stroke: {stroke}, radius: {round}pt, inset: 6pt)[#grid(columns: (1fr, 1fr), [{buyer}], [{reference}])]\n\
         #v(6pt)\n{middle}#grid(columns: (3fr, 1fr), row-gutter: 6pt, inset: 4pt, {})\n{common}\n#v({gap}pt)\n{statement}\n{signature}{scrawl}\n",
        rows.join(", ")
    )
}

/// `We hereby declare that the goods … of invoice … dated … originate in …`.
pub fn statement(draft: &mut Draft) -> String {
    let it = draft.it;
    let head = draft.letterhead();
    let title = draft.one_of(&[
        "DECLARATION OF ORIGIN",
        "Declaration of Origin",
        "ORIGIN DECLARATION",
        "STATEMENT ON ORIGIN",
        "SUPPLIER'S DECLARATION",
        "MANUFACTURER'S CERTIFICATE OF ORIGIN",
        "CERTIFICATE OF ORIGIN",
    ]);
    let title = match draft.speech.language.as_str() {
        "de" => draft.one_of(&[
            "URSPRUNGSERKLÄRUNG",
            "Lieferantenerklärung",
            "Erklärung zum Ursprung",
        ]),
        "fr" => draft.one_of(&["DÉCLARATION D'ORIGINE", "Attestation d'origine"]),
        "es" => draft.one_of(&["DECLARACIÓN DE ORIGEN", "Declaración en factura"]),
        "it" => draft.one_of(&["DICHIARAZIONE DI ORIGINE", "Dichiarazione del fornitore"]),
        "tr" => draft.one_of(&["MENŞE BEYANI", "Tedarikçi beyanı"]),
        "zh" => draft.one_of(&["原产地声明", "产地证明"]),
        _ => title,
    };
    let banner = draft.banner(title);
    let reference = match draft.chance(0.6) {
        true => {
            let words = draft.one_of(&["Ref.", "No.", "Our ref.:"]);
            format!(
                "{} {}\n\n",
                escape(words),
                draft.plain(K::DocumentNumber, &it.numbers.certificate)
            )
        }
        false => String::new(),
    };
    let to = match draft.chance(0.7) {
        true => draft.party(Role::Buyer, &it.buyer),
        false => escape(draft.one_of(&["TO WHOM IT MAY CONCERN", "To the competent authorities"])),
    };
    let seller = draft.plain(K::SellerName, &it.seller.name);
    let number = draft.plain(K::InvoiceNumber, &it.numbers.invoice);
    let dated = draft.date(K::InvoiceDate, it.dates.invoice);
    let origin = draft.country(K::CountryOfOrigin, &it.lines[0].origin);
    let language = draft.speech.language.clone();
    let destination = country_name(&mut draft.rng, &it.buyer.country, &language);
    let destination = draft
        .ink
        .field(K::CountryOfDestination, &destination, &it.buyer.country);
    let words: [&str; 5] = match language.as_str() {
        "de" => [
            "Wir,",
            ", erklären, dass die nachstehend bezeichneten Waren der Rechnung",
            "vom",
            "Ursprungserzeugnisse von",
            "sind; bestimmt für",
        ],
        "fr" => [
            "Nous,",
            ", déclarons que les marchandises ci-après de la facture",
            "du",
            "sont originaires de",
            "et destinées à",
        ],
        "es" => [
            "Nosotros,",
            ", declaramos que las mercancías de la factura",
            "de fecha",
            "son originarias de",
            "con destino a",
        ],
        "it" => [
            "Noi,",
            ", dichiariamo che le merci della fattura",
            "del",
            "sono originarie di",
            "destinate a",
        ],
        "tr" => [
            "Biz,",
            ", aşağıda belirtilen ve faturası",
            "tarihli olan eşyanın menşeinin",
            "olduğunu beyan ederiz:",
            "varış:",
        ],
        "zh" => ["我们,", ",兹声明发票", "日期", "项下货物原产于", "运往"],
        _ => match draft.percent() {
            0..50 => [
                "We,",
                ", hereby declare that the goods listed below, covered by our invoice",
                "dated",
                "are wholly produced in and of the origin of",
                "and are consigned to",
            ],
            _ => [
                "The exporter",
                "of the products covered by this document declares that, except where otherwise clearly indicated, the products of invoice",
                "of",
                "are of preferential origin of",
                "for export to",
            ],
        },
    };
    let text = format!(
        "{} {seller} {} {number} {} {dated} {} {origin} {} {destination}#\".\"",
        escape(words[0]),
        escape(words[1]),
        escape(words[2]),
        escape(words[3]),
        escape(words[4])
    );
    let mut columns = vec![C::Description];
    if draft.chance(0.6) {
        columns.insert(0, C::LineNumber);
    }
    if draft.chance(0.6) {
        columns.push(C::HsCode);
    }
    columns.push(draft.one_of(&[C::QuantityUnit, C::Net]));
    let plan = plain_plan(draft, columns, false);
    let table = draft.goods_table(&plan, &[]);
    let producer = match &it.producer {
        Some(producer) if draft.chance(0.7) => {
            let words = draft.caption("producer_name");
            format!("{words} {}\n\n", draft.party(Role::Producer, producer))
        }
        _ => String::new(),
    };
    let place = it.seller.address.last().cloned().unwrap_or_default();
    let date = draft.date(K::IssueDate, it.dates.certificate);
    let signature = draft.signature();
    let more = match draft.chance(0.5) {
        true => {
            let text = sentence(&mut draft.rng, &language);
            escape(&text)
        }
        false => String::new(),
    };
    format!(
        "{head}\n#v(10pt)\n{banner}\n{reference}{to}\n\n#v(8pt)\n{text}\n#v(6pt)\n{table}\n{producer}{more}\n\n{} #h(6pt) {date}\n{signature}{}\n",
        escape(&place),
        draft.scrawl()
    )
}
