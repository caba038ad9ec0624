#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A layer can include the layers that ARCHITECTURE.md names beside it, and no others.

For every layer that has sources, with exactly the flags that the build gives them: one line that
includes a header of a layer it may not see must fail to compile, and one of a layer it may see must
compile.
"""
import re

import house


def allowed_by_the_document(all_layers):
    """layer -> the layers that ARCHITECTURE.md's table lets it include, itself among them."""
    allowed = {}
    for line in (house.SOURCE / "ARCHITECTURE.md").read_text().splitlines():
        row = re.match(r"\| `([a-z]+)/` \|.*\| ([^|]*) \|$", line)
        if not row or row.group(1) not in all_layers:
            continue
        layer, cell = row.groups()
        below = all_layers[:all_layers.index(layer)]
        if cell.startswith("everything above"):
            names = set(below) - set(re.findall(r"`([a-z]+)`", cell))
        else:
            names = set(re.findall(r"`([a-z]+)`", cell))
        allowed[layer] = names | {layer}
    return allowed


def headers_of(layer):
    return [str(p.relative_to(house.SRC)) for p in sorted((house.SRC / layer).glob("*.h"))]


def main():
    check = house.Check("pairs of layers")
    all_layers = house.layers()
    allowed = allowed_by_the_document(all_layers)
    for layer in all_layers:
        check(layer in allowed, f"{layer}/ is not in the table of ARCHITECTURE.md")

    for layer, flags in house.compile_flags().items():
        for other in all_layers:
            headers = headers_of(other)
            if not headers or layer not in allowed:
                continue
            if other in allowed[layer]:
                # Not all of them: one may need a layer that is not everybody's (kube/decode.h).
                good = any(house.compiles(f'#include "{h}"\n', flags)[0] for h in headers)
                check(good, f"{layer}/ may include {other}/ but cannot")
            else:
                _, said = house.compiles(f'#include "{headers[0]}"\n', flags)
                check(re.search(rf"fatal error: '?{re.escape(headers[0])}", said),
                      f"{layer}/ may not include {other}/ but finds {headers[0]}")
    check.finish()


main()
