# SPDX-License-Identifier: Apache-2.0
"""The world: packets to and from addresses that are not in the lab, by the blocks of policies."""
import json

import frames
from lab import WARD, WORLD, Lab, machine, need_packets

POLICIES = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: blocks, namespace: shop}
spec:
  podSelector: {matchLabels: {role: web}}
  policyTypes: [Ingress, Egress]
  ingress:
  - from:
    - ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.64/26]}
    - ipBlock: {cidr: "2001:db8:1::/48", except: ["2001:db8:1:5::/64"]}
    ports: [{port: 8080}]
  egress:
  - to: [{ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8, 172.16.0.0/12]}}]
    ports: [{port: 443}, {port: 6000, endPort: 6010, protocol: UDP}]
  - to: [{ipBlock: {cidr: "2001:db8:1::/48", except: ["2001:db8:1:5::/64"]}}]
"""


def agree(lab):
    report = lab.agree()
    assert report["pairs"] == 9 * 8 + 9 * 2 and not report["leftOutAddresses"]
    return report


def anywhere(lab):
    """Every address that is not in the lab answers, and may ask."""
    web = lab.pods()["shop/web-0"]["address"]
    assert agree(lab)["outsideAddresses"] == 4
    for place in "203.0.113.7:80", "10.99.0.1:443", "[2001:db8:77::5]:80", "[fd00:99::1]:443":
        assert "world" in lab.curl("shop/web-0", f"http://{place}/"), place
    for source in "203.0.113.7", "8.8.8.8":
        assert "shop/web-0" in lab.curl("world", f"http://{web}:8080/", "--interface", source)


def blocks(lab):
    web = lab.pods()["shop/web-0"]["address"]
    lab("apply", "-f", "-", input_text=POLICIES)
    # two ends of each range: 4 to 6 blocks in either family
    assert 20 <= agree(lab)["outsideAddresses"] <= 40
    for source, is_open in [("198.51.100.63", True), ("198.51.100.64", False),
                            ("198.51.100.127", False), ("198.51.100.128", True),
                            ("198.51.101.0", False)]:
        said = lab.curl("world", f"http://{web}:8080/", "--interface", source)
        assert ("shop/web-0" in said) == is_open, (source, said)
    for place, is_open in [("172.15.255.255", True), ("172.16.0.0", False),
                           ("172.31.255.255", False), ("172.32.0.0", True),
                           ("[2001:db8:1:4::1]", True), ("[2001:db8:1:5::]", False)]:
        assert ("world" in lab.curl("shop/web-0", f"http://{place}:443/")) == is_open, place


def many(lab):
    """Not every end of every block is tried, and it is said how many are not."""
    excepts = ", ".join(f"198.18.{i}.0/25" for i in range(60))
    lab("apply", "-f", "-", input_text=f"""
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: many, namespace: shop}}
spec:
  podSelector: {{matchLabels: {{role: quiet}}}}
  policyTypes: [Egress]
  egress: [{{to: [{{ipBlock: {{cidr: 198.18.0.0/15, except: [{excepts}]}}}}]}}]
""")
    report = lab.json("probe")
    assert report["leftOutAddresses"] > 180 and report["outsideAddresses"] > 64, report
    assert "addresses at which rules differ were left out" in lab("probe").stdout
    lab("delete", "netpol", "many", "-n", "shop")
    agree(lab)


def wrong(lab):
    """The probe sees it when the world is let in, or not, against the policies."""
    lab("exec", "node:node-1", "--", "nft",
        "add table inet shut; add chain inet shut way { type filter hook forward priority 0; }; "
        "add rule inet shut way ip saddr 198.51.100.0 drop")
    run = lab("probe", "-o", "json", check=False)
    report = json.loads(run.stdout)
    assert run.returncode == 1
    for end in "from", "to":  # the way out, and the way back
        assert {w["expected"] for w in report["wrong"] if w[end] == "198.51.100.0"} == {"open"}
    assert all("198.51.100.0" in (w["from"], w["to"]) for w in report["wrong"]), report["wrong"]
    assert "wrong  198.51.100.0 → " in lab("probe", check=False).stdout
    lab("exec", "node:node-1", "--", "nft", "delete table inet shut")
    agree(lab)


def spoofed(lab):
    """Who is in the world is no node and no pod of the node that it speaks to."""
    found = lab.pods()
    neigh = json.loads(lab("exec", "world", "--", "ip", "-j", "neigh").stdout)
    gateway = next(n["lladdr"] for n in neigh if n["dst"] == "169.254.1.1")
    node = found["shop/quiet"]["node"]
    mate = next(p["address"] for p in found.values()
                if p["node"] == node and p["name"] != "quiet" and not p["hostNetwork"])
    own = next(p["address"] for p in found.values() if p["node"] == node and p["hostNetwork"])
    to = found["shop/quiet"]["address"]
    sent = [(source, f"from {source} to quiet".encode())
            for source in ("203.0.113.9", mate, own, to, "10.244.1.250")]
    with frames.Seen(WARD, lab, "shop/quiet") as seen:
        frames.send(lab, "world", [
            frames.eth(gateway, "02:00:00:00:00:01", frames.IP,
                       frames.udp(source, to, 999, 999, data)) for source, data in sent])
    assert [data in seen for _, data in sent] == [True] + [False] * 4, seen.frames


def names(lab):
    for args, message in [(["exec", "node:east-1", "--", "true"], "did you mean node:east?"),
                          (["exec", "node:moon", "--", "true"], "no node moon in this lab"),
                          (["exec", "wrld", "--", "true"], "no pod or workload")]:
        run = lab(*args, check=False)
        assert run.returncode == 2 and message in run.stderr, (args, run)
    assert lab("exec", "world", "--", "hostname").stdout == "world\n"


def main():
    need_packets()
    before = machine()
    with Lab() as lab:
        lab("up", "-f", WORLD / "pods.yaml")
        for part in (anywhere, blocks, many, wrong, spoofed, names):
            print(part.__name__, flush=True)
            part(lab)
        assert (lab.folder() / "log").read_text() == ""
    assert machine() == before, "the machine's own network has changed"


if __name__ == "__main__":
    main()
