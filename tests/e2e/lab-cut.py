# SPDX-License-Identifier: Apache-2.0
"""A permission that is taken away cuts open connections, in both directions, at the next packet;
given back, they go on where they were.  On one node and across two, over IPv4 and IPv6, direct and
through Services, in every network of the lab."""
import ctypes
import itertools
import os
import pathlib
import select
import socket
import subprocess
import time

from lab import WARD, Lab, machine, need_packets, wait_for

PORT = 7000
SILENCE, PATIENCE = 0.25, 15  # seconds: nothing comes; what must come, after retransmissions

PODS = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: v1
kind: Pod
metadata: {name: client, namespace: shop, labels: {role: client}}
spec: {nodeName: east, containers: [{name: c, image: c}]}
""" + "".join(f"""
---
apiVersion: v1
kind: Pod
metadata: {{name: {name}, namespace: shop, labels: {{role: server, at: {name}}}}}
spec: {{nodeName: {node}, containers: [{{name: c, image: c}}]}}
---
apiVersion: v1
kind: Service
metadata: {{name: {name}, namespace: shop}}
spec:
  ipFamilyPolicy: RequireDualStack
  selector: {{at: {name}}}
  ports: [{{name: t, port: {PORT}}}, {{name: u, port: {PORT}, protocol: UDP}}]
""" for name, node in (("near", "east"), ("far", "west")))

CLOSED = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""
OUT = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: out, namespace: shop}
spec:
  podSelector: {matchLabels: {role: client}}
  policyTypes: [Egress]
  egress: [{to: [{podSelector: {matchLabels: {role: server}}}]}]
"""
IN = f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: in, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{role: server}}}}
  policyTypes: [Ingress]
  ingress:
  - from: [{{podSelector: {{matchLabels: {{role: client}}}}, namespaceSelector: {{matchLabels: {{team: shop}}}}}}]
    ports: [{{port: {PORT}}}, {{port: {PORT}, protocol: UDP}}]
"""
OTHER_PORT = IN.replace(str(PORT), str(PORT + 1))
ADMIN = """
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: stop}
spec:
  priority: 1
  subject: {namespaces: {matchLabels: {team: shop}}}
  ingress: [{action: Deny, from: [{namespaces: {}}]}]
"""


class Place:
    """The network of a pod: sockets can be opened there."""

    def __init__(self, lab, pod):
        self.holder = subprocess.Popen([WARD, "lab", "exec", "--lab", lab.name, pod, "--", "sleep",
                                        "600"], stdout=subprocess.DEVNULL)
        proc = pathlib.Path("/proc") / str(self.holder.pid)
        wait_for(f"a process in {pod}", lambda: (proc / "comm").read_text().strip() == "sleep")
        self.net = os.open(proc / "ns/net", os.O_RDONLY)
        self.addresses = [line.split()[3].split("/")[0] for line in lab(
            "exec", pod, "--", "ip", "-o", "addr", "show", "scope", "global").stdout.splitlines()]

    def address(self, family):
        return next(a for a in self.addresses if (":" in a) == (family == socket.AF_INET6))

    def socket(self, family, kind):
        libc = ctypes.CDLL(None, use_errno=True)
        home = os.open("/proc/self/ns/net", os.O_RDONLY)
        try:
            assert libc.setns(self.net, 0) == 0
            return socket.socket(family, kind)
        finally:
            assert libc.setns(home, 0) == 0
            os.close(home)

    def end(self):
        self.holder.kill()
        self.holder.wait()
        os.close(self.net)


class Line:
    """A connection: TCP, or UDP between two connected sockets."""

    def __init__(self, name, client, server, target, family, kind):
        self.name, self.is_tcp, self.said = name, kind == socket.SOCK_STREAM, itertools.count()
        door = server.socket(family, kind)
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((server.address(family), PORT))
        self.client = client.socket(family, kind)
        self.client.settimeout(PATIENCE)
        if self.is_tcp:
            door.listen()
            self.client.connect((target, PORT))
            door.settimeout(PATIENCE)
            self.server = door.accept()[0]
            door.close()
        else:
            self.client.connect((target, PORT))
            self.client.send(b"hello")
            door.settimeout(PATIENCE)
            door.connect(door.recvfrom(10)[1])
            self.server = door
        for end in self.client, self.server:
            end.settimeout(0)

    def speak(self):
        """Both ends, the second first: neither is an answer to the other."""
        self.expected = f"{next(self.said)};".encode()
        self.server.send(self.expected)
        self.client.send(self.expected)

    def close(self):
        self.client.close()
        self.server.close()


def lines_open(lab, places):
    services = {s["name"]: s["addresses"] for s in lab.json("status")["services"]}
    for name, kind, family in itertools.product(
            ("near", "far"), (socket.SOCK_STREAM, socket.SOCK_DGRAM),
            (socket.AF_INET, socket.AF_INET6)):
        direct = places[name].address(family)
        service = next(a for a in services[name] if (":" in a) == (":" in direct))
        for way, target in (("direct", direct), ("Service", service)):
            label = f"{name}, {way}, {kind.name}, {family.name}"
            yield Line(label, places["client"], places[name], target, family, kind)
            if kind == socket.SOCK_DGRAM:
                break  # the server's port is that connection's now


def must_be_silent(lines):
    """What each end says now never comes: it is judged by the policies of now."""
    for line in lines:
        line.speak()
    ends = {end: line for line in lines for end in (line.client, line.server)}
    heard, _, _ = select.select(ends, [], [], SILENCE)
    assert not heard, [ends[end].name for end in heard]


def must_go_on(lines):
    """All that was said before comes (TCP), and what is said now."""
    for line in lines:
        line.speak()
    for line in lines:
        for end in line.client, line.server:
            text, until = b"", time.monotonic() + PATIENCE
            while not text.endswith(line.expected):
                left = until - time.monotonic()
                assert left > 0 and select.select([end], [], [], left)[0], (line.name, text)
                text += end.recv(1000)


def changes(lab):
    """Ways to take the permission, whom it concerns, and how to give it back."""
    apply = lambda text: lambda: lab("apply", "-f", "-", input_text=text)  # noqa: E731
    label = lambda *args: lambda: lab("label", *args)  # noqa: E731
    delete = lambda *args: lambda: lab("delete", *args)  # noqa: E731
    yield "ingress", "", delete("netpol", "in", "-n", "shop"), apply(IN)
    yield "egress", "", delete("netpol", "out", "-n", "shop"), apply(OUT)
    yield "port", "", apply(OTHER_PORT), apply(IN)
    yield "client", "", label("shop/client", "role=nobody"), label("shop/client", "role=client")
    yield "near", "near", label("shop/near", "role=nobody"), label("shop/near", "role=server")
    yield "far", "far", label("shop/far", "role=nobody"), label("shop/far", "role=server")
    yield "namespace", "", label("namespace/shop", "team=x"), label("namespace/shop", "team=shop")
    yield "admin", "", apply(ADMIN), delete("adminnetworkpolicy", "stop")


def cut(lab, every):
    places = {name: Place(lab, f"shop/{name}") for name in ("client", "near", "far")}
    lines = list(lines_open(lab, places))
    assert len(lines) == 12
    must_go_on(lines)
    for what, of, take, give in itertools.islice(changes(lab), 0, None, every):
        concerned = [line for line in lines if line.name.startswith(of)]
        take()
        must_be_silent(concerned)
        must_go_on([line for line in lines if line not in concerned])
        give()
        must_go_on(lines)
        print(f"{lab.name}, {what}: {len(concerned)} connections cut, both ways, and on again")
    for line in lines:
        line.close()
    for place in places.values():
        place.end()


def main():
    need_packets()
    before = machine()
    for network, proxy, every in (("routed", "nftables", 1), ("vxlan", "iptables", 3),
                                  ("bridge", "nftables", 3)):
        with Lab(f"-{network}") as lab:
            lab("up", "--network", network, "--kube-proxy", proxy, "-f", "-",
                input_text=PODS + "---" + CLOSED + "---" + OUT + "---" + IN)
            cut(lab, every)
    assert machine() == before


main()
