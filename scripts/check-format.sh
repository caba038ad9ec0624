#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Is every source as clang-format would write it?  The version is pinned, because another one
# formats differently.  Exit 77 (skipped) when it is not there.
set -eu
cd "$(dirname "$0")/.."

if ! command -v clang-format-14 >/dev/null; then
	echo 'skipped: clang-format-14 is not installed (scripts/packages.sh --all)' >&2
	exit 77
fi
find src tests bench -name '*.[ch]' -exec clang-format-14 --dry-run --Werror {} +
