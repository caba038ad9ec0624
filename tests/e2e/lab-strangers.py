# SPDX-License-Identifier: Apache-2.0
"""Who a node does not know: pods it has not heard of, addresses no object has, pods that meddle."""
from lab import WORLD, Lab, need_packets

SEND = ("import socket; "
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('{}', 9))")

CONNECT = """
import socket
client = socket.socket()
client.settimeout(2)
client.bind(('{}', 0))
client.connect(('{}', {}))
"""

# An ICMP error of our own, about UDP from the receiver to somebody else.
MEDDLE = """
import socket, struct
def number(text): return socket.inet_aton(text)
def summed(data):
    total = sum(struct.unpack('!%dH' % (len(data) // 2), data))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff
victim, other = '{}', '{}'
ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 36, 1, 0, 64, 17, 0, number(victim), number(other))
ip = ip[:10] + struct.pack('!H', summed(ip)) + ip[12:]
body = ip + struct.pack('!HHHH', 5555, 9, 16, 0) + b'SECRETS!'
error = struct.pack('!BBHI', 3, 1, 0, 0) + body
error = error[:2] + struct.pack('!H', summed(error)) + error[4:]
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
raw.sendto(error, (victim, 0))
"""

OPEN = """
import socket
flow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flow.bind(('{}', 5555))
flow.sendto(b'x', ('{}', 9))
"""


def python(lab, pod, script, **options):
    return lab("exec", pod, "--", "python3", "-c", script, **options)


def denied(lab, pod):
    flows = lab.observe("--last", "1", "--verdict", "denied", "--from", pod)
    return [(flow["node"], flow["reason"]) for flow in flows]


def pod_on(pods, node, host_network, but=()):
    return next(name for name, pod in sorted(pods.items()) if pod["node"] == node and
                pod["hostNetwork"] == host_network and name not in but)


def not_heard_of(lab, pods):
    """An address of any node's range that nobody has is closed where it begins: not the outside."""
    for node in ("east", "node-1"):
        name = pod_on(pods, node, False)
        for range_ in (1, 2):
            python(lab, name, SEND.format(f"10.244.{range_}.200"))
            assert denied(lab, name) == [(node, "not-ready")], (name, range_, denied(lab, name))


def own_address(lab, pods):
    """What a host-network pod adds to an interface is the node's from the next change on."""
    db = pods["shop/db-0"]
    host = pod_on(pods, db["node"], True)
    own = db["address"].rsplit(".", 1)[0] + ".201"
    script = CONNECT.format(own, db["address"], 5432)
    lab("exec", host, "--", "ip", "address", "add", f"{own}/32", "dev", "lo")
    assert "timed out" in python(lab, host, script, check=False).stderr
    lab("label", host, "noted=yes")
    python(lab, host, script)


def meddling(lab, pods):
    """A pod is no router: no errors about the flows of others."""
    victim = "shop/db-0"
    meddler = pod_on(pods, pods[victim]["node"], False, but=(victim,))
    other = next(pod for pod in pods.values() if pod["node"] != pods[victim]["node"])
    python(lab, victim, OPEN.format(pods[victim]["address"], other["address"]))
    python(lab, meddler, MEDDLE.format(pods[victim]["address"], other["address"]))
    flows = lab.observe("--last", "1", "--verdict", "denied", "--from", victim)
    assert [flow["reason"] for flow in flows] == ["spoofed"], flows


def main():
    need_packets()
    with Lab("-strangers") as lab:
        lab("up", "-f", WORLD / "pods.yaml")
        pods = {f"{p['namespace']}/{p['name']}": p for p in lab.json("status")["pods"]}
        for part in (not_heard_of, own_address, meddling):
            print(part.__name__, flush=True)
            part(lab, pods)


main()
