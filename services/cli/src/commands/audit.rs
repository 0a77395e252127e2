//! `docexam audit`: the log of what happened, as a file that anyone can verify, and the keys for it.

use super::replay;
use crate::exit::Done;
use crate::input::StoreOptions;
use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use docexam_audit::{Checkpoint, SigningKey, VerifierKey};
use docexam_store::{Sequenced, Store};
use std::fs::File;
use std::future::Future;
use std::io::{BufReader, BufWriter, stdout};
use std::path::{Path, PathBuf};

/// Make keys for the audit log, export, verify and replay it
#[derive(Subcommand)]
pub enum Command {
    /// Make a key that signs a log; print the verifier key, which everybody may have
    Keygen(Keygen),
    /// Print the newest signed checkpoint, to be kept elsewhere
    Checkpoint(Checkpoints),
    /// Write the whole log as JSON lines, with a proof for each entry
    Export(Export),
    /// Verify an exported log offline: with the verifier key, and checkpoints kept from earlier
    Verify(Verify),
    /// Make a past examination again and compare it to the byte with what the log says of it
    Replay(replay::Arguments),
}

#[derive(Args)]
pub struct Keygen {
    /// Name of the log, unique to it, such as customs.example/docexam
    #[arg(long, value_name = "NAME")]
    origin: String,
    /// File of the secret key; it must not exist
    #[arg(long, default_value = "audit.key", value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
pub struct Checkpoints {
    /// First give entries that still wait their place, signed with this key: where no service runs that
    /// does it
    #[arg(long, value_name = "FILE")]
    sign: Option<PathBuf>,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args)]
pub struct Export {
    /// File to write (default: standard output)
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    store: StoreOptions,
}

#[derive(Args)]
pub struct Verify {
    /// The exported log
    #[arg(value_name = "FILE")]
    log: PathBuf,
    /// Verifier key of the log, or a file with it; all of them if the key was changed
    #[arg(long = "key", required = true, value_name = "KEY")]
    keys: Vec<String>,
    /// Checkpoint kept from earlier that the log must contain; notices a history that was cut or written
    /// anew by whoever has the key
    #[arg(long = "checkpoint", value_name = "FILE")]
    kept: Vec<PathBuf>,
}

pub fn run(command: Command) -> anyhow::Result<Done> {
    match command {
        Command::Keygen(arguments) => keygen(&arguments),
        Command::Checkpoint(arguments) => wait_for(checkpoint(&arguments)),
        Command::Export(arguments) => wait_for(export(&arguments)),
        Command::Verify(arguments) => verify(&arguments),
        Command::Replay(arguments) => replay::run(&arguments),
    }
}

pub(super) fn wait_for<T>(work: impl Future<Output = anyhow::Result<T>>) -> anyhow::Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

fn keygen(arguments: &Keygen) -> anyhow::Result<Done> {
    let key = SigningKey::create(&arguments.out, &arguments.origin)?;
    eprintln!("secret key: {}; keep it secret", arguments.out.display());
    println!("{}", key.verifier());
    Ok(Done::Complete)
}

async fn checkpoint(arguments: &Checkpoints) -> anyhow::Result<Done> {
    let store = arguments.store.open().await?;
    if let Some(file) = &arguments.sign {
        sign(&store, file).await?;
    }
    let newest = store.newest_checkpoint().await?;
    print!("{}", newest.context("the audit log has no entry yet")?);
    say_what_waits(&store).await?;
    Ok(Done::Complete)
}

async fn sign(store: &Store, file: &Path) -> anyhow::Result<()> {
    let mut sequencer = store.sequencer(SigningKey::load(file)?).await?;
    loop {
        match sequencer.run_once().await? {
            Sequenced::Entries(0) => return Ok(()),
            Sequenced::Entries(_) => {}
            Sequenced::NotOurTurn => bail!("a service is at it, or was within ten seconds"),
        }
    }
}

async fn export(arguments: &Export) -> anyhow::Result<Done> {
    let store = arguments.store.open().await?;
    let entries = match &arguments.out {
        None => store.export_audit(stdout().lock()).await?,
        Some(path) => {
            let file =
                File::create(path).with_context(|| format!("cannot write {}", path.display()))?;
            store.export_audit(BufWriter::new(file)).await?
        }
    };
    eprintln!("{entries} entries");
    say_what_waits(&store).await?;
    Ok(Done::Complete)
}

async fn say_what_waits(store: &Store) -> anyhow::Result<()> {
    match store.audit_waiting().await? {
        0 => {}
        waiting => eprintln!("{waiting} more wait for their place, which a running service gives"),
    }
    Ok(())
}

fn verify(arguments: &Verify) -> anyhow::Result<Done> {
    let keys = arguments.keys.iter().map(|key| verifier(key));
    let keys = keys.collect::<anyhow::Result<Vec<VerifierKey>>>()?;
    let kept = arguments.kept.iter().map(|path| {
        let note = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read {}", path.display()))?;
        Checkpoint::open(&note, &keys).with_context(|| path.display().to_string())
    });
    let kept = kept.collect::<anyhow::Result<Vec<Checkpoint>>>()?;
    let name = arguments.log.display();
    let log = File::open(&arguments.log).with_context(|| format!("cannot read {name}"))?;
    match docexam_audit::verify(BufReader::new(log), &keys, &kept) {
        Ok(verified) => {
            println!(
                "{name}: whole; {} entries of {}, {} checkpoints, {} of {} kept checkpoints found",
                verified.newest.size,
                verified.newest.origin,
                verified.checkpoints,
                verified.kept,
                kept.len()
            );
            Ok(Done::Complete)
        }
        Err(error) => {
            if let Some(entry) = error.problem.first_bad_entry() {
                println!("{name}: first bad entry: {entry}");
            }
            bail!("{name} {error}")
        }
    }
}

/// The key itself, or a file with it. A key has '+' in it, and no name of a file is taken for one.
fn verifier(text: &str) -> anyhow::Result<VerifierKey> {
    if let Ok(key) = VerifierKey::parse(text) {
        return Ok(key);
    }
    let read = std::fs::read_to_string(text)
        .with_context(|| format!("{text:?} is neither a verifier key nor a file with one"))?;
    VerifierKey::parse(read.trim()).with_context(|| text.to_owned())
}
