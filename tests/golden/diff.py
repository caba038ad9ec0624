#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""`ward diff` against the difference of two maps.

Random variations of a small world are compared pair by pair: every workload with every other and
with one address on either side of every boundary.  What the comparison says, spelled out, must be
exactly what the maps differ in; what it says the other way round must be the opposite; and what it
says of a workload whose pods may differ on either side must hold for each of its pods.

usage: diff.py WARD [ROUNDS]
"""

import ipaddress
import json
import pathlib
import random
import subprocess
import sys
import tempfile

APPS = ["web", "api", "db"]
SPACES = ["a", "b"]
PODS = 3
BLOCKS = ["10.0.0.0/8", "10.1.0.0/16", "192.0.2.0/24", "192.0.2.128/25", "2001:db8::/32", "0.0.0.0/0"]


def metadata(name, space, labels=""):
    return f"metadata: {{name: {name}, namespace: {space}, labels: {{{labels}}}}}\n"


def workload(space, app):
    return (f"apiVersion: apps/v1\nkind: Deployment\n{metadata(app, space)}spec:\n"
            f"  selector: {{matchLabels: {{app: {app}}}}}\n  template:\n"
            f"    metadata: {{labels: {{app: {app}}}}}\n"
            "    spec: {containers: [{name: c, image: c}]}\n")


def pod(space, number, address):
    return (f"apiVersion: v1\nkind: Pod\nmetadata:\n  name: s-{number}\n  namespace: {space}\n"
            f"  labels: {{app: s, n: \"{number}\"}}\n"
            "  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: s, uid: u, controller: true}]\n"
            f"spec: {{containers: [{{name: c, image: c}}]}}\nstatus: {{phase: Running, podIP: {address}}}\n")


def selector(rng):
    return rng.choice(["{}", "{matchLabels: {n: \"1\"}}", "{matchLabels: {app: s}}"]
                      + [f"{{matchLabels: {{app: {app}}}}}" for app in APPS])


def peers(rng):
    kinds = ["- namespaceSelector: {}", f"- podSelector: {selector(rng)}",
             f"- ipBlock: {{cidr: \"{rng.choice(BLOCKS)}\"}}"]
    return "".join(f"    {peer}\n" for peer in rng.sample(kinds, rng.randint(1, 2)))


def policy(rng, number):
    direction, key = rng.choice([("Ingress", "from"), ("Egress", "to")])
    text = (f"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
            f"{metadata(f'p{number}', rng.choice(SPACES))}spec:\n"
            f"  podSelector: {selector(rng)}\n  policyTypes: [{direction}]\n")
    if rng.random() < 0.8:
        low = rng.choice([80, 443, 8000])
        text += (f"  {direction.lower()}:\n  - {key}:\n{peers(rng)}"
                 f"    ports: [{{port: {low}, endPort: {low + rng.choice([0, 1000])}}}]\n")
    return text


def world(rng):
    return {f"p{i}": policy(rng, i) for i in range(rng.randint(1, 5))}


def variation(rng, policies):
    policies = dict(policies)
    for name in rng.sample(sorted(policies), min(len(policies), rng.randint(0, 2))):
        if rng.random() < 0.5:
            del policies[name]
        else:
            policies[name] = policy(rng, int(name[1:]))
    return policies


def ward(program, *words, codes=(0,)):
    done = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    if done.returncode not in codes:
        sys.exit(f"ward {' '.join(words)}: exit {done.returncode}\n{done.stderr}")
    return json.loads(done.stdout), done.returncode


def span(name):
    first, last = (ipaddress.ip_address(end) for end in name.split("-"))
    return first.version, int(first), int(last)


def ports(allow, other):
    return frozenset((proto, part) for proto, parts in allow.items() for part in parts) | \
        ({"other"} if other else frozenset())


def is_range(name):
    return "/" not in name


class Ranges:
    """Names of ranges to the sample addresses in them."""

    def __init__(self, names):
        points = set()
        for name in filter(is_range, names):
            version, first, last = span(name)
            points |= {(version, p) for p in (first - 1, first, last, last + 1)}
        self.points = points

    def expand(self, name):
        if not is_range(name):
            return [name]
        version, first, last = span(name)
        return [p for p in self.points if p[0] == version and first <= p[1] <= last]


def expand(ranges, links):
    """{(from, to): ports} with an address for every range"""
    return {(f, t): what for froms, tos, what in links for a in froms for f in ranges.expand(a)
            for b in tos for t in ranges.expand(b) if f != t}


def map_links(shown):
    return [([c["from"]], [c["to"]], ports(c["allow"], c["other"])) for c in shown["connections"]]


def diff_links(shown, side):
    return [(c["from"], c["to"], ports(**c[side])) for c in shown["changes"]]


def names(links):
    return [name for froms, tos, _ in links for name in froms + tos]


def by_pods(links):
    pods = [f"a/s-{i}[Pod]" for i in range(PODS)]
    return [tuple([p for name in names for p in (pods if name == "a/s[StatefulSet]" else [name])]
                  for names in (froms, tos)) + (what,) for froms, tos, what in links]


def compare(program, folder):
    """What is wrong, or None."""
    common = ["-f", str(folder / "common.yaml")]
    sides = [str(folder / "old"), str(folder / "new")]
    maps = [map_links(ward(program, "map", "--pods", "-o", "json", "-f", s, *common)[0]) for s in sides]
    shown, code = ward(program, "diff", "--pods", "-o", "json", *sides, *common, codes=(0, 1))
    back, _ = ward(program, "diff", "--pods", "-o", "json", *reversed(sides), *common, codes=(0, 1))
    said = [diff_links(shown, side) for side in ("old", "new")]
    ranges = Ranges(names(maps[0] + maps[1] + said[0]))
    old, new = (expand(ranges, m) for m in maps)
    wanted = {pair: (old.get(pair, frozenset()), new.get(pair, frozenset())) for pair in {**old, **new}
              if old.get(pair) != new.get(pair)}
    before, after = (expand(ranges, s) for s in said)
    # A workload with itself is not on a map; expand() leaves it out of both.
    got = {pair: (before[pair], after[pair]) for pair in before}
    if got != wanted:
        return f"the maps differ in {wanted}\nthe comparison says {got}"
    before, after = (expand(ranges, diff_links(back, side)) for side in ("new", "old"))
    returned = {pair: (before[pair], after[pair]) for pair in before}
    if returned != got:
        return f"backwards {returned}\nforwards {got}"
    merged, _ = ward(program, "diff", "-o", "json", *sides, *common, codes=(0, 1))
    for side in ("old", "new"):
        said = expand(ranges, by_pods(diff_links(merged, side)))
        if said != expand(ranges, diff_links(shown, side)):
            return f"workloads {said}\npods {expand(ranges, diff_links(shown, side))}"
    if code != (0 if shown["same"] else 1) or (shown["same"] and wanted):
        return f"exit {code}, same: {shown['same']}"
    return None


def main():
    program, rounds = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 60
    changed = 0
    for seed in range(rounds):
        rng = random.Random(seed)
        with tempfile.TemporaryDirectory(prefix="ward-diff-") as name:
            folder = pathlib.Path(name)
            objects = [workload(s, app) for s in SPACES for app in APPS]
            objects += [pod("a", i, f"10.1.0.{i + 1}") for i in range(PODS)]
            (folder / "common.yaml").write_text("---\n".join(objects))
            old = world(rng)
            for side, policies in (("old", old), ("new", variation(rng, old))):
                (folder / side).mkdir()
                spaces = "".join(f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {s}}}\n"
                                 for s in SPACES)
                (folder / side / "all.yaml").write_text("---\n".join(policies.values()) + spaces)
                changed += side == "new" and policies != old
            if wrong := compare(program, folder):
                print(f"seed {seed}: {wrong}")
                return 1
    print(f"{rounds} worlds, {changed} of them changed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
