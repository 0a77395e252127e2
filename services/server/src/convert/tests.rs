//! Round trips, and that the proto3 JSON of the wire is the JSON of the domain.

use super::*;
use docexam_domain::{Declaration, Examination};
use docexam_proto::v1 as wire;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, SerializeOptions};
use serde_json::{Value, json};

/// Every element set, so that a forgotten one shows.
fn full_declaration() -> Declaration {
    let party = json!({"name": "Näme 名", "country": "DE", "address": "a\nb", "tax_id": "T1"});
    let money = json!({"amount": "-11150.00", "currency": "EUR"});
    let documents = json!([{"type": "380", "number": "N 1", "date": "2025-01-02"}]);
    let item = json!({
        "number": 1, "hs_code": "84821090", "description": "ball bearings",
        "country_of_origin": "TR", "quantity": "50000", "unit": "C62",
        "supplementary_quantity": "1.5", "supplementary_unit": "KGM", "price": money,
        "statistical_value": money, "net_mass_kg": "1450", "gross_mass_kg": "1535",
        "packages": 2, "package_kind": "PK", "marks": "m", "preference": "300",
        "valuation_method": "1", "documents": documents
    });
    let json = json!({
        "id": "2026CN0001", "acceptance_date": "2026-05-04", "procedure": "import",
        "transport_mode": "1", "importing_country": "CN", "exporter": party, "consignee": party,
        "declarant": party, "invoice_total": money, "exchange_rate": "7.123456789",
        "incoterm": "DAP", "incoterm_place": "Shanghai", "freight": money, "insurance": money,
        "total_packages": 2, "total_gross_mass_kg": "1535", "total_net_mass_kg": "1450.0",
        "containers": ["CSQU3054383", "X"], "seals": ["S1"], "transport_document_number": "BL",
        "vessel_name": "V", "voyage_number": "12E", "port_of_loading": "DEHAM",
        "port_of_discharge": "CNSHA", "documents": documents,
        "items": [item]
    });
    Declaration::from_json(json.to_string().as_bytes()).expect("valid")
}

fn full_examination() -> Examination {
    let digest = format!("sha256:{}", "ab".repeat(32));
    let anchor = json!({"file": 1, "page": 2, "polygon": [[0.1, 0.2], [0.33333334, 1.0]]});
    let cell = json!({"type": "hs_code", "mention_text": "8482.10", "confidence": 0.5});
    let field = json!({
        "type": "line_item", "mention_text": "1 ball\nbearings", "normalized_value": "x",
        "alternative_values": ["y"], "confidence": 0.97, "page_anchor": anchor, "properties": [cell]
    });
    let json = json!({
        "declaration_id": "D1", "state": "EXAMINED", "files": ["a.pdf", "b.tif"],
        "documents": [{"id": "d1", "type": "certificate_of_origin", "confidence": 0.9,
                       "pages": [{"file": 0, "page": 1}], "fields": [field]}],
        "findings": [
            {"rule_id": "E02", "outcome": "NOT_CHECKED", "severity": "MEDIUM", "explanation": "e",
             "observed": [{"field": "total_amount", "value": "1", "document": "d1",
                           "page_anchor": anchor}],
             "expected": {"declaration_pointer": "42A.109", "value": "2"}, "tolerance": "0.01",
             "confidence": 0.25, "not_checked_reason": "r", "rule_pack": "wco-baseline@2026.1",
             "rule_pack_digest": digest, "legal_reference": "l"},
        ],
        "pages": [
            {"file": 0, "page": 1, "status": "READ", "source": "TEXT_LAYER", "quality": 1.0,
             "placement": {"turned_degrees": 270, "straightened_degrees": -1.25,
                           "width_px": 1654, "height_px": 2339}},
            {"file": 0, "page": 2, "status": "FAILED", "source": "NONE", "quality": 0.0,
             "problem": "p"},
            {"file": 1, "page": 1, "status": "BLANK", "source": "OCR", "quality": 0.0}
        ],
        "problems": [{"file": 2, "name": "c.pdf", "problem": "is empty"}],
        "digests": {"input": digest, "engine": "tesseract", "model": digest, "rule_pack": digest,
                    "configuration": digest}
    });
    serde_json::from_value(json).expect("valid")
}

#[test]
fn a_declaration_makes_the_round_trip() {
    let declaration = full_declaration();
    let wire = declaration_to_wire(declaration.clone());
    assert_eq!(declaration_from_wire(wire, "declaration"), Ok(declaration));
    let bare = Declaration {
        id: "1".to_owned(),
        ..Default::default()
    };
    let wire = declaration_to_wire(bare.clone());
    assert_eq!(declaration_from_wire(wire, "declaration"), Ok(bare));
}

#[test]
fn an_examination_makes_the_round_trip() {
    let examination = full_examination();
    let wire = examination_to_wire(examination.clone());
    let wire = wire::Examination::decode(wire.encode_to_vec().as_slice()).expect("decoded");
    assert_eq!(examination_from_wire(wire), Ok(examination));
}

#[test]
fn the_json_of_the_wire_is_the_json_of_the_domain() {
    let declaration = full_declaration();
    let on_wire = json_of("Declaration", &declaration_to_wire(declaration.clone()));
    assert_eq!(on_wire, domain_json(&declaration));

    let examination = full_examination();
    let mut on_wire = json_of("Examination", &examination_to_wire(examination.clone()));
    let in_domain = domain_json(&examination);
    // The wire prints empty lists where the domain leaves them out; nothing else may differ.
    let missing = additional(&mut on_wire, &in_domain);
    assert_eq!(on_wire, in_domain);
    assert!(
        missing
            .iter()
            .all(|value| *value == json!([]) || *value == json!("")),
        "{missing:?}"
    );
}

/// Through text, as the command line prints it: floats then have their shortest form.
fn domain_json(value: &impl serde::Serialize) -> Value {
    serde_json::from_str(&serde_json::to_string(value).expect("JSON")).expect("JSON")
}

/// proto3 JSON as a client prints it that keeps names and shows default values.
fn json_of(name: &str, message: &impl Message) -> Value {
    let pool = DescriptorPool::decode(docexam_proto::FILE_DESCRIPTOR_SET).expect("descriptors");
    let descriptor = pool
        .get_message_by_name(&format!("docexam.v1.{name}"))
        .expect("declared");
    let message = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice());
    let options = SerializeOptions::new()
        .use_proto_field_name(true)
        .skip_default_fields(false);
    let mut text = serde_json::Serializer::new(Vec::new());
    message
        .expect("decoded")
        .serialize_with_options(&mut text, &options)
        .expect("JSON");
    serde_json::from_slice(&text.into_inner()).expect("JSON")
}

/// Takes what only the left side has out of it.
fn additional(left: &mut Value, right: &Value) -> Vec<Value> {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            let only_left: Vec<String> = left
                .keys()
                .filter(|key| !right.contains_key(*key))
                .cloned()
                .collect();
            let mut taken: Vec<Value> = only_left
                .iter()
                .filter_map(|key| left.remove(key))
                .collect();
            for (key, value) in left.iter_mut() {
                taken.extend(additional(value, &right[key]));
            }
            taken
        }
        (Value::Array(left), Value::Array(right)) => left
            .iter_mut()
            .zip(right)
            .flat_map(|(left, right)| additional(left, right))
            .collect(),
        _ => Vec::new(),
    }
}

#[test]
fn what_is_wrong_with_a_declaration_is_named_by_its_path() {
    let problem = |change: fn(&mut wire::Declaration)| {
        let mut wire = declaration_to_wire(full_declaration());
        change(&mut wire);
        declaration_from_wire(wire, "submission.declaration")
            .expect_err("bad")
            .to_string()
    };
    assert_eq!(
        problem(|d| d.id = " ".to_owned()),
        "submission.declaration.id: is empty"
    );
    assert_eq!(
        problem(|d| d.items[0].net_mass_kg = Some("1,5".to_owned())),
        "submission.declaration.items[0].net_mass_kg: \"1,5\" is not a decimal like \"11150.00\""
    );
    assert_eq!(
        problem(|d| d.items[0].documents[0].date = Some("2026-02-30".to_owned())),
        "submission.declaration.items[0].documents[0].date: \"2026-02-30\" is not a date like \
         \"2026-05-04\""
    );
    assert!(problem(|d| d.id = "a\0b".to_owned()).ends_with("has control characters"));
    assert!(problem(|d| d.id = "9".repeat(300)).ends_with("has 300 bytes, limit 256"));
    assert!(problem(|d| d.items = vec![Default::default(); 10_000]).ends_with("limit 9999"));
    assert!(problem(|d| d.freight = Some(Default::default())).contains(".freight.amount: "));
}

#[test]
fn what_this_program_does_not_know_is_refused_not_guessed() {
    let problem = |change: fn(&mut wire::Examination)| {
        let mut wire = examination_to_wire(full_examination());
        change(&mut wire);
        examination_from_wire(wire).expect_err("bad").field
    };
    assert_eq!(problem(|e| e.state = 99), "state");
    assert_eq!(
        problem(|e| e.documents[0].r#type = "menu".to_owned()),
        "documents[0].type"
    );
    assert_eq!(
        problem(|e| e.findings[0].severity = 0),
        "findings[0].severity"
    );
    assert_eq!(problem(|e| e.digests = None), "digests");
    let nest = |e: &mut wire::Examination| {
        let field = e.documents[0].fields[0].clone();
        e.documents[0].fields[0].properties[0]
            .properties
            .push(field);
    };
    assert_eq!(
        problem(nest),
        "documents[0].fields[0].properties[0].properties"
    );
}
