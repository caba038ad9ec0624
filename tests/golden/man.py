#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The manual pages against the option tables (as `ward help` prints them), and against mandoc.

usage: man.py WARD MAN-FOLDER
"""

import pathlib
import re
import shutil
import subprocess
import sys

IN_WARD_1 = {"help", "version", "completion"}  # too small for pages of their own


def ward_help(ward, *words):
    return subprocess.run([ward, "help", *words], capture_output=True, text=True,
                          check=True).stdout


def section(text, title):
    """The indented lines below "Title:"."""
    found = re.search(rf"^{title}:\n((?:[ ].*\n?|\n(?=  ))*)", text, re.M)
    return found.group(1) if found else ""


def commands(text):
    return re.findall(r"^  ([a-z-]+) ", section(text, "Commands"), re.M)


def options(text):
    """{(letter, name)}"""
    return set(re.findall(r"^  (?:-(.), |    )--([a-z-]+)", section(text, "Options"), re.M))


def documented(page):
    """{(letter, name)} of every `.It Fl f , -filename Ar path`."""
    found = set()
    for line in re.findall(r"^\.It Fl (.*)$", page, re.M):
        letter = re.match(r"(\w) ,", line)
        for name in re.findall(r"-([a-z][a-z-]*)", line):
            found.add((letter.group(1) if letter else "", name))
    return found


def check_page(ward, folder, command):
    path = folder / f"ward-{command}.1"
    if not path.exists():
        return [f"no page {path.name}"]
    text = ward_help(ward, command)
    wanted = options(text)
    for sub in commands(text):
        wanted |= options(ward_help(ward, command, sub))
    page = path.read_text()
    errors = [f"{path.name}: lacks -{s}/--{n}" for s, n in sorted(wanted - documented(page))]
    errors += [f"{path.name}: has -{s}/--{n}, which the command has not"
               for s, n in sorted(documented(page) - wanted)]
    errors += [f"{path.name}: does not name the command {sub}"
               for sub in commands(text) if f".It Cm {sub}\n" not in page]
    return errors


def lint(folder):
    if not shutil.which("mandoc"):
        print("mandoc is not installed: pages not linted")
        return []
    pages = sorted(str(p) for p in folder.glob("*.1"))
    done = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", *pages],
                          capture_output=True, text=True, check=False)
    return (done.stdout + done.stderr).splitlines()


def main():
    ward, folder = sys.argv[1], pathlib.Path(sys.argv[2])
    main_page = (folder / "ward.1").read_text()
    errors = lint(folder)
    known = commands(ward_help(ward))
    if not known:
        errors.append("`ward help` lists no commands")
    for command in known:
        if f".It Cm {command}" not in main_page:
            errors.append(f"ward.1: does not name the command {command}")
        if command not in IN_WARD_1:
            errors += check_page(ward, folder, command)
    print(*errors, sep="\n")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
