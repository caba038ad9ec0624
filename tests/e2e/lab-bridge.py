# SPDX-License-Identifier: Apache-2.0
"""Pods of a node at one bridge: judged as elsewhere, and no frame is what it is not."""
import ipaddress
import json
import pathlib
import struct

import frames
from lab import WARD, WORLD, Lab, city, machine, need_packets

ALL_NODES = "33:33:00:00:00:01"


class Station:
    """A pod at the bridge of a node."""

    def __init__(self, lab, name):
        self.name = name
        link = json.loads(lab("exec", name, "--", "ip", "-j", "addr", "show", "eth0").stdout)[0]
        self.mac = link["address"]
        self.ip, self.ip6 = (next(a["local"] for a in link["addr_info"] if a["scope"] == "global"
                                  and a["family"] == family) for family in ("inet", "inet6"))
        parts = bytearray(frames.mac(self.mac))
        parts[0] ^= 2
        self.link = str(ipaddress.ip_address(frames.address("fe80::")[:8] + bytes(
            parts[:3]) + b"\xff\xfe" + bytes(parts[3:])))


def advert(src, dst, target, mac):
    return frames.icmp6(src, dst, 136, struct.pack("!I", 0x60000000) + frames.address(target) +
                        b"\2\1" + frames.mac(mac))


def solicit(src, target, mac):
    return frames.icmp6(src, "ff02::1", 135, struct.pack("!I", 0) + frames.address(target) +
                        b"\1\1" + frames.mac(mac))


def behind_options(packet):
    """The same ICMPv6 behind a header of destination options."""
    options = bytes([58, 0, 1, 4, 0, 0, 0, 0])
    return packet[:4] + struct.pack("!HB", len(packet) - 32, 60) + packet[7:40] + options + \
        packet[40:]


def report(src, kind):
    """For the routers of the link, with its hop-by-hop option in front."""
    body = struct.pack("!HH", 0, 1) + bytes([4, 0, 0, 0]) + frames.address("ff02::77")
    packet = frames.icmp6(src, "ff02::16", kind, body, 1)
    option = bytes([58, 0, 5, 2, 0, 0, 1, 0])
    return packet[:4] + struct.pack("!HB", len(packet) - 32, 0) + packet[7:40] + option + \
        packet[40:]


def cases(own, to, other, node, router):
    """What @own sends to @to, as (what, frame, whether it may)."""
    def packet(src, dst, what, mac=to.mac, own_mac=own.mac):
        inner = frames.udp(src, dst, 9, 9, what.encode())
        return frames.eth(mac, own_mac, frames.kind_of(inner), inner)

    def arp(operation, sender_mac, sender, mac=to.mac):
        return frames.eth(mac, own.mac, frames.ARP,
                          frames.arp(operation, sender_mac, sender, to.mac, to.ip))

    def ip6(inner, mac=to.mac):
        return frames.eth(mac, own.mac, frames.IP6, inner)

    advertised = advert(own.ip6, to.ip6, other.ip6, own.mac)
    router_advert = struct.pack("!BBHII", 64, 0, 1800, 0, 0) + b"\1\1" + frames.mac(own.mac)
    redirect = struct.pack("!I", 0) + frames.address(own.link) + frames.address(other.ip6)
    return [
        ("true", packet(own.ip, to.ip, "true"), True),
        ("true over IPv6", packet(own.ip6, to.ip6, "true over IPv6"), True),
        ("another's address", packet(other.ip, to.ip, "another's address"), False),
        ("another's address of IPv6", packet(other.ip6, to.ip6, "another's address 6"), False),
        ("the receiver's address", packet(to.ip, to.ip, "the receiver's address"), False),
        ("the node's address", packet(node, to.ip, "the node's address"), False),
        ("nobody's address", packet("203.0.113.9", to.ip, "nobody's address"), False),
        ("no address", packet("0.0.0.0", to.ip, "no address"), False),
        ("another's link address", packet(own.ip, to.ip, "link", own_mac=other.mac), False),
        ("the node's link address", packet(own.ip, to.ip, "router", own_mac=router), False),
        ("a VLAN", frames.vlan(7, packet(own.ip, to.ip, "a VLAN")), False),
        ("a priority", frames.vlan(0xe000, packet(own.ip, to.ip, "a priority")), False),
        ("a protocol of its own", frames.eth(to.mac, own.mac, 0x88b5, b"own protocol" * 5), False),
        ("no protocol but a length", frames.eth(to.mac, own.mac, 60, b"length" * 10), False),
        ("to all", packet(own.ip, to.ip, "to all", mac=frames.BROADCAST), False),
        ("broadcast", packet(own.ip, "255.255.255.255", "broadcast", mac=frames.BROADCAST), False),
        ("broadcast to one", packet(own.ip, "255.255.255.255", "broadcast to one"), False),
        ("multicast", packet(own.ip, "224.0.0.1", "multicast", mac="01:00:5e:00:00:01"), False),
        ("multicast to one", packet(own.ip, "224.0.0.1", "multicast to one"), False),
        ("multicast of IPv6", packet(own.ip6, "ff02::1", "multicast 6", mac=ALL_NODES), False),
        ("multicast of IPv6 to one", packet(own.ip6, "ff02::1", "multicast 6 to one"), False),
        ("an address that the receiver does not have", packet(own.ip, "203.0.113.9", "astray"),
         False),
        ("another's by the receiver's link address", packet(own.ip, other.ip, "astray too"), False),
        ("the same over IPv6", packet(own.ip6, "2001:db8::9", "astray 6"), False),
        ("from link to link", packet(own.link, to.link, "from link to link"), False),
        ("to the link", packet(own.ip6, to.link, "to the link"), False),
        ("ARP asks", arp(1, own.mac, own.ip, frames.BROADCAST), True),
        ("ARP answers", arp(2, own.mac, own.ip), True),
        ("ARP probes", arp(1, own.mac, "0.0.0.0", frames.BROADCAST), True),
        ("ARP asks for another", arp(1, own.mac, other.ip), False),
        ("ARP answers for another", arp(2, own.mac, other.ip), False),
        ("ARP answers for the node", arp(2, own.mac, node), False),
        ("ARP gives another away", arp(2, other.mac, own.ip), False),
        ("ARP backwards", arp(3, own.mac, own.ip), False),
        ("ND asks", ip6(solicit(own.ip6, to.ip6, own.mac), ALL_NODES), True),
        ("ND asks from the link", ip6(solicit(own.link, to.ip6, own.mac)), True),
        ("ND answers", ip6(advert(own.ip6, to.ip6, own.ip6, own.mac)), True),
        ("ND answers for the link", ip6(advert(own.link, to.ip6, own.link, own.mac)), True),
        ("ND asks for another", ip6(solicit(other.ip6, to.ip6, own.mac)), False),
        ("ND answers for another", ip6(advertised), False),
        ("ND answers as another", ip6(advert(other.ip6, to.ip6, own.ip6, own.mac)), False),
        ("ND answers behind options", ip6(behind_options(advertised)), False),
        ("ND from afar", ip6(frames.icmp6(own.ip6, to.ip6, 136, advertised[44:], 64)), False),
        ("a router", ip6(frames.icmp6(own.link, "ff02::1", 134, router_advert), ALL_NODES), False),
        ("a redirection", ip6(frames.icmp6(own.link, to.ip6, 137, redirect)), False),
        ("a report to routers", ip6(report(own.link, 131), "33:33:00:00:00:16"), True),
        ("a query of routers", ip6(report(own.link, 130), "33:33:00:00:00:16"), False),
        ("another's report", ip6(report(other.link, 131), "33:33:00:00:00:16"), False),
        ("behind options", ip6(behind_options(frames.icmp6(own.ip6, to.ip6, 128, b"echo" * 3))),
         True),
    ]


def three(lab):
    """Pods of one node, and the addresses of the node there: of the world's side and the link."""
    by_node = {}
    for name, pod in lab.pods().items():
        if not pod["hostNetwork"]:
            by_node.setdefault(pod["node"], []).append(name)
    node, names = max(by_node.items(), key=lambda entry: len(entry[1]))
    status = lab.json("status")
    address = next(n["address"] for n in status["nodes"] if n["name"] == node)
    bridge = json.loads(lab("exec", f"node:{node}", "--", "ip", "-j", "link", "show", "cni0").stdout)
    return *(Station(lab, name) for name in names[:3]), address, bridge[0]["address"], node


def everything(lab):
    assert lab.json("status")["network"] == "bridge"
    lab.agree()
    lab("apply", "-f", WORLD / "policies.yaml")
    lab.agree()
    lab("delete", "-f", WORLD / "policies.yaml")


def services(_lab):
    city("bridge")


def sent_and_seen(lab, guarded):
    own, to, other, node, router, _ = three(lab)
    all_cases = cases(own, to, other, node, router)
    with frames.Seen(WARD, lab, to.name) as seen:
        frames.send(lab, own.name, [frame for _, frame, _ in all_cases])
    # whoever sees a frame sees it without the tag of a VLAN, behind the link addresses
    wrong = [what for what, frame, may in all_cases
             if any(f[:12] == frame[:12] and frame[18:] in f for f in seen.frames) !=
             (may or not guarded)]
    assert not wrong, wrong
    return len(all_cases) - sum(may for _, _, may in all_cases)


def pretended(lab):
    before = lab.json("status")["packets"]["framesRefused"]
    refused = sent_and_seen(lab, True)
    assert lab.json("status")["packets"]["framesRefused"] >= before + refused
    lab.agree()  # nobody believes anything else than before


def judged(lab):
    """Pods of one node: what a policy denies is not seen, over the bridge as little as elsewhere."""
    own, to, other, _, _, node = three(lab)
    ns = to.name.split("/")[0]
    label = f"seen-by-{other.name.split('/')[1]}"
    lab("label", to.name, f"bridge={label}")
    lab("label", other.name, f"from={label}")
    lab("apply", "-f", "-", input_text=f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: bridge, namespace: {ns}}}
spec:
  podSelector: {{matchLabels: {{bridge: {label}}}}}
  ingress: [{{from: [{{podSelector: {{matchLabels: {{from: {label}}}}}}}]}}]
""")
    with frames.Seen(WARD, lab, to.name) as seen:
        for station in own, other:
            for src, dst in (station.ip, to.ip), (station.ip6, to.ip6):
                inner = frames.udp(src, dst, 9, 9, f"from {src}".encode())
                frames.send(lab, station.name, [frames.eth(to.mac, station.mac,
                                                           frames.kind_of(inner), inner)])
    assert [f"from {ip}".encode() in seen for ip in (own.ip, own.ip6, other.ip, other.ip6)] == [
        False, False, True, True]
    for station in own, to, other:  # who may not open a connection answers for his address
        lab("exec", station.name, "--", "ip", "neigh", "flush", "dev", "eth0")
    lab.agree()
    lab("delete", "netpol", "bridge", "-n", ns)
    return node


def large(lab):
    """Fragments are put together, judged, and taken apart again."""
    db = Station(lab, "shop/db-0")
    sender = next(station for station in three(lab)[:3] if station.name != db.name)
    for ip in db.ip, db.ip6:
        lab("exec", sender.name, "--", "python3", "-c", f"""
import socket
with socket.socket({"socket.AF_INET6" if ":" in ip else "socket.AF_INET"}, socket.SOCK_DGRAM) as udp:
    udp.settimeout(2)
    udp.sendto(b"large" * 400, ("{ip}", 8125))
    assert udp.recv(65536) == b"large" * 400
""")


def comes_and_goes(lab):
    """A pod that is new is guarded, and one that goes leaves no station behind."""
    pod = """
apiVersion: v1
kind: Pod
metadata: {name: late, namespace: shop}
spec: {containers: [{name: late, image: late, ports: [{containerPort: 80}]}]}
"""
    for _ in range(3):
        lab("apply", "-f", "-", input_text=pod)
        lab.agree()
        lab("delete", "-f", "-", input_text=pod)
    lab.agree()


def crowded(lab):
    """As many pods as can know each other; one more is told why it cannot come."""
    room = int(pathlib.Path("/proc/sys/net/ipv4/neigh/default/gc_thresh3").read_text())
    pod = """
apiVersion: v1
kind: Pod
metadata: {{name: crowd-{0}, namespace: shop}}
spec: {{containers: [{{name: c, image: c}}]}}
---"""
    crowd = "".join(pod.format(i) for i in range(int((2 * room) ** 0.5)))
    run = lab("apply", "-f", "-", input_text=crowd, check=False)
    assert run.returncode == 2 and "too many pods share bridges" in run.stderr, run
    lab.agree()


def led_past(lab):
    """A node whose bridge does not show its packets any more says so; they are not judged."""
    *_, node = three(lab)
    assert lab.json("status")["bypasses"] == []
    lab("exec", f"node:{node}", "--", "sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=0")
    bypasses = lab.json("status")["bypasses"]
    assert [(b["node"], b["certain"]) for b in bypasses] == [(node, True)], bypasses
    assert "bridge-nf-call-iptables" in bypasses[0]["what"]
    assert f"not judged on node {node}: bridge cni0" in lab("status").stdout
    lab("exec", f"node:{node}", "--", "sysctl", "-qw", "net.bridge.bridge-nf-call-iptables=1")
    assert lab.json("status")["bypasses"] == []


def unguarded(_lab):
    """All of these frames would arrive, were it not for the guard."""
    with Lab("-bare") as bare:
        bare("up", "-f", WORLD / "pods.yaml", "--network", "bridge", "--no-enforce")
        sent_and_seen(bare, False)


def main():
    need_packets()
    before = machine()
    with Lab() as lab:
        lab("up", "-f", WORLD / "pods.yaml", "--network", "bridge")
        for part in (everything, services, pretended, judged, large, comes_and_goes, crowded, led_past, unguarded):
            print(part.__name__, flush=True)
            part(lab)
        assert (lab.folder() / "log").read_text() == ""
    assert machine() == before, "the machine's own network has changed"


if __name__ == "__main__":
    main()
