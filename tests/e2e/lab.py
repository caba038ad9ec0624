# SPDX-License-Identifier: Apache-2.0
"""What the tests of the lab share: a lab of one's own, and the machine as it was before."""
import json
import os
import pathlib
import subprocess
import sys
import time

WARD = pathlib.Path(sys.argv[1]).resolve()
WORLD = pathlib.Path(__file__).resolve().parent / "world"
CITY = pathlib.Path(__file__).resolve().parents[2] / "examples" / "city"
SKIP = 77


def ward(*args, check=True, input_text=None, timeout=60):
    """Runs ward; the finished process."""
    run = subprocess.run([WARD, *map(str, args)], capture_output=True, text=True, input=input_text,
                         timeout=timeout, check=False)
    if check and run.returncode:
        raise AssertionError(f"ward {' '.join(map(str, args))}: exit {run.returncode}\n"
                             f"{run.stdout}{run.stderr}")
    return run


class Lab:
    """A lab whose name no other test has; it goes when the block ends, however that is."""

    def __init__(self, suffix=""):
        self.name = f"test-{os.getpid()}{suffix}"

    def __call__(self, command, *args, **options):
        return ward("lab", command, "--lab", self.name, *args, **options)

    def json(self, command, *args, **options):
        return json.loads(self(command, *args, "-o", "json", **options).stdout)

    def observe(self, *args):
        run = ward("observe", "--lab", self.name, "--no-follow", "-o", "json", *args)
        return [json.loads(line) for line in run.stdout.splitlines()]

    def start_observing(self, *args):
        """Live, from now on."""
        return subprocess.Popen([WARD, "observe", "--lab", self.name, *args],
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)

    def agree(self):
        """Probes; everything must have done as predicted."""
        report = self.json("probe", check=False)
        assert report["wrong"] == [], report["wrong"][:10]
        assert report["agree"] == report["pairs"] > 0
        return report

    def pods(self):
        return {f"{p['namespace']}/{p['name']}": p for p in self.json("status")["pods"]}

    def curl(self, place, url, *options):
        """What it says; nothing if it is not reached."""
        return self("exec", place, "--", "curl", "-s", "--max-time", "1", *options, url,
                    check=False).stdout

    def folder(self):
        return pathlib.Path("/run/ward/lab") / self.name

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self("down", check=False)


def city(network):
    """The city with its Services, translated in either way, over a network."""
    for proxy in "nftables", "iptables":
        with Lab(f"-{proxy}") as lab:
            lab("up", "-f", CITY, "--network", network, "--kube-proxy", proxy)
            lab.agree()


def skip(reason):
    print(f"skipped: {reason}")
    sys.exit(SKIP)


def need_packets():
    """Ends the test when this machine cannot enforce."""
    if os.geteuid() != 0:
        skip("a lab takes root")
    with Lab("-can") as lab:
        run = lab("up", "-f", WORLD / "pods.yaml", check=False)
        if run.returncode:
            skip(run.stderr.strip())


def machine():
    """What a lab must not touch: the machine's own network."""
    state = {}
    for command in (["ip", "-j", "addr"], ["ip", "-j", "route"], ["ip", "-j", "neigh"],
                    ["ip", "netns"], ["nft", "list", "ruleset"]):
        run = subprocess.run(command, capture_output=True, text=True, check=False)
        state[" ".join(command)] = run.stdout
    # clocks and counters that go on by themselves
    addresses = json.loads(state["ip -j addr"] or "[]")
    for link in addresses:
        for address in link.get("addr_info", []):
            address.pop("valid_life_time", None)
            address.pop("preferred_life_time", None)
    state["ip -j addr"] = addresses
    state["ip -j neigh"] = sorted(n.get("dst", "") for n in
                                  json.loads(state["ip -j neigh"] or "[]") if "PERMANENT" in
                                  n.get("state", []))
    for knob in ("net/ipv4/ip_forward", "net/ipv4/conf/all/rp_filter",
                 "net/ipv6/conf/all/disable_ipv6"):
        path = pathlib.Path("/proc/sys") / knob
        state[knob] = path.read_text() if path.exists() else ""
    return state


def is_alive(pid):
    """Is there such a process, and not only its remains?"""
    try:
        return any((task / "stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
                   for task in pathlib.Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return False


def namespaces():
    """How many network namespaces the kernel has, those without a name too; None: it hides that.

    Each CPU keeps some that it has freed for the next to come, and they count as in use until the
    cache is asked to give back what it does not need."""
    try:
        pathlib.Path("/sys/kernel/slab/net_namespace/shrink").write_text("1")
        for line in pathlib.Path("/proc/slabinfo").read_text().splitlines():
            if line.startswith("net_namespace "):
                return int(line.split()[1])
    except OSError:
        pass
    return None


def wait_for(what, condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise AssertionError(f"waited {seconds} s in vain: {what}")
        time.sleep(0.02)
