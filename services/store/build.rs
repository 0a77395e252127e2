//! Migrations are embedded when the crate is compiled; a new one must lead to a new compilation.

fn main() {
    println!("cargo:rerun-if-changed=migrations");
}
