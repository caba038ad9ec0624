#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The page of `ward map -o html`: it fetches nothing, runs nothing but its own script, and says what
`-o json` says.

usage: page.py WARD
"""

import base64
import hashlib
import html.parser
import json
import pathlib
import re
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
WORLDS = [HERE / "worlds" / name for name in ("shop", "live", "city")]
HOSTILE = HERE / "cases" / "map-csv-hostile" / "in"
HARMLESS = {"html", "head", "meta", "title", "style", "body", "h1", "p", "details", "summary", "div",
            "svg", "desc", "rect", "text", "tspan", "g", "path", "circle", "ellipse", "line",
            "polyline", "polygon", "defs", "marker", "label", "input", "select", "option", "span",
            "canvas", "i", "h2", "noscript", "script", "clippath", "use", "pattern"}


class Page(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.errors, self.texts, self.policy, self.element = [], {}, "", None
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.element = tag if tag != "script" else attrs.get("type", "script")
        if tag not in HARMLESS:
            self.errors.append(f"an element {tag}")
        self.errors += [f"{tag} has {name}" for name in attrs if name.startswith("on")
                        or name in ("src", "href", "xlink:href", "action", "data")]
        if attrs.get("http-equiv") == "Content-Security-Policy":
            self.policy = attrs["content"]

    def handle_data(self, data):
        self.texts[self.element] = self.texts.get(self.element, "") + data

    def handle_endtag(self, tag):
        self.element = None


def ward(program, world, form):
    return subprocess.run([program, "map", "-f", str(world), "-o", form], capture_output=True, text=True,
                          check=True).stdout


def links(data):
    """{(from, to): ports} as the script reads them"""
    found = {}
    for source, row in enumerate(data["rows"]):
        target = -1
        for distance, ports in zip(row[::2], row[1::2]):
            target += distance
            found[source, target] = data["sets"][ports]
    return found


def ports(connection):
    text = " ".join(f"{proto} {','.join(parts)}" for proto, parts in connection["allow"].items() if parts)
    text += " other" * connection["other"]
    return "all" if text == "TCP 1-65535 UDP 1-65535 SCTP 1-65535 other" else text.strip()


def check(program, world):
    text = ward(program, world, "html")
    page, shown = Page(text), json.loads(ward(program, world, "json"))
    errors = page.errors
    digest = base64.b64encode(hashlib.sha256(page.texts["script"].encode()).digest()).decode()
    if f"script-src 'sha256-{digest}';" not in page.policy or "default-src 'none';" not in page.policy:
        errors.append(f"its policy is {page.policy}, its script sha256-{digest}")
    errors += [f"mentions {url}" for url in re.findall(r"https?://[^\"' <]*", text)
               if url != "http://www.w3.org/2000/svg"]
    number = {place["id"]: i for i, place in enumerate(shown["endpoints"])}
    wanted = {(number[c["from"]], number[c["to"]]): ports(c) for c in shown["connections"]}
    data = json.loads(page.texts["application/json"])
    if links(data) != wanted or len(data["places"]) != len(number):
        errors.append("its connections are not those of the JSON")
    errors += [f"isolation of {e['id']}" for e, place in zip(shown["endpoints"], data["places"])
               if e["isolated"] != {"ingress": place["ingress"], "egress": place["egress"]}
               or e["groups"] != place["groups"]]
    return [f"{world.name}: {error}" for error in errors]


def main():
    errors = [error for world in [*WORLDS, HOSTILE] for error in check(sys.argv[1], world)]
    print(*errors, sep="\n")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
