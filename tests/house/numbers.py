#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every number that code or tests cite (A3.11, F7.1, H54) is in docs/semantics.md."""
import re

import house

NUMBER = re.compile(r"\b([AB]\d+\.\d+|[EFH]\d+(?:\.\d+)?)\b")
COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*|^\s*#[^\n]*", re.S | re.M)


def main():
    check = house.Check("citations")
    known = set(NUMBER.findall((house.SOURCE / "docs/semantics.md").read_text()))
    for below, suffixes in (("src", (".c", ".h")), ("tests", (".c", ".h", ".yaml"))):
        for path in house.sources(*suffixes, below=below):
            for comment in COMMENT.findall(path.read_text(errors="replace")):
                for number in NUMBER.findall(comment):
                    check(number in known,
                          f"{house.relative(path)}: {number} is not in docs/semantics.md")
    check.finish()


main()
