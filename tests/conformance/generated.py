#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Section D of docs/semantics.md: the generated cases, as a file for run.c on standard output.

Nine pods, a, b and c in each of x, y and z, which listen on 80 and 81 of every protocol.  A case
takes the base policy (D2) and replaces one part of it.  Every part is written here twice: as the
YAML that Ward reads, and as the set of pods or ports that it stands for, named one by one.  So what
is expected comes from sets alone, and nobody evaluates a selector to get there.

217 cases (D1.1 to D1.8); the other 13 (D1.9) are those of section C, in
networkpolicy-upstream.yaml."""
import itertools
import json

NAMESPACES, LETTERS, PROTOCOLS, PORTS = "xyz", "abc", ("TCP", "UDP", "SCTP"), (80, 81)
# The /24 around z/c holds y/c and z; the /28 around it holds z/b and z/c.
ADDRESSES = {
    "x/a": "10.0.1.1", "x/b": "10.0.1.2", "x/c": "10.0.1.3",
    "y/a": "10.0.2.1", "y/b": "10.0.2.2", "y/c": "10.0.3.200",
    "z/a": "10.0.3.100", "z/b": "10.0.3.18", "z/c": "10.0.3.20",
}
PODS = sorted(ADDRESSES)
ALL_PORTS = frozenset(itertools.product(PROTOCOLS, PORTS))
NOBODY = frozenset()


def pods(namespaces=NAMESPACES, letters=LETTERS):
    return frozenset(f"{ns}/{letter}" for ns in namespaces for letter in letters)


def labels(key, *values):
    if len(values) == 1:
        return {"matchLabels": {key: values[0]}}
    return {"matchExpressions": [{"key": key, "operator": "In", "values": list(values)}]}


# ---- parts: (what Ward reads, what it stands for) ----

def peers(own):
    """The ten kinds of peer (D1.10) of a policy in namespace @own."""
    block = {"cidr": "10.0.3.0/24"}
    kinds = []
    for pod, letters in ((None, LETTERS), ({}, LETTERS), (labels("pod", "c"), "c")):
        for ns, namespaces in ((None, own), ({}, NAMESPACES), (labels("ns", "x"), "x")):
            if pod is None and ns is None:
                continue
            peer = {} if pod is None else {"podSelector": pod}
            peer |= {} if ns is None else {"namespaceSelector": ns}
            kinds.append((peer, pods(namespaces, letters)))
    kinds.append(({"ipBlock": block}, frozenset(("y/c", "z/a", "z/b", "z/c"))))
    kinds.append(({"ipBlock": block | {"except": ["10.0.3.16/28"]}}, frozenset(("y/c", "z/a"))))
    return kinds


def port(protocol=None, number=None, end=None, opens=None):
    """One element; @opens says which numbers a name or a range stands for."""
    element = {} if protocol is None else {"protocol": protocol}
    element |= {} if number is None else {"port": number}
    element |= {} if end is None else {"endPort": end}
    if opens is None:
        opens = PORTS if number is None else (number,)
    return element, frozenset((protocol or "TCP", n) for n in opens)


def single_ports():
    """D1.11."""
    for protocol in (None,) + PROTOCOLS:
        for number in (None,) + PORTS:
            yield port(protocol, number)
    for protocol in PROTOCOLS:
        for number in PORTS:
            yield port(protocol, f"serve-{number}-{protocol.lower()}", opens=(number,))
        yield port(protocol, 53, 80, opens=(80,))
        yield port(protocol, 53, 84, opens=PORTS)
    yield port("UDP", "serve-80-tcp", opens=())
    yield port("TCP", "serve-nobody", opens=())
    yield port("TCP", 7981, opens=())


def port_pairs():
    """D1.12."""
    any_tcp, eighty = port(), port(None, 80)
    udp_name = port("UDP", "serve-81-udp", opens=(81,))
    yield any_tcp, eighty
    yield any_tcp, port(None, "serve-80-tcp", opens=(80,))
    yield any_tcp, port("UDP")
    yield eighty, port(None, 81)
    yield eighty, port(None, "serve-81-tcp", opens=(81,))
    yield eighty, udp_name
    yield port("UDP", 80), udp_name


# ---- policies ----

class Rule:
    """Lists of parts; an empty one restricts nothing (A6.4, A6.5)."""

    def __init__(self, rule_peers=(), ports=()):
        self.peers, self.ports = list(rule_peers), list(ports)

    def written(self, key):
        rule = {"ports": [part for part, _ in self.ports]} if self.ports else {}
        return rule | ({key: [part for part, _ in self.peers]} if self.peers else {})

    def opens(self, pod, protocol, number):
        return (not self.peers or any(pod in who for _, who in self.peers)) and \
            (not self.ports or any((protocol, number) in what for _, what in self.ports))


class Policy:
    """@ingress, @egress: lists of rules, or None for a direction that it leaves alone."""

    def __init__(self, name="policy", ns="x", target=None, ingress=None, egress=None):
        selector, letters = target or (labels("pod", "a"), "a")
        self.name, self.ns, self.selector, self.subjects = name, ns, selector, pods(ns, letters)
        self.ingress, self.egress = ingress, egress

    def written(self):
        spec = {"podSelector": self.selector, "policyTypes": []}
        for kind, rules, key in (("Ingress", self.ingress, "from"), ("Egress", self.egress, "to")):
            if rules is not None:
                spec["policyTypes"].append(kind)
                spec[kind.lower()] = [rule.written(key) for rule in rules]
        return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
                "metadata": {"name": self.name, "namespace": self.ns}, "spec": spec}


def base_rule(ingress, rule_peers=None, ports=None):
    if rule_peers is None:
        namespaces, letters = ("xy", "bc") if ingress else ("yz", "ab")
        rule_peers = [({"podSelector": labels("pod", *letters),
                        "namespaceSelector": labels("ns", *namespaces)},
                       pods(namespaces, letters))]
    return Rule(rule_peers, [port("TCP", 80)] if ports is None else ports)


def base(ingress=None, egress=None, **policy):
    """D2, with other rules for a direction.  Egress keeps its rule for DNS, which no probe meets."""
    dns = Rule(ports=[port("UDP", 53, opens=()), port("TCP", 53, opens=())])
    return Policy(ingress=[base_rule(True)] if ingress is None else ingress,
                  egress=[base_rule(False), dns] if egress is None else egress, **policy)


def replaced(ingress, **parts):
    """The base policy with other peers or ports in one direction."""
    rule = base_rule(ingress, **parts)
    if ingress:
        return base(ingress=[rule])
    return base(egress=[rule] + base().egress[1:])


# ---- worlds, and what is expected of them ----

def pod(ns, letter, address, more_labels=None):
    containers = [{"name": f"c{number}-{protocol.lower()}", "image": "server",
                   "ports": [{"name": f"serve-{number}-{protocol.lower()}",
                              "containerPort": number, "protocol": protocol}]}
                  for number in PORTS for protocol in PROTOCOLS]
    return {"apiVersion": "v1", "kind": "Pod",
            "metadata": {"name": letter, "namespace": ns,
                         "labels": {"pod": letter} | (more_labels or {})},
            "spec": {"nodeName": f"node-{letter}", "containers": containers},
            "status": {"phase": "Running", "podIPs": [{"ip": address}]}}


def namespace(name, more_labels=None, ns_label=None):
    return {"apiVersion": "v1", "kind": "Namespace",
            "metadata": {"name": name, "labels": {"ns": ns_label or name} | (more_labels or {})}}


def side_opens(policies, direction, subject, other, protocol, number):
    isolating = [p for p in policies
                 if subject in p.subjects and getattr(p, direction) is not None]
    return not isolating or any(rule.opens(other, protocol, number)
                                for p in isolating for rule in getattr(p, direction))


def opens(policies, source, target, protocol, number):
    return source == target or (
        side_opens(policies, "egress", source, target, protocol, number)
        and side_opens(policies, "ingress", target, source, protocol, number))


def expect(policies, here):
    """Every pair and port: everything is open, but for what is listed after it."""
    lines = [{"from": p, "to": p, "port": list(PORTS), "protocol": protocol, "allow": True}
             for protocol in PROTOCOLS for p in here]
    for protocol in PROTOCOLS:
        lines.append({"from": "*", "to": "*", "port": list(PORTS), "protocol": protocol,
                      "allow": True})
        for number, target in itertools.product(PORTS, here):
            closed = [p for p in here if not opens(policies, p, target, protocol, number)]
            if closed:
                lines.append({"from": closed, "to": target, "port": number, "protocol": protocol,
                              "allow": False})
    return lines


def step(name, policies, objects=(), here=None):
    return {"case": name, "with": [p.written() for p in policies] + list(objects),
            "expect": expect(policies, here or PODS)}


def case(name, *policies):
    return step(name, policies)


# ---- the cases ----

def targets():
    """D1.1."""
    for ns in NAMESPACES:
        yield case(f"target: namespace {ns}", base(ns=ns))
    for what, target in (("every pod", ({}, LETTERS)), ("a pod", (labels("pod", "a"), "a")),
                         ("pods", (labels("pod", "a", "b"), "ab"))):
        yield case(f"target: {what}", base(target=target))


def rules():
    """D1.2."""
    for name, some in (("deny all", []), ("allow all", [Rule()])):
        yield case(f"rules: {name} ingress", base(ingress=some))
        yield case(f"rules: {name} egress", base(egress=some))


def rule_parts():
    """D1.3, D1.4."""
    kinds, singles = peers("x"), list(single_ports())
    for ingress in (True, False):
        direction = "ingress" if ingress else "egress"
        lists = [()] + [(peer,) for peer in kinds] + list(itertools.combinations(kinds, 2))
        for some in lists:
            yield case(f"peers, {direction}: {json.dumps([part for part, _ in some])}",
                       replaced(ingress, rule_peers=some))
        for some in [()] + [(element,) for element in singles] + list(port_pairs()):
            yield case(f"ports, {direction}: {json.dumps([part for part, _ in some])}",
                       replaced(ingress, ports=some))


def example():
    """D1.5."""
    target = (labels("pod", "b"), "b")
    closed = Policy("closed", target=target, ingress=[])
    udp = Policy("udp", target=target,
                 ingress=[Rule(ports=[port("UDP", "serve-81-udp", opens=(81,))])])
    tcp = Policy("tcp", target=target,
                 ingress=[Rule([({"namespaceSelector": labels("ns", "y")}, pods("y"))],
                               [port("TCP", "serve-80-tcp", opens=(80,))])])
    yield {"case": "example: named ports, one after the other",
           "subtests": [step("nothing", []), step("closed", [closed]),
                        step("and UDP by name for everyone", [closed, udp]),
                        step("and TCP by name for y", [closed, udp, tcp])]}


def actions():
    """D1.6."""
    new = {"new-label": "abc"}
    by_namespace = base(ingress=[Rule([({"namespaceSelector": labels("new-label", "abc")}, NOBODY)])])
    by_its_namespace = base(
        ingress=[Rule([({"namespaceSelector": labels("new-label", "abc")}, pods("y"))])])
    by_pod = base(ingress=[Rule([({"podSelector": labels("new-label", "abc"),
                                   "namespaceSelector": {}}, NOBODY)])])
    by_its_pod = base(ingress=[Rule([({"podSelector": labels("new-label", "abc"),
                                       "namespaceSelector": {}}, frozenset(("y/b",)))])])
    update = replaced(True, ports=[port("UDP", 81)])
    guests = {"y-2/c": "10.0.4.3"}
    everyone_of_y = base(ingress=[Rule([({"namespaceSelector": labels("ns", "y")}, pods("y"))])])
    with_guests = base(ingress=[Rule([({"namespaceSelector": labels("ns", "y")},
                                       pods("y") | frozenset(guests))])])
    late = base(target=(labels("pod", "a", "d"), "ad"))

    def story(name, *steps):
        return {"case": f"action: {name}", "subtests": list(steps)}

    yield story("create and delete a policy", step("created", [base()]), step("deleted", []))
    yield story("create and update a policy", step("created", [base()]), step("updated", [update]))
    yield story("create and delete a namespace with its pods",
                step("policy", [everyone_of_y]),
                step("created", [with_guests],
                     [namespace("y-2", ns_label="y")]
                     + [pod("y-2", name[-1], address) for name, address in guests.items()],
                     PODS + sorted(guests)),
                step("deleted", [everyone_of_y]))
    yield story("set and take away labels of a namespace",
                step("policy", [by_namespace]),
                step("set", [by_its_namespace], [namespace("y", new)]),
                step("taken away", [by_namespace], [namespace("y")]))
    yield story("create and delete a pod",
                step("policy", [late]),
                step("created", [late], [pod("x", "d", "10.0.1.4")], PODS + ["x/d"]),
                step("deleted", [late]))
    yield story("set and take away labels of a pod",
                step("policy", [by_pod]),
                step("set", [by_its_pod], [pod("y", "b", ADDRESSES["y/b"], new)]),
                step("taken away", [by_pod], [pod("y", "b", ADDRESSES["y/b"])]))


SOURCE = {"ns": "x", "target": (labels("pod", "b"), "b")}
DESTINATION = {"ns": "y", "target": (labels("pod", "c"), "c")}


def conflicts():
    """D1.7, D3."""
    every_pod = Rule([({"namespaceSelector": {}}, pods())])
    every_ip = Rule([({"ipBlock": {"cidr": "0.0.0.0/0"}}, pods())])
    no_ip = Rule([({"ipBlock": {"cidr": "0.0.0.0/31"}}, NOBODY)])
    no_pod = Rule([({"podSelector": labels("pod", "nobody"), "namespaceSelector": {}}, NOBODY)])
    yield case("conflict: deny egress, allow ingress", Policy("out", **SOURCE, egress=[]),
               Policy("in", **DESTINATION, ingress=[Rule()]))
    yield case("conflict: allow egress, deny ingress", Policy("out", **SOURCE, egress=[Rule()]),
               Policy("in", **DESTINATION, ingress=[]))
    for direction, target in (("egress", SOURCE), ("ingress", DESTINATION)):
        def named(name, some, target=target, direction=direction):
            return Policy(name, **target, **{direction: some})
        for first, second in (("deny all", "allow all"), ("deny all", "allow by pod"),
                              ("deny all", "allow by IP"), ("deny by IP", "allow by pod"),
                              ("deny by pod", "allow by IP"), ("deny by IP", None),
                              ("deny by pod", None)):
            some = {"deny all": [], "deny by IP": [no_ip], "deny by pod": [no_pod],
                    "allow all": [Rule()], "allow by pod": [every_pod], "allow by IP": [every_ip]}
            policies = [named("deny", some[first])] + (
                [named("allow", some[second])] if second else [])
            yield case(f"conflict, {direction}: {first}{', ' + second if second else ''}",
                       *policies)


def default_labels():
    """D1.8."""
    peer = ({"namespaceSelector": labels("kubernetes.io/metadata.name", "y")}, pods("y"))
    for ingress in (True, False):
        yield case(f"default label of a namespace, {'ingress' if ingress else 'egress'}",
                   replaced(ingress, rule_peers=[peer]))


def main():
    documents = [namespace(ns) for ns in NAMESPACES]
    documents += [pod(*name.split("/"), ADDRESSES[name]) for name in PODS]
    for category in (targets, rules, rule_parts, example, actions, conflicts, default_labels):
        documents += category()
    for document in documents:
        print("---")
        print(json.dumps(document))


main()
