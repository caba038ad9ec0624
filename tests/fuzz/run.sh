#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzz targets with clang's libFuzzer, AddressSanitizer and UBSan, and runs each for a
# while:
#
#     tests/fuzz/run.sh [SECONDS [TARGET...]]
#
# What it finds on the way grows in the build folder; an input that breaks something is left there
# and its name printed.  Put the small and telling ones into corpus/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${FUZZ_BUILD:-$top/build/fuzz}
seconds=${1:-60}
[ $# -eq 0 ] || shift
[ $# -gt 0 ] || set -- $(ls "$here/corpus")

command -v clang >/dev/null || { echo "run.sh: clang is not installed" >&2; exit 77; }
[ -f "$build/build.ninja" ] || CC=clang meson setup "$build" "$top" \
	-Dc_args=-fsanitize=fuzzer-no-link -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
for target; do
	ninja -C "$build" "tests/fuzz/fuzz-$target" >/dev/null
	mkdir -p "$build/found/$target"
	echo "== $target, $seconds s"
	UBSAN_OPTIONS=halt_on_error=1 "$build/tests/fuzz/fuzz-$target" \
		-max_total_time="$seconds" -timeout=10 -rss_limit_mb=4096 -print_final_stats=1 \
		-verbosity=0 -artifact_prefix="$build/found/$target-" \
		"$build/found/$target" "$here/corpus/$target"
done
