//! Inner thread pools cost more than they bring: Tesseract's OpenMP takes 3 to 7 times the CPU time and makes
//! a page slower, and matrix products of a page are too small to be shared out. Pages are read in parallel
//! instead. Both pools read their limit once, at start, so it has to stand in the environment before.

use std::os::unix::process::CommandExt;

const VARIABLES: [&str; 2] = ["OMP_THREAD_LIMIT", "RAYON_NUM_THREADS"];

/// Starts the program again, in place, with the limits set, unless they are set already.
/// If that fails the program goes on: slower, with the same results.
pub fn ensure() {
    let missing: Vec<&str> = VARIABLES
        .into_iter()
        .filter(|name| std::env::var_os(name).is_none())
        .collect();
    if missing.is_empty() {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let error = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .envs(missing.into_iter().map(|name| (name, "1")))
        .exec();
    eprintln!("docexam: could not restart with one inner thread, reading will be slow: {error}");
}
