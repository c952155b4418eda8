#!/usr/bin/env bash
# Counts the instructions of one check and fails where it takes a tenth more than last noted: unlike seconds, they repeat.
#
#     benches/instructions.sh             compares with benches/instructions.txt
#     benches/instructions.sh --note      notes what it is now, for a change that is worth it
#
# The binary is that of the tests (`cargo test` builds it), the project a copy of fixtures/gas-delivery, on one thread and without a cache.
# Where there is no valgrind it says so and is content.
set -euo pipefail
cd "$(dirname "$0")/.."
command -v valgrind >/dev/null || { echo "instructions: skipped, there is no valgrind"; exit 0; }
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
cp -r fixtures/gas-delivery "$place/project"
said=$(cd "$place/project" && valgrind --tool=callgrind --callgrind-out-file="$place/out" "$OLDPWD/target/debug/davy" \
    check --no-cache --threads 1 --exit-zero --quiet 2>&1 >/dev/null)
now=$(sed -n 's/.*Collected : \([0-9]*\)$/\1/p' <<<"$said")
[[ -n $now ]] || { echo "instructions: valgrind counted none:"; echo "$said"; exit 1; }
if [[ ${1:-} == --note ]]; then
    echo "$now" >benches/instructions.txt
    exit
fi
noted=$(<benches/instructions.txt)
echo "instructions: $now, noted $noted: $((now * 100 / noted)) %"
(( now <= noted * 110 / 100 )) || { echo "a tenth more than noted: find out why, or note it with benches/instructions.sh --note"; exit 1; }
