# SPDX-License-Identifier: Apache-2.0
"""Some worlds of the conformance data as labs: real sockets between all pods, both families, and the
world.  What their engine predicts is what tests/conformance/ says; tests/fourway/ has all of them."""
import subprocess
import sys

from lab import Lab, machine, need_packets

CASES = (
    "A8.7, E6, A10.4 nodes are addresses",
    "A9.5 a name of another protocol is no match, and no error",
    "A10.1, E1 a pod's own node reaches it, by whatever address",
    "B9.6, E16 a NetworkPolicy of ingress leaves egress to Baseline",
    "C2.15 stacked policies, both",
    "C2.36 and then in the block of the same policy",
    "8.5 a pod of its node's network is no member",
)


def world_of(case):
    run = subprocess.run([sys.argv[2], "--print", case, *sys.argv[3:]], capture_output=True,
                         text=True, check=True)
    assert "kind: Pod" in run.stdout, f"no such case: {case}"
    return run.stdout


def main():
    need_packets()
    before = machine()
    for case in CASES:
        with Lab() as lab:
            lab("up", "-f", "-", input_text=world_of(case))
            report = lab.agree()
            print(f"{case}: {report['pairs']} pairs")
    assert machine() == before, "the machine's own network has changed"


if __name__ == "__main__":
    main()
