//! What differs between two examinations of the same archive: findings that appear, vanish or change.
//!
//! Counted are findings that an officer would see: discrepancies and what is indeterminate. Two of them are
//! the same finding if they are of one rule and rest on the same places of the documents and of the
//! declaration; how they are worded does not matter.

use docexam_domain::{Declaration, Finding, Outcome, Severity};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    Appears,
    Vanishes,
    /// Another outcome or severity.
    Changes,
}

/// One finding that differs; a line of `changes.jsonl`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Change {
    pub doc_id: String,
    pub declaration_id: String,
    pub rule_id: String,
    pub change: ChangeKind,
    /// Of the declared item that it is about, else of all items of the declaration.
    pub hs_chapters: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Side>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Side>,
}

/// What a finding said. A finding that appears has as `before` what its rule said instead, if anything.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Side {
    pub outcome: Outcome,
    pub severity: Severity,
    pub explanation: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    pub appear: u64,
    pub vanish: u64,
    pub change: u64,
}

/// All changes of a replay, counted; the content of `replay.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct OutcomeDiff {
    pub schema_version: u32,
    pub batch: String,
    /// Rule pack and model of the replay.
    pub rule_pack: String,
    pub rule_pack_digest: String,
    pub model: String,
    pub documents: u64,
    /// Documents without a result, which cannot be examined again.
    pub documents_without_result: u64,
    pub documents_changed: u64,
    /// Documents whose fields were extracted anew, because the model is another one or it was asked for.
    pub documents_extracted: u64,
    pub total: Counts,
    pub by_rule: BTreeMap<String, Counts>,
    /// A finding about several chapters counts in each of them; `-` where none is declared.
    pub by_hs_chapter: BTreeMap<String, Counts>,
    pub by_rule_and_hs_chapter: BTreeMap<String, BTreeMap<String, Counts>>,
}

impl Counts {
    fn add(&mut self, change: ChangeKind) {
        match change {
            ChangeKind::Appears => self.appear += 1,
            ChangeKind::Vanishes => self.vanish += 1,
            ChangeKind::Changes => self.change += 1,
        }
    }
}

impl OutcomeDiff {
    pub(crate) fn add(&mut self, changes: &[Change]) {
        self.documents_changed += u64::from(!changes.is_empty());
        for Change {
            rule_id,
            change,
            hs_chapters,
            ..
        } in changes
        {
            self.total.add(*change);
            self.by_rule
                .entry(rule_id.clone())
                .or_default()
                .add(*change);
            let of_rule = self
                .by_rule_and_hs_chapter
                .entry(rule_id.clone())
                .or_default();
            for chapter in hs_chapters {
                let of_chapter = self.by_hs_chapter.entry(chapter.clone()).or_default();
                of_chapter.add(*change);
                of_rule.entry(chapter.clone()).or_default().add(*change);
            }
        }
    }
}

/// The changes of one document, by rule.
pub(crate) fn changes(
    doc_id: &str,
    declaration: Option<&Declaration>,
    before: &[Finding],
    after: &[Finding],
) -> Vec<Change> {
    let rules: BTreeSet<&str> = before
        .iter()
        .chain(after)
        .map(|f| f.rule_id.as_str())
        .collect();
    let mut changes = Vec::new();
    for rule in rules {
        let of_rule = |finding: &&Finding| finding.rule_id == rule;
        let before: Vec<&Finding> = before.iter().filter(of_rule).collect();
        let after: Vec<&Finding> = after.iter().filter(of_rule).collect();
        for (kind, old, new) in pairs(&before, &after) {
            let about = new.filter(|f| is_seen(f)).or(old);
            changes.push(Change {
                doc_id: doc_id.to_owned(),
                declaration_id: declaration.map_or_else(String::new, |d| d.id.clone()),
                rule_id: rule.to_owned(),
                change: kind,
                hs_chapters: about.map_or_else(Vec::new, |f| chapters(f, declaration)),
                before: old.map(side),
                after: new.map(side),
            });
        }
    }
    changes
}

type Pair<'a> = (ChangeKind, Option<&'a Finding>, Option<&'a Finding>);

fn pairs<'a>(before: &[&'a Finding], after: &[&'a Finding]) -> Vec<Pair<'a>> {
    // What the rule says where it has nothing to show.
    let silent = |all: &[&'a Finding]| all.iter().copied().find(|finding| !is_seen(finding));
    let mut new: Vec<&Finding> = after.iter().copied().filter(|f| is_seen(f)).collect();
    let mut pairs = Vec::new();
    for old in before.iter().copied().filter(|f| is_seen(f)) {
        let same = new
            .iter()
            .position(|finding| subject(finding) == subject(old));
        match same.map(|index| new.remove(index)) {
            None => pairs.push((ChangeKind::Vanishes, Some(old), silent(after))),
            Some(now) if (now.outcome, now.severity) != (old.outcome, old.severity) => {
                pairs.push((ChangeKind::Changes, Some(old), Some(now)));
            }
            Some(_) => {}
        }
    }
    let appeared = new.into_iter();
    pairs.extend(appeared.map(|now| (ChangeKind::Appears, silent(before), Some(now))));
    pairs
}

/// Whether an officer would see it.
fn is_seen(finding: &Finding) -> bool {
    matches!(
        finding.outcome,
        Outcome::Discrepancy | Outcome::Indeterminate
    )
}

/// The places that a finding rests on.
fn subject(finding: &Finding) -> (BTreeSet<(&str, &str)>, Option<&str>) {
    let observed = finding.observed.iter();
    let places = observed.map(|seen| (seen.document.as_str(), seen.field.as_str()));
    let expected = finding.expected.as_ref();
    let pointer = expected.and_then(|expected| expected.declaration_pointer.as_deref());
    (places.collect(), pointer)
}

fn side(finding: &Finding) -> Side {
    Side {
        outcome: finding.outcome,
        severity: finding.severity,
        explanation: finding.explanation.clone(),
    }
}

/// First two digits of the commodity codes that a finding is about; `-` where none is declared.
pub(crate) fn chapters(finding: &Finding, declaration: Option<&Declaration>) -> Vec<String> {
    let items = declaration.map_or(&[][..], |declaration| &declaration.items);
    let expected = finding.expected.as_ref();
    let item = expected
        .and_then(|expected| expected.declaration_pointer.as_deref())
        .and_then(item_of);
    let mut chapters: Vec<String> = items
        .iter()
        .filter(|declared| item.is_none_or(|item| declared.number == item))
        .filter_map(|declared| declared.hs_code.as_deref()?.get(..2))
        .map(str::to_owned)
        .collect();
    chapters.sort_unstable();
    chapters.dedup();
    if chapters.is_empty() {
        chapters.push("-".to_owned());
    }
    chapters
}

/// `42A.67A.68A[3].23A` is about item 3.
fn item_of(pointer: &str) -> Option<u32> {
    let (_, rest) = pointer.split_once("68A[")?;
    rest.split_once(']')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use docexam_domain::{DeclarationItem, Expected, Observed, Sha256Digest};

    fn finding(rule: &str, outcome: Outcome, field: &str, pointer: &str) -> Finding {
        Finding {
            rule_id: rule.to_owned(),
            outcome,
            severity: Severity::High,
            explanation: format!("{field} {outcome}"),
            observed: vec![Observed {
                field: field.to_owned(),
                value: "1".to_owned(),
                document: "d1".to_owned(),
                page_anchor: None,
            }],
            expected: Some(Expected {
                declaration_pointer: Some(pointer.to_owned()),
                value: "2".to_owned(),
            }),
            tolerance: None,
            confidence: 1.0,
            not_checked_reason: None,
            rule_pack: "p@1".to_owned(),
            rule_pack_digest: Sha256Digest::of(b"p"),
            legal_reference: None,
        }
    }

    fn declaration() -> Declaration {
        let item = |number, code: &str| DeclarationItem {
            number,
            hs_code: Some(code.to_owned()),
            ..DeclarationItem::default()
        };
        Declaration {
            id: "D1".to_owned(),
            items: vec![item(1, "84821090"), item(2, "61091000"), item(3, "8483")],
            ..Declaration::default()
        }
    }

    #[test]
    fn findings_appear_vanish_and_change() {
        let before = [
            finding("C08", Outcome::Discrepancy, "net", "42A.67A.68A[2].65A.128"),
            finding("E02", Outcome::Discrepancy, "total", "42A.109"),
            finding("E03", Outcome::Pass, "price", ""),
            finding("K01", Outcome::Discrepancy, "container", ""),
        ];
        let after = [
            finding(
                "C08",
                Outcome::Indeterminate,
                "net",
                "42A.67A.68A[2].65A.128",
            ),
            finding("E02", Outcome::Pass, "total", "42A.109"),
            finding("E03", Outcome::Discrepancy, "price", ""),
            finding("K01", Outcome::Discrepancy, "container", ""),
        ];
        let changes = changes("doc", Some(&declaration()), &before, &after);
        let told: Vec<(&str, ChangeKind, String)> = changes
            .iter()
            .map(|c| (c.rule_id.as_str(), c.change, c.hs_chapters.join(" ")))
            .collect();
        assert_eq!(
            told,
            [
                ("C08", ChangeKind::Changes, "61".to_owned()),
                ("E02", ChangeKind::Vanishes, "61 84".to_owned()),
                ("E03", ChangeKind::Appears, "61 84".to_owned()),
            ]
        );
        assert_eq!(
            changes[1].after.as_ref().map(|s| s.outcome),
            Some(Outcome::Pass)
        );
        assert_eq!(
            changes[2].before.as_ref().map(|s| s.outcome),
            Some(Outcome::Pass)
        );
        let mut diff = OutcomeDiff::default();
        diff.add(&changes);
        assert_eq!(
            (diff.total.appear, diff.total.vanish, diff.total.change),
            (1, 1, 1)
        );
        assert_eq!(
            diff.by_hs_chapter["61"],
            Counts {
                appear: 1,
                vanish: 1,
                change: 1
            }
        );
        assert_eq!(
            diff.by_hs_chapter["84"],
            Counts {
                appear: 1,
                vanish: 1,
                change: 0
            }
        );
        assert_eq!(diff.by_rule_and_hs_chapter["E02"]["84"].vanish, 1);
    }

    #[test]
    fn the_same_findings_in_other_words_are_no_change() {
        let before = [finding("E02", Outcome::Discrepancy, "total", "42A.109")];
        let mut after = before.clone();
        after[0].explanation = "said better".to_owned();
        after[0].rule_pack = "p@2".to_owned();
        assert_eq!(changes("doc", None, &before, &after), []);
    }
}
