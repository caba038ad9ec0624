#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# setup.sh DIR OPTION...: configures the build folder DIR, or configures it again when the options
# are not those of the last time.
set -eu

dir=$1
shift
stamp=$dir/ward-options

[ "$(cat "$stamp" 2>/dev/null)" != "$*" ] || exit 0

again=
[ ! -e "$dir/build.ninja" ] || again=--reconfigure
# shellcheck disable=SC2086 # at most one word
meson setup $again "$dir" "$@"
printf '%s\n' "$*" >"$stamp"
