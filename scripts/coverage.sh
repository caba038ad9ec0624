#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Runs what can run without packets in a build with gcov's counters, and prints for every source
# file how much of it was reached, least first.
set -eu

ninja -C "$BUILD"
find "$BUILD" -name '*.gcda' -delete
meson test -C "$BUILD" --no-rebuild --no-suite house --no-suite e2e || true

cd "$BUILD"
find . -name '*.gcda' | xargs -r gcov -n 2>/dev/null | awk '
	/^File / { gsub(/\047/, "", $2); file = $2 }
	/^Lines executed:/ && file ~ /(^|\/)src\/[^ ]*\.[ch]$/ {
		sub(/^.*src\//, "src/", file)
		split($0, part, /[:% ]+/)
		percent = part[3] + 0; lines = part[5] + 0
		# A file that several programs compile is reported several times: the best counts.
		if (!(file in best) || percent > best[file]) best[file] = percent
		n[file] = lines
	}
	END {
		for (file in best) {
			reached += best[file] * n[file] / 100
			all += n[file]
			printf "%6.1f %%  %5d lines  %s\n", best[file], n[file], file | "sort -n"
		}
		close("sort -n")
		if (all) printf "%6.1f %%  %5d lines  together\n", 100 * reached / all, all
	}'
