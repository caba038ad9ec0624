#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""First SOAK_VERDICTS (10,000,000) random connections, judged by the oracle, the engine, the engines
of the nodes and the rules one by one.  Then the lab under random changes for SOAK_SECONDS (600; 0:
not at all), of labels, policies and Services, over one of its networks: after each, every pair and
every way through a Service is probed and must do as predicted.

The seed is printed; SOAK_SEED repeats a run.  The lab needs root and BPF."""
import json
import os
import pathlib
import random
import subprocess
import sys
import time

TOP = pathlib.Path(__file__).resolve().parent.parent
BUILD = (TOP / os.environ.get("BUILD", "build")).resolve()
WARD = str(BUILD / "src/ward")
CITY = TOP / "examples/city"
LAB = f"soak-{os.getpid()}"
ROLES = ["frontend", "backend", "db", "analytics", "monitoring", "quarantine"]


def ward(*words, expect=(0,), text=None):
    run = subprocess.run([WARD, *words, "--lab", LAB], capture_output=True, text=True, input=text,
                         check=False)
    if run.returncode not in expect:
        sys.exit(f"ward {' '.join(words)}: exit {run.returncode}\n{run.stdout}{run.stderr}")
    return run.stdout


def service(rng):
    """Any Service of the shop, as JSON: of any kind, to pods of any role."""
    pick = rng.choice
    spec = {"type": pick(["ClusterIP", "ClusterIP", "NodePort", "LoadBalancer"]),
            "ipFamilyPolicy": pick(["SingleStack", "PreferDualStack", "RequireDualStack"]),
            "internalTrafficPolicy": pick(["Cluster", "Cluster", "Local"]),
            "selector": pick([{"role": pick(ROLES)}, {"soak": "host"}, {"nobody": "yes"}]),
            "ports": [{"name": "one", "port": 80, "targetPort": pick(["http", 8080, 9100])},
                      {"name": "two", "port": 81, "targetPort": pick([5432, "metrics"])},
                      {"name": "udp", "port": 53, "protocol": "UDP", "targetPort": 5353}]}
    if spec["type"] != "ClusterIP":
        spec["externalTrafficPolicy"] = pick(["Cluster", "Local"])
    return json.dumps({"apiVersion": "v1", "kind": "Service", "spec": spec,
                       "metadata": {"name": f"soak-{rng.randrange(3)}", "namespace": "shop"}})


# On the network of each node, and with a port of UDP, which the city's pods have not.
HOSTS = json.dumps({
    "apiVersion": "apps/v1", "kind": "DaemonSet", "metadata": {"name": "host", "namespace": "shop"},
    "spec": {"selector": {"matchLabels": {"soak": "host"}}, "template": {
        "metadata": {"labels": {"soak": "host"}},
        "spec": {"hostNetwork": True, "containers": [{"name": "c", "image": "host", "ports": [
            {"containerPort": 9100}, {"containerPort": 5353, "protocol": "UDP"}]}]}}}})


def change(rng, pods):
    kind = rng.choice(["label", "label", "label", "apply", "delete", "namespace", "service",
                       "service"])
    if kind == "service":
        text = service(rng)
        ward("lab", "apply", "-f", "-", text=text)
        return ["lab", "apply", text]
    if kind == "label":
        words = ["lab", "label", rng.choice(pods), f"role={rng.choice(ROLES)}"]
    elif kind == "namespace":
        words = ["lab", "label", f"namespace/{rng.choice(['shop', 'shop-staging', 'ops'])}",
                 f"env={rng.choice(['prod', 'staging'])}"]
    elif kind == "apply":
        words = ["lab", "apply", "-f", str(CITY / "groups.yaml")]
    else:
        words = ["lab", "delete", "grouppolicy", rng.choice(["shop", "watch"])]
    ward(*words, expect=(0, 2) if kind == "delete" else (0,))
    return words


def verdicts(seed):
    """Worlds have the seeds from @seed on, so those of two runs are apart."""
    n = os.environ.get("SOAK_VERDICTS", "10000000")
    run = subprocess.run([BUILD / "tests/oracle/engine-vs-oracle", "--verdicts", n,
                          "--seed", str(seed << 24)], check=False)
    if run.returncode:
        sys.exit(f"seed {seed}: the judges do not agree")


def lab(seed, seconds):
    end = time.monotonic() + seconds
    rng, rounds, attempts = random.Random(seed), 0, 0
    network = rng.choice(["routed", "vxlan", "bridge"])
    proxy = rng.choice(["nftables", "iptables"])
    print(f"a lab with {network} pods and Services by {proxy}", flush=True)
    ward("lab", "up", "-f", str(CITY), "--nodes", "3", "--network", network, "--kube-proxy", proxy)
    try:
        ward("lab", "apply", "-f", "-", text=HOSTS)
        pods = [f"{p['namespace']}/{p['name']}"
                for p in json.loads(ward("lab", "status", "-o", "json"))["pods"]]
        while time.monotonic() < end:
            words = change(rng, pods)
            report = json.loads(ward("lab", "probe", "-o", "json", expect=(0, 1)))
            rounds, attempts = rounds + 1, attempts + report["attempts"]
            attempts += report["services"]["attempts"]
            if report["wrong"]:
                sys.exit(f"seed {seed}, round {rounds}, after {' '.join(words)}: "
                         f"{json.dumps(report['wrong'][:5], indent=1)}")
    finally:
        subprocess.run([WARD, "lab", "down", "--lab", LAB], check=False)
    print(f"{rounds} changes, {attempts} packets, all as predicted")


def main():
    seed = int(os.environ.get("SOAK_SEED", random.randrange(1 << 32)))
    seconds = float(os.environ.get("SOAK_SECONDS", "600"))
    print(f"seed {seed}", flush=True)
    verdicts(seed)
    if seconds:
        lab(seed, seconds)


main()
