# SPDX-License-Identifier: Apache-2.0
"""A lab from up to down: what it says is what happens, and nothing of it stays."""
import json
import os
import re
import signal
import socket
import subprocess
import time

from lab import WARD, WORLD, Lab, is_alive, machine, namespaces, need_packets, wait_for, ward


def agree(lab):
    """Probes; everything must have done as predicted."""
    report = lab.json("probe", check=False)
    assert report["wrong"] == [], report["wrong"][:10]
    assert report["agree"] == report["pairs"] > 0
    return report


def reached(lab, pod):
    report = lab.json("scan", pod)
    assert len(report["reached"]) + len(report["blocked"]) == report["ports"]
    return {f"{p['pod']}:{p['port']}/{p['protocol']}" for p in report["reached"]}


def pods(lab):
    return {f"{p['namespace']}/{p['name']}": p for p in lab.json("status")["pods"]}


def shape(lab):
    """Names, nodes, addresses, ports: as place.c says."""
    status = lab.json("status")
    assert sorted(n["name"] for n in status["nodes"]) == ["east", "node-1"]
    found = pods(lab)
    # two of the Deployment, at most three of the StatefulSet, one per node of the DaemonSet, and
    # the finished pod is none
    assert sorted(found) == ["ops/pinned", "ops/probe-0", "ops/probe-1", "shop/db-0", "shop/db-1",
                             "shop/db-2", "shop/quiet", "shop/web-0", "shop/web-1"]
    assert found["ops/pinned"]["node"] == "east"
    assert found["ops/probe-0"]["hostNetwork"]
    assert found["ops/probe-0"]["node"] != found["ops/probe-1"]["node"]
    assert len({p["address"] for p in found.values()}) == len(found)


def room(lab):
    """How full what can be full is: of every node, and for people of the fullest."""
    for node in lab.json("status")["nodes"]:
        enforcement = node["enforcement"]
        image, connections = enforcement["image"], enforcement["connections"]
        assert enforcement["generation"] == 1 and "error" not in enforcement, enforcement
        assert 0 < image["linesUsed"] < image["lines"] and image["bytes"] < image["maxBytes"], image
        assert 9 <= image["ipv4Addresses"] < image["ipv4AddressesMax"], image
        assert connections["entries"] <= connections["max"] and connections["max"] > 0, connections
    assert "\nfullest node: image 0 %, table of connections 0 %" in lab("status").stdout


def bare(lab):
    """Without policies everything is open, between nodes and within them."""
    agree(lab)
    everything = {f"{name}:{p['port']}/{p['protocol']}" for name, pod in pods(lab).items()
                  for p in pod["ports"] if name != "shop/quiet" and "skipped" not in p}
    assert reached(lab, "shop/quiet") == everything


def policies(lab):
    change = lab.json("apply", "-f", WORLD / "policies.yaml")
    assert sorted(change["pods"]) == ["shop/db-0", "shop/db-1", "shop/db-2", "shop/quiet",
                                      "shop/web-0", "shop/web-1"], change
    assert 0 < change["microseconds"] < 10_000_000
    agree(lab)
    assert reached(lab, "shop/quiet") == set()
    databases = {f"shop/db-{i}:5432/TCP" for i in range(3)}
    hosts = {f"ops/probe-{i}:9100/TCP" for i in range(2)}
    assert reached(lab, "shop/web-0") == databases | hosts | {"ops/pinned:9100/TCP"}
    assert "shop/web-0:9100/TCP" in reached(lab, "ops/pinned")
    assert "shop/web-0:8080/TCP" not in reached(lab, "ops/pinned")


def flows(lab):
    """The denied packet is explained with the line of the file."""
    lab("exec", "shop/quiet", "--", "sh", "-c", f"exec 3<>/dev/udp/{address(lab, 'shop/db-0')}/8125"
        " && echo x >&3", check=False)
    lab("scan", "shop/quiet")
    denied = lab.observe("--last", "1", "--verdict", "denied", "--from", "shop/quiet",
                         "--to", "shop/db-0")
    assert len(denied) == 1, denied
    flow = denied[0]
    assert (flow["verdict"], flow["direction"], flow["reason"]) == ("denied", "egress", "isolated")
    isolating = flow["egress"]["isolatedBy"][0]
    text = (WORLD / "policies.yaml").read_text().splitlines()
    assert isolating["name"] == "quiet" and isolating["file"].endswith("policies.yaml")
    assert "NetworkPolicy" in "".join(text[isolating["line"] - 2:isolating["line"] + 2])

    lab("scan", "shop/web-0")
    allowed = lab.observe("--last", "1", "--verdict", "allowed", "--from", "shop/web-0",
                          "--to", "shop/db-0")
    rule = allowed[0]["ingress"]["decidedBy"][0]
    assert (rule["name"], rule["rule"]) == ("db", 0)
    assert "role: web" in text[rule["line"] - 1], text[rule["line"] - 1]
    assert rule["path"] == "spec.ingress[0]", rule


def ends(lab):
    """Who may be named to observe, and in which order it tells."""
    everything = lab.observe()
    assert [f["time"] for f in everything[-20:]] == sorted(f["time"] for f in everything[-20:])
    assert len(everything) >= len(lab.observe("--from", "shop/web")) > 0
    for args, pod in ((["shop/"], "shop/"), (["deploy/web"], "shop/web-"), (["shop/db-1"], "shop/db-1"),
                      ([address(lab, "shop/quiet") + "/32"], "shop/quiet")):
        flows_of = lab.observe("--to", *args)
        assert flows_of, args
        for flow in flows_of:
            assert f"{flow['to'].get('namespace')}/{flow['to'].get('pod')}".startswith(pod), flow
    for args, message in ((["--from", "shop/wbe"], "did you mean shop/web"),
                          (["--to", "shpo/"], "did you mean shop/?"),
                          (["--to", "group:nobody"], "no user group")):
        run = ward("observe", "--lab", lab.name, "--no-follow", *args, check=False)
        assert run.returncode == 2 and message in run.stderr, run


def rule_names(lab):
    """A line of a GroupPolicy with a name is called by it."""
    policy = """
apiVersion: ward.dev/v1alpha1
kind: GroupPolicy
metadata: {name: named}
spec:
  namespaces: [shop]
  groups:
    web: {labels: {role: web}}
    db: {labels: {role: db}}
  allow:
  - {name: ask, from: web, to: db}
"""
    lab("apply", "-f", "-", input_text=policy)
    lab("scan", "shop/web-0")
    run = ward("observe", "--lab", lab.name, "--no-follow", "--last", "400", "--from", "group:web",
               "--to", "group:db", "--verdict", "allowed")
    assert re.search(r' (node-1|east) allowed shop/web-0 \(web\) → shop/db.*GroupPolicy named "ask"',
                     run.stdout), run.stdout
    lab("delete", "-f", "-", input_text=policy)


def address(lab, pod):
    return pods(lab)[pod]["address"]


def relabel(lab):
    before = reached(lab, "shop/quiet")
    change = lab.json("label", "shop/quiet", "role=web")
    assert change["pods"] == ["shop/quiet"]
    agree(lab)
    after = reached(lab, "shop/quiet")
    assert before == set() and "shop/db-0:5432/TCP" in after
    lab("label", "shop/quiet", "role=quiet")
    assert reached(lab, "shop/quiet") == set()
    # a namespace, and back
    lab("label", "namespace/ops", "team-")
    agree(lab)
    assert not any("8125" in port for port in reached(lab, "ops/pinned"))
    lab("label", "namespace/ops", "team=ops")
    assert any("8125" in port for port in reached(lab, "ops/pinned"))


def actions(change):
    return {o["action"] for o in change["objects"]}


def nothing(lab):
    """A change that is none is not called one."""
    assert actions(lab.json("label", "shop/quiet", "role=quiet")) == {"unchanged"}
    assert actions(lab.json("label", "namespace/ops", "team=ops")) == {"unchanged"}
    assert actions(lab.json("apply", "-f", WORLD / "pods.yaml")) == {"unchanged"}
    assert "in force" not in lab("label", "shop/quiet", "role=quiet").stdout
    run = lab("label", "shop/quiet", "rol-", check=False)
    assert run.returncode == 2 and "no label rol; did you mean role?" in run.stderr, run
    run = lab("delete", "-o", "json", "-f", "-", check=False, input_text="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: never, namespace: shop}
spec: {podSelector: {}}
""")
    assert run.returncode == 2 and actions(json.loads(run.stdout)) == {"missing"}, run


def remove(lab):
    lab("delete", "netpol", "quiet", "-n", "shop")
    assert reached(lab, "shop/quiet")
    agree(lab)
    lab("label", "deploy/web", "role=web")
    lab("delete", "deploy/web")
    assert not any(name.startswith("shop/web") for name in pods(lab))
    agree(lab)
    lab("apply", "-f", WORLD)  # everything comes back, on addresses that others had before
    assert len(pods(lab)) == 9
    agree(lab)
    lab("delete", "-f", WORLD / "policies.yaml")
    assert lab.json("status")["policies"] == []
    bare(lab)


def inside(lab):
    """exec: the pod's network, and nothing of the machine's."""
    links = lab("exec", "shop/web-0", "--", "ls", "/sys/class/net").stdout.split()
    assert sorted(links) == ["eth0", "lo"], links
    assert lab("exec", "shop/web-0", "--", "hostname").stdout.strip() == "web-0"
    assert lab("exec", "shop/web-0", "--", "sh", "-c", "exit 7", check=False).returncode == 7
    banner = lab("exec", "shop/web-0", "--", "python3", "-c",
                 f"import socket; print(socket.create_connection(('{address(lab, 'shop/db-1')}',"
                 " 5432), 3).makefile().read())").stdout.strip()
    assert banner == "shop/db-1"
    page = lab("exec", "shop/web-0", "--", "python3", "-c",
               "import urllib.request as r; a = r.urlopen('http://"
               f"{address(lab, 'shop/db-1')}:5432/', timeout=3); "
               "print(a.status, a.headers['Content-Type'], a.read().decode())").stdout.strip()
    assert page == "200 text/plain shop/db-1", page


def rubbish(lab):
    """Whatever comes in at the socket, the lab stays and answers the next."""
    for text in (b"\n", b"{}\n", b"[1]\n", b"nonsense\n", b'{"op": 1}\n', b'{"op": "format c:"}\n',
                 b"{" * 60000 + b"\n", b"x" * 200000, b"\0" * 100 + b"\n",
                 b'{"op": "scan"}\n', b'{"op": "scan", "pod": {}}\n', b'{"op": "label"}\n',
                 b'{"op": "label", "target": "shop/quiet", "changes": 3}\n',
                 b'{"op": "label", "target": "shop/quiet", "changes": [{}, []]}\n',
                 b'{"op": "apply"}\n', b'{"op": "apply", "cwd": "/", "paths": [[], "/nowhere"]}\n',
                 b'{"op": "delete", "kind": "pod"}\n', b'{"op": "exec"}\n',
                 b'{"op": "observe", "last": -5, "from": "///"}\n', b'{"op": "probe"'):
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(10)
            client.connect(str(lab.folder() / "socket"))
            try:
                client.sendall(text)
                client.shutdown(socket.SHUT_WR)
                while client.recv(65536):
                    pass
            except (BrokenPipeError, ConnectionResetError):
                pass
    assert len(pods(lab)) == 9
    agree(lab)


def impatient(lab):
    """Observers that stop reading in the middle of many flows do the lab no harm."""
    for _ in range(4):
        readers = []
        for _ in range(20):
            observer = lab.start_observing()
            readers.append(subprocess.Popen(["head", "-n", "3"], stdin=observer.stdout,
                                            stdout=subprocess.DEVNULL))
            observer.stdout.close()
        wait_for("every observer to have seen enough",
                 lambda: lab("probe") and all(r.poll() is not None for r in readers))
    agree(lab)


def wrong(lab):
    """The probe sees it when packets do not do as predicted."""
    def nft(command):
        lab("exec", "ops/probe-0", "--", "nft", command)

    nft("add table ip block; add chain ip block shut { type filter hook forward priority 0; "
        "policy drop; }")
    run = lab("probe", "-o", "json", check=False)
    report = json.loads(run.stdout)
    assert run.returncode == 1 and report["agree"] < report["pairs"]
    assert {w["expected"] for w in report["wrong"]} == {"open"}
    run = lab("probe", check=False)
    assert run.returncode == 1 and "predicted open, observed closed" in run.stdout
    nft("delete table ip block")
    agree(lab)


def two(first):
    """Beside another lab of the same addresses."""
    with Lab("-b") as second:
        second("up", "-f", WORLD, "--nodes", "3")
        assert len(second.json("status")["nodes"]) == 3
        agree(first)
        agree(second)
        second("down")
        assert not second.folder().exists()
        agree(first)


def hints(lab):
    """What a hint says to type is meant for this lab."""
    labs = {entry["name"]: entry["state"] for entry in
            json.loads(ward("lab", "list", "-o", "json").stdout)["labs"]}
    assert labs[lab.name] == "up"
    assert lab.name in ward("lab", "list").stdout
    run = ward("lab", "status", "--lab", f"{lab.name}-no", check=False)
    assert run.returncode == 2 and re.search(rf"but .*{lab.name}[,:]", run.stderr), run
    run = lab("up", "-f", WORLD, check=False)
    assert f"`ward lab down --lab {lab.name}`" in run.stderr, run
    with Lab("-nobody") as empty:
        text = empty("up", "-f", WORLD / "policies.yaml", "--nodes", "1").stdout
        assert "1 node, 0 pods" in text and "nobody is in it" in text, text
        observer = empty.start_observing()
        empty("status")
        time.sleep(0.2)
        empty("down")
        assert observer.wait(20) == 2


def left_alone(_lab):
    """A command that runs in a pod ends with the lab, whether that is ended or killed."""
    for end in (lambda lab: lab("down"),
                lambda lab: os.kill(lab.json("status")["pid"], signal.SIGKILL)):
        with Lab("-busy") as busy:
            busy("up", "-f", WORLD)
            command = subprocess.Popen([WARD, "lab", "exec", "--lab", busy.name, "shop/web-0", "--",
                                        "sh", "-c", "echo in; exec sleep 600"], stdout=subprocess.PIPE)
            assert command.stdout.readline() == b"in\n"
            end(busy)
            assert command.wait(20) == -signal.SIGKILL
            command.stdout.close()


def mistakes(lab):
    for args, message in [
            (["scan", "shop/nobody"], 'no pod or workload "shop/nobody"'),
            (["scan", "shop/wbe"], "did you mean shop/web"),
            (["label", "shop/web-0", "role"], "key=value"),
            (["label", "shop/web-0", "ro le=x"], "no valid label key"),
            (["label", "shop/web-0", "role=x y"], "no valid label value: it is empty, or at most 63"),
            (["label", "shop", "env=prod"], '"shop" is a namespace'),
            (["delete", "netpol", "nope"], "no NetworkPolicy nope"),
            (["delete", "secret", "x"], "nothing that can be deleted"),
            (["up", "-f", WORLD], "there is a lab"),
            (["exec", "shop/web-0", "--", "/no/such/program"], "cannot run"),
    ]:
        run = lab(*args, check=False)
        assert run.returncode == 2 and message in run.stderr, (args, run)
    before = lab.json("status")
    run = lab("apply", "-f", "-", check=False, input_text="""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: good, namespace: shop}
spec: {podSelector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: bad, namespace: shop}
spec: {podSelektor: {}}
""")
    assert run.returncode == 2 and re.search(r"-:10:\d+: error", run.stderr), run.stderr
    assert lab.json("status")["policies"] == before["policies"], "half of the input was applied"


def main():
    need_packets()
    before, count = machine(), namespaces()
    with Lab() as lab:
        lab("up", "-f", WORLD / "pods.yaml")
        for part in (shape, room, bare, policies, flows, ends, rule_names, relabel, inside, left_alone, hints, mistakes, rubbish, impatient, wrong, two, nothing, remove):
            print(part.__name__, flush=True)
            part(lab)
        assert machine() == before, "the machine's own network has changed"
        pid = lab.json("status")["pid"]
        assert (lab.folder() / "log").read_text() == ""
        lab("down")
        assert not is_alive(pid) and not lab.folder().exists()
        run = lab("status", check=False)
        assert run.returncode == 2 and "there is no lab" in run.stderr
    assert machine() == before, "the machine's own network has changed"
    if count is not None:
        wait_for("the namespaces to go", lambda: namespaces() < count + 10)


if __name__ == "__main__":
    main()
