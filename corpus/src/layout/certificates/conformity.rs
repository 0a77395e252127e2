//! Conformity: the maker's declaration with its numbered statements, and the certificate of a body with
//! applicant, maker, product, models and standards.

use super::general::authority;
use super::words::standard;
use crate::layout::draft::Draft;
use crate::layout::parties::Role;
use crate::layout::plan::plain_plan;
use crate::layout::prose::sentence;
use crate::layout::table::Column;
use crate::paper::escape;
use docexam_domain::{DocumentType, FieldKey as K};
use rand::RngExt;

pub fn write(draft: &mut Draft) -> String {
    match draft.chance(0.5) {
        true => declaration(draft),
        false => certificate(draft),
    }
}

/// Products with their codes, one a line.
fn products(draft: &mut Draft, most: usize) -> String {
    let it = draft.it;
    let plan = plain_plan(draft, Vec::new(), false);
    let with_code = draft.chance(0.8);
    let type_word = draft.one_of(&["Type", "Model", "-", "Art."]);
    let lines: Vec<String> = it
        .lines
        .iter()
        .enumerate()
        .take(most)
        .map(|(row, line)| {
            let name = draft.cell(&plan, Column::Description, row, line);
            match with_code {
                true => {
                    let code = draft.cell(&plan, Column::ProductCode, row, line);
                    format!("{name} {} {code}", escape(type_word))
                }
                false => name,
            }
        })
        .collect();
    lines.join(" \\ ")
}

fn standards(draft: &mut Draft) -> String {
    let lines: Vec<String> = (0..draft.rng.random_range(1..5))
        .map(|_| {
            let text = standard(draft);
            draft.plain(K::Standard, &text)
        })
        .collect();
    lines.join(draft.one_of(&[" \\ ", "#\", \"", " #\";\" "]))
}

/// `1. Product model … 2. Name and address of the manufacturer …`
fn declaration(draft: &mut Draft) -> String {
    let it = draft.it;
    draft.family = format!(
        "conformity_certificate/declaration.{}",
        draft.look.family("page")
    );
    let head = match draft.chance(0.6) {
        true => draft.letterhead(),
        false => String::new(),
    };
    let title = draft.title("title.conformity_certificate");
    let german = draft.speech.language == "de";
    let words: [&str; 8] = match german {
        true => [
            "Produkt/Produktmodell",
            "Name und Anschrift des Herstellers",
            "Die alleinige Verantwortung für die Ausstellung dieser Konformitätserklärung trägt der Hersteller.",
            "Gegenstand der Erklärung",
            "Der oben beschriebene Gegenstand der Erklärung erfüllt die einschlägigen Harmonisierungsrechtsvorschriften der Union",
            "Angabe der einschlägigen harmonisierten Normen",
            "Zusatzangaben",
            "Unterzeichnet für und im Namen von",
        ],
        false => [
            "Product model/product",
            "Name and address of the manufacturer",
            "This declaration of conformity is issued under the sole responsibility of the manufacturer.",
            "Object of the declaration",
            "The object of the declaration described above is in conformity with the relevant Union harmonisation legislation",
            "References to the relevant harmonised standards used",
            "Additional information",
            "Signed for and on behalf of",
        ],
    };
    let number = match draft.chance(0.8) {
        true => {
            let words = draft.one_of(&["No", "Nr.", "Declaration No.", "DoC No."]);
            format!(
                "{} {}\n\n",
                escape(words),
                draft.plain(K::DocumentNumber, &it.numbers.conformity)
            )
        }
        false => String::new(),
    };
    let model = products(draft, 1);
    // The maker is the exporter, if no other producer is known.
    let maker = match &it.producer {
        Some(producer) => draft.party(Role::Producer, producer),
        None => draft.party(Role::Seller, &it.seller),
    };
    let object = match it.lines.len() {
        1 => String::new(),
        _ => {
            let lines: Vec<String> = (1..it.lines.len().min(5))
                .map(|row| {
                    let plan = plain_plan(draft, Vec::new(), false);
                    draft.cell(&plan, Column::Description, row, &it.lines[row])
                })
                .collect();
            lines.join(" \\ ")
        }
    };
    let laws: Vec<String> = (0..draft.rng.random_range(1..3))
        .map(|_| {
            let text = draft.one_of(&[
                "2014/35/EU",
                "2014/30/EU",
                "2006/42/EC",
                "2011/65/EU",
                "2009/48/EC",
                "(EU) 2016/425",
                "2014/53/EU",
            ]);
            draft.plain(K::Standard, text)
        })
        .collect();
    let laws = laws.join(" \\ ");
    let norms = standards(draft);
    let mut parts = vec![
        (words[0], model),
        (words[1], maker),
        (words[2], String::new()),
        (words[3], object),
        (words[4], laws),
        (words[5], norms),
    ];
    if draft.chance(0.4) {
        let text = sentence(&mut draft.rng, if german { "de" } else { "en" });
        parts.push((words[6], escape(&text)));
    }
    let numbered = draft.chance(0.7);
    let beside = draft.chance(0.35);
    let lines: Vec<String> = parts
        .iter()
        .enumerate()
        .map(|(index, (caption, value))| {
            let caption = match numbered {
                true => format!("{}. {caption}:", index + 1),
                false => format!("{caption}:"),
            };
            match beside {
                true => format!(
                    "#grid(columns: (38%, 1fr), column-gutter: 6pt, [{}], [{value}])",
                    escape(&caption)
                ),
                false => format!("{} \\ #h(12pt) {value}", escape(&caption)),
            }
        })
        .collect();
    let place = it.seller.address.last().cloned().unwrap_or_default();
    let date = draft.date(K::IssueDate, it.dates.certificate);
    let firm = draft.plain(K::SellerName, &it.seller.name);
    format!(
        "{head}{title}\n{number}{}\n\n#v(10pt)\n{} {firm}\n\n{} #h(4pt) {date}\n\n{} \\ {}\n",
        lines.join("\n\n"),
        escape(words[7]),
        escape(&place),
        draft.scrawl(),
        escape(&it.seller.person)
    )
}

/// A certification body's sheet.
fn certificate(draft: &mut Draft) -> String {
    let it = draft.it;
    let look = draft.form("conformity_certificate/body");
    if draft.chance(0.35) {
        draft.background(None);
    }
    let body = authority(draft, DocumentType::ConformityCertificate);
    let chinese = draft.speech.language == "zh" || draft.chance(0.15);
    let title = match chinese {
        true => draft
            .one_of(&[
                "中国国家强制性产品认证证书",
                "产品认证证书",
                "CERTIFICATE FOR CHINA COMPULSORY PRODUCT CERTIFICATION",
            ])
            .to_owned(),
        false => draft.words("title.conformity_certificate"),
    };
    let captions: [&str; 8] = match chinese && draft.chance(0.6) {
        true => [
            "证书编号",
            "委托人名称、地址",
            "生产者(制造商)名称、地址",
            "产品名称和系列、规格、型号",
            "产品标准和技术要求",
            "发证日期",
            "有效期至",
            "上述产品符合强制性产品认证实施规则的要求,特发此证。",
        ],
        false => [
            "Certificate No.",
            "NAME AND ADDRESS OF THE APPLICANT",
            "NAME AND ADDRESS OF THE MANUFACTURER",
            "NAME, MODEL AND SPECIFICATION OF THE PRODUCT",
            "THE STANDARDS AND TECHNICAL REQUIREMENTS FOR THE PRODUCTS",
            "Date of issue",
            "Valid until",
            "This is to certify that the above mentioned products have met the requirements of the implementation rules for certification.",
        ],
    };
    let number = draft.plain(K::DocumentNumber, &it.numbers.conformity);
    let applicant = draft.party(Role::Seller, &it.seller);
    let maker = match &it.producer {
        Some(producer) => draft.party(Role::Producer, producer),
        None => draft.plain(K::ProducerName, &it.seller.name),
    };
    let goods = products(draft, 6);
    let norms = standards(draft);
    let issued = draft.date(K::IssueDate, it.dates.certificate);
    let valid = draft.date(K::ValidityDate, it.dates.validity);
    let mut cells = vec![
        look.cell("1", captions[0], &number, 2, 1),
        look.cell("2", captions[1], &applicant, 2, 1),
        look.cell("3", captions[2], &maker, 2, 1),
        look.cell("4", captions[3], &goods, 2, 1),
        look.cell("5", captions[4], &norms, 2, 1),
        format!("table.cell(colspan: 2)[{}]", escape(captions[7])),
        look.cell("6", captions[5], &issued, 1, 1),
        look.cell("7", captions[6], &valid, 1, 1),
    ];
    if draft.chance(0.3) {
        let origin = draft.country(K::CountryOfOrigin, &it.lines[0].origin);
        let words = draft.words("country_of_origin");
        cells.insert(4, look.cell("", &words, &origin, 2, 1));
    }
    if draft.chance(0.25) {
        let invoice = draft.plain(K::InvoiceNumber, &it.numbers.invoice);
        let words = draft.words("invoice_number");
        cells.insert(4, look.cell("", &words, &invoice, 2, 1));
    }
    let emblem = draft.emblem("C");
    let size = draft.one_of(&[15, 18, 22]);
    format!(
        "#align(center)[{emblem} #text(1.2em)[{body}] \\ #text({size}pt, weight: \"bold\")[{}]]\n#v(8pt)\n{}\n#v(20pt)\n{}\n",
        escape(&title),
        look.grid("1fr, 1fr", &cells),
        draft.scrawl()
    )
}
