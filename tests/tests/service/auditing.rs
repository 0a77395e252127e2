//! The audit log over the wire, proven by its caller; and after kills at any moment it still verifies and
//! tells of everything that was acknowledged, once.

use crate::process::ServerProcess;
use crate::running::*;
use docexam_audit::*;
use docexam_proto::v1 as wire;
use docexam_proto::v1::audit_service_client::AuditServiceClient;
use docexam_proto::v1::examination::State;
use docexam_proto::v1::examination_service_client::ExaminationServiceClient;
use docexam_store::{Store, StoreLimits};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use tonic::transport::Channel;
use tonic::{Code, Request};

type Audit = AuditServiceClient<Channel>;

fn verifier(data_dir: &Path) -> VerifierKey {
    let key = SigningKey::load(&data_dir.join("audit.key")).expect("made at start");
    key.verifier().clone()
}

/// The key of a server that has just been started; made before it answers.
async fn key_of(client: &mut Audit, data_dir: &Path) -> VerifierKey {
    let request = wire::GetCheckpointRequest::default();
    client.get_checkpoint(request).await.expect("it serves");
    verifier(data_dir)
}

/// The newest checkpoint, its signature checked.
async fn checkpoint(client: &mut Audit, key: &VerifierKey) -> Checkpoint {
    let request = wire::GetCheckpointRequest::default();
    let answer = client.get_checkpoint(request).await.expect("there");
    let answer = answer.into_inner();
    let opened = Checkpoint::open(&answer.note, std::slice::from_ref(key)).expect("signed");
    assert_eq!(opened.origin, answer.origin);
    assert_eq!(
        (opened.size, opened.root.as_slice()),
        (answer.tree_size, &*answer.root_hash)
    );
    opened
}

/// Waits until the log has so many entries.
async fn grown_to(client: &mut Audit, key: &VerifierKey, size: u64) -> Checkpoint {
    for _ in 0..1_000 {
        let newest = checkpoint(client, key).await;
        if newest.size >= size {
            return newest;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("the log does not grow to {size} entries")
}

async fn list(client: &mut Audit, examination: Option<&str>) -> Vec<wire::AuditEntry> {
    let mut request = wire::ListEntriesRequest {
        page_size: 2,
        examination_id: examination.map(str::to_owned),
        ..Default::default()
    };
    let mut entries = Vec::new();
    loop {
        let page = client
            .list_entries(request.clone())
            .await
            .expect("listed")
            .into_inner();
        assert!(page.entries.len() <= 2);
        entries.extend(page.entries);
        if page.next_page_token.is_empty() {
            return entries;
        }
        request.page_token = page.next_page_token;
    }
}

fn what(entry: &wire::AuditEntry) -> Entry {
    Record::parse(&entry.entry).expect("an entry").entry
}

fn hashes(proof: &[bytes::Bytes]) -> Vec<Hash> {
    proof
        .iter()
        .map(|hash| hash.as_ref().try_into().expect("32 bytes"))
        .collect()
}

#[tokio::test]
async fn a_caller_proves_what_it_sees() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut examinations = server.client().await;
    let mut client = AuditServiceClient::new(server.channel().await);
    let key = key_of(&mut client, folder.path()).await;
    let first = grown_to(&mut client, &key, 1).await;
    let request = examine(submission("D1", "invoice.pdf", "page"), "r-1");
    let done = examinations
        .examine(request)
        .await
        .expect("examined")
        .into_inner();
    let newest = grown_to(&mut client, &key, 4).await;
    assert_eq!(newest.size, 4);

    let entries = list(&mut client, None).await;
    let Entry::KeyChanged { verifier } = what(&entries[0]) else {
        panic!("{entries:?}")
    };
    assert_eq!(verifier, key.to_string());
    let of_examination = list(&mut client, Some(&done.id)).await;
    let [accepted, finished] = of_examination.as_slice() else {
        panic!("{of_examination:?}")
    };
    let Entry::SubmissionAccepted {
        declaration_id,
        files,
        ..
    } = what(accepted)
    else {
        panic!("{accepted:?}")
    };
    let page = docexam_domain::Sha256Digest::of(b"page");
    assert_eq!((declaration_id.as_str(), files), ("D1", vec![page]));
    let Entry::ExaminationFinished { produced, .. } = what(finished) else {
        panic!("{finished:?}")
    };
    let digests = done.digests.expect("examined");
    assert_eq!(produced.input.as_str(), digests.input);
    assert_eq!(produced.artefacts.rule_pack.as_str(), digests.rule_pack);

    for entry in &entries {
        let request = wire::GetInclusionProofRequest {
            index: entry.index,
            tree_size: newest.size,
        };
        let proof = client
            .get_inclusion_proof(request)
            .await
            .expect("proven")
            .into_inner();
        let (proof, leaf) = (hashes(&proof.hashes), leaf_hash(&entry.entry));
        check_inclusion(&proof, entry.index, newest.size, leaf, newest.root).expect("holds");
    }
    let request = wire::GetConsistencyProofRequest {
        earlier_size: first.size,
        tree_size: newest.size,
    };
    let proof = client
        .get_consistency_proof(request)
        .await
        .expect("proven")
        .into_inner();
    let (earlier, now) = ((first.size, first.root), (newest.size, newest.root));
    check_consistency(&hashes(&proof.hashes), earlier, now).expect("holds");
    let covers_entries = Some(1);
    let covering = client
        .get_checkpoint(wire::GetCheckpointRequest { covers_entries })
        .await;
    assert_eq!(covering.expect("there").into_inner().tree_size, first.size);
    server.stop().await;
}

#[tokio::test]
async fn a_tenant_sees_its_own_entries_and_what_concerns_all() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut examinations = server.client().await;
    let mut client = AuditServiceClient::new(server.channel().await);
    let key = key_of(&mut client, folder.path()).await;
    for tenant in ["one", "two", "one"] {
        let mut request = Request::new(examine(submission("D1", "invoice.pdf", "page"), ""));
        let name = tenant.parse().expect("a name");
        request.metadata_mut().insert("x-docexam-tenant", name);
        examinations.examine(request).await.expect("examined");
    }
    grown_to(&mut client, &key, 8).await;
    for (tenant, own) in [("one", 4), ("two", 2), ("default", 0)] {
        let mut request = Request::new(wire::ListEntriesRequest::default());
        let name = tenant.parse().expect("a name");
        request.metadata_mut().insert("x-docexam-tenant", name);
        let listed = client
            .list_entries(request)
            .await
            .expect("listed")
            .into_inner();
        let tenants = listed
            .entries
            .iter()
            .map(|entry| Record::parse(&entry.entry).expect("an entry").tenant);
        let tenants: Vec<String> = tenants.collect();
        assert!(
            tenants.iter().all(|name| name.is_empty() || name == tenant),
            "{tenants:?}"
        );
        assert_eq!(tenants.iter().filter(|name| *name == tenant).count(), own);
        assert_eq!(tenants.iter().filter(|name| name.is_empty()).count(), 2);
    }
    server.stop().await;
}

#[tokio::test]
async fn what_the_log_does_not_have_is_an_invalid_argument() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = AuditServiceClient::new(server.channel().await);
    key_of(&mut client, folder.path()).await;
    for (index, tree_size, problem) in [
        (
            1,
            1,
            "index: audit log: entry 1 is not in a log of 1 entries",
        ),
        (0, 2, "tree_size: audit log: the log has 1 entries, not 2"),
        (
            0,
            0,
            "index: audit log: entry 0 is not in a log of 0 entries",
        ),
        (
            0,
            u64::MAX,
            "tree_size: audit log: the log has 1 entries, not 18446744073709551615",
        ),
    ] {
        let request = wire::GetInclusionProofRequest { index, tree_size };
        let status = client
            .get_inclusion_proof(request)
            .await
            .expect_err("refused");
        assert_eq!(
            (status.code(), status.message()),
            (Code::InvalidArgument, problem)
        );
    }
    for (earlier_size, tree_size) in [(0, 1), (2, 1), (1, 2)] {
        let request = wire::GetConsistencyProofRequest {
            earlier_size,
            tree_size,
        };
        let status = client
            .get_consistency_proof(request)
            .await
            .expect_err("refused");
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    }
    for page_token in ["x", "0-1", "ffffffffffffffff-0", "-"] {
        let page_token = page_token.to_owned();
        let request = wire::ListEntriesRequest {
            page_token,
            ..Default::default()
        };
        let status = client.list_entries(request).await.expect_err("refused");
        assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    }
    let covers_entries = Some(2);
    let request = wire::GetCheckpointRequest { covers_entries };
    let status = client.get_checkpoint(request).await.expect_err("refused");
    assert_eq!(status.code(), Code::InvalidArgument, "{status}");
    server.stop().await;
}

#[tokio::test]
async fn a_stop_gives_the_last_entries_their_place() {
    let folder = tempfile::tempdir().expect("folder");
    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    let request = examine(submission("D1", "invoice.pdf", "page"), "");
    client.examine(request).await.expect("examined");
    server.stop().await;
    let (verified, records) = verified(folder.path()).await;
    assert_eq!(verified.newest.size, 4);
    assert_eq!(records.len(), 4);
}

/// The exported log of a stopped server, verified, with its records.
async fn verified(data_dir: &Path) -> (Verified, Vec<Record>) {
    let store = Store::open(data_dir, StoreLimits::default())
        .await
        .expect("opened");
    assert_eq!(
        store.audit_waiting().await.expect("asked"),
        0,
        "entries without a place"
    );
    let mut log = Vec::new();
    store.export_audit(&mut log).await.expect("exported");
    let verified = verify(log.as_slice(), &[verifier(data_dir)], &[]).expect("whole");
    let lines = log.split(|byte| *byte == b'\n');
    let records = lines.filter_map(|line| match serde_json::from_slice(line) {
        Ok(Line::Entry(entry)) => Some(Record::parse(entry.record.get()).expect("an entry")),
        _ => None,
    });
    (verified, records.collect())
}

#[tokio::test]
async fn whatever_moment_a_kill_comes_at_the_log_verifies_and_tells_all() {
    let folder = tempfile::tempdir().expect("folder");
    let mut acknowledged = Vec::new();
    let mut kept = Vec::new();
    // A while after the first answer, so that the kill falls on the moments at which places are given.
    for milliseconds in [0, 60, 130, 190, 200, 207, 215, 240, 330, 410] {
        let process = ServerProcess::start(folder.path()).await;
        let mut audit = AuditServiceClient::new(connect(process.address).await);
        let key = key_of(&mut audit, folder.path()).await;
        let mut callers = tokio::task::JoinSet::new();
        for _ in 0..4 {
            let mut client = ExaminationServiceClient::new(connect(process.address).await);
            callers.spawn(async move {
                let mut ids = Vec::new();
                loop {
                    let request = create(submission("D1", "invoice.pdf", "page"), "");
                    match client.create_examination(request).await {
                        Ok(examination) => ids.push(examination.into_inner().id),
                        // A full queue passes; a killed server does not come back.
                        Err(status) if status.code() == Code::ResourceExhausted => {
                            tokio::time::sleep(Duration::from_millis(2)).await;
                        }
                        Err(_) => return ids,
                    }
                }
            });
        }
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        kept.push(checkpoint(&mut audit, &key).await);
        process.kill();
        acknowledged.extend(callers.join_all().await.into_iter().flatten());
    }
    assert!(
        acknowledged.len() > 10,
        "only {} were accepted",
        acknowledged.len()
    );

    let server = Running::start(folder.path()).await;
    let mut client = server.client().await;
    for id in &acknowledged {
        reaches(&mut client, id, State::Examined).await;
    }
    server.stop().await;
    let (verified, records) = verified(folder.path()).await;
    let mut told: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for record in records {
        let (accepted, finished) = told
            .entry(record.entry.examination().to_owned())
            .or_default();
        match record.entry {
            Entry::SubmissionAccepted { .. } => *accepted += 1,
            Entry::ExaminationFinished { .. } => *finished += 1,
            Entry::ExaminationFailed { .. } | Entry::SubmissionDiscarded { .. } => {
                panic!("{record:?}")
            }
            _ => {}
        }
    }
    for id in &acknowledged {
        assert_eq!(told[id], (1, 1), "{id}");
    }
    // Whatever a server had shown before it was killed is part of the history.
    assert!(kept.iter().all(|kept| kept.size <= verified.newest.size));
    let store = Store::open(folder.path(), StoreLimits::default())
        .await
        .expect("opened");
    let mut log = Vec::new();
    store.export_audit(&mut log).await.expect("exported");
    let again = verify(log.as_slice(), &[verifier(folder.path())], &kept).expect("no fork");
    assert_eq!(again.kept, kept.len());
}
