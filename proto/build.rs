//! Compiles `docexam/v1/*.proto` in pure Rust, so that no `protoc` has to be installed.

use prost::Message;
use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=docexam");
    // The services import everything else.
    let services = [
        "docexam/v1/audit_service.proto",
        "docexam/v1/examination_service.proto",
        "docexam/v1/review_service.proto",
    ];
    let descriptors = protox::compile(services, ["."])?;
    let out = PathBuf::from(env::var("OUT_DIR")?);
    fs::write(out.join("docexam.v1.bin"), descriptors.encode_to_vec())?;
    tonic_prost_build::configure()
        // File contents are passed on without a copy.
        .bytes(".")
        .compile_fds(descriptors)?;
    Ok(())
}
