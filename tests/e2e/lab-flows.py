# SPDX-License-Identifier: Apache-2.0
"""What `ward observe` says is what was sent: counted, filtered, summed up, live."""
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios
import time

from lab import WARD, WORLD, Lab, need_packets, wait_for, ward

POLICY = """
apiVersion: ward.dev/v1alpha1
kind: GroupPolicy
metadata: {name: city}
spec:
  namespaces: [shop]
  groups:
    web: {labels: {role: web}}
    db: {labels: {role: db}}
    quiet: {labels: {role: quiet}}
  allow:
  - {name: ask, from: web, to: db, ports: [5432]}
"""

SEND = """
import socket, sys
to, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
for _ in range(n):
    s.sendto(b"x", (to, port))
"""

PORTS = """
import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for port in range(2000, 2200):
    s.sendto(b"x", (sys.argv[1], port))
"""

CONNECT = """
import socket, sys
socket.create_connection((sys.argv[1], int(sys.argv[2])), 5).close()
"""

# Ends all connections of a node: a request to delete those of any family.
END = """
import socket, struct
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
s.send(struct.pack("=IHHIIBBH", 20, 1 << 8 | 2, 5, 1, 0, 0, 0, 0))
s.recv(4096)
"""

# From an address that the pod does not have.
LIE = """
import socket, struct, sys
to, source = map(socket.inet_aton, sys.argv[1:3])
s = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
s.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
udp = struct.pack("!HHHH", 1, 53, 8, 0)
s.sendto(struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28, 0, 0, 64, 17, 0, source, to) + udp,
         (sys.argv[1], 0))
"""


def pods(lab):
    return {f"{p['namespace']}/{p['name']}": p for p in lab.json("status")["pods"]}


def send(lab, pod, to, port, n, script=SEND):
    address = pods(lab)[to]["address"] if "/" in to else to
    lab("exec", pod, "--", "python3", "-c", script, address, port, n)


def counted(flows, **wanted):
    return sum(f["count"] for f in flows if all(f[k] == v for k, v in wanted.items()))


def nothing_yet(lab):
    assert lab.observe() == []
    assert lab.observe("--verdict", "denied", "--since", "1h") == []
    run = ward("observe", "--lab", lab.name, "--summary")
    assert run.stdout == "Nothing was denied.\n", run
    summary = json.loads(ward("observe", "--lab", lab.name, "--summary", "-o", "json").stdout)
    assert summary["denied"] == [] and summary["packets"] == 0, summary


def counts(lab):
    """A flood is a few records, and together they are every packet."""
    send(lab, "shop/quiet", "shop/db-0", 8125, 5000)
    flows = lab.observe("--from", "shop/quiet", "--to", "shop/db-0", "--verdict", "denied")
    assert counted(flows, port=8125, protocol="UDP") == 5000, flows
    assert len(flows) <= 3, flows
    assert flows[0]["reason"] == "isolated" and flows[0]["egress"]["isolatedBy"], flows[0]
    before = time.time()
    send(lab, "shop/quiet", "shop/db-0", "", "", PORTS)
    flows = lab.observe("--from", "shop/quiet", "--verdict", "denied")
    assert counted(flows) == 5000 + 200
    return before


def filters(lab, before):
    send(lab, "shop/web-0", "shop/db-1", 5432, 3)  # UDP, which the rule for TCP does not allow
    send(lab, "shop/web-0", "shop/db-1", 5432, "", CONNECT)
    groups = lab.observe("--group", "web")
    assert groups and all("web" in f["from"].get("groups", []) + f["to"].get("groups", [])
                          for f in groups), groups
    assert lab.observe("--group", "group:web") == groups
    assert counted(lab.observe("--group", "web", "--verdict", "denied")) == 3
    assert lab.observe("--group", "quiet", "--to", "shop/db-1") == []
    assert lab.observe("--from", "world") == []
    old = lab.observe("--since-time", stamp(before), "--from", "shop/quiet", "--to", "shop/db-0")
    assert counted(old) == 200 and all(f["port"] >= 2000 for f in old), old
    assert counted(lab.observe("--since", "1h", "--from", "shop/quiet")) == 5200
    assert lab.observe("--since", "1ms") == []
    assert len(lab.observe("--last", "7", "--from", "shop/quiet")) == 7


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{int(seconds % 1 * 1e6):06d}Z"


def causes(lab):
    send(lab, "shop/web-0", "shop/db-0", pods(lab)["shop/quiet"]["address"], "", LIE)
    spoofed = lab.observe("--from", "shop/quiet", "--last", "1")[0]
    assert spoofed["reason"] == "spoofed" and spoofed["verdict"] == "denied", spoofed
    send(lab, "shop/web-0", "10.244.1.200", 53, 4)
    flows = lab.observe("--to", "10.244.1.200")
    assert counted(flows, reason="not-ready") == 4, flows


def summary(lab):
    """Most first, and the advice is true: who follows it is let through."""
    found = json.loads(ward("observe", "--lab", lab.name, "--summary", "-o", "json").stdout)
    first = found["denied"][0]
    assert first["count"] == 5000 and first["port"] == 8125, first
    assert first["from"]["workload"] == "quiet" and first["to"]["workload"] == "db", first
    assert [d["count"] for d in found["denied"]] == \
        sorted((d["count"] for d in found["denied"]), reverse=True)
    assert found["packets"] == sum(d["count"] for d in found["denied"]) + found["more"], found
    assert found["eventsLost"] == 0, found["eventsLost"]
    assert len(first["fix"]) == 1, first
    where, line = first["fix"][0].rstrip("\n").split("\n")
    assert where.startswith("add to spec.allow of GroupPolicy city (-:"), where
    text = ward("observe", "--lab", lab.name, "--summary", "--from", "shop/quiet").stdout
    assert re.search(r"^   5000  last \d\d:\d\d:\d\d  shop/quiet \(quiet\) → shop/db:8125/UDP \(db\)$",
                     text, re.M), text
    assert "no rule; isolated by GroupPolicy city (-:" in text and line in text, text
    lab("apply", "-f", "-", input_text=POLICY + line + "\n")
    found = json.loads(ward("observe", "--lab", lab.name, "--summary", "-o", "json").stdout)
    assert found["denied"][0]["allowedNow"] and "fix" not in found["denied"][0], found["denied"][0]
    send(lab, "shop/quiet", "shop/db-0", 8125, 1)
    assert lab.observe("--from", "shop/quiet", "--last", "1")[0]["verdict"] == "allowed"
    lab("apply", "-f", "-", input_text=POLICY)


def live(lab):
    """Who looks on sees every packet too, within seconds, though not one by one."""
    with lab.start_observing("--verdict", "denied", "--from", "shop/quiet", "-o", "json") as run:
        wait_for("the observer", lambda: observers(run))
        send(lab, "shop/quiet", "shop/db-0", 9999, 3000)
        seen, lines = 0, 0
        while seen < 3000:
            flow = json.loads(run.stdout.readline())
            seen += flow["count"]
            lines += 1
            assert flow["port"] == 9999, flow
        assert seen == 3000 and lines < 10, (seen, lines)
        run.terminate()


def observers(run):
    """It has connected when it waits for the answer."""
    try:
        with open(f"/proc/{run.pid}/wchan", encoding="ascii") as wchan:
            return wchan.read() not in ("", "0") and os.listdir(f"/proc/{run.pid}/fd")[3:]
    except OSError:
        return False


def closed(lab):
    """What ends says how much it was, and by which rule it was allowed."""
    with lab.start_observing("--closed", "--group", "web", "-o", "json") as run:
        wait_for("the observer", lambda: observers(run))
        send(lab, "shop/web-0", "shop/db-1", 5432, "", CONNECT)
        for node in ("east", "node-1"):
            lab("exec", f"node:{node}", "--", "python3", "-c", END)
        ended = []
        while not ended:
            flow = json.loads(run.stdout.readline())
            ended += [flow] if flow.get("event") == "closed" else []
        run.terminate()
    flow = ended[0]
    assert (flow["from"]["pod"], flow["to"]["pod"], flow["port"]) == ("web-0", "db-1", 5432), flow
    assert flow["packets"]["opener"] >= 3 and flow["packets"]["replies"] >= 2, flow
    assert flow["bytes"]["opener"] >= 3 * 40 and flow["verdict"] == "allowed", flow
    rules = [flow[side]["decidedBy"][0] for side in ("egress", "ingress") if side in flow]
    assert rules and all(rule["ruleName"] == "ask" for rule in rules), flow
    assert lab.observe("--closed", "--group", "web", "--last", "1")[0]["event"] == "closed"
    assert all("event" not in f for f in lab.observe("--group", "web"))
    assert lab.json("status")["packets"]["closesLost"] == 0


def counters(lab):
    """Every packet is counted at its pod, denied or not, and by the rule."""
    def count(*args):
        run = ward("observe", "--lab", lab.name, "--counters", "-o", "json", *args)
        return json.loads(run.stdout)

    def packets(found, **wanted):
        return sum(c["packets"]["opener"] for c in found["counters"]
                   if all(c[k] == v for k, v in wanted.items()))
    before = packets(count("--from", "shop/quiet"), reason="isolated", verdict="denied")
    assert before == counted(lab.observe("--from", "shop/quiet", "--verdict", "denied"),
                             direction="egress"), before
    send(lab, "shop/quiet", "shop/db-0", 8125, 1234)
    found = count("--from", "shop/quiet", "--verdict", "denied")
    assert packets(found, reason="isolated") == before + 1234, found
    assert found["uncounted"] == 0 and {c["pod"] for c in found["counters"]} == {"quiet"}
    found = count("--to", "group:db", "--verdict", "allowed")["counters"]
    asked = [c for c in found if c["reason"] == "rule" and c["decidedBy"].get("ruleName") == "ask"]
    assert asked and all(c["packets"]["replies"] and c["bytes"]["replies"] >= 40
                         for c in asked), found
    text = ward("observe", "--lab", lab.name, "--counters", "--to", "group:db").stdout
    assert re.search(r'^shop/db-1 +ingress +allowed +\d+ +\d+ k?B +GroupPolicy city "ask"', text,
                     re.M), text


def narrow(lab):
    """Lines are folded to the terminal; in a pipe a flow is a line."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    for args in (["--no-follow", "--last", "5"], ["--summary"]):
        subprocess.run([WARD, "observe", "--lab", lab.name, *args], stdout=child, check=True)
        text = ""
        while not text.endswith("\n") or text.count("\n") < 5:
            text += os.read(parent, 1 << 16).decode()
        for line in re.sub(r"\x1b\[[0-9;]*m", "", text).splitlines():
            assert len(line) <= 60 or "{" in line, line
    run = ward("observe", "--lab", lab.name, "--no-follow", "--last", "5")
    assert len(run.stdout.splitlines()) == 5, run.stdout


def refused(lab):
    for args, message in ((["--group", "wbe"], "no user group"),
                          (["--from", "shop/wbe"], "did you mean shop/web"),
                          (["--since", "5"], "--since wants a duration"),
                          (["--summary", "--follow"], "cannot --follow")):
        run = ward("observe", "--lab", lab.name, *args, check=False)
        assert run.returncode == 2 and message in run.stderr, run


def main():
    need_packets()
    with Lab() as lab:
        lab("up", "-f", WORLD / "pods.yaml", "--nodes", "2")
        lab("apply", "-f", "-", input_text=POLICY)
        nothing_yet(lab)
        before = counts(lab)
        filters(lab, before)
        causes(lab)
        summary(lab)
        live(lab)
        closed(lab)
        counters(lab)
        narrow(lab)
        refused(lab)
        lab("down")
        run = ward("observe", "--lab", lab.name, "--summary", check=False)
        assert run.returncode == 2 and "there is no lab" in run.stderr, run


if __name__ == "__main__":
    main()
