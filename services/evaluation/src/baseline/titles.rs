//! What a page is, by its title: the first phrase near the top that names a kind of document.

use super::lines::Line;
use docexam_domain::DocumentType::{self, *};
use docexam_extract::fold;

/// The longest title wins where two fit; folded.
const TITLES: &[(DocumentType, &[&str])] = &[
    (
        CommercialInvoice,
        &[
            "invoice",
            "commercial invoice",
            "proforma invoice",
            "tax invoice",
            "rechnung",
            "handelsrechnung",
            "gutschrift",
            "facture",
            "facture commerciale",
            "avoir",
            "factura",
            "factura comercial",
            "fattura",
            "fatura",
            "e fatura",
            "factuur",
            "faktura",
            "hoa don",
            "hoa don thuong mai",
            "发票",
            "商业发票",
        ],
    ),
    (
        PackingList,
        &[
            "packing list",
            "packliste",
            "liste de colisage",
            "lista de empaque",
            "distinta colli",
            "ceki listesi",
            "paklijst",
            "lista pakunkowa",
            "romaneio",
            "phieu dong goi",
            "装箱单",
            "箱单",
        ],
    ),
    (
        CertificateOfOrigin,
        &[
            "certificate of origin",
            "ursprungszeugnis",
            "certificat d origine",
            "certificado de origen",
            "certificato di origine",
            "movement certificate",
            "eur 1",
            "mense sahadetnamesi",
            "原产地证书",
            "原产地证明书",
        ],
    ),
    (
        PhytosanitaryCertificate,
        &[
            "phytosanitary certificate",
            "pflanzengesundheitszeugnis",
            "植物检疫证书",
        ],
    ),
    (
        HealthCertificate,
        &["health certificate", "sanitary certificate", "卫生证书"],
    ),
    (
        VeterinaryCertificate,
        &[
            "veterinary certificate",
            "veterinary health certificate",
            "兽医证书",
        ],
    ),
    (
        ConformityCertificate,
        &[
            "certificate of conformity",
            "declaration of conformity",
            "conformity certificate",
        ],
    ),
    (
        CertificateOfAnalysis,
        &[
            "certificate of analysis",
            "analysis certificate",
            "analysenzertifikat",
        ],
    ),
    (
        InsuranceCertificate,
        &[
            "insurance certificate",
            "certificate of insurance",
            "insurance policy",
            "marine cargo insurance",
            "保险单",
        ],
    ),
    (
        BillOfLading,
        &[
            "bill of lading",
            "konnossement",
            "connaissement",
            "conocimiento de embarque",
            "提单",
        ],
    ),
    (SeaWaybill, &["sea waybill", "seawaybill"]),
    (
        AirWaybill,
        &["air waybill", "airwaybill", "luftfrachtbrief", "航空运单"],
    ),
];
/// A title stands in the upper part of its page.
const TOP: f32 = 0.45;
/// A longer phrase is a sentence that mentions a document.
const MOST_WORDS: usize = 8;

pub struct Title {
    pub document_type: DocumentType,
    /// `page 2 of 3` and the like: not a first page.
    later_page: bool,
}

impl Title {
    /// A page that says it is a later one belongs to the document before, if that is of its kind.
    pub fn continues(&self, document_type: DocumentType) -> bool {
        self.later_page && self.document_type == document_type
    }
}

pub fn title(lines: &[Line]) -> Option<Title> {
    let later_page = lines.iter().any(is_later_page);
    let mut best: Option<(usize, DocumentType)> = None;
    for phrase in lines.iter().flat_map(|line| &line.phrases) {
        if phrase.bbox.y0 > TOP || phrase.words.len() > MOST_WORDS {
            continue;
        }
        let folded = format!(" {} ", fold(&phrase.text()));
        for (document_type, titles) in TITLES {
            for title in *titles {
                let chinese = !title.is_ascii();
                let names = match chinese {
                    true => folded.contains(title),
                    false => folded.contains(&format!(" {title} ")),
                };
                if names && best.is_none_or(|(length, _)| title.len() > length) {
                    best = Some((title.len(), *document_type));
                }
            }
        }
    }
    best.map(|(_, document_type)| Title {
        document_type,
        later_page,
    })
}

/// `Page 2 / 3`, `Seite 2 von 2`.
fn is_later_page(line: &Line) -> bool {
    line.phrases.iter().any(|phrase| {
        let folded = fold(&phrase.text());
        let words: Vec<&str> = folded.split(' ').collect();
        words.windows(2).any(|pair| {
            let counts = ["page", "seite", "pagina", "sayfa", "strona", "trang"].contains(&pair[0]);
            counts && pair[1].parse::<u32>().is_ok_and(|number| number > 1)
        })
    })
}
