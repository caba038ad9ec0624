#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every finding has a page, docs/findings/CODE.md, and every page a finding.

A finding is reported by calling one of REPORTERS with its code as the first string literal.  A call
without a literal is a helper that is given the code; helpers must be in REPORTERS too, so an unknown
one is an error here: add it to the list.

Every page's first block is an example that brings the finding about: a file that is given to
`ward check` and `ward labels`, or commands.
"""
import os
import re
import subprocess
import tempfile

import house

REPORTERS = ["ward_diag", "empty_refuse", "ward_field_expected", "ward_field_error", "ward_field_warn", "ward_field_note",
             "ward_field_mistaken", "ward_field_expected_content", "ward_field_choice",
             "field_report", "mistake", "ward_lint_report", "wish_report",
             "ward_label_report", "ward_label_blame"]
HANDED_ON = ["diag_take"]  # what another process reported
CALL = re.compile(r"(?<!\w)(?:" + "|".join(REPORTERS) + r")\(")
LITERAL = re.compile(r'"((?:[^"\\]|\\.)*)"')
CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*$")
EXAMPLE = re.compile(r"^```(yaml|sh)\n(.*?)^```$", re.S | re.M)
FUNCTION = re.compile(r"^(?:[a-z].*?)?\b(\w+)\([^;{]*?\)\n\{", re.M | re.S)


def arguments(text, start):
    """The text between the parenthesis that opened before start and the one that closes it."""
    depth, at = 1, start
    while depth:
        string = LITERAL.match(text, at)
        if string:
            at = string.end()
            continue
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[start:at - 1]


def enclosing(text, at):
    names = [m.group(1) for m in FUNCTION.finditer(text, 0, at)]
    return names[-1] if names else None


def calls():
    """(file, enclosing function, code or None) of every call, definitions left out."""
    for path in house.sources(".c"):
        text = path.read_text()
        for call in CALL.finditer(text):
            line = text[text.rfind("\n", 0, call.start()) + 1:call.start()]
            if not line.startswith("\t"):
                continue  # a definition or declaration
            literals = [x for x in LITERAL.findall(arguments(text, call.end()))]
            codes = [x for x in literals[:1] + [y for y in literals[1:] if "-" in y]
                     if CODE.match(x)]
            for code in codes or [None]:
                yield house.relative(path), enclosing(text, call.start()), code


def shows(page):
    """Does the page's example bring its finding about?"""
    language, text = EXAMPLE.search(page.read_text()).groups()
    commands = [["ward", command, "-f", "-"] for command in ("check", "labels")]
    with tempfile.TemporaryDirectory() as folder:
        for command in commands if language == "yaml" else [["sh", "-c", text]]:
            run = subprocess.run(command, cwd=folder, input=text, capture_output=True, text=True,
                                 check=False, timeout=60,
                                 env={**os.environ,
                                      "PATH": f"{house.BUILD}/src:{os.environ['PATH']}"})
            if f"[{page.stem}]" in run.stdout + run.stderr:
                return True
    return False


def main():
    check = house.Check("findings")
    found = {}
    for path, function, code in calls():
        if code:
            found.setdefault(code, path)
        else:
            check(function in REPORTERS + HANDED_ON, f"{path}: {function}() reports a code that it was given; "
                                         "add it to REPORTERS here")
    pages = {p.stem: p for p in (house.SOURCE / "docs/findings").glob("*.md")
             if p.stem != "README"}
    for code, path in sorted(found.items()):
        check(code in pages, f"{path}: {code} has no page docs/findings/{code}.md")
    for code, page in sorted(pages.items()):
        check(code in found, f"docs/findings/{code}.md: nothing reports this finding")
        check(shows(page), f"docs/findings/{code}.md: the example does not bring it about")
    check.finish()


main()
