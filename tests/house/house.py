# SPDX-License-Identifier: Apache-2.0
"""What the checks of the house share: where things are, how the build compiles a layer, and how a
check says what it found."""
import json
import pathlib
import re
import shlex
import subprocess
import sys

SOURCE = pathlib.Path(sys.argv[1]).resolve()
BUILD = pathlib.Path(sys.argv[2]).resolve()
SRC = SOURCE / "src"


def layers():
    """The layers in the order of src/meson.build."""
    table = re.search(r"^layers = \{(.*?)^\}", (SRC / "meson.build").read_text(), re.S | re.M)
    return re.findall(r"^\s*'([a-z]+)':", table.group(1), re.M)


def compile_flags():
    """For each layer that has a source: the flags the build gives it, without the output."""
    flags = {}
    for entry in json.loads((BUILD / "compile_commands.json").read_text()):
        path = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if SRC not in path.parents:
            continue
        layer = path.relative_to(SRC).parts[0]
        words = shlex.split(entry["command"])
        flags.setdefault(layer, [word for word in words if re.match(r"-(I|isystem|std=|D)", word)])
    return flags


def compiles(text, flags, compiler="cc", extra=()):
    """Does this C text compile?  Returns (yes, what the compiler said)."""
    run = subprocess.run(
        [compiler, "-x", "c", "-fsyntax-only", *flags, *extra, "-"],
        input=text, capture_output=True, text=True, cwd=BUILD, check=False)
    return run.returncode == 0, run.stderr


def sources(*suffixes, below="src"):
    return sorted(p for p in (SOURCE / below).rglob("*") if p.suffix in suffixes)


def relative(path):
    return str(path.relative_to(SOURCE))


class Check:
    """Counts what was looked at and what was wrong; a check that looked at nothing has failed."""

    def __init__(self, what):
        self.what, self.n, self.wrong = what, 0, []

    def __call__(self, good, complaint):
        self.n += 1
        if not good:
            self.wrong.append(complaint)

    def finish(self):
        for complaint in self.wrong:
            print(complaint)
        print(f"{self.n} {self.what} looked at, {len(self.wrong)} wrong")
        sys.exit(1 if self.wrong or not self.n else 0)
