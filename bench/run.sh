#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints what is measured (`make bench`).  What needs root or BPF is left out without it.
#
#   BUILD=DIR   where ward was built
set -eu
cd "$(dirname "$0")/.."

build=${BUILD:-build}
ward=$build/src/ward
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT TERM HUP

# best COMMAND...: the least time of five runs, in milliseconds.
best()
{
	python3 - "$@" <<-'END'
		import subprocess, sys, time
		def once():
		    start = time.monotonic()
		    subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
		    return time.monotonic() - start
		print(f"{min(once() for _ in range(5)) * 1000:.0f}")
	END
}

# whole COMMAND...: a whole program, and how often libyaml alone could have read its input.
whole()
{
	ms=$(best "$@")
	echo "  ward $2: $ms ms, $(awk "BEGIN { printf \"%.2f\", $ms / $libyaml }") x libyaml"
}

ninja -C "$build" bench/doc bench/engine bench/change bench/synth >/dev/null
synth=$build/bench/synth
"$synth" --workloads 1000 --policies 2000 >"$work/cluster.yaml"
echo "1,000 workloads, 2,000 policies in YAML, $(wc -c <"$work/cluster.yaml") bytes:"
"$build/bench/doc" "$work/cluster.yaml" >"$work/doc"
sed 's/^/  /' "$work/doc"
libyaml=$(awk '/^libyaml/ { print $3 }' "$work/doc")
whole "$ward" check -f "$work/cluster.yaml"
whole "$ward" map -f "$work/cluster.yaml" -o list
echo "    its output: $("$ward" map -f "$work/cluster.yaml" -o list 2>"$work/err" | wc -l) connections"
echo '  judged:'
"$build/bench/engine" "$work/cluster.yaml" | sed 's/^/    /'
echo '10,000 pods, 10,000 policies in JSON, judged:'
"$synth" --workloads 5000 --policies 10000 --pods 10000 --json >"$work/cluster.json"
"$build/bench/engine" "$work/cluster.json" | sed 's/^/    /'
echo 'One change, in clusters of 1,000, 10,000 and 100,000 pods:'
for n in 1000 10000 100000; do
	"$synth" --pods $n --policies $((n / 20)) --style tenants --json >"$work/tenants-$n.json"
done
"$build/bench/change" "$work/tenants-1000.json" "$work/tenants-10000.json" \
	"$work/tenants-100000.json" | sed 's/^/  /'

if ! grep -q '^build bench/datapath:' "$build/build.ninja"; then
	echo 'Left out: the look-up in the kernel and the lab, which this build has not (no BPF).'
	exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
	echo 'Left out: the look-up in the kernel and the lab, which need root.'
	exit 0
fi
echo 'The look-up in the kernel:'
ninja -C "$build" bench/datapath bench/load >/dev/null
"$build/bench/datapath" | sed 's/^/  /'
echo 'The lab:'
python3 bench/lab.py "$ward" "$build/bench/load" | sed 's/^/  /'
