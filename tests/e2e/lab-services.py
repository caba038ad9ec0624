# SPDX-License-Identifier: Apache-2.0
"""Services: every way through them, by packets, in both modes of kube-proxy.  What a policy says
holds for the backend that was chosen, at both ends, at every packet."""
import collections
import concurrent.futures
import json
import pathlib
import queue
import subprocess
import sys
import threading

from lab import WARD, Lab, machine, need_packets, wait_for

HERE = pathlib.Path(__file__).resolve().parent / "services"
WEB, LOCAL_PORT, NODE_PORT = "10.96.0.80", 30081, 30080
EAST, WEST = "172.30.0.1", "172.30.0.2"
ALL = {"shop/web-a", "shop/web-b", "shop/web-c"}

# Many connections at a time: who answered, or "refused", or "silent".
ASK = """
import concurrent.futures, socket, sys
address, port, n, kind, source = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4], sys.argv[5]
def ask(_):
    with socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET,
                       socket.SOCK_DGRAM if kind == 'udp' else socket.SOCK_STREAM) as s:
        s.settimeout(1)
        try:
            if source:
                s.setsockopt(socket.IPPROTO_IP, 15, 1)
                s.bind((source, 0))
            s.connect((address, port))
            s.send(b'?\\n')
            said = s.recv(1000)
            return said.decode().split('\\n')[-2 if said.endswith(b'\\n') else -1]
        except (ConnectionError, PermissionError):  # the latter of the node's own datagram
            return 'refused'
        except socket.timeout:
            return 'silent'
with concurrent.futures.ThreadPoolExecutor(n) as pool:
    print('\\n'.join(pool.map(ask, range(n))))
"""

# Says what it reads, and prints what it hears.
TALK = """
import socket, sys, threading
role, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
if role == 'server':
    door = socket.create_server((address, port))
    print('ready', flush=True)
    line, _ = door.accept()
else:
    line = socket.create_connection((address, port), 5)
    line.settimeout(None)
def hear():
    for text in line.makefile():
        print(text.strip(), flush=True)
    print('end', flush=True)
threading.Thread(target=hear, daemon=True).start()
print('connected', flush=True)
for text in sys.stdin:
    line.sendall(text.encode())
"""


# One socket, and so one flow: who answers each time.
STAY = """
import socket, sys
flow = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
flow.settimeout(1)
flow.connect((sys.argv[1], int(sys.argv[2])))
for _ in sys.stdin:
    try:
        flow.send(b'?')
        print(flow.recv(100).decode(), flush=True)
    except OSError as error:
        print(error, flush=True)
"""


def ask(lab, place, address, port, n=30, kind="tcp", source=""):
    """Who answers, of so many tries that each of three is met but once in a hundred thousand."""
    run = lab("exec", place, "--", "python3", "-c", ASK, address, port, n, kind, source)
    return collections.Counter(run.stdout.split())


def agree(lab):
    report = lab.json("probe", check=False)
    assert report["wrong"] == [], json.dumps(report["wrong"][:10], indent=1)
    assert report["agree"] == report["pairs"] > 0
    assert report["services"]["agree"] == report["services"]["ways"] > 0
    return report


def services(lab):
    return {s["name"]: s for s in lab.json("status")["services"]}


def backends(lab, name):
    return {b["pod"] for b in services(lab)[name]["ports"][0]["backends"]}


def unlimit(lab):
    """Kernels say only so many ICMP errors a second to each; not here."""
    for place in "node:east", "node:west", "shop/web-b":
        for knob in "ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit":
            lab("exec", place, "--", "sh", "-c", f"echo 0 >/proc/sys/net/{knob}")


def shape(lab):
    """Addresses of the manifest where they fit, others else; pods behind the ports."""
    found = services(lab)
    assert found["web"]["addresses"] == [WEB, "fd00:10:96::80"], found["web"]
    assert [p["nodePort"] for p in found["web"]["ports"]][0] == NODE_PORT
    assert 30086 <= found["web"]["ports"][1]["nodePort"] <= 32767
    assert found["local"]["addresses"][0].startswith("10.96.1."), found["local"]
    assert len(found["local"]["addresses"]) == 2
    assert [":" in a for a in found["six"]["addresses"]] == [True]
    assert found["headless"]["addresses"] == found["alias"]["addresses"] == []
    addresses = [a for s in found.values() for a in s["addresses"]]
    assert len(addresses) == len(set(addresses))
    http, dns = found["web"]["ports"]
    assert {(b["pod"], b["port"]) for b in http["backends"]} == {
        ("shop/web-a", 8080), ("shop/web-b", 8080), ("shop/web-c", 8088)}
    assert {b["pod"] for b in dns["backends"]} == {"shop/web-a", "shop/web-b"}


def ways(lab):
    """Without policies every way leads to every backend that it should."""
    west = {"shop/web-b", "shop/web-c"}
    found = services(lab)
    dns = found["web"]["ports"][1]["nodePort"]
    agree(lab)
    for place in "shop/client-e", "shop/client-w", "shop/host-e", "shop/web-a":  # also to itself
        assert set(ask(lab, place, WEB, 80)) == ALL, place
    assert set(ask(lab, "shop/client-e", "fd00:10:96::80", 80)) == ALL
    assert set(ask(lab, "shop/client-e", WEB, 53, kind="udp")) == {"shop/web-a", "shop/web-b"}
    assert set(ask(lab, "shop/client-w", found["host"]["addresses"][0], 9100)) == {
        "shop/host-e", "shop/host-w"}
    for node in EAST, WEST, "fd00:172:30::1":
        assert set(ask(lab, "world", node, NODE_PORT)) == ALL, node
    assert set(ask(lab, "world", EAST, dns, kind="udp")) == {"shop/web-a", "shop/web-b"}
    # only where the backends are; but from the node itself and its pods anywhere
    assert set(ask(lab, "world", WEST, LOCAL_PORT)) == west
    assert set(ask(lab, "world", EAST, LOCAL_PORT, n=4)) == {"silent"}
    assert set(ask(lab, "shop/client-e", EAST, LOCAL_PORT)) == west
    near = found["near"]["addresses"][0]
    assert set(ask(lab, "shop/client-w", near, 80)) == west
    assert set(ask(lab, "shop/client-e", near, 80, n=4)) == {"silent"}


def nobody(lab):
    """Without a backend, or at a port that nobody serves, an ICMP error comes back."""
    for place in "shop/client-e", "shop/host-w":
        assert set(ask(lab, place, "10.96.0.10", 80, n=2)) == {"refused"}, place
        assert set(ask(lab, place, "10.96.0.10", 53, n=2, kind="udp")) == {"refused"}, place
    lab("label", "shop/web-b", "talks=yes")
    for kind in "tcp", "udp":  # of the backend, translated back
        assert set(ask(lab, "shop/client-e", "10.96.0.70", 7000, n=2, kind=kind)) == {"refused"}
    lab("label", "shop/web-b", "talks-")


def names(lab):
    """The names that a cluster's DNS has, in /etc/hosts of what exec runs, and of nothing else."""
    resolve = ("import socket, sys; print(sorted({a[4][0] for a in "
               "socket.getaddrinfo(sys.argv[1], 80)}))")
    before = pathlib.Path("/etc/hosts").read_bytes()
    headless = sorted(address(lab, f"shop/web-{x}") for x in "abc")
    for place, name, expected in (
            ("shop/client-e", "web", [WEB, "fd00:10:96::80"]),
            ("shop/client-e", "nobody.shop.svc.cluster.local", ["10.96.0.10"]),
            ("node:west", "web.shop", [WEB, "fd00:10:96::80"]),
            ("shop/client-e", "headless.shop.svc", headless),
            ("shop/client-e", "localhost", ["127.0.0.1", "::1"])):
        found = lab("exec", place, "--", "python3", "-c", resolve, name).stdout
        assert set(expected) <= set(json.loads(found.replace("'", '"'))), (place, name, found)
    assert pathlib.Path("/etc/hosts").read_bytes() == before
    assert lab("exec", "node:west", "--", "grep", "-w", "web$", "/etc/hosts",
               check=False).stdout == ""
    assert lab("exec", "shop/client-e", "--", "ls", "/sys/class/net").stdout.split() == ["eth0",
                                                                                        "lo"]


def seen(lab, node, to):
    """From whom the last connection to @to came, as @node saw it."""
    flow = [f for f in lab.observe("--last", "200", "--to", to) if f["node"] == node][-1]
    return flow["from"].get("pod") or flow["from"].get("node") or flow["from"]["address"]


def sources(lab):
    """Whose address the judges see (A11.4): the client's, or that of the node that was entered."""
    for place, address, port, source, node, to, who in (
            ("shop/client-e", WEB, 80, "", "west", "shop/web-b", "client-e"),
            ("shop/host-e", WEB, 80, "", "west", "shop/web-b", "east"),
            ("world", WEST, NODE_PORT, "198.51.100.7", "west", "shop/web-b", "198.51.100.7"),
            ("world", EAST, NODE_PORT, "198.51.100.8", "west", "shop/web-b", "east"),
            ("world", WEST, LOCAL_PORT, "198.51.100.9", "west", "shop/web-c", "198.51.100.9"),
            ("shop/client-w", EAST, NODE_PORT, "", "west", "shop/web-c", "east"),
            ("shop/client-e", EAST, NODE_PORT, "", "east", "shop/web-a", "client-e")):
        ask(lab, place, address, port, source=source)
        assert seen(lab, node, to) == who, (place, address, port, seen(lab, node, to))


def policies(lab):
    lab("apply", "-f", HERE / "policies.yaml")
    agree(lab)
    # the client's egress names neither the Service nor what is at its other end of it
    assert set(ask(lab, "shop/client-e", WEB, 80)) == {"shop/web-b", "silent"}
    # web-b is open to the world of one block, web-a to all
    assert set(ask(lab, "world", WEST, NODE_PORT, source="198.51.100.7")) == ALL
    assert set(ask(lab, "world", WEST, NODE_PORT, source="198.51.100.200")) <= {"shop/web-a",
                                                                             "silent"}
    # entered at the other node it is that node who asks, and may ask web-c only
    assert set(ask(lab, "world", EAST, NODE_PORT, source="198.51.100.200")) == {
        "shop/web-a", "shop/web-c", "silent"}
    # a rule that denies, unlike isolation, cuts a pod off from itself (F7.1)
    assert "shop/web-c" in ask(lab, "shop/web-c", WEB, 80)
    deny = """
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: {name: deny}
spec:
  tier: Admin
  priority: 1
  subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web, at: west}}}}
  ingress: [{action: Deny, from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: web}}}}]}]
"""
    lab("apply", "-f", "-", input_text=deny)
    agree(lab)
    assert "shop/web-c" not in ask(lab, "shop/web-c", WEB, 80)
    lab("delete", "-f", "-", input_text=deny)
    lab("delete", "-f", HERE / "policies.yaml")


def changes(lab):
    """Labels, pods and Services that come and go."""
    lab("label", "shop/web-b", "app-")
    assert backends(lab, "web") == {"shop/web-a", "shop/web-c"}
    assert set(ask(lab, "shop/client-e", WEB, 80)) == {"shop/web-a", "shop/web-c"}
    lab("label", "shop/web-b", "app=web")
    lab("delete", "pod", "web-c", "-n", "shop")
    assert set(ask(lab, "shop/client-e", WEB, 80)) == {"shop/web-a", "shop/web-b"}
    lab("delete", "svc", "web", "-n", "shop")
    assert "web" not in services(lab)
    assert not ALL & set(ask(lab, "shop/client-e", WEB, 80, n=2))
    assert not ALL & set(ask(lab, "world", EAST, NODE_PORT, n=2))
    lab("apply", "-f", HERE / "pods.yaml")  # on the address that it had
    assert set(ask(lab, "shop/client-e", WEB, 80)) == ALL
    agree(lab)
    more = """
apiVersion: v1
kind: Service
metadata: {name: more, namespace: shop}
spec: {clusterIP: 10.96.0.80, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
"""
    lab("apply", "-f", "-", input_text=more)  # an address that another one has
    assert services(lab)["more"]["addresses"] != [WEB]
    lab("delete", "-f", "-", input_text=more)


class Talker:
    """A program in a pod that is told and tells line by line."""

    def __init__(self, lab, place, program, *args):
        self.process = subprocess.Popen(
            [WARD, "lab", "exec", "--lab", lab.name, place, "--", "python3", "-c", program,
             *map(str, args)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.heard = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for text in self.process.stdout:
            self.heard.put(text.strip())

    def say(self, text):
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def hear(self, seconds=20):
        """What was said, or None: nothing for so long."""
        try:
            return self.heard.get(timeout=seconds)
        except queue.Empty:
            return None

    def close(self):
        self.process.kill()
        self.process.wait()


class Talk:
    """Two who talk through the Service "talk", whose one backend is the second of them."""

    def __init__(self, lab, client, server, address, port):
        lab("label", server, "talks=yes")
        self.server = Talker(lab, server, TALK, "server", "0.0.0.0", 7000)
        assert self.server.hear() == "ready"
        self.client = Talker(lab, client, TALK, "client", address, port)
        assert self.server.hear() == "connected" and self.client.hear() == "connected"
        lab("label", server, "talks-")

    def both(self, text):
        self.client.say(text)
        assert self.server.hear() == text
        self.server.say(text)
        assert self.client.hear() == text

    def close(self):
        self.client.close()
        self.server.close()


ISOLATE = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: cut, namespace: shop}}
spec: {{podSelector: {{matchLabels: {{app: {}}}}}, policyTypes: [{}]}}
"""


def cut(lab):
    """A permission that goes cuts open connections at the next packet, whoever sends it; when it
    comes back they go on."""
    talks = [Talk(lab, *ends) for ends in (
        ("shop/client-e", "shop/web-a", "10.96.0.70", 7000),  # the same node
        ("shop/client-e", "shop/web-b", "10.96.0.70", 7000),  # another
        ("shop/client-w", "shop/web-c", EAST, 30070))]  # by way of another, masqueraded
    try:
        for talk in talks:
            talk.both("hello")
        for app, direction in ("web", "Ingress"), ("client", "Egress"):
            policy = ISOLATE.format(app, direction)
            lab("apply", "-f", "-", input_text=policy)
            for talk in talks:
                talk.client.say("asked")
                talk.server.say("told")
            assert talks[0].server.hear(0.7) is None
            for talk in talks:
                assert talk.server.heard.empty() and talk.client.heard.empty(), direction
            lab("delete", "-f", "-", input_text=policy)
            for talk in talks:
                assert (talk.server.hear(), talk.client.hear()) == ("asked", "told"), direction
    finally:
        for talk in talks:
            talk.close()


def narrow(lab):
    """A router's "too big" about a packet of a translated connection reaches who sent it, although
    that one may speak to nobody but the backend (A10.8)."""
    alone = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: alone, namespace: shop}
spec:
  podSelector: {matchLabels: {app: client}}
  policyTypes: [Ingress, Egress]
  egress: [{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 7000}]}]
"""
    lab("apply", "-f", "-", input_text=alone)
    talk = Talk(lab, "shop/client-e", "shop/web-b", "10.96.0.70", 7000)
    links = json.loads(lab("exec", "node:west", "--", "ip", "-j", "route", "get",
                           address(lab, "shop/web-b")).stdout)
    try:
        lab("exec", "node:west", "--", "ip", "link", "set", links[0]["dev"], "mtu", "1280")
        talk.both("x" * 20000)
    finally:
        lab("exec", "node:west", "--", "ip", "link", "set", links[0]["dev"], "mtu", "1500")
        talk.close()
    lab("delete", "-f", "-", input_text=alone)


def address(lab, pod):
    return next(p["address"] for p in lab.json("status")["pods"]
                if f"{p['namespace']}/{p['name']}" == pod)


def gone(lab):
    """A session whose backend goes away is not given to whoever has its address next."""
    talk = Talk(lab, "shop/client-e", "shop/web-b", "10.96.0.70", 7000)
    try:
        talk.both("hello")
        lab("delete", "pod", "web-b", "-n", "shop")
        assert set(ask(lab, "shop/client-e", WEB, 80)) == {"shop/web-a", "shop/web-c"}
        talk.client.say("there?")
        assert talk.client.hear(0.5) is None
    finally:
        talk.close()
    lab("apply", "-f", HERE / "pods.yaml")
    agree(lab)


def moves(lab):
    """A flow of datagrams goes on with another backend when its own is gone, and not before."""
    flow = Talker(lab, "shop/client-e", STAY, WEB, 53)
    try:
        flow.say("")
        first = flow.hear()
        assert first in ("shop/web-a", "shop/web-b"), first
        lab("label", "shop/client-w", "noted=yes")  # nothing of the Service's
        for _ in range(10):
            flow.say("")
            assert flow.hear() == first
        lab("delete", "pod", first.split("/")[1], "-n", "shop")
        flow.say("")
        assert {first, flow.hear()} == {"shop/web-a", "shop/web-b"}
    finally:
        flow.close()
    lab("apply", "-f", HERE / "pods.yaml")


RETRY = """
import socket, sys
for _ in sys.stdin:
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.settimeout(1)
        s.bind(('', 7777))
        try:
            s.connect((sys.argv[1], int(sys.argv[2])))
            s.send(b'?\\n')
            print(s.makefile().read().split()[-1], flush=True)
        except OSError as error:
            print(error, flush=True)
"""


def retries(lab):
    """Who was not answered and tries again is sent where the Service leads by then."""
    deny = ISOLATE.format("web", "Ingress")
    lab("label", "shop/web-a", "app-")
    lab("label", "shop/web-c", "app-")  # web-b is all there is, and closed, on the other node
    lab("apply", "-f", "-", input_text=deny)
    flow = Talker(lab, "shop/client-e", RETRY, WEB, 80)
    try:
        flow.say("")
        assert flow.hear() == "timed out"
        lab("label", "shop/web-a", "app=web")
        lab("label", "shop/web-b", "app-")
        lab("delete", "-f", "-", input_text=deny)
        flow.say("")
        assert flow.hear() == "shop/web-a"
    finally:
        flow.close()
    lab("label", "shop/web-b", "app=web")
    lab("label", "shop/web-c", "app=web")


def over(network):
    """Over other networks: a node may masquerade by another address, a bridge lead back."""
    with Lab(f"-{network}") as lab:
        lab("up", "-f", HERE, "--network", network)
        agree(lab)


def by(mode):
    with Lab(f"-{mode}") as lab:
        lab("up", "-f", HERE / "pods.yaml", "--kube-proxy", mode)
        unlimit(lab)
        for part in (shape, names, ways, nobody, sources, policies, changes, cut, narrow, gone, moves,
                     retries):
            print(mode, part.__name__, flush=True)
            part(lab)


def main():
    need_packets()
    before = machine()
    for network in "vxlan", "bridge":
        over(network)
    with concurrent.futures.ThreadPoolExecutor() as pool:  # most of it is waiting
        list(pool.map(by, sys.argv[2:] or ("nftables", "iptables")))
    wait_for("the machine to be as it was", lambda: machine() == before)


main()
