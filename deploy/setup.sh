#!/usr/bin/env bash
# Installs what docexam needs beyond git and the Rust toolchain, on Debian 12, and only what is missing:
# Debian packages (a compiler, Tesseract 5 with its model of Latin letters, libclang for the bindings, typefaces). Safe to run
# again; does nothing when all is there. What the models need is obtained by the scripts beside them.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
    build-essential pkg-config ca-certificates
    libclang-dev                            # bindgen reads Tesseract's C headers
    libtesseract-dev libleptonica-dev
    tesseract-ocr                           # the command is the yardstick of the benchmark
    tesseract-ocr-script-latn
    postgresql                              # tests start servers of their own from its programs
    python3-pip                             # fetches pinned data packages; no Python is run by docexam
    unzip
    # typefaces of the document generator: other fonts would give other pages for the same seed
    fonts-dejavu-core fonts-liberation fonts-wqy-zenhei fonts-wqy-microhei fonts-droid-fallback
)

missing=()
for package in "${packages[@]}"; do
    status=$(dpkg-query -W -f='${Status}' "$package" 2>/dev/null || true)
    [ "$status" = "install ok installed" ] || missing+=("$package")
done

if [ "${#missing[@]}" -gt 0 ]; then
    echo "setup: installing ${missing[*]}" >&2
    as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
fi
