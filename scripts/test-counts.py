#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""test-counts.py LABEL TESTLOG.JSON: sums up what `meson test` did.

The first line is "PASSED FAILED SKIPPED", then one line for each test that failed or was skipped.
A skipped test says its reason on its last line of output.
"""
import json
import sys

PASSED = {"OK", "EXPECTEDFAIL"}
SKIPPED = {"SKIP"}


def last_line(test):
    text = (test.get("stderr") or "").strip() or (test.get("stdout") or "").strip()
    return text.splitlines()[-1].removeprefix("skipped: ") if text else "no reason given"


def main(label, path):
    passed = failed = skipped = 0
    lines = []
    with open(path, encoding="utf-8") as log:
        for test in map(json.loads, log):
            if test["result"] in PASSED:
                passed += 1
            elif test["result"] in SKIPPED:
                skipped += 1
                lines.append(f"skipped: {test['name']}: {last_line(test)}")
            else:
                failed += 1
                lines.append(f"FAILED: {label}: {test['name']}: {test['result']}")
    print(passed, failed, skipped)
    print("\n".join(lines))


main(*sys.argv[1:])
