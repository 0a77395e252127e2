//! Whatever is done to a log after it was signed is noticed, and the first bad entry is named.

use docexam_audit::*;
use serde_json::{Value, json};

/// Entries of each checkpoint's batch, 14 together: batches of one and of many, ending on and off
/// powers of two.
const BATCHES: [u64; 6] = [1, 2, 5, 1, 3, 2];
const ENTRIES: usize = 14;

struct History {
    _folder: tempfile::TempDir,
    key: SigningKey,
    hashes: StoredHashes,
    checkpoints: Vec<(u64, String)>,
    records: Vec<String>,
}

impl History {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let key = SigningKey::create(&folder.path().join("key"), "test.example/log").expect("key");
        let mut history = Self {
            _folder: folder,
            key,
            hashes: StoredHashes::default(),
            checkpoints: Vec::new(),
            records: Vec::new(),
        };
        for batch in BATCHES {
            history.add(batch, "true");
        }
        history
    }

    /// As the sequencer does: entries, their hashes, and a signature over all.
    fn add(&mut self, batch: u64, says: &str) {
        for _ in 0..batch {
            let index = self.records.len() as u64;
            let record = json!({"n": index, "says": says}).to_string();
            append(index, leaf_hash(&record), &mut self.hashes).expect("appended");
            self.records.push(record);
        }
        let size = self.records.len() as u64;
        let root = root(size, &self.hashes).expect("root");
        let note = Checkpoint::sign(size, root, &self.key).expect("signed");
        self.checkpoints.push((size, note));
    }

    /// Begins anew at an earlier state, as if what came after had not happened.
    fn back_to(&mut self, size: u64) {
        self.checkpoints.retain(|(end, _)| *end <= size);
        self.records.truncate(size as usize);
        let mut hashes = StoredHashes::default();
        for (index, record) in (0..).zip(&self.records) {
            append(index, leaf_hash(record), &mut hashes).expect("appended");
        }
        self.hashes = hashes;
    }

    fn export(&self) -> Vec<String> {
        let (_, newest) = self.checkpoints.last().expect("one");
        let mut text = Vec::new();
        let mut writer = LogWriter::begin(&mut text, newest).expect("begun");
        let mut index = 0;
        for (size, note) in &self.checkpoints {
            writer
                .write(&Line::Checkpoint(note.clone()))
                .expect("written");
            for index in index..*size {
                let proof = inclusion_proof(index, *size, &self.hashes).expect("proof");
                let record = self.records[index as usize].clone();
                let entry = ProvenRecord::new(index, record, &proof).expect("JSON");
                writer.write(&Line::Entry(entry)).expect("written");
            }
            index = *size;
        }
        writer.end().expect("flushed");
        let text = String::from_utf8(text).expect("JSON");
        text.lines().map(str::to_owned).collect()
    }

    fn verify(&self, lines: &[String], kept: &[Checkpoint]) -> Result<Verified, VerifyError> {
        let text: String = lines.iter().flat_map(|line| [line, "\n"]).collect();
        verify(text.as_bytes(), &[self.key.verifier().clone()], kept)
    }

    /// Index of the first bad entry that the verdict names.
    fn first_bad(&self, lines: &[String]) -> Option<u64> {
        let error = self.verify(lines, &[]).expect_err("tampering is noticed");
        error.problem.first_bad_entry()
    }

    fn kept(&self, size: u64) -> Checkpoint {
        let (_, note) = self
            .checkpoints
            .iter()
            .find(|(end, _)| *end == size)
            .expect("signed");
        Checkpoint::read(note).expect("a checkpoint")
    }
}

fn is_entry(line: &str) -> bool {
    line.starts_with("{\"entry\"")
}

/// Line number of the entry with this index.
fn line_of(lines: &[String], index: usize) -> usize {
    let mut entries = (0..lines.len()).filter(|line| is_entry(&lines[*line]));
    entries.nth(index).expect("there")
}

/// Changes the entry's line as JSON.
fn change(line: &mut String, change: impl FnOnce(&mut Value)) {
    let mut value: Value = serde_json::from_str(line).expect("JSON");
    change(&mut value["entry"]);
    *line = value.to_string();
}

#[test]
fn a_log_as_it_was_signed_verifies() {
    let history = History::new();
    let kept: Vec<Checkpoint> = [3, 14, 8].map(|size| history.kept(size)).into();
    let verified = history.verify(&history.export(), &kept).expect("whole");
    assert_eq!(verified.newest, history.kept(14));
    assert_eq!((verified.checkpoints, verified.kept), (6, 3));
}

#[test]
fn every_edit_is_named() {
    let history = History::new();
    for index in 0..ENTRIES {
        let mut lines = history.export();
        let line = line_of(&lines, index);
        lines[line] = lines[line].replace("true", "false");
        assert_eq!(history.first_bad(&lines), Some(index as u64));
        // One space is an edit too.
        let mut lines = history.export();
        lines[line] = lines[line].replace("\"says\":", "\"says\": ");
        assert_eq!(history.first_bad(&lines), Some(index as u64));
    }
}

#[test]
fn every_deletion_is_named_even_if_the_rest_is_numbered_anew() {
    let history = History::new();
    for index in 0..ENTRIES {
        let mut lines = history.export();
        lines.remove(line_of(&lines, index));
        assert_eq!(history.first_bad(&lines), Some(index as u64), "{index}");
        let entries = lines.iter_mut().filter(|line| is_entry(line));
        for (next, line) in entries.enumerate() {
            change(line, |entry| entry["index"] = json!(next));
        }
        assert_eq!(history.first_bad(&lines), Some(index as u64), "{index}");
    }
}

#[test]
fn every_exchange_is_named_even_with_the_numbers_exchanged() {
    let history = History::new();
    for first in 0..ENTRIES {
        for second in first + 1..ENTRIES {
            let mut lines = history.export();
            let (a, b) = (line_of(&lines, first), line_of(&lines, second));
            lines.swap(a, b);
            assert_eq!(history.first_bad(&lines), Some(first as u64));
            change(&mut lines[a], |entry| entry["index"] = json!(first));
            change(&mut lines[b], |entry| entry["index"] = json!(second));
            assert_eq!(history.first_bad(&lines), Some(first as u64));
        }
    }
}

#[test]
fn an_added_entry_is_named_wherever_it_stands() {
    let history = History::new();
    for index in 0..ENTRIES {
        let mut lines = history.export();
        let line = line_of(&lines, index);
        lines.insert(line, lines[line].clone());
        // The copy comes first and is the true one.
        assert_eq!(history.first_bad(&lines), Some(index as u64 + 1));
        change(&mut lines[line], |entry| {
            entry["record"] = json!({"n": "new"})
        });
        assert_eq!(history.first_bad(&lines), Some(index as u64));
    }
    let mut lines = history.export();
    let mut added = lines.last().expect("one").clone();
    change(&mut added, |entry| entry["index"] = json!(ENTRIES));
    lines.push(added);
    assert_eq!(history.first_bad(&lines), Some(ENTRIES as u64));
}

#[test]
fn every_cut_is_noticed() {
    let history = History::new();
    let whole = history.export();
    for end in 1..whole.len() {
        let lines = &whole[..end];
        let entries = lines.iter().filter(|line| is_entry(line)).count();
        assert_eq!(
            history.first_bad(lines),
            Some(entries as u64),
            "{end} lines"
        );
    }
    assert!(matches!(
        history.verify(&[], &[]).expect_err("empty").problem,
        Problem::NoHead
    ));
    let mut text = whole.join("\n");
    text.truncate(text.len() - 20);
    let keys = [history.key.verifier().clone()];
    let error = verify(text.as_bytes(), &keys, &[]).expect_err("cut in a line");
    assert_eq!(error.to_string(), "line 21: is cut short");
}

#[test]
fn a_checkpoint_taken_out_or_forged_is_noticed() {
    let history = History::new();
    let whole = history.export();
    for line in (1..whole.len()).filter(|line| !is_entry(&whole[*line])) {
        let before = whole[..line].iter().filter(|line| is_entry(line)).count();
        let mut lines = whole.clone();
        lines.remove(line);
        assert_eq!(history.first_bad(&lines), Some(before as u64));
        let mut lines = whole.clone();
        lines[line] = lines[line].replace("log\\n", "log\\n1");
        let error = history.verify(&lines, &[]).expect_err("forged").to_string();
        let expected = format!("line {}: checkpoint: its signature is false", line + 1);
        assert_eq!(error, expected);
    }
    let other = History::new();
    let error = other
        .verify(&whole, &[])
        .expect_err("another key")
        .to_string();
    assert_eq!(
        error,
        "line 1: checkpoint: signed with none of the given keys"
    );
}

#[test]
fn a_log_cut_with_its_checkpoints_is_noticed_by_a_kept_one() {
    let mut history = History::new();
    let kept = history.kept(14);
    history.back_to(9);
    let lines = history.export();
    history.verify(&lines, &[]).expect("whole by itself");
    let error = history
        .verify(&lines, &[kept])
        .expect_err("shorter than before");
    assert_eq!(error.problem.first_bad_entry(), Some(9));
    assert!(matches!(
        error.problem,
        Problem::Cut {
            first_missing: 9,
            size: 14
        }
    ));
}

#[test]
fn a_history_written_anew_and_signed_again_is_noticed_by_a_kept_checkpoint() {
    let mut history = History::new();
    let kept: Vec<Checkpoint> = [3, 8, 12].map(|size| history.kept(size)).into();
    history.back_to(8);
    // Whoever has the key signs another course of things, at other sizes.
    history.add(2, "another");
    history.add(7, "another");
    let lines = history.export();
    history.verify(&lines, &[]).expect("whole by itself");
    let error = history.verify(&lines, &kept).expect_err("forked");
    assert_eq!(
        error.problem.to_string(),
        "the history was forked: the log is not the one of the kept checkpoint of 12 entries; \
         the first entry that differs is one of 8 to 11"
    );
    history
        .verify(&lines, &kept[..2])
        .expect("the same until then");
}

#[test]
fn two_signed_histories_cannot_be_put_together() {
    let mut history = History::new();
    let first = history.export();
    history.back_to(3);
    history.add(5, "another");
    history.add(1, "another");
    let second = history.export();
    // Entries 0 to 7 of the one, then the last batches of the other: each is signed for itself.
    let head = line_of(&first, 7) + 1;
    let tail = line_of(&second, 7) + 1;
    let lines = [&second[..1], &first[1..head], &second[tail..]].concat();
    let error = history.verify(&lines, &[]).expect_err("forked");
    assert!(
        matches!(error.problem, Problem::SignedFork { before: 8, size: 9 }),
        "{error}"
    );
}

#[test]
fn a_key_that_was_changed_verifies_with_both() {
    let mut history = History::new();
    let folder = tempfile::tempdir().expect("folder");
    let new = SigningKey::create(&folder.path().join("new"), "test.example/log").expect("key");
    let old = std::mem::replace(&mut history.key, new);
    history.add(2, "true");
    let text = history.export().join("\n") + "\n";
    let (old, new) = (old.verifier().clone(), history.key.verifier().clone());
    verify(text.as_bytes(), &[old.clone(), new.clone()], &[]).expect("whole");
    for one in [old, new] {
        assert!(verify(text.as_bytes(), &[one], &[]).is_err());
    }
}

#[test]
fn what_is_no_log_is_refused_by_its_line() {
    let history = History::new();
    let keys = [history.key.verifier().clone()];
    let text = |log: &str| {
        verify(log.as_bytes(), &keys, &[])
            .expect_err("refused")
            .to_string()
    };
    assert_eq!(
        text("{\"log\":{\"format\":2,\"entries\":[]}}\n"),
        "line 1: has format 2, this program knows up to 1"
    );
    assert!(text("hello\n").starts_with("line 1: is not a line of an audit log: "));
    assert!(text("\u{0}\n").starts_with("line 1: is not a line of an audit log: "));
    assert_eq!(
        text(&"x".repeat(5 << 20)),
        "line 1: is longer than 4194304 bytes"
    );
}
