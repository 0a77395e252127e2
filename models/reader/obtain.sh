#!/bin/sh
# Obtains the network that reads doubtful words again (PP-OCRv6, small): downloads the package that carries it (checked
# against the hash in requirements.txt) and takes that one file. Does nothing when it is there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
"$here/../../deploy/obtain-file.sh" "$here/requirements.txt" \
    rapidocr/models/PP-OCRv6_rec_small.onnx "$here/data/PP-OCRv6_rec_small.onnx"
