//! Verdicts as they are typed: `--confirm 3,4 --dismiss 5=EXPLAINED --correct 6:d1.total_amount=11510.00`.

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use docexam_proto::v1;
use std::collections::BTreeMap;

// One verdict for each finding of the task
#[derive(Args)]
pub struct Verdicts {
    /// Findings that are right, by the number that `show` prints
    #[arg(long, value_delimiter = ',', value_name = "FINDING")]
    confirm: Vec<u32>,
    /// Findings that are not, with the reason: misread, not-applicable, within-tolerance, explained,
    /// missed-discrepancy (of a PASS), other (with --note-on)
    #[arg(long, value_delimiter = ',', value_name = "FINDING=REASON")]
    dismiss: Vec<String>,
    /// What stands on the paper in place of what was read, e.g. `6:d1.total_amount=11510.00`; may be repeated
    #[arg(long, value_name = "FINDING:DOCUMENT.FIELD=VALUE")]
    correct: Vec<String>,
    /// Where a corrected value stands, if not where the finding points:
    /// `d1.total_amount=FILE/PAGE:X0,Y0,X1,Y1` (file from 0, page from 1, corners in [0, 1])
    #[arg(long = "box", value_name = "DOCUMENT.FIELD=PLACE")]
    boxes: Vec<String>,
    /// Corrected findings that hold nevertheless
    #[arg(long, value_delimiter = ',', value_name = "FINDING")]
    stands: Vec<u32>,
    /// Remark on a finding, e.g. `5=see amended invoice`; may be repeated
    #[arg(long, value_name = "FINDING=TEXT")]
    note_on: Vec<String>,
    /// Verdict on all findings not named otherwise
    #[arg(long, value_enum, value_name = "VERDICT")]
    rest: Option<Rest>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Rest {
    Confirm,
}

impl Verdicts {
    /// In the order of the task's findings, then whatever does not belong to it, for the service to refuse.
    pub fn given(&self, task: &v1::ReviewTask) -> anyhow::Result<Vec<v1::FindingVerdict>> {
        let mut given = BTreeMap::new();
        for finding in &self.confirm {
            add(&mut given, *finding, confirmed(*finding))?;
        }
        for text in &self.dismiss {
            let (finding, reason) = numbered(text, '=').context("--dismiss is FINDING=REASON")?;
            let verdict = v1::FindingVerdict {
                finding_index: finding,
                verdict: v1::VerdictKind::Dismiss.into(),
                dismiss_reason: dismiss_reason(reason)?.into(),
                ..Default::default()
            };
            add(&mut given, finding, verdict)?;
        }
        for text in &self.correct {
            self.add_correction(&mut given, task, text)?;
        }
        if let Some(Rest::Confirm) = self.rest {
            for item in &task.items {
                let finding = item.finding_index;
                given.entry(finding).or_insert_with(|| confirmed(finding));
            }
        }
        for text in &self.note_on {
            let (finding, note) = numbered(text, '=').context("--note-on is FINDING=TEXT")?;
            let verdict = given.get_mut(&finding);
            verdict
                .with_context(|| format!("--note-on {finding}: the finding has no verdict"))?
                .note = note.to_owned();
        }
        Ok(given.into_values().collect())
    }

    fn add_correction(
        &self,
        given: &mut BTreeMap<u32, v1::FindingVerdict>,
        task: &v1::ReviewTask,
        text: &str,
    ) -> anyhow::Result<()> {
        const FORM: &str = "--correct is FINDING:DOCUMENT.FIELD=VALUE";
        let (finding, rest) = numbered(text, ':').context(FORM)?;
        let (place, value) = rest.split_once('=').context(FORM)?;
        let (document, field) = place.split_once('.').context(FORM)?;
        let anchor = match self.boxed(place)? {
            Some(anchor) => anchor,
            None => cited(task, finding, document, field).with_context(|| {
                format!("finding {finding} does not point at {place}: say where it stands by --box")
            })?,
        };
        let verdict = given.entry(finding).or_insert_with(|| v1::FindingVerdict {
            finding_index: finding,
            verdict: v1::VerdictKind::Correct.into(),
            finding_stands: self.stands.contains(&finding),
            ..Default::default()
        });
        if verdict.verdict() != v1::VerdictKind::Correct {
            bail!("finding {finding} has two verdicts");
        }
        verdict.corrections.push(v1::FieldCorrection {
            document: document.to_owned(),
            field: field.to_owned(),
            value: value.to_owned(),
            page_anchor: Some(anchor),
        });
        Ok(())
    }

    fn boxed(&self, place: &str) -> anyhow::Result<Option<v1::PageAnchor>> {
        let mut boxes = self.boxes.iter().filter_map(|text| text.rsplit_once('='));
        let Some((_, at)) = boxes.find(|(of, _)| *of == place) else {
            return Ok(None);
        };
        anchor(at)
            .with_context(|| format!("--box {place}={at}: expected FILE/PAGE:X0,Y0,X1,Y1"))
            .map(Some)
    }
}

fn add(
    given: &mut BTreeMap<u32, v1::FindingVerdict>,
    finding: u32,
    verdict: v1::FindingVerdict,
) -> anyhow::Result<()> {
    match given.insert(finding, verdict) {
        None => Ok(()),
        Some(_) => bail!("finding {finding} has two verdicts"),
    }
}

fn confirmed(finding: u32) -> v1::FindingVerdict {
    v1::FindingVerdict {
        finding_index: finding,
        verdict: v1::VerdictKind::Confirm.into(),
        ..Default::default()
    }
}

fn numbered(text: &str, separator: char) -> Option<(u32, &str)> {
    let (number, rest) = text.split_once(separator)?;
    Some((number.trim().parse().ok()?, rest))
}

fn dismiss_reason(text: &str) -> anyhow::Result<v1::DismissReason> {
    let name = text.trim().to_ascii_uppercase().replace('-', "_");
    v1::DismissReason::from_str_name(&name)
        .filter(|reason| *reason != v1::DismissReason::Unspecified)
        .with_context(|| {
            format!(
                "{text:?} is not a reason: misread, not-applicable, within-tolerance, explained, \
                 missed-discrepancy or other"
            )
        })
}

/// Where the finding shows the field.
fn cited(
    task: &v1::ReviewTask,
    finding: u32,
    document: &str,
    field: &str,
) -> Option<v1::PageAnchor> {
    let mut items = task.items.iter();
    let item = items.find(|item| item.finding_index == finding)?;
    let mut observed = item.finding.as_ref()?.observed.iter();
    let observed = observed.find(|o| o.document == document && o.field == field)?;
    observed.page_anchor.clone()
}

fn anchor(text: &str) -> Option<v1::PageAnchor> {
    let (page, corners) = text.split_once(':')?;
    let (file, page) = page.split_once('/')?;
    let corners: Vec<f64> = corners
        .split(',')
        .map(|number| number.trim().parse().ok())
        .collect::<Option<_>>()?;
    let &[x0, y0, x1, y1] = corners.as_slice() else {
        return None;
    };
    let point = |x: f64, y: f64| prost_types::ListValue {
        values: [x, y]
            .map(|number| prost_types::Value {
                kind: Some(prost_types::value::Kind::NumberValue(number)),
            })
            .to_vec(),
    };
    Some(v1::PageAnchor {
        file: file.parse().ok()?,
        page: page.parse().ok()?,
        polygon: vec![point(x0, y0), point(x1, y0), point(x1, y1), point(x0, y1)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        verdicts: Verdicts,
    }

    fn task() -> v1::ReviewTask {
        let anchor = anchor("0/1:0.1,0.2,0.3,0.25");
        let item = |finding_index| v1::ReviewItem {
            finding_index,
            finding: Some(v1::Finding {
                observed: vec![v1::Observed {
                    field: "total_amount".to_owned(),
                    document: "d1".to_owned(),
                    page_anchor: anchor.clone(),
                    ..Default::default()
                }],
                ..Default::default()
            }),
            ..Default::default()
        };
        v1::ReviewTask {
            items: vec![item(3), item(5), item(6)],
            ..Default::default()
        }
    }

    fn given(line: &str) -> anyhow::Result<Vec<v1::FindingVerdict>> {
        let words = std::iter::once("x").chain(line.split(' '));
        Line::try_parse_from(words)
            .expect("arguments")
            .verdicts
            .given(&task())
    }

    #[test]
    fn every_kind_of_verdict_can_be_typed() {
        let line = "--dismiss 5=explained --note-on 5=by-letter --correct 6:d1.total_amount=11510.00 \
                    --stands 6 --rest confirm";
        let given = given(line).expect("valid");
        let kinds: Vec<_> = given.iter().map(|verdict| verdict.verdict()).collect();
        use v1::VerdictKind::*;
        assert_eq!(kinds, [Confirm, Dismiss, Correct]);
        assert_eq!(given[1].dismiss_reason(), v1::DismissReason::Explained);
        assert_eq!(given[1].note, "by-letter");
        assert!(given[2].finding_stands);
        let correction = &given[2].corrections[0];
        assert_eq!(correction.value, "11510.00");
        assert_eq!(correction.page_anchor.as_ref().expect("cited").page, 1);
    }

    #[test]
    fn a_value_elsewhere_needs_its_box() {
        let line = "--correct 3:d2.total_packages=45";
        let error = given(line).expect_err("no box").to_string();
        assert!(error.contains("say where it stands by --box"), "{error}");
        let given = given(&format!(
            "{line} --box d2.total_packages=1/2:0.1,0.1,0.2,0.2"
        ));
        let anchor = given.expect("valid")[0].corrections[0].page_anchor.clone();
        assert_eq!(
            anchor.map(|anchor| (anchor.file, anchor.page)),
            Some((1, 2))
        );
    }

    #[test]
    fn mistakes_are_named() {
        for (line, expected) in [
            (
                "--confirm 3 --dismiss 3=explained",
                "finding 3 has two verdicts",
            ),
            ("--dismiss 3=why", "is not a reason"),
            ("--dismiss 3", "--dismiss is FINDING=REASON"),
            (
                "--correct 3:total_amount",
                "--correct is FINDING:DOCUMENT.FIELD=VALUE",
            ),
            ("--confirm 3 --note-on 5=x", "the finding has no verdict"),
        ] {
            let error = given(line).expect_err(line);
            assert!(format!("{error:#}").contains(expected), "{line}: {error:#}");
        }
    }
}
