#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every header compiles alone, without a warning, seeing only what its layer may see."""
import shutil
import subprocess

import house


def clang_finds_libc():
    """clang -target bpf does not know the folder of this machine's kernel and libc headers."""
    machine = subprocess.run(["cc", "-dumpmachine"], capture_output=True, text=True, check=True)
    return ["-ffreestanding", "-idirafter", "/usr/include/" + machine.stdout.strip()]


def main():
    check = house.Check("headers")
    flags = house.compile_flags()
    strict = ["-Wall", "-Wextra", "-Werror", "-Wno-unused-parameter", "-Wno-unused-function",
              "-Wno-sign-compare", "-Wno-missing-field-initializers"]
    for path in house.sources(".h"):
        layer = path.relative_to(house.SRC).parts[0]
        if layer not in flags:
            continue  # a part that this build leaves out
        text, how = f'#include "{path.relative_to(house.SRC)}"\n', flags[layer]
        if "bpf" in path.relative_to(house.SRC).parts[:-1]:
            if not shutil.which("clang"):
                continue
            good, said = house.compiles(text, [f for f in how if not f.startswith("-std")],
                                        "clang",
                                        ["-target", "bpf", "-O2", "-g", *clang_finds_libc()])
        else:
            good, said = house.compiles(text, how, extra=strict)
        check(good, f"{house.relative(path)} does not compile alone:\n{said}")
    check.finish()


main()
