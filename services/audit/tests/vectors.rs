//! Known values: the test tree of RFC 6962's reference implementation, and our own old entries, whose
//! hashes and signature were computed from the specifications by another program.

use docexam_audit::*;
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;

/// Leaves of the reference implementation's test tree.
const LEAVES: [&str; 8] = [
    "",
    "\x00",
    "\x10",
    "\x20\x21",
    "\x30\x31",
    "\x40\x41\x42\x43",
    "\x50\x51\x52\x53\x54\x55\x56\x57",
    "\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f",
];
/// Its roots at 0 to 8 leaves.
const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// An example that the authors of the note format published; it protects nothing.
const EXAMPLE_KEY: &str =
    "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const EXAMPLE_VERIFIER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

fn tree(entries: &[&str]) -> StoredHashes {
    let mut hashes = StoredHashes::default();
    for (index, entry) in (0..).zip(entries) {
        append(index, leaf_hash(entry), &mut hashes).expect("appended");
    }
    hashes
}

fn hex_root(size: u64, hashes: &StoredHashes) -> String {
    hex::encode(root(size, hashes).expect("root"))
}

fn hex_all(proof: &[Hash]) -> Vec<String> {
    proof.iter().map(hex::encode).collect()
}

#[test]
fn roots_and_proofs_are_those_of_rfc_6962() {
    let hashes = tree(&LEAVES);
    for (size, root) in (0..).zip(ROOTS) {
        assert_eq!(hex_root(size, &hashes), root, "{size} leaves");
    }
    assert_eq!(
        hex_all(&inclusion_proof(5, 8, &hashes).expect("proof")),
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        hex_all(&inclusion_proof(6, 7, &hashes).expect("proof")),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
    assert_eq!(
        hex_all(&consistency_proof(1, 8, &hashes).expect("proof")),
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ]
    );
    assert_eq!(
        hex_all(&consistency_proof(6, 8, &hashes).expect("proof")),
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ]
    );
}

#[test]
fn every_proof_holds_and_every_false_one_does_not() {
    let entries: Vec<String> = (0..40).map(|n| format!("entry {n}")).collect();
    let entries: Vec<&str> = entries.iter().map(String::as_str).collect();
    let hashes = tree(&entries);
    let root_at = |size| root(size, &hashes).expect("root");
    for size in 1..=40 {
        for index in 0..size {
            let leaf = leaf_hash(entries[index as usize]);
            let proof = inclusion_proof(index, size, &hashes).expect("proof");
            check_inclusion(&proof, index, size, leaf, root_at(size)).expect("holds");
            let other = leaf_hash("another entry");
            assert!(check_inclusion(&proof, index, size, other, root_at(size)).is_err());
            for broken in broken_versions(&proof) {
                assert!(check_inclusion(&broken, index, size, leaf, root_at(size)).is_err());
            }
            let earlier = index + 1;
            let proof = consistency_proof(earlier, size, &hashes).expect("proof");
            let (old, new) = ((earlier, root_at(earlier)), (size, root_at(size)));
            check_consistency(&proof, old, new).expect("holds");
            for broken in broken_versions(&proof) {
                assert!(check_consistency(&broken, old, new).is_err());
            }
            if earlier < size {
                let forked = (earlier, leaf_hash("another history"));
                assert!(check_consistency(&proof, forked, new).is_err());
            }
        }
    }
}

/// One hash changed, one left out, one too many.
fn broken_versions(proof: &[Hash]) -> Vec<Vec<Hash>> {
    let mut versions = vec![[proof, &[Hash::default()]].concat()];
    for position in 0..proof.len() {
        let mut changed = proof.to_vec();
        changed[position][31] ^= 1;
        let mut shorter = proof.to_vec();
        shorter.remove(position);
        versions.extend([changed, shorter]);
    }
    versions
}

#[test]
fn questions_out_of_range_are_errors_that_name_the_numbers() {
    let hashes = tree(&LEAVES);
    let text = |result: Result<Vec<Hash>, AuditError>| result.expect_err("refused").to_string();
    assert_eq!(
        text(inclusion_proof(8, 8, &hashes)),
        "entry 8 is not in a log of 8 entries"
    );
    assert_eq!(
        text(consistency_proof(0, 8, &hashes)),
        "a log of 8 entries has no earlier state of 0"
    );
    assert_eq!(
        text(inclusion_proof(0, 9, &hashes)),
        "the stored hash at position 15 is missing"
    );
    for size in [u64::MAX, u64::MAX - 1, 1 << 63, (1 << 48) + 1] {
        assert!(root_needs(size).is_err());
        assert!(first_position(size).is_err());
        assert!(inclusion_needs(0, size).is_err());
        assert!(check_inclusion(&[], 0, size, Hash::default(), Hash::default()).is_err());
        let old = (1, Hash::default());
        assert!(check_consistency(&[], old, (size, Hash::default())).is_err());
    }
}

#[test]
fn every_entry_ever_written_is_still_read_and_has_the_same_hash() {
    let sample = include_str!("../samples/entries-1.jsonl");
    let entries: Vec<&str> = sample.lines().collect();
    for text in &entries {
        let record = Record::parse(text).expect("read");
        assert_eq!(&record.to_canonical().expect("written"), text);
    }
    assert_eq!(
        hex_root(9, &tree(&entries)),
        "4c2354e08cfc86e7dc99f614c2bcd15efcaee320f6bfb0564a7bc0e695a008d5"
    );
    let archives = include_str!("../samples/archive-entries-1.jsonl");
    for text in archives.lines() {
        let record = Record::parse(text).expect("read");
        assert_eq!(record.to_canonical().expect("written"), text);
    }
    let newer = entries[0].replace("\"version\":1", "\"version\":2");
    assert_eq!(
        Record::parse(&newer).expect_err("newer").to_string(),
        "audit entry has format 2, this program knows up to 1"
    );
}

#[test]
fn a_checkpoint_is_the_note_that_others_write_and_read() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("audit.key");
    std::fs::write(&file, EXAMPLE_KEY).expect("written");
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).expect("set");
    let key = SigningKey::load(&file).expect("loaded");
    assert_eq!(key.verifier().to_string(), EXAMPLE_VERIFIER);

    let entries: Vec<&str> = include_str!("../samples/entries-1.jsonl").lines().collect();
    let root = root(9, &tree(&entries)).expect("root");
    let note = Checkpoint::sign(9, root, &key).expect("signed");
    assert_eq!(note, include_str!("../samples/checkpoint-1.txt"));

    let keys = [key.verifier().clone()];
    let opened = Checkpoint::open(&note, &keys).expect("opened");
    let origin = "PeterNeumann".to_owned();
    let size = 9;
    assert_eq!(opened, Checkpoint { origin, size, root });
    for (from, to) in [
        ("\n9\n", "\n8\n"),
        ("TCNU", "TCNV"),
        ("x08gozpn", "x08gozpo"),
    ] {
        let forged = note.replace(from, to);
        assert_ne!(forged, note);
        assert!(Checkpoint::open(&forged, &keys).is_err(), "{from}");
    }
    // A true signature of this key, but under the name of another log.
    let moved = note.replacen("PeterNeumann", "EnochRoot", 1);
    assert!(Checkpoint::open(&moved, &keys).is_err());
}

#[test]
fn every_key_that_is_made_can_be_loaded() {
    let folder = tempfile::tempdir().expect("folder");
    // Half of all keys have a '+' in their base64.
    for number in 0..40 {
        let file = folder.path().join(number.to_string());
        let made = SigningKey::create(&file, "customs.example/docexam").expect("made");
        let loaded = SigningKey::load(&file).expect("loaded");
        assert_eq!(loaded.verifier().to_string(), made.verifier().to_string());
        let note = Checkpoint::sign(1, leaf_hash("entry"), &loaded).expect("signed");
        let keys = [VerifierKey::parse(&made.verifier().to_string()).expect("parsed")];
        assert_eq!(Checkpoint::open(&note, &keys).expect("opened").size, 1);
    }
}

#[test]
fn a_key_file_belongs_to_its_owner_and_is_never_overwritten() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("audit.key");
    let key = SigningKey::create(&file, "customs.example/docexam").expect("made");
    let mode = std::fs::metadata(&file)
        .expect("there")
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let loaded = SigningKey::load(&file).expect("loaded");
    assert_eq!(loaded.verifier().to_string(), key.verifier().to_string());
    assert_eq!(loaded.origin(), "customs.example/docexam");
    assert!(SigningKey::create(&file, "customs.example/docexam").is_err());
    assert!(SigningKey::load(&file).is_ok(), "still the first key");

    std::fs::set_permissions(&file, Permissions::from_mode(0o640)).expect("set");
    let error = SigningKey::load(&file).err().expect("refused").to_string();
    assert!(
        error.ends_with("has mode 0640, must be 0600: others could sign"),
        "{error}"
    );
    for bad in ["", "with space", "a+b", "line\nbreak", &"x".repeat(201)] {
        let file = folder.path().join("other.key");
        assert!(SigningKey::create(&file, bad).is_err(), "{bad:?}");
        assert!(!file.exists());
    }
    for bad in ["", "x+y", "x+00000000+AQ==", EXAMPLE_KEY] {
        assert!(VerifierKey::parse(bad).is_err(), "{bad:?}");
    }
}
