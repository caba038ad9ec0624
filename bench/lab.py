#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the lab costs, and what enforcement costs in it: lab.py WARD LOAD

Up: the time of `ward lab up` for 20 and 200 pods, with policies.

Traffic between two pods on different nodes, in three labs that stand side by side and take turns,
so that whatever else the machine does hits all alike:

    bare       nothing is judged, and connections are not even tracked
    tracked    nothing is judged; the nodes track connections, as those of every cluster do
               (kube-proxy needs it)
    enforced   Ward judges every packet by 100 policies
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

WARD, LOAD = (str(pathlib.Path(path).resolve()) for path in sys.argv[1:3])
ROUNDS, SECONDS, PORT = 11, 1, 7000
N_POLICIES = 100


def lab(name, command, *args, check=True):
    run = subprocess.run([WARD, "lab", command, "--lab", name, *map(str, args)],
                         capture_output=True, text=True, check=False)
    if check and run.returncode:
        raise SystemExit(f"ward lab {command}: {run.stdout}{run.stderr}")
    return run.stdout


def workload(name, replicas, role):
    return {"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": name, "namespace": "bench"},
            "spec": {"replicas": replicas, "selector": {"matchLabels": {"role": role}},
                     "template": {"metadata": {"labels": {"role": role}},
                                  "spec": {"containers": [
                                      {"name": "c", "image": "i",
                                       "ports": [{"containerPort": 80},
                                                 {"containerPort": 9100}]}]}}}}


def policy(name, role, peer, ports):
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": name, "namespace": "bench"},
            "spec": {"podSelector": {"matchLabels": {"role": role}},
                     "policyTypes": ["Ingress", "Egress"],
                     "ingress": [{"from": [{"podSelector": {"matchLabels": {"role": peer}}}],
                                  "ports": [{"port": port} for port in ports]}],
                     "egress": [{"to": [{"podSelector": {"matchLabels": {"role": peer}}}],
                                 "ports": [{"port": port} for port in ports]}]}}


def pod(name, node, role, host=False):
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": name, "namespace": "bench", "labels": {"role": role}},
            "spec": {"nodeName": node, "hostNetwork": host,
                     "containers": [{"name": "c", "image": "i"}]}}


def write(folder, name, objects):
    path = pathlib.Path(folder) / name
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    return path


def up(folder, n_pods):
    objects = [workload(f"w{i}", 2, f"r{i % 20}") for i in range(n_pods // 2)]
    objects += [policy(f"p{i}", f"r{i}", f"r{(i + 1) % 20}", [80]) for i in range(20)]
    path = write(folder, f"up-{n_pods}.json", objects)
    name = f"bench-{os.getpid()}"
    times = []
    for _ in range(3):
        begin = time.monotonic()
        lab(name, "up", "-f", path, "--nodes", 3)
        times.append(time.monotonic() - begin)
        report = json.loads(lab(name, "probe", "-o", "json"))
        lab(name, "down")
    print(f"lab up, {n_pods:3} pods on 3 nodes, 20 policies: {statistics.median(times):.2f} s; "
          f"probe of {report['attempts']} attempts: {report['seconds']:.2f} s")


def track(name):
    for node in ("left", "right"):
        lab(name, "exec", f"bench/node-{node}", "--", "nft",
            "add table ip t; add chain ip t c { type filter hook prerouting priority 0; }; "
            "add rule ip t c ct state new accept")


def measure(name, address, mode):
    return float(lab(name, "exec", "bench/left", "--", LOAD, mode, address, PORT, SECONDS))


def traffic(folder):
    pods = [pod("left", "left", "client"), pod("right", "right", "server"),
            pod("node-left", "left", "node", True), pod("node-right", "right", "node", True)]
    rules = [policy(f"p{i}", "server" if i % 2 else "client", f"other{i}", [80, 443])
             for i in range(N_POLICIES - 2)]
    rules += [policy("in", "server", "client", [PORT]), policy("out", "client", "server", [PORT])]
    path = write(folder, "traffic.json", pods)
    enforced = write(folder, "enforced.json", pods + rules)
    labs = {kind: f"bench-{os.getpid()}-{kind}" for kind in ("bare", "tracked", "enforced")}
    servers = []
    try:
        for kind, name in labs.items():
            if kind == "enforced":
                lab(name, "up", "-f", enforced)
            else:
                lab(name, "up", "-f", path, "--no-enforce")
            servers.append(subprocess.Popen([WARD, "lab", "exec", "--lab", name, "bench/right",
                                             "--", LOAD, "serve", str(PORT), "120"]))
        track(labs["tracked"])
        status = json.loads(lab(labs["bare"], "status", "-o", "json"))
        address = next(p["address"] for p in status["pods"] if p["name"] == "right")
        time.sleep(0.2)
        for mode, unit, scale in (("connect", "connections/s", 1), ("stream", "Gbit/s", 1e9)):
            compare(labs, address, mode, unit, scale)
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            server.wait()
        for name in labs.values():
            lab(name, "down", check=False)


def compare(labs, address, mode, unit, scale):
    seen = {kind: [] for kind in labs}
    for i in range(ROUNDS + 1):
        for kind, name in labs.items():
            value = measure(name, address, mode)
            if i:  # the first round warms up
                seen[kind].append(value)
    for kind, values in seen.items():
        middle = statistics.median(values) / scale
        print(f"{mode:8} {kind:9} {middle:9.{0 if scale == 1 else 2}f} {unit}")
    ratios = sorted(e / t for e, t in zip(seen["enforced"], seen["tracked"]))
    print(f"{mode:8} enforced : tracked, round by round {statistics.median(ratios):.3f} "
          f"({ratios[0]:.3f} to {ratios[-1]:.3f})")


def main():
    if os.geteuid() != 0:
        print("skipped: the lab takes root")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        for n_pods in (20, 200):
            up(folder, n_pods)
        traffic(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
