//! Nodes and edges of one document of an archive: what it and its declaration name.

use super::normal;
use docexam_domain::{DeclaredParty, Document, Field, FieldKey};
use docexam_store::BatchResult;
use sha2::{Digest, Sha256};

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
pub(super) enum NodeKind {
    Declaration,
    /// A paper found in the files, such as an invoice.
    Document,
    File,
    Party,
    Address,
    Identifier,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Relation {
    /// Declaration to document.
    HasDocument,
    /// Document to file.
    OnFile,
    /// Declaration or document to party; the role says as what.
    Names,
    /// Party to address.
    LocatedAt,
    /// Party to tax number or account.
    IdentifiedBy,
    /// Declaration or document to identifier.
    Mentions,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    pub id: u128,
    pub kind: NodeKind,
    /// As printed where it was first seen.
    pub value: String,
    pub normalised: String,
    pub scheme: Option<String>,
    pub country: Option<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Edge {
    pub source: u128,
    pub target: u128,
    pub relation: Relation,
    pub role: Option<&'static str>,
    /// Of the reading, [0, 1]; 1 for what is declared.
    pub confidence: f32,
    /// `d1`; none for what is declared.
    pub document: Option<String>,
}

#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

/// Role, and the fields of a party on a document: name, address, country, tax number.
type PartyKeys = (
    &'static str,
    FieldKey,
    Option<FieldKey>,
    Option<FieldKey>,
    Option<FieldKey>,
);

const PARTIES: &[PartyKeys] = &[
    (
        "seller",
        FieldKey::SellerName,
        Some(FieldKey::SellerAddress),
        Some(FieldKey::SellerCountry),
        Some(FieldKey::SellerTaxId),
    ),
    (
        "buyer",
        FieldKey::BuyerName,
        Some(FieldKey::BuyerAddress),
        Some(FieldKey::BuyerCountry),
        Some(FieldKey::BuyerTaxId),
    ),
    (
        "consignee",
        FieldKey::ConsigneeName,
        Some(FieldKey::ConsigneeAddress),
        None,
        None,
    ),
    ("notify_party", FieldKey::NotifyPartyName, None, None, None),
    ("producer", FieldKey::ProducerName, None, None, None),
];

/// Numbers that link documents and consignments.
const NUMBERS: &[FieldKey] = &[
    FieldKey::SellerTaxId,
    FieldKey::BuyerTaxId,
    FieldKey::Iban,
    FieldKey::ContainerNumber,
    FieldKey::SealNumber,
    FieldKey::TransportDocumentNumber,
    FieldKey::InvoiceNumber,
    FieldKey::ContractNumber,
    FieldKey::PurchaseOrderNumber,
    FieldKey::EstablishmentNumber,
];

pub(super) fn gather(batch: &str, doc_id: &str, result: &BatchResult) -> Gathered {
    let mut gathered = Gathered::default();
    let declaration = gathered.declaration(result);
    for document in &result.examination.documents {
        gathered.document(batch, doc_id, result, document, declaration);
    }
    gathered
}

impl Gathered {
    fn declaration(&mut self, result: &BatchResult) -> Option<u128> {
        let declaration = result.declaration.as_ref()?;
        let id = self.node(
            NodeKind::Declaration,
            None,
            &declaration.id,
            declaration.id.clone(),
            None,
        )?;
        for (role, party) in [
            ("exporter", &declaration.exporter),
            ("consignee", &declaration.consignee),
            ("declarant", &declaration.declarant),
        ] {
            if let Some(party) = party {
                self.declared_party(id, role, party);
            }
        }
        let numbers = declaration
            .containers
            .iter()
            .map(|number| (FieldKey::ContainerNumber, number))
            .chain(
                declaration
                    .seals
                    .iter()
                    .map(|number| (FieldKey::SealNumber, number)),
            )
            .chain(
                declaration
                    .transport_document_number
                    .iter()
                    .map(|number| (FieldKey::TransportDocumentNumber, number)),
            );
        for (key, number) in numbers {
            if let Some(number) = self.identifier(key, number) {
                self.edge(id, number, Relation::Mentions, Some(key.into()), 1.0, None);
            }
        }
        Some(id)
    }

    fn declared_party(&mut self, declaration: u128, role: &'static str, party: &DeclaredParty) {
        let Some(id) = self.party(&party.name, party.country.clone()) else {
            return;
        };
        self.edge(declaration, id, Relation::Names, Some(role), 1.0, None);
        if let Some(address) = party.address.as_deref()
            && let Some(address) = self.address(address, party.country.clone())
        {
            self.edge(id, address, Relation::LocatedAt, None, 1.0, None);
        }
        if let Some(number) = party.tax_id.as_deref()
            && let Some(number) = self.identifier(FieldKey::SellerTaxId, number)
        {
            self.edge(
                id,
                number,
                Relation::IdentifiedBy,
                Some("tax_id"),
                1.0,
                None,
            );
        }
    }

    fn document(
        &mut self,
        batch: &str,
        doc_id: &str,
        result: &BatchResult,
        document: &Document,
        declaration: Option<u128>,
    ) {
        // A paper is itself and no other, whatever its number.
        let own = format!("{batch}/{doc_id}/{}", document.id);
        let number = document.field(FieldKey::DocumentNumber).map(Field::value);
        let shown = number.map_or_else(|| own.clone(), normal::shown);
        let scheme = document.document_type.to_string();
        let Some(id) = self.node(NodeKind::Document, Some(scheme), &shown, own, None) else {
            return;
        };
        let name = Some(document.id.as_str());
        if let Some(declaration) = declaration {
            let confidence = document.confidence;
            self.edge(
                declaration,
                id,
                Relation::HasDocument,
                None,
                confidence,
                name,
            );
        }
        let mut files: Vec<u32> = document.pages.iter().map(|page| page.file).collect();
        files.sort_unstable();
        files.dedup();
        for file in files {
            if let Some(file) = result.files.get(file as usize)
                && let Some(file) = self.node(
                    NodeKind::File,
                    None,
                    &file.name,
                    file.digest.to_string(),
                    None,
                )
            {
                self.edge(id, file, Relation::OnFile, None, 1.0, name);
            }
        }
        for key in NUMBERS {
            for field in document.fields_of(*key) {
                if let Some(number) = self.identifier(*key, field.value()) {
                    let role = Some((*key).into());
                    self.edge(id, number, Relation::Mentions, role, field.confidence, name);
                }
            }
        }
        for keys in PARTIES {
            self.printed_party(id, document, keys);
        }
    }

    fn printed_party(&mut self, paper: u128, document: &Document, keys: &PartyKeys) {
        let (role, name, address, country, tax_id) = *keys;
        let field = |key: Option<FieldKey>| key.and_then(|key| document.field(key));
        let Some(name) = document.field(name) else {
            return;
        };
        let country = field(country).map(|field| field.value().to_owned());
        let Some(party) = self.party(name.value(), country.clone()) else {
            return;
        };
        let paper_name = Some(document.id.as_str());
        let confidence = name.confidence;
        self.edge(
            paper,
            party,
            Relation::Names,
            Some(role),
            confidence,
            paper_name,
        );
        if let Some(address) = field(address)
            && let Some(target) = self.address(address.value(), country)
        {
            let confidence = confidence.min(address.confidence);
            self.edge(
                party,
                target,
                Relation::LocatedAt,
                None,
                confidence,
                paper_name,
            );
        }
        // The account on an invoice is the seller's.
        let account = (role == "seller").then_some(FieldKey::Iban);
        for (key, kind) in [(tax_id, "tax_id"), (account, "iban")] {
            if let Some(number) = field(key)
                && let Some(target) = self.identifier(number.key, number.value())
            {
                let confidence = confidence.min(number.confidence);
                let relation = Relation::IdentifiedBy;
                self.edge(party, target, relation, Some(kind), confidence, paper_name);
            }
        }
    }

    fn party(&mut self, name: &str, country: Option<String>) -> Option<u128> {
        let first_line = name.lines().next().unwrap_or_default();
        self.node(
            NodeKind::Party,
            None,
            first_line,
            normal::party(name),
            country,
        )
    }

    fn address(&mut self, text: &str, country: Option<String>) -> Option<u128> {
        self.node(
            NodeKind::Address,
            None,
            text,
            normal::address(text),
            country,
        )
    }

    fn identifier(&mut self, key: FieldKey, number: &str) -> Option<u128> {
        let scheme = match key {
            FieldKey::SellerTaxId | FieldKey::BuyerTaxId => "tax_id",
            other => other.into(),
        };
        let normalised = normal::number(number);
        self.node(
            NodeKind::Identifier,
            Some(scheme.to_owned()),
            number,
            normalised,
            None,
        )
    }

    /// The id of the node; nothing for a value of which nothing is left.
    fn node(
        &mut self,
        kind: NodeKind,
        scheme: Option<String>,
        value: &str,
        normalised: String,
        country: Option<String>,
    ) -> Option<u128> {
        if normalised.is_empty() {
            return None;
        }
        let id = id_of(kind, scheme.as_deref(), &normalised);
        if !self.nodes.iter().any(|node| node.id == id) {
            self.nodes.push(Node {
                id,
                kind,
                value: normal::shown(value),
                normalised,
                scheme,
                country,
            });
        }
        Some(id)
    }

    fn edge(
        &mut self,
        source: u128,
        target: u128,
        relation: Relation,
        role: Option<&'static str>,
        confidence: f32,
        document: Option<&str>,
    ) {
        let edge = Edge {
            source,
            target,
            relation,
            role,
            confidence,
            document: document.map(str::to_owned),
        };
        if !self.edges.contains(&edge) {
            self.edges.push(edge);
        }
    }
}

/// The scheme is part of an identifier: a container is no tax number. A document's type is not part of it.
fn id_of(kind: NodeKind, scheme: Option<&str>, normalised: &str) -> u128 {
    let scheme = scheme.filter(|_| kind == NodeKind::Identifier);
    let kind: &str = kind.into();
    let mut hasher = Sha256::new();
    for part in [kind, scheme.unwrap_or_default(), normalised] {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part.as_bytes());
    }
    let digest: [u8; 32] = hasher.finalize().into();
    let mut half = [0; 16];
    half.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(half)
}
