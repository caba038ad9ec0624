#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What is staged is judged and reported, and not enforced: everything passes, every flow says what
would become of it; and when it is enforced, exactly that does."""
from lab import Lab, need_packets

POLICY = """apiVersion: ward.dev/v1alpha1
kind: GroupPolicy
metadata: {name: shop}
spec:
  namespaces: [shop]
  mode: MODE
  groups: {web: {labels: {role: web}}, db: {labels: {role: db}}}
  allow:
  - {name: orders, from: web, to: db, ports: [5432]}
"""

WORLD = "\n---\n".join(
    ["apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}"]
    + [f"apiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: shop, "
       f"labels: {{role: {name}}}}}\n"
       "spec: {containers: [{name: a, image: a, ports: [{containerPort: 5432}, "
       "{containerPort: 80}]}]}" for name in ("web", "db", "cron")])


def verdicts(flows, of):
    """Of every pair and port, what all nodes that judged it say together."""
    found = {}
    for flow in flows:
        ends = flow["from"].get("pod"), flow["to"].get("pod")
        if None not in ends:
            at = (*ends, ":" in flow["from"]["address"], flow["protocol"], flow.get("port"))
            found[at] = found.get(at, True) and of(flow) == "allowed"
    return found


def put(lab, command, mode):
    lab(command, "-f", "-", input_text=WORLD + "\n---\n" + POLICY.replace("MODE", mode))


def main():
    need_packets()
    with Lab() as lab:
        put(lab, "up", "Staged")
        lab.agree()
        flows = lab.observe()
        assert all(verdicts(flows, lambda flow: flow["verdict"]).values()), "it is enforced"
        staged = verdicts(flows, lambda flow: flow["staged"]["verdict"])
        assert set(staged.values()) == {True, False}, staged
        would = lab.observe("--verdict", "staged")
        assert would and all(flow["staged"]["verdict"] == "denied" for flow in would), would

        lab("delete", "-f", "-", input_text=POLICY.replace("MODE", "Staged"))
        lab.agree()
        last = lab.observe()[-1]
        assert "staged" not in last, last

        put(lab, "apply", "Enforce")
        lab.agree()
        begin = last["time"]
        enforced = verdicts([flow for flow in lab.observe() if flow["time"] > begin],
                            lambda flow: flow["verdict"])
        assert enforced == staged, sorted(set(enforced.items()) ^ set(staged.items()))
    print("what was staged is what was enforced then: "
          f"{len(staged)} pairs and ports, {list(staged.values()).count(False)} denied")


main()
