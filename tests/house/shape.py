#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The shape of the sources: no file above 1,000 lines, no function above 100, includes written with
the layer in front, names of BPF programs and maps that the kernel does not cut (15 characters)."""
import re

import house

FILE_MAX, FUNCTION_MAX, NAME_MAX = 1000, 100, 15
INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.M)
PROGRAM = re.compile(r'^SEC\("(?!license|\.maps)[^"]*"\)\s*(?:static\s+|__\w+\s+)*\w+\s+\**(\w+)\(', re.M)
MAP = re.compile(r'^\}\s*(\w+)\s+SEC\("\.maps"\)', re.M)


def functions(lines):
    """(name, first line, number of lines): a brace in column 0 opens one, in our format.  A table
    inside is data and not counted."""
    start, length, table = None, 0, False
    for number, line in enumerate(lines, 1):
        if line == "{":
            start, length = number, 0
        elif line.startswith("}") and start:
            head = " ".join(lines[max(0, start - 5):start - 1])
            name = re.findall(r"(\w+)\(", head)
            yield name[-1] if name else "?", start, length + 2
            start = None
        else:
            table = (table or line.endswith("= {")) and line != "\t};"
            length += not table


def main():
    check = house.Check("files, functions and names")
    for below in ("src", "tests", "bench"):
        for path in house.sources(".c", ".h", below=below):
            where, text = house.relative(path), path.read_text()
            lines = text.splitlines()
            check(len(lines) <= FILE_MAX, f"{where}: {len(lines)} lines, more than {FILE_MAX}")
            for include in INCLUDE.findall(text):
                if below != "src" or include.endswith(".skel.h"):
                    continue  # tests have no layers, skeletons are generated
                check(".." not in include.split("/"), f"{where}: includes {include}")
                check("/" in include or path.parent.name == "bpf",
                      f'{where}: includes "{include}" without its layer')
            for name, line, length in functions(lines):
                check(length <= FUNCTION_MAX,
                      f"{where}:{line}: {name}() has {length} lines, more than {FUNCTION_MAX}")
            for name in PROGRAM.findall(text) + MAP.findall(text):
                check(len(name) <= NAME_MAX, f"{where}: {name} is longer than {NAME_MAX}")
    check.finish()


main()
