#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every number that code or tests cite (A3.11, F7.1, H54) is in docs/semantics.md, and every rule of its
sections A, B and E that a table can decide is cited by a test."""
import re

import house

NUMBER = re.compile(r"\b([AB]\d+\.\d+|[EFH]\d+(?:\.\d+)?)\b")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|^\s*#[^\n]*", re.S | re.M)

RULE = re.compile(r"\b([AB]\d+\.\d+|E\d+)\b")
# What no table decides, and who proves it instead.
ELSEWHERE = {
    "of the API server's past, or of its updates": "A3.10 A9.12 B1.1 B1.2 B1.4",
    "replies and errors, in tests/bpf": "A5.5 A10.7 A10.8 B9.9 E13",
    "neighbours and fragments, in tests/bpf": "A10.10 A10.11",
    "losses and live connections, in tests/bpf and tests/e2e": "A12.3 B9.10 B9.15 E14 E25",
    "when a policy acts, in tests/e2e": "A12.1 A12.2",
    "says where the rule is": "A8.5 B10.4 B10.5 B10.6",
    "golden cases can-service*": "A11.4 A11.6 A11.7",
    "golden cases check-* and bad-*": " ".join(f"A14.{n}" for n in range(1, 17)),
    "needs the answers of DNS": "B6.5",
}


def rules_check(check, text):
    """@text: docs/semantics.md.  A number that is cited and said to be proved elsewhere is no mistake."""
    cited = {number for path in house.sources(".c", ".h", ".yaml", ".py", below="tests")
             if path.name != "numbers.py" for number in RULE.findall(path.read_text(errors="replace"))}
    cited |= set(" ".join(ELSEWHERE.values()).split())
    for number in sorted(set(RULE.findall(text)) - cited):
        check(False, f"docs/semantics.md: no test cites {number}")


def main():
    check = house.Check("citations")
    text = (house.SOURCE / "docs/semantics.md").read_text()
    known = set(NUMBER.findall(text))
    rules_check(check, text)
    for below, suffixes in (("src", (".c", ".h")), ("tests", (".c", ".h", ".yaml"))):
        for path in house.sources(*suffixes, below=below):
            for comment in COMMENT.findall(path.read_text(errors="replace")):
                for number in NUMBER.findall(comment):
                    check(number in known,
                          f"{house.relative(path)}: {number} is not in docs/semantics.md")
    check.finish()


main()
