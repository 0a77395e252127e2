//! Tesseract's OpenMP costs 3 to 7 times the CPU time and makes a page slower. It reads its limit once,
//! when the library is loaded, so the variable has to stand in the environment before the process starts.

use std::os::unix::process::CommandExt;

const VARIABLE: &str = "OMP_THREAD_LIMIT";

/// Starts the program again, in place, with the limit set, unless it is set already.
/// If that fails the program goes on: slower, with the same results.
pub fn ensure() {
    if std::env::var_os(VARIABLE).is_some() {
        return;
    }
    let Ok(program) = std::env::current_exe() else { return };
    let error = std::process::Command::new(program)
        .args(std::env::args_os().skip(1))
        .env(VARIABLE, "1")
        .exec();
    eprintln!("docexam: could not restart with {VARIABLE}=1, reading will be slow: {error}");
}
