//! Compiles `docexam/v1/*.proto` in pure Rust, so that no `protoc` has to be installed.

use prost::Message;
use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=docexam");
    // The service imports everything else.
    let descriptors = protox::compile(["docexam/v1/examination_service.proto"], ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("docexam.v1.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        // File contents are passed on without a copy.
        .bytes(".")
        .compile_fds(descriptors)?;
    Ok(())
}
