//! The hand-off to a knowledge graph: what two enterprises share is one node.

use crate::results::column;
use crate::stand_in::*;
use docexam_batch::graph;
use docexam_store::Tenant;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Nodes by id: kind and value.
fn nodes(out: &Path) -> BTreeMap<String, (String, String)> {
    let read = |name| column(&out.join("nodes.parquet"), name).0;
    let told = read("kind").into_iter().zip(read("value"));
    read("id").into_iter().zip(told).collect()
}

/// Source, relation, target and role.
fn edges(out: &Path) -> Vec<(String, String, String, String)> {
    let read = |name| column(&out.join("edges.parquet"), name).0;
    let ends = read("source").into_iter().zip(read("target"));
    let kinds = read("relation").into_iter().zip(read("role"));
    ends.zip(kinds)
        .map(|((source, target), (relation, role))| (source, relation, target, role))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn enterprises_that_share_an_address_or_an_account_meet_in_one_node() {
    let archive = Archive::of(&[
        (
            "a",
            "seller_name=Nordwind_Handels_GmbH seller_address=Hafenstr._1,_20457_Hamburg \
             iban=DE89_3704_0044_0532_0130_00 container_number=CSQU3054383\n",
        ),
        (
            "b",
            "seller_name=Südwind_Export_KG seller_address=20457_HAMBURG_Hafenstr_1 \
             iban=DE89370400440532013000\n",
        ),
        (
            "c",
            "seller_name=Elsewhere_Ltd seller_address=Quay_9,_Bristol container_number=CSQU_305438-3\n",
        ),
    ]);
    let declaration = r#"{"id":"D1","exporter":{"name":"NORDWIND HANDELS G.M.B.H.","tax_id":"DE 811 907"},"containers":["CSQU3054383"]}"#;
    archive.write_manifest(&format!(
        "{{\"doc_id\":\"a\",\"path\":\"a\",\"declaration\":{declaration}}}\n\
         {{\"doc_id\":\"b\",\"path\":\"b\"}}\n{{\"doc_id\":\"c\",\"path\":\"c\"}}\n"
    ));
    let store = archive.entered().await;
    worked(&store, archive.path(), 2).await.expect("worked");
    let out = archive.path().join("graph");
    let counts = graph(&store, &Tenant::default(), BATCH, &out)
        .await
        .expect("written");
    let (nodes, edges) = (nodes(&out), edges(&out));
    assert_eq!(counts.documents, 3);
    assert_eq!(
        (counts.nodes, counts.edges),
        (nodes.len() as u64, edges.len() as u64)
    );

    // Who is linked with a node of this kind by this relation, by their shown names?
    let sharing = |kind: &str, relation: &str| -> Vec<BTreeSet<String>> {
        let ids = nodes
            .iter()
            .filter(|(_, (of, _))| of == kind)
            .map(|(id, _)| id);
        ids.map(|id| {
            let linked = edges
                .iter()
                .filter(|edge| edge.1 == relation && edge.2 == *id);
            linked.map(|edge| nodes[&edge.0].1.clone()).collect()
        })
        .filter(|set: &BTreeSet<String>| set.len() > 1)
        .collect()
    };
    let both = BTreeSet::from([
        "Nordwind Handels GmbH".to_owned(),
        "Südwind Export KG".to_owned(),
    ]);
    assert_eq!(sharing("Address", "LOCATED_AT").len(), 1);
    let names = |sets: Vec<BTreeSet<String>>| sets.into_iter().flatten().collect::<BTreeSet<_>>();
    let addresses = names(sharing("Address", "LOCATED_AT"));
    let accounts = names(sharing("Identifier", "IDENTIFIED_BY"));
    // The exporter of the declaration, seen first, is the seller of the invoice in other print.
    let shown = |set: &BTreeSet<String>| -> BTreeSet<String> {
        set.iter()
            .map(|name| name.replace("NORDWIND HANDELS G.M.B.H.", "Nordwind Handels GmbH"))
            .collect()
    };
    assert_eq!(shown(&addresses), both);
    assert_eq!(shown(&accounts), both);
    let parties = nodes.values().filter(|(kind, _)| kind == "Party").count();
    assert_eq!(parties, 3);
    // The container is declared, and stands on two papers.
    let container = nodes
        .iter()
        .find(|(_, (kind, value))| kind == "Identifier" && value == "CSQU3054383");
    let (container, _) = container.expect("the container");
    let mentions = edges
        .iter()
        .filter(|edge| edge.1 == "MENTIONS" && edge.2 == *container);
    assert_eq!(mentions.count(), 3);

    // Ids depend on the values alone: another batch of the same documents has the same parties.
    let again = archive.path().join("again");
    graph(&store, &Tenant::default(), BATCH, &again)
        .await
        .expect("written");
    assert_eq!(nodes, self::nodes(&again));

    let read = |name: &str| {
        let mut reader = csv::Reader::from_path(out.join("neo4j").join(name)).expect("there");
        let header = reader.headers().expect("a header").clone();
        (
            header,
            reader
                .into_records()
                .map(|row| row.expect("a row"))
                .collect::<Vec<_>>(),
        )
    };
    let (header, rows) = read("nodes.csv");
    assert_eq!(&header.iter().collect::<Vec<_>>()[..2], ["id:ID", ":LABEL"]);
    assert_eq!(rows.len(), nodes.len());
    let (header, rows) = read("relationships.csv");
    assert_eq!(
        &header.iter().collect::<Vec<_>>()[..3],
        [":START_ID", ":END_ID", ":TYPE"]
    );
    assert_eq!(rows.len(), edges.len());
    assert!(
        rows.iter()
            .all(|row| nodes.contains_key(&row[0]) && nodes.contains_key(&row[1]))
    );
}
