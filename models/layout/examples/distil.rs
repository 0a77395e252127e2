//! `cargo run --example distil -- E5-FILE WORDS-FILE OUTPUT-FOLDER`: builds the token table.

use docexam_layout::{DistilOptions, distil};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(encoder), Some(words), Some(output)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: distil E5-FILE WORDS-FILE OUTPUT-FOLDER".into());
    };
    let options = DistilOptions::new(encoder.into(), words.into(), output.into());
    let report = distil(&options, &mut |done, all| {
        if done % 4096 == 0 || done == all {
            eprintln!("{done}/{all} pieces");
        }
    })?;
    eprintln!(
        "{} pieces, {:.1} % of the variance kept",
        report.pieces,
        100.0 * report.explained_variance
    );
    Ok(())
}
