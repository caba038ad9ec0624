#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test.sh PART...: runs parts of the proof and counts.  The last line is
#
#   N passed, N failed, N skipped
#
# and the exit code is 0 only if nothing failed.  Parts: format, ordinary (every suite, in $BUILD),
# sanitized (all but BPF and the house again, under the sanitizers, in $SAN).  A part that does not
# build counts as one failure.
set -u
cd "$(dirname "$0")/.."

passed=0 failed=0 skipped=0
reasons=

# count NAME STATUS REASON: one test that is not Meson's.
count()
{
	case $2 in
	0) passed=$((passed + 1)) ;;
	77)
		skipped=$((skipped + 1))
		reasons="$reasons
skipped: $1: $3"
		;;
	*)
		failed=$((failed + 1))
		reasons="$reasons
FAILED: $1: $3"
		;;
	esac
}

# suites LABEL DIR ARGUMENT...: builds in DIR, runs what Meson knows there, adds to the counts.
suites()
{
	label=$1 dir=$2
	shift 2
	if ! ninja -C "$dir"; then
		count "$label" 1 'it does not build'
		return
	fi
	rm -f "$dir/meson-logs/testlog.json"
	meson test -C "$dir" --no-rebuild --print-errorlogs "$@"
	if ! sums=$(scripts/test-counts.py "$label" "$dir/meson-logs/testlog.json"); then
		count "$label" 1 'the tests left no log'
		return
	fi
	# The first line is the three numbers, the others say what failed or was skipped, and why.
	read -r p f s <<-END
		$sums
	END
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
	reasons="$reasons
$(printf '%s\n' "$sums" | tail -n +2)"
}

ordinary()
{
	if ! scripts/setup.sh "$BUILD" -Dwerror="$WERROR"; then
		count configure 1 "Meson refuses (see above)"
		return
	fi
	suites ordinary "$BUILD"
}

sanitized()
{
	if ! scripts/setup.sh "$SAN" -Dwerror="$WERROR" -Dbpf=disabled \
		-Db_sanitize=address,undefined -Db_lundef=false; then
		count 'configure, sanitized' 1 "Meson refuses (see above)"
		return
	fi
	ASAN_OPTIONS=detect_leaks=1:abort_on_error=0 \
		UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1 \
		suites sanitized "$SAN" --no-suite house --no-suite e2e --timeout-multiplier 5
}

format()
{
	why=$(scripts/check-format.sh 2>&1)
	status=$?
	[ $status -eq 0 ] || printf '%s\n' "$why"
	[ $status -eq 77 ] || why='run: make format'
	count format $status "$why"
}

for part; do
	"$part"
done

printf '%s\n' "$reasons" | sed '/^$/d'
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed -eq 0 ]
