#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The documents say what the program does.

Every ```console block is run, in a folder that holds a link to examples/, with the built `ward` on
the path: a line "$ command" is given to sh, the lines after it are what it prints (stdout and
stderr).  A line "..." stands for any number of lines.  Blocks that need root or change something
are written ```sh and not run.  ```yaml blocks are whole objects, and `ward check` finds no error in
them (docs/findings/ holds mistakes; findings.py runs those).  Links to files of the repository must
lead somewhere.

UPDATE=1 writes what the program prints into the documents, where no "..." stands.
"""
import os
import re
import subprocess
import tempfile

import house

BLOCK = re.compile(r"^```console\n(.*?)^```$", re.S | re.M)
OBJECT = re.compile(r"^```yaml\n(.*?)^```$", re.S | re.M)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")


def documents():
    return [p for p in sorted(house.SOURCE.rglob("*.md"))
            if not any(part.startswith((".", "build")) for part in p.relative_to(house.SOURCE).parts)]


def steps(block):
    """(command, lines expected) for every "$ " line; a command goes on after a backslash."""
    found = []
    lines = iter(block.splitlines())
    for line in lines:
        if line.startswith("$ "):
            command = line[2:]
            while command.endswith("\\"):
                command += "\n" + next(lines)
            found.append((command, []))
        elif found:
            found[-1][1].append(line)
    return found


def agrees(expected, printed):
    pattern = "".join(r"(?:.*\n)*?" if line.strip() == "..." else re.escape(line.rstrip()) + r"\n"
                      for line in expected)
    text = "".join(line.rstrip() + "\n" for line in printed.splitlines())
    return re.fullmatch(pattern, text) is not None


def run(command, folder, text=""):
    path = f"{house.BUILD}/src:{os.environ['PATH']}"
    return subprocess.run(["sh", "-c", command], cwd=folder, input=text, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, check=False,
                          env={**os.environ, "PATH": path, "NO_COLOR": "1"}).stdout


def block_run(where, block, check):
    """Runs the commands of a block; returns it with what they print."""
    written = ""
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(house.SOURCE / "examples", f"{folder}/examples")
        for command, expected in steps(block):
            printed = run(command, folder)
            good = agrees(expected, printed)
            check(good or "UPDATE" in os.environ,
                  f"{where}: $ {command}\n--- the document\n" + "\n".join(expected) +
                  f"\n--- the program\n{printed}---")
            shown = "".join(line + "\n" for line in expected) if good else printed
            written += f"$ {command}\n{shown}"
    return written


def main():
    check = house.Check("examples and links")
    for document in documents():
        text, where = document.read_text(), house.relative(document)
        for target in LINK.findall(re.sub(r"```.*?```", "", text, flags=re.S)):
            check((document.parent / target).exists(), f"{where}: the link to {target} is dead")
        for block in OBJECT.findall(text) if document.parent.name != "findings" else []:
            printed = run("ward check -f - || echo failed", house.SOURCE, block)
            check("failed" not in printed, f"{where}: ward check says of an object:\n{printed}")
        for block in BLOCK.findall(text):
            text = text.replace(block, block_run(where, block, check))
        if "UPDATE" in os.environ and text != document.read_text():
            document.write_text(text)
    check.finish()


main()
