//! Builders for the tests of the rules: a declaration, documents with boxes, readings by OCR.

use crate::case::{Case, History, SubmittedFile};
use crate::examine::{examine, run};
use crate::facts::Facts;
use crate::nomenclature::{Entry, Nomenclature};
use crate::pack::RulePack;
use crate::rules::RULES;
use crate::verdict::Verdict;
use docexam_domain::{
    Declaration, Document, DocumentType, Field, FieldKey, Finding, Outcome, PageAnchor,
    PageReading, PageRef, PageStatus, Polygon, ReadingSource,
};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub fn pack_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/rules/wco-baseline")
}

/// The baseline pack with a few codes as nomenclature.
pub fn fresh_pack() -> RulePack {
    let pack = RulePack::load(&pack_dir(), Path::new("/nowhere")).expect("the pack loads");
    let codes = [
        "848210", "401110", "080510", "940169", "640351", "290371", "010121",
    ];
    let entries = codes.map(|code| Entry {
        code: code.to_owned(),
        description: format!("goods of {code}"),
        edition: "HS 2022".to_owned(),
        valid_from: "2022-01-01".parse().expect("a date"),
        valid_to: "2027-12-31".parse().ok(),
    });
    pack.with_nomenclature(Nomenclature::of(entries))
}

pub fn pack() -> &'static RulePack {
    static PACK: OnceLock<RulePack> = OnceLock::new();
    PACK.get_or_init(fresh_pack)
}

pub struct TestCase {
    declaration: Declaration,
    documents: Vec<Document>,
    pages: Vec<PageReading>,
    pub files: Vec<SubmittedFile>,
    pub history: History,
    source: ReadingSource,
}

impl TestCase {
    pub fn new() -> Self {
        Self {
            declaration: Declaration::default(),
            documents: Vec::new(),
            pages: Vec::new(),
            files: Vec::new(),
            history: History::default(),
            source: ReadingSource::Ocr,
        }
    }

    pub fn declaration(mut self, json: serde_json::Value) -> Self {
        let bytes = serde_json::to_vec(&json).expect("JSON");
        self.declaration = Declaration::from_json(&bytes).expect("a declaration");
        self
    }

    /// Adds a document on a page of its own.
    pub fn with(mut self, document: TestDocument) -> Self {
        let mut document = document.0;
        let number = self.documents.len() as u32 + 1;
        document.id = format!("d{number}");
        document.pages = vec![PageRef {
            file: 0,
            page: number,
        }];
        for field in &mut document.fields {
            place(field, number);
        }
        self.documents.push(document);
        self.pages.push(PageReading {
            status: PageStatus::Read,
            quality: 0.9,
            problem: None,
            ..PageReading::failed(0, number, String::new())
        });
        self
    }

    pub fn text_layer(mut self) -> Self {
        self.source = ReadingSource::TextLayer;
        self
    }

    /// Legibility of the last document's page.
    pub fn quality(mut self, quality: f32) -> Self {
        self.pages.last_mut().expect("a page").quality = quality;
        self
    }

    pub fn with_facts<T>(mut self, look: impl FnOnce(&Facts) -> T) -> T {
        for page in &mut self.pages {
            page.source = self.source;
        }
        look(&Facts::gather(&self.case(), pack()))
    }

    pub fn check(self, rule_id: &str) -> Vec<Verdict> {
        self.check_with(rule_id, pack())
    }

    pub fn check_with(mut self, rule_id: &str, pack: &RulePack) -> Vec<Verdict> {
        for page in &mut self.pages {
            page.source = self.source;
        }
        let case = self.case();
        let rule = RULES
            .iter()
            .find(|rule| rule.id == rule_id)
            .expect("a rule");
        let parameters = pack.parameters(rule_id).expect("the pack sets it");
        run(rule, &Facts::gather(&case, pack), parameters)
    }

    /// The outcomes of one rule, in order.
    pub fn outcomes(self, rule_id: &str) -> Vec<Outcome> {
        let verdicts = self.check(rule_id);
        verdicts.iter().map(|verdict| verdict.outcome).collect()
    }

    pub fn findings(mut self) -> Vec<Finding> {
        for page in &mut self.pages {
            page.source = self.source;
        }
        examine(&self.case(), pack())
    }

    fn case(&self) -> Case<'_> {
        Case {
            declaration: &self.declaration,
            documents: &self.documents,
            files: &self.files,
            pages: &self.pages,
            history: &self.history,
        }
    }
}

fn place(field: &mut Field, page: u32) {
    let box_of_word = vec![[0.1, 0.1], [0.2, 0.1], [0.2, 0.2], [0.1, 0.2]];
    field.page_anchor = Some(PageAnchor {
        file: 0,
        page,
        polygon: Polygon(box_of_word),
    });
    for cell in &mut field.properties {
        place(cell, page);
    }
}

pub struct TestDocument(pub Document);

pub fn document(document_type: DocumentType) -> TestDocument {
    TestDocument(Document {
        id: String::new(),
        document_type,
        confidence: 0.97,
        pages: Vec::new(),
        fields: Vec::new(),
    })
}

pub fn invoice() -> TestDocument {
    document(DocumentType::CommercialInvoice)
}

pub fn packing_list() -> TestDocument {
    document(DocumentType::PackingList)
}

pub fn origin_certificate() -> TestDocument {
    document(DocumentType::CertificateOfOrigin)
}

pub fn bill_of_lading() -> TestDocument {
    document(DocumentType::BillOfLading)
}

fn new_field(key: FieldKey, mention: &str, normalised: Option<&str>) -> Field {
    Field {
        key,
        mention_text: mention.to_owned(),
        normalized_value: normalised.map(str::to_owned),
        alternative_values: Vec::new(),
        confidence: 0.99,
        page_anchor: None,
        properties: Vec::new(),
    }
}

impl TestDocument {
    /// Printed as it is normalised.
    pub fn field(self, key: FieldKey, value: &str) -> Self {
        self.read_as(key, value, value)
    }

    pub fn read_as(mut self, key: FieldKey, mention: &str, normalised: &str) -> Self {
        self.0
            .fields
            .push(new_field(key, mention, Some(normalised)));
        self
    }

    pub fn unreadable(mut self, key: FieldKey, mention: &str) -> Self {
        self.0.fields.push(new_field(key, mention, None));
        self
    }

    /// Of the last field and its cells.
    pub fn confidence(mut self, confidence: f32) -> Self {
        let field = self.0.fields.last_mut().expect("a field");
        field.confidence = confidence;
        for cell in &mut field.properties {
            cell.confidence = confidence;
        }
        self
    }

    /// Another reading of the last field.
    pub fn or(mut self, value: &str) -> Self {
        let field = self.0.fields.last_mut().expect("a field");
        field.alternative_values.push(value.to_owned());
        self
    }

    pub fn row(mut self, cells: &[(FieldKey, &str)]) -> Self {
        let mut row = new_field(FieldKey::LineItem, "", None);
        row.properties = cells
            .iter()
            .map(|(key, value)| new_field(*key, value, Some(value)))
            .collect();
        self.0.fields.push(row);
        self
    }
}
