#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints what is measured (`make bench`): run.sh [PART]...
#
#   reading   documents, next to others that read the same file
#   judging   clusters of many sizes and kinds, from scratch, next to reading them
#   pairs     whole programs: all pairs of 1,000 workloads under 2,000 policies
#   changes   one change in clusters of different size
#   updates   the same on a node, up to the store that switches its packets over (root, BPF)
#   kernel    the look-up in the kernel (root, BPF)
#   late      changes under packets: how late the old version's last one is (root, BPF)
#   lab       the lab (root, BPF)
#
# Above each figure stands the command that repeats it alone.  What needs root or BPF is left out
# without it.
#
#   BUILD=DIR   where ward was built
set -eu
cd "$(dirname "$0")/.."

build=${BUILD:-build}
ward=$build/src/ward
bench=$build/bench
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# whole COMMAND...: the least time of five runs, in milliseconds, and the most memory, in MB.
whole()
{
	python3 - "$@" <<-'END'
		import resource, subprocess, sys, time
		def once():
		    start = time.monotonic()
		    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		    return time.monotonic() - start
		seconds = min(once() for _ in range(5))
		kb = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
		print(f"{seconds * 1000:.0f} {kb / 1000:.0f}")
	END
}

# cluster FILE TITLE SYNTH-OPTIONS...: writes it and says how.
cluster()
{
	file=$work/$1
	title=$2
	shift 2
	"$bench/synth" "$@" >"$file"
	echo "$title, $(($(wc -c <"$file") / 1000000)) MB"
	echo "  \$ $bench/synth $* >${file##*/}"
}

# run COMMAND...: says it and indents what it prints.
run()
{
	echo "  \$ $*" | sed "s#$work/##g"
	"$@" | sed 's/^/    /'
}

judged()
{
	cluster cluster.json "$@" --json
	run "$bench/engine" "$file"
}

reading()
{
	cluster pods.json '20,000 pods' --pods 20000 --json
	run "$bench/doc" "$file"
	echo '  again, to see what the machine adds:'
	run "$bench/doc" "$file"
	echo "  \$ $ward check -f pods.json"
	whole "$ward" check -f "$file" | awk '{ print "    " $1 " ms, " $2 " MB at most" }'
	cluster cluster.yaml '1,000 workloads, 2,000 policies' --workloads 1000 --policies 2000
	run "$bench/doc" "$file"
}

judging()
{
	for pods in 1000 10000 100000; do
		judged "$pods pods" --pods $pods --policies $((pods / 20)) --style tenants
	done
	judged '25,000 namespaces, 75,000 policies, 100,000 pods' --pods 100000 \
		--workloads 100000 --namespaces 25000 --policies 75000 --style tenants
	judged 'Ten policies that each select everything' --pods 10000 --namespaces 1 \
		--policies 10 --style everything
	for style in cidrs notin subjects; do
		judged "10,000 policies, $style" --pods 10000 --policies 10000 --style $style
	done
}

pairs()
{
	cluster cluster.yaml '1,000 workloads, 2,000 policies' --workloads 1000 --policies 2000
	run "$bench/doc" "$file" >"$work/doc"
	libyaml=$(awk '/libyaml/ { print $3 }' "$work/doc")
	for command in check 'map -o list'; do
		echo "  \$ $ward $command -f cluster.yaml"
		# shellcheck disable=SC2086 # several words
		whole "$ward" $command -f "$file" |
			awk -v libyaml="$libyaml" \
				'{ printf "    %d ms, %.2f x libyaml, %d MB\n", $1, $1 / libyaml, $2 }'
	done
	echo "    $("$ward" map -f "$file" -o list 2>"$work/err" | wc -l) connections"
	run "$bench/engine" "$file"
}

changes()
{
	for pods in 1000 10000 100000; do
		cluster tenants-$pods.json "$pods pods" --pods $pods --policies $((pods / 20)) \
			--style tenants --json
	done
	run "$bench/change" "$work/tenants-1000.json" "$work/tenants-10000.json" \
		"$work/tenants-100000.json"
}

# Does this build, and may this user, ask the kernel?  Says what is left out if not.
kernel_works()
{
	if ! grep -q '^build bench/datapath:' "$build/build.ninja"; then
		echo "Left out: $1, which this build has not (no BPF)."
	elif [ "$(id -u)" -ne 0 ]; then
		echo "Left out: $1, which needs root."
	else
		return 0
	fi
	return 1
}

kernel()
{
	kernel_works 'the look-up in the kernel' || return 0
	echo 'The look-up in the kernel'
	run "$bench/datapath"
	run "$bench/maps"
}

updates()
{
	kernel_works 'one change on a node' || return 0
	for pods in 1000 10000 100000; do
		cluster node-$pods.json "$pods pods, 100 a node" --pods $pods \
			--nodes $((pods / 100)) --policies $((pods / 20)) --style tenants --json
	done
	run "$bench/updates" "$work/node-1000.json" "$work/node-10000.json" \
		"$work/node-100000.json"
}

late()
{
	kernel_works 'changes under packets' || return 0
	for rate in 20 200; do
		echo "$rate changes a second, at random moments, packets without pause"
		run "$build/tests/bpf/bpf-torture" --linger 0 --changes $((rate * 20)) \
			--rate $rate
	done
}

lab()
{
	kernel_works 'the lab' || return 0
	echo 'The lab'
	run python3 bench/lab.py "$ward" "$bench/load"
}

[ $# -gt 0 ] || set -- reading judging pairs changes updates kernel late lab
for part; do
	case $part in
	reading | judging | pairs | changes | updates | kernel | late | lab) $part ;;
	*)
		echo "run.sh: no part $part: reading, judging, pairs, changes, updates, kernel, late or lab" >&2
		exit 2
		;;
	esac
done
