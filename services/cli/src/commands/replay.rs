//! `docexam audit replay`: the examination once more, from the files that are stored, and what came out
//! differently, if anything. What it was made with then stands in the audit log, not only in the result.

use super::audit::wait_for;
use crate::exit::Done;
use crate::input::{ReadingOptions, StoreOptions};
use crate::output::differences;
use anyhow::{Context, bail};
use clap::Args;
use docexam_audit::{Produced, canonical_json, canonical_text};
use docexam_checks::History;
use docexam_domain::{Examination, Sha256Digest};
use docexam_pipeline::{InputFile, Submission};
use docexam_store::{PastExamination, Tenant, produced};
use std::path::PathBuf;

#[derive(Args)]
pub struct Arguments {
    /// Id of the examination
    #[arg(value_name = "EXAMINATION")]
    id: String,
    /// Whose it is
    #[arg(long, default_value = Tenant::DEFAULT, value_name = "TENANT")]
    tenant: String,
    /// Configuration of the service that examined it, for its limits
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(flatten)]
    store: StoreOptions,
    #[command(flatten)]
    reading: ReadingOptions,
}

pub fn run(arguments: &Arguments) -> anyhow::Result<Done> {
    let mut config = arguments.reading.config()?;
    config.limits.max_file_bytes = super::serve::limits(arguments.config.as_deref())?;
    let (past, place, recorded, submission) = wait_for(past(arguments))?;
    match place {
        Some(index) => println!("entry {index} of the audit log"),
        None => println!("an entry that waits for its place in the audit log"),
    }
    let stored_differs =
        Sha256Digest::of(canonical_text(&past.result)?.as_bytes()) != recorded.result;
    let Some(again) = super::reading::examine(config, &submission)? else {
        return Ok(Done::Interrupted);
    };
    let here = produced(&past.seen_files, &again)?;
    for (name, then, now) in made_with(&recorded, &here) {
        match then == now {
            true => println!("{name:<14}same  {then}"),
            false => println!("{name:<14}OTHER {then}\n{:<14}here  {now}", ""),
        }
    }
    if stored_differs {
        println!("the stored result is not the one that was recorded: it was changed since");
    }
    if here.result == recorded.result {
        println!("result        byte-identical, {}", here.result);
        match stored_differs {
            true => bail!("the stored result was changed since the examination"),
            false => return Ok(Done::Complete),
        }
    }
    println!(
        "result        OTHER {}\n              here  {}",
        recorded.result, here.result
    );
    print_differences(&past, &again)?;
    bail!("the result is another one than was recorded")
}

async fn past(
    arguments: &Arguments,
) -> anyhow::Result<(PastExamination, Option<u64>, Produced, Submission)> {
    let store = arguments.store.open().await?;
    let tenant = Tenant::parse(&arguments.tenant)?;
    let past = store.past_examination(&tenant, &arguments.id).await?;
    let (place, recorded) = store
        .audit_of_result(&tenant, &arguments.id)
        .await?
        .with_context(|| {
            format!(
                "the audit log has no result of {}: it is older than the log",
                arguments.id
            )
        })?;
    let mut files = Vec::with_capacity(past.files.len());
    for file in &past.files {
        let content = store.read_file(&tenant, &file.digest).await;
        let content = content.with_context(|| format!("file {}", file.name))?;
        files.push(InputFile {
            name: file.name.clone(),
            bytes: content.as_ref().into(),
        });
    }
    let submission = Submission {
        declaration: past.declaration.clone(),
        files,
        history: History {
            seen_files: past.seen_files.clone(),
        },
    };
    store.close().await;
    Ok((past, place, recorded, submission))
}

/// What the result was made from, then and now.
fn made_with<'a>(then: &'a Produced, now: &'a Produced) -> Vec<(&'static str, &'a str, &'a str)> {
    fn digest(configuration: &Option<Sha256Digest>) -> &str {
        configuration
            .as_ref()
            .map_or("not recorded", Sha256Digest::as_str)
    }
    let (with_then, with_now) = (&then.artefacts, &now.artefacts);
    vec![
        ("input", then.input.as_str(), now.input.as_str()),
        ("history", then.history.as_str(), now.history.as_str()),
        (
            "engine",
            with_then.engine.as_str(),
            with_now.engine.as_str(),
        ),
        ("model", with_then.model.as_str(), with_now.model.as_str()),
        (
            "rule pack",
            with_then.rule_pack.as_str(),
            with_now.rule_pack.as_str(),
        ),
        (
            "configuration",
            digest(&with_then.configuration),
            digest(&with_now.configuration),
        ),
        ("findings", then.findings.as_str(), now.findings.as_str()),
    ]
}

fn print_differences(past: &PastExamination, again: &Examination) -> anyhow::Result<()> {
    let then = serde_json::from_str(&canonical_text(&past.result)?)?;
    let now = serde_json::from_str(&canonical_json(again)?)?;
    for line in differences::lines(&then, &now) {
        println!("  {line}");
    }
    Ok(())
}
