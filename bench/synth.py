#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes a synthetic cluster to stdout, for benchmarks and tests: the same arguments give the
same bytes.

    bench/synth.py --workloads 1000 --policies 2000 --format yaml > cluster.yaml
    bench/synth.py --workloads 100 --pods 100000 --format json > pods.json

YAML is a stream of documents, as in a folder of manifests; JSON is one List, as `kubectl get -o
json` writes it (keys in alphabetical order, four spaces)."""
import argparse
import json
import random

ROLES = ["frontend", "backend", "db", "cache", "queue", "worker", "gateway", "auth"]
TEAMS = ["shop", "pay", "search", "data", "ops", "mobile"]
ENVS = ["prod", "staging", "dev"]
PORTS = [("http", 8080), ("grpc", 9090), ("metrics", 9100), ("sql", 5432), ("redis", 6379)]


def namespace_of(i, n):
    return f"{TEAMS[i % len(TEAMS)]}-{ENVS[i // len(TEAMS) % len(ENVS)]}-{i % n}"


def namespaces(n):
    for i in range(n):
        name = namespace_of(i, n)
        yield {
            "apiVersion": "v1",
            "kind": "Namespace",
            "metadata": {
                "name": name,
                "labels": {"team": name.split("-")[0], "env": name.split("-")[1]},
            },
        }


def labels_of(rng, i):
    return {
        "app": f"app-{i}",
        "role": ROLES[i % len(ROLES)],
        "tier": rng.choice(["web", "service", "storage"]),
        "version": f"v{rng.randrange(1, 4)}",
    }


def container_of(rng, i):
    ports = rng.sample(PORTS, rng.randrange(1, 4))
    return {
        "name": "main",
        "image": f"registry.example.com/app-{i}:1.{rng.randrange(40)}.{rng.randrange(9)}",
        "ports": [{"name": name, "containerPort": number} for name, number in ports],
        "env": [{"name": "LOG_LEVEL", "value": "info"}, {"name": "APP_ID", "value": str(i)}],
        "resources": {
            "requests": {"cpu": "100m", "memory": "128Mi"},
            "limits": {"cpu": "1", "memory": "512Mi"},
        },
    }


def workloads(rng, n, n_namespaces):
    for i in range(n):
        labels = labels_of(rng, i)
        yield {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {
                "name": f"app-{i}",
                "namespace": namespace_of(i % n_namespaces, n_namespaces),
                "labels": labels,
            },
            "spec": {
                "replicas": rng.randrange(1, 6),
                "selector": {"matchLabels": {"app": labels["app"]}},
                "template": {
                    "metadata": {"labels": labels},
                    "spec": {
                        "serviceAccountName": f"app-{i}",
                        "containers": [container_of(rng, i)],
                    },
                },
            },
        }


def pod_selector(rng, n):
    pick = rng.randrange(4)
    if pick == 0:
        return {"matchLabels": {"app": f"app-{rng.randrange(n)}"}}
    if pick == 1:
        return {"matchLabels": {"role": rng.choice(ROLES)}}
    if pick == 2:
        values = sorted(rng.sample(ROLES, 2))
        return {"matchExpressions": [{"key": "role", "operator": "In", "values": values}]}
    return {
        "matchLabels": {"tier": "service"},
        "matchExpressions": [{"key": "version", "operator": "NotIn", "values": ["v1"]}],
    }


def peer(rng, n):
    pick = rng.randrange(8)
    if pick < 4:
        return {"podSelector": pod_selector(rng, n)}
    if pick < 6:
        return {"namespaceSelector": {"matchLabels": {"team": rng.choice(TEAMS)}}}
    if pick < 7:
        return {
            "namespaceSelector": {"matchLabels": {"env": rng.choice(ENVS)}},
            "podSelector": pod_selector(rng, n),
        }
    block = {"cidr": f"10.{rng.randrange(256)}.0.0/16"}
    if rng.randrange(2):
        block["except"] = [block["cidr"].replace(".0.0/16", f".{rng.randrange(256)}.0/24")]
    return {"ipBlock": block}


def rule(rng, n, peers_key):
    ports = [{"port": number} for _, number in rng.sample(PORTS, rng.randrange(1, 3))]
    if rng.randrange(8) == 0:
        ports.append({"protocol": "UDP", "port": 53})
    if rng.randrange(16) == 0:
        ports.append({"port": 30000, "endPort": 32767})
    return {peers_key: [peer(rng, n) for _ in range(rng.randrange(1, 4))], "ports": ports}


def policies(rng, n, n_workloads, n_namespaces):
    for i in range(n):
        spec = {"podSelector": pod_selector(rng, n_workloads), "policyTypes": ["Ingress"]}
        if i % 10 == 0:
            spec["podSelector"] = {}
        spec["ingress"] = [rule(rng, n_workloads, "from") for _ in range(rng.randrange(1, 3))]
        if i % 3 == 0:
            spec["policyTypes"].append("Egress")
            spec["egress"] = [rule(rng, n_workloads, "to")]
        yield {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {
                "name": f"policy-{i}",
                "namespace": namespace_of(rng.randrange(n_namespaces), n_namespaces),
            },
            "spec": spec,
        }


def pods(rng, n, n_workloads, n_namespaces):
    for i in range(n):
        app = i % n_workloads
        ip = f"10.{i >> 16 & 255}.{i >> 8 & 255}.{i & 255}"
        yield {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "annotations": {"checksum/config": f"{rng.getrandbits(128):032x}"},
                "creationTimestamp": "2025-03-01T12:00:00Z",
                "labels": labels_of(rng, app),
                "name": f"app-{app}-{rng.getrandbits(32):08x}-{i}",
                "namespace": namespace_of(app % n_namespaces, n_namespaces),
                "resourceVersion": str(100000 + i),
                "uid": f"{rng.getrandbits(128):032x}",
            },
            "spec": {
                "containers": [container_of(rng, app)],
                "nodeName": f"node-{i % 100}",
                "serviceAccountName": f"app-{app}",
            },
            "status": {
                "conditions": [
                    {"status": "True", "type": kind}
                    for kind in ["Initialized", "Ready", "ContainersReady", "PodScheduled"]
                ],
                "phase": "Running",
                "podIP": ip,
                "podIPs": [{"ip": ip}],
            },
        }


def is_plain(text):
    return text.replace("-", "").replace("/", "").isalnum() and text[0].isalpha() and \
        text.lower() not in ("y", "n", "yes", "no", "on", "off", "true", "false", "null")


def scalar(value):
    if isinstance(value, str) and is_plain(value):
        return value
    return json.dumps(value)


def yaml_lines(value, indent):
    """Block style, as people and helm write it."""
    pad = " " * indent
    if isinstance(value, list):
        for item in value:
            lines = list(yaml_lines(item, indent + 2))
            lines[0] = f"{pad}- {lines[0][indent + 2:]}"
            yield from lines
    elif isinstance(value, dict) and value:
        for key, child in value.items():
            if isinstance(child, (dict, list)) and child:
                yield f"{pad}{scalar(key)}:"
                yield from yaml_lines(child, indent if isinstance(child, list) else indent + 2)
            else:
                yield f"{pad}{scalar(key)}: {scalar(child)}"
    else:
        yield f"{pad}{scalar(value)}"


def write_yaml(objects):
    for obj in objects:
        print("---")
        print("\n".join(yaml_lines(obj, 0)))


def write_json(objects):
    print('{\n    "apiVersion": "v1",\n    "items": [', end="")
    for i, obj in enumerate(objects):
        text = json.dumps(obj, indent=4, sort_keys=True).replace("\n", "\n        ")
        print("," if i else "", text, sep="\n        ", end="")
    print('\n    ],\n    "kind": "List",\n    "metadata": {\n        "resourceVersion": ""\n    }\n}')


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--workloads", type=int, default=100)
    parser.add_argument("--policies", type=int, default=0)
    parser.add_argument("--pods", type=int, default=0)
    parser.add_argument("--namespaces", type=int, default=0, help="default: workloads / 20")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--format", choices=["yaml", "json"], default="yaml")
    args = parser.parse_args()
    rng = random.Random(args.seed)
    n = args.namespaces or max(1, args.workloads // 20)

    def objects():
        yield from namespaces(n)
        if args.pods:
            yield from pods(rng, args.pods, args.workloads, n)
        else:
            yield from workloads(rng, args.workloads, n)
        yield from policies(rng, args.policies, args.workloads, n)

    (write_yaml if args.format == "yaml" else write_json)(objects())


if __name__ == "__main__":
    main()
