# SPDX-License-Identifier: Apache-2.0
"""Pods of several nodes over VXLAN: they reach each other through it and only so, and nobody but a
node puts packets into it."""
import json
import struct

import frames
from lab import WARD, WORLD, Lab, city, machine, need_packets

PORT = 8472
MAC = "02:00:00:00:00:01"


def gateway(lab, place):
    """The link address behind which everything is."""
    neighbours = json.loads(lab("exec", place, "--", "ip", "-j", "neigh").stdout)
    return next(n["lladdr"] for n in neighbours if n["dst"] == "169.254.1.1")


def wrapped(packet):
    """As it is inside of the datagram from node to node."""
    header = struct.pack("!II", 0x08000000, 1 << 8)
    return header + frames.eth("02:57:44:02:00:00", MAC, frames.kind_of(packet), packet)


def send_wrapped(lab, place, src, to_node, packet):
    number = int(to_node.rsplit(".", 1)[1]) - 1
    inner = wrapped(packet)
    inner = inner[:8] + frames.mac(f"02:57:44:02:00:{number:02x}") + inner[14:]
    frames.send(lab, place, [frames.eth(gateway(lab, place), MAC, frames.IP,
                                        frames.udp(src, to_node, 40000, PORT, inner))])


def one_of_each(lab):
    """Pods shop/db-0 on one node and another pod on another, and the addresses of their nodes."""
    pods = lab.pods()
    here = pods["shop/db-0"]
    there = next(p for p in pods.values() if p["node"] != here["node"] and p["namespace"] == "shop")
    nodes = {n["name"]: n["address"] for n in lab.json("status")["nodes"]}
    return here, there, nodes[here["node"]], nodes[there["node"]]


def name(pod):
    return f"{pod['namespace']}/{pod['name']}"


def everything(lab):
    assert lab.json("status")["network"] == "vxlan"
    lab.agree()
    lab("apply", "-f", WORLD / "policies.yaml")
    lab.agree()
    lab("delete", "-f", WORLD / "policies.yaml")


def services(_lab):
    city("vxlan")


def inside(lab):
    """From node to node packets of pods are wrapped, large ones too."""
    here, there, here_node, there_node = one_of_each(lab)
    for data in b"small one", b"a large one" * 180:
        with frames.Seen(WARD, lab, f"node:{here['node']}") as seen:
            lab("exec", name(there), "--", "python3", "-c", f"""
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
    udp.settimeout(2)
    udp.sendto({data!r}, ("{here['address']}", 8125))
    assert udp.recv(65536) == {data!r}
""")
        ends = frames.address(there_node) + frames.address(here_node)
        assert data[:9] in seen
        for frame in seen.frames:
            if frames.address(there["address"]) in frame:
                assert frame[26:34] == ends and frame[36:38] == struct.pack("!H", PORT), frame


def send_forged(lab, guarded):
    here, there, here_node, there_node = one_of_each(lab)
    cases = [("world", "203.0.113.5", there, False),
             (name(here), here["address"], there, False),
             (name(there), there["address"], there, False),
             (f"node:{there['node']}", there_node, there, True),
             (f"node:{there['node']}", there_node, here, False)]
    for number, (place, src, claimed, may) in enumerate(cases):
        data = f"case {number}".encode()
        with frames.Seen(WARD, lab, name(here)) as seen:
            send_wrapped(lab, place, src, here_node,
                         frames.udp(claimed["address"], here["address"], 9, 9, data))
        assert (data in seen) == (may or not guarded), (place, claimed["name"], seen.frames)


def forged(lab):
    """Neither the world nor a pod speaks through the tunnel.  A node does, and for its own pods."""
    send_forged(lab, True)
    assert lab.json("status")["packets"]["spoofed"]
    with Lab("-bare") as bare:  # where nobody sees to it, all of it arrives
        bare("up", "-f", WORLD / "pods.yaml", "--network", "vxlan", "--nodes", "3", "--no-enforce")
        send_forged(bare, False)


def main():
    need_packets()
    before = machine()
    with Lab() as lab:
        lab("up", "-f", WORLD / "pods.yaml", "--network", "vxlan", "--nodes", "3")
        for part in (everything, services, inside, forged):
            print(part.__name__, flush=True)
            part(lab)
        assert (lab.folder() / "log").read_text() == ""
    assert machine() == before, "the machine's own network has changed"


if __name__ == "__main__":
    main()
