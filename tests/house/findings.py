#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every finding has a page, docs/findings/CODE.md, and every page a finding.

A code is a string literal that is given to a function whose name contains "diag"; where one is
passed through a helper, the helper's own callers are found by their names in HELPERS.
"""
import re

import house

CODE = r'"([a-z][a-z0-9]*(?:-[a-z0-9]+)+)"'
CALL = re.compile(r"\b(\w*diag\w*)\s*\(((?:[^;\"]|\"(?:[^\"\\]|\\.)*\")*?)\)\s*;", re.S)


def codes():
    found = {}
    for path in house.sources(".c", ".h"):
        for name, arguments in CALL.findall(path.read_text()):
            literal = re.search(CODE, arguments)
            if literal:
                found.setdefault(literal.group(1), house.relative(path))
    return found


def main():
    check = house.Check("findings")
    found = codes()
    pages = {p.stem for p in (house.SOURCE / "docs/findings").glob("*.md")} - {"README"}
    for code, path in sorted(found.items()):
        check(code in pages, f"{path}: {code} has no page docs/findings/{code}.md")
    for page in sorted(pages):
        check(page in found, f"docs/findings/{page}.md: nothing reports this finding")
    check.finish()


main()
