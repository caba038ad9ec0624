#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The city: what Ward does, in six steps, with real packets.  `make demo` runs it.
#
# Every step says what is seen, shows its command so that it can be typed again, and checks what it
# promises: the demo fails when a step does not come out.  Without root, or on a kernel that cannot
# do it, the steps that need no packets are done and the others are named.
#
#   BUILD=DIR     where ward was built
#   --no-color    as NO_COLOR=1
set -eu
cd "$(dirname "$0")/.."

ward=${BUILD:-build}/src/ward
city=examples/city
broken=shop/web-0
sudo=
lab=demo
up=no
color=
shown= # so many lines of the output; empty: all
work=$(mktemp -d)

[ "${1-}" != --no-color ] || NO_COLOR=1
bold='' dim='' red='' green='' plain=''
if [ -t 1 ] && [ -z "${NO_COLOR-}" ]; then
	esc=$(printf '\033[')
	bold=${esc}1m dim=${esc}2m red=${esc}31m green=${esc}32m plain=${esc}0m color=--color
fi

clean_up()
{
	status=$?
	trap - EXIT INT TERM HUP PIPE
	[ $up = no ] || $sudo "$ward" lab down --lab $lab >/dev/null 2>&1 || :
	rm -rf "$work"
	exit $status
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP PIPE

step()
{
	printf '\n%s%s%s\n' "$bold" "$*" "$plain"
}

good()
{
	printf '%s✓%s %s\n' "$green" "$plain" "$*"
}

fail()
{
	printf '%s✗ %s%s\n' "$red" "$*" "$plain" >&2
	exit 1
}

# Shows the command, runs it, shows and keeps what it prints; its exit code is in $code.
try()
{
	printf '%s$ %s%s\n' "$dim" "$*" "$plain"
	code=0
	"$@" $color >"$work/out" || code=$?
	[ "$shown" ] || cat "$work/out"
	[ -z "$shown" ] || sed "${shown}q" "$work/out"
}

# field REGEX: what \(…\) matched in the output, without colours.
field()
{
	sed "s/$(printf '\033')\[[0-9;]*m//g" "$work/out" | sed -n "s|.*$1.*|\1|p" | tail -n 1
}

# How many ports the last scan reached.
reached()
{
	field "reached \([0-9]*\) of [0-9]* ports"
}

# Root, by sudo if that is the way.
become_root()
{
	if [ "$(id -u)" -eq 0 ]; then
		return 0
	elif ! command -v sudo >/dev/null; then
		echo 'it needs root, and sudo is not there' >"$work/why"
		return 1
	elif [ -t 0 ]; then
		echo 'The lab needs root: sudo may ask for your password.'
		sudo=sudo
	else
		sudo='sudo -n'
	fi
	$sudo true 2>"$work/why"
}

# What needs no packets.
on_paper()
{
	step '1. Without policies everybody may talk to everybody, as in any Kubernetes'
	shown=4
	try "$ward" map -f $city/cluster -o list
	open=$(wc -l <"$work/out")
	good "… $open ways are open"

	step '2. With one file of groups, only what a line of it opens'
	try "$ward" map -f $city -o list
	[ "$(wc -l <"$work/out")" -lt "$open" ] || fail 'the groups closed nothing'
	good "… $(wc -l <"$work/out") are left"
	shown=

	step '3. May web reach the database? The answer names file and line'
	try "$ward" can -f $city shop/web shop/postgres 5432
	[ $code -eq 1 ] || fail "expected no (exit 1), got $code"

	step '4. The cart may'
	try "$ward" can -f $city shop/cart shop/postgres 5432
	[ $code -eq 0 ] || fail "expected yes (exit 0), got $code"

	printf '\n%sLeft out:%s everything with real packets: the scan, the pod that changes its group, the\n' \
		"$bold" "$plain"
	printf 'probe. The reason: %s\n' "$(sed 's/^ward lab up: //' "$work/why")"
}

with_packets()
{
	good 'the city stands; nothing is closed yet'

	step "2. A container is broken into. From $broken it tries every port of every pod"
	try $sudo "$ward" lab scan --lab $lab $broken
	before=$(reached)
	[ "$before" = "$(field 'reached [0-9]* of \([0-9]*\) ports')" ] ||
		fail 'without policies it must reach everything'
	good "it reaches all of $before ports"

	step '3. One file of groups is applied, and the same container tries again'
	try $sudo "$ward" lab apply --lab $lab -f $city/groups.yaml
	[ $code -eq 0 ] || fail 'the groups were not applied'
	try $sudo "$ward" lab scan --lab $lab $broken
	after=$(reached)
	[ "$after" -lt "$before" ] && [ "$after" -gt 0 ] || fail "it reaches $after of $before ports"
	good "$before before, $after now: the backend that a frontend may call, and DNS"

	step '4. Why? The packets that were denied, and the whole answer with file and line'
	try $sudo "$ward" observe --lab $lab --verdict denied --from $broken --to shop/postgres-0 \
		--last 3 --no-follow
	[ -n "$(field '\(groups.yaml:\)')" ] || fail 'no denied flow was seen'
	try "$ward" can -f $city shop/web shop/postgres 5432
	[ $code -eq 1 ] || fail "expected no (exit 1), got $code"

	step '5. The broken pod gets another label, and with it other permissions'
	try $sudo "$ward" lab label --lab $lab $broken role=quarantine
	[ $code -eq 0 ] || fail 'the label was not set'
	try $sudo "$ward" lab scan --lab $lab $broken
	[ "$(reached)" -lt "$after" ] || fail 'it still reaches what it reached'
	good "$after before, $(reached) now: DNS alone. No policy was touched"

	step '6. Every pair of pods is probed: predicted and observed, side by side'
	try $sudo "$ward" lab probe --lab $lab
	[ $code -eq 0 ] || fail 'the packets did not do what the engine says'
	good 'what the engine says is what the packets do'
}

printf '%sThe city:%s a shop in production and in staging, and who watches it.\n' "$bold" "$plain"
echo "$city has the files."
if become_root; then
	! $sudo "$ward" lab status --lab $lab >/dev/null 2>&1 || lab=demo-$$
	step '1. Twenty pods on two nodes, each a network namespace of its own'
	up=yes
	try $sudo "$ward" lab up -f $city/cluster --nodes 2 --lab $lab 2>"$work/why"
	[ $code -eq 0 ] || {
		up=no
		printf '%s✗ not here:%s %s\n' "$red" "$plain" "$(cat "$work/why")"
	}
fi
if [ $up = yes ]; then
	with_packets
else
	on_paper
fi

show_next()
{
	if [ "${2-}" ]; then
		printf '  %-54s # %s\n' "$1" "$2"
	else
		printf '  %s\n' "$1"
	fi
}

printf '\n%sNext:%s\n' "$bold" "$plain"
show_next "$ward map -f $city -o svg >city.svg" 'the picture'
show_next "$ward can -f $city shop-staging/cart shop/postgres 5432"
show_next "$ward map -f YOUR-MANIFESTS" 'your own cluster'
[ $up = no ] || show_next "${sudo:+sudo }$ward lab up -f $city" 'the city, to play with'
echo "$city/README.md has five minutes more, docs/lab.md the lab."
