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
server=

clean_up()
{
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
	for lab in bench-on bench-off; do
		"$ward" lab down --lab $lab >/dev/null 2>&1 || :
	done
	rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM HUP

# best OF COMMAND...: the least time of that many runs, in milliseconds.
best()
{
	python3 - "$@" <<-'END'
		import subprocess, sys, time
		def once():
		    start = time.monotonic()
		    subprocess.run(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
		    return time.monotonic() - start
		print(f"{min(once() for _ in range(int(sys.argv[1]))) * 1000:.0f} ms")
	END
}

reading()
{
	ninja -C "$build" bench/doc >/dev/null
	bench/synth.py --workloads 1000 --policies 2000 --format yaml >"$work/cluster.yaml"
	echo "1,000 workloads, 2,000 policies in YAML, $(wc -c <"$work/cluster.yaml") bytes:"
	"$build/bench/doc" "$work/cluster.yaml" | sed 's/^/  /'
	echo "  ward check           $(best 3 "$ward" check -f "$work/cluster.yaml" --fail-on error)"
	echo "  ward map             $(best 3 "$ward" map -f "$work/cluster.yaml" -o list)" \
		"for $("$ward" map -f "$work/cluster.yaml" -o list | wc -l) connections"
}

# up_time PODS: a lab of so many pods, made and ended.
up_time()
{
	for i in $(seq "$1"); do
		echo "apiVersion: v1"
		echo "kind: Pod"
		echo "metadata: {name: pod-$i, namespace: bench, labels: {app: a$((i % 10))}}"
		echo "spec: {containers: [{name: main, image: none, ports: [{containerPort: 80}]}]}"
		echo "---"
	done >"$work/pods.yaml"
	echo "  $1 pods: $(best 1 "$ward" lab up -f "$work/pods.yaml" --lab bench-on)"
	"$ward" lab down --lab bench-on
}

# Two pods on two nodes, so that every packet is judged twice when it is judged at all.
two_pods()
{
	for i in 1 2; do
		cat <<-END
			apiVersion: v1
			kind: Pod
			metadata: {name: pod-$i, namespace: bench, labels: {pod: "$i"}}
			spec: {nodeName: node-$i, containers: [{name: main, image: none}]}
			---
			apiVersion: networking.k8s.io/v1
			kind: NetworkPolicy
			metadata: {name: pod-$i, namespace: bench}
			spec:
			  podSelector: {matchLabels: {pod: "$i"}}
			  policyTypes: [Ingress, Egress]
			  ingress: [{from: [{podSelector: {matchLabels: {pod: "1"}}}], ports: [{port: 5201}]}]
			  egress: [{to: [{podSelector: {matchLabels: {pod: "2"}}}], ports: [{port: 5201}]}]
			---
		END
	done
}

# traffic LAB MODE: between its two pods.
traffic()
{
	address=$("$ward" lab status --lab "$1" -o json | python3 -c '
import json, sys
print([p["address"] for p in json.load(sys.stdin)["pods"] if p["name"] == "pod-2"][0])')
	"$ward" lab exec --lab "$1" bench/pod-2 -- python3 bench/traffic.py serve 5201 >"$work/ready" &
	server=$!
	while ! grep -q ready "$work/ready"; do
		kill -0 $server
	done
	"$ward" lab exec --lab "$1" bench/pod-1 -- python3 bench/traffic.py "$2" "$address" 5201 3
	kill $server
	wait $server 2>/dev/null || :
	server=
}

through_the_lab()
{
	two_pods >"$work/two.yaml"
	"$ward" lab up -f "$work/two.yaml" --lab bench-on >/dev/null
	"$ward" lab up -f "$work/two.yaml" --lab bench-off --no-enforce >/dev/null
	for mode in connect send; do
		: >"$work/numbers"
		for round in 1 2 3; do
			echo "$(traffic bench-on $mode) $(traffic bench-off $mode)" >>"$work/numbers"
		done
		python3 - $mode "$work/numbers" <<-'END'
			import statistics, sys
			what = {"connect": "connections a second", "send": "Gbit a second, one stream"}[sys.argv[1]]
			on, off = (statistics.median(c) for c in zip(*(map(float, l.split()) for l in open(sys.argv[2]))))
			print(f"  {what:26} {on:8g} enforced, {off:8g} not: {on / off:.2f}")
		END
	done
}

reading
if [ "$(id -u)" -ne 0 ] || ! "$ward" lab up -f examples/city --lab bench-on >/dev/null 2>"$work/why"; then
	echo "left out, needs root and BPF: the look-up in the kernel, the lab. $(cat "$work/why" 2>/dev/null)"
	exit 0
fi
"$ward" lab down --lab bench-on
echo 'The look-up in the kernel:'
ninja -C "$build" bench/datapath >/dev/null
"$build/bench/datapath" | sed 's/^/  /'
echo 'Making a lab:'
up_time 20
up_time 200
echo 'Through the lab, median of 3:'
through_the_lab
