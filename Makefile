# Two commands do everything on a fresh Debian 12 machine with git and the Rust toolchain:
#   make demo   installs what is missing, builds, examines the sample consignments
#   make test   installs what is missing, runs all tests
# Always the whole workspace: `-p` would choose other features and compile dependencies twice.
.PHONY: demo test build setup lint bench

demo: build
	deploy/demo.sh

# Tests need more features of some dependencies than the program alone: built once, with the tests.
test: setup
	cargo test --workspace --no-run --lib --bins --tests
	models/nomenclature/obtain.sh
	cargo test --workspace --no-fail-fast --lib --bins --tests

build: setup
	cargo build --workspace --bins
	models/nomenclature/obtain.sh

setup:
	deploy/setup.sh
	models/reader/obtain.sh

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

bench: build
	cargo bench --workspace --profile dev --bench reading --bench store --bench batch
