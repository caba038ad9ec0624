# SPDX-License-Identifier: Apache-2.0
"""kill -9 at any moment leaves nothing but a folder, and the next command clears that away."""
import os
import random
import signal
import subprocess
import time

from lab import WARD, WORLD, Lab, is_alive, machine, namespaces, need_packets, wait_for

ROUNDS = 24
NETWORKS = ["routed", "vxlan", "bridge"]


def start(lab, *args):
    return subprocess.Popen([WARD, "lab", args[0], "--lab", lab.name, *map(str, args[1:])],
                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def child_of(pid):
    """The lab's process, while `ward lab up` waits for it."""
    path = f"/proc/{pid}/task/{pid}/children"
    try:
        with open(path, encoding="ascii") as file:
            children = file.read().split()
    except OSError:
        return None
    return int(children[0]) if children else None


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def kill_during_up(lab, delay):
    up = start(lab, "up", "-f", WORLD, "--network", lab.network)
    pid = None
    while pid is None and up.poll() is None:
        pid = child_of(up.pid)
    time.sleep(delay)
    if pid is None:
        pid = lab.json("status")["pid"]
    kill(pid)
    up.wait(30)
    return pid


def kill_maker_during_up(lab, delay):
    """Not the lab but the command that waits for it: a lab that nobody was told of must not stay."""
    up = start(lab, "up", "-f", WORLD, "--network", lab.network)
    pid = None
    while pid is None and up.poll() is None:
        pid = child_of(up.pid)
    time.sleep(delay)
    kill(up.pid)
    up.wait(30)
    if pid is None:
        pid = lab.json("status")["pid"]
    return pid


def kill_during(command, *args):
    def run(lab, delay):
        lab("up", "-f", WORLD, "--network", lab.network)
        pid = lab.json("status")["pid"]
        running = start(lab, command, *args)
        time.sleep(delay)
        kill(pid)
        running.wait(30)
        return pid
    return run


MOMENTS = [kill_during_up, kill_during_up, kill_maker_during_up,
           kill_during("apply", "-f", WORLD / "policies.yaml"),
           kill_during("label", "shop/web", "role=db"), kill_during("probe"),
           kill_during("down")]


def main():
    need_packets()
    seed = int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}", flush=True)
    dice = random.Random(seed)
    before, count = machine(), namespaces()
    for i in range(ROUNDS):
        moment = MOMENTS[i % len(MOMENTS)]
        with Lab() as lab:
            lab.network = dice.choice(NETWORKS)
            pid = moment(lab, dice.uniform(0, 0.3 if "up" in moment.__name__ else 0.05))
            if moment is kill_maker_during_up:
                lab("down", check=False)
            if lab.folder().exists():
                if i % 2:
                    lab("up", "-f", WORLD)  # a dead one is no obstacle, nor is a dying one
                lab("down")
            wait_for(f"process {pid} to end", lambda: not is_alive(pid))
            assert machine() == before, "the machine's own network has changed"
            assert not lab.folder().exists()
    if count is not None:
        wait_for("the namespaces to go", lambda: namespaces() < count + 20)


if __name__ == "__main__":
    main()
