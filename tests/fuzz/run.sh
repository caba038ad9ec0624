#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Builds the fuzz targets with clang's libFuzzer, AddressSanitizer and UBSan, and runs each for
# FUZZ_SECONDS (60):
#
#     tests/fuzz/run.sh [TARGET...]
#
# The inputs that reach something new gather in the build folder ($BUILD, build-fuzz); one that
# breaks something is left there too and named, and ends the run.  Put the small and telling ones
# into corpus/.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
build=${BUILD:-$top/build-fuzz}
[ $# -gt 0 ] || set -- $(ls "$here/corpus")

command -v clang >/dev/null || { echo "run.sh: clang is not installed" >&2; exit 77; }
[ -f "$build/build.ninja" ] || CC=clang meson setup "$build" "$top" -Dfuzz=true >/dev/null
meson configure "$build" -Dfuzz=true -Dbpf=disabled -Db_lundef=false \
	-Db_sanitize=address,undefined -Dc_args=-fsanitize=fuzzer-no-link
for target; do
	ninja -C "$build" "tests/fuzz/fuzz-$target" >/dev/null
	mkdir -p "$build/found/$target"
	echo "== $target, ${FUZZ_SECONDS:-60} s"
	UBSAN_OPTIONS=halt_on_error=1 "$build/tests/fuzz/fuzz-$target" \
		-max_total_time="${FUZZ_SECONDS:-60}" -timeout=10 -rss_limit_mb=4096 \
		-verbosity=0 -print_final_stats=1 -artifact_prefix="$build/found/$target-" \
		"$build/found/$target" "$here/corpus/$target"
done
