#!/usr/bin/env bash
# The main job on the sample consignment: starts the service on loopback, submits the documents through a
# gRPC client, prints the discrepancies and writes report.html; then the sample without errors.
set -euo pipefail
cd "$(dirname "$0")/.."

docexam=${1:-target/debug/docexam}
listen=${DOCEXAM_DEMO_LISTEN:-127.0.0.1:50051}
data=$(mktemp -d)
"$docexam" serve --listen "$listen" --data-dir "$data" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$data"' EXIT
"$docexam" health --server "http://$listen" --wait 60

echo "== corpus/sample: a consignment with planted errors =="
"$docexam" submit --server "http://$listen" --declaration corpus/sample/declaration.json \
    --report report.html corpus/sample/documents
echo
echo "== corpus/sample-clean: the same kind of consignment without errors =="
"$docexam" submit --server "http://$listen" --declaration corpus/sample-clean/declaration.json \
    --report report-clean.html corpus/sample-clean/documents
echo
echo "Open report.html in a browser to see each finding on its page."
