#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line, word for word.

A case is a folder:

    cmd   shell text; `ward` is the program under test
    in/   files, copied to the folder that cmd runs in
    world  the name of a folder of worlds/, copied there too
    out   what it must print, exactly (absent: nothing)
    err   and to standard error
    rc    the exit status (absent: 0)
    if    shell text; what it prints is the reason to skip the case

usage: run.py WARD [CASE...]; UPDATE=1 records what happens instead of comparing.
"""

import difflib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
CASES = HERE / "cases"
TIME_LIMIT = 120  # seconds; a hang is a failure


def read(path):
    return path.read_bytes() if path.exists() else b""


def shell(text, cwd, env):
    return subprocess.run(["sh", "-c", text], cwd=cwd, env=env, timeout=TIME_LIMIT,
                          stdin=subprocess.DEVNULL, capture_output=True, check=False)


def environment(ward, folder):
    """What a case sees: nothing of the person who runs it."""
    tools = folder / "bin"
    tools.mkdir()
    (tools / "ward").symlink_to(ward)
    (tools / "kubectl-ward").symlink_to(ward)
    keep = {k: v for k, v in os.environ.items() if k.startswith(("ASAN_", "UBSAN_", "LSAN_"))}
    return keep | {"PATH": f"{tools}:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                   "WARD": str(ward), "HOME": str(folder)}


def run_case(case, ward):
    """(skip reason or None, {file: bytes})"""
    with tempfile.TemporaryDirectory(prefix="ward-golden-") as name:
        folder = pathlib.Path(name)
        folder.chmod(0o755)
        env = environment(ward, folder)
        work = folder / "work"
        work.mkdir()
        for source in (HERE / "worlds" / read(case / "world").decode().strip(), case / "in"):
            if source.exists() and source != HERE / "worlds":
                shutil.copytree(source, work, dirs_exist_ok=True)
        if (case / "if").exists():
            reason = shell((case / "if").read_text(), work, env).stdout.decode().strip()
            if reason:
                return reason, {}
        done = shell((case / "cmd").read_text(), work, env)
    rc = b"%d\n" % done.returncode if done.returncode else b""
    return None, {"out": done.stdout, "err": done.stderr, "rc": rc}


def record(case, got):
    for name, data in got.items():
        path = case / name
        if data:
            path.write_bytes(data)
        elif path.exists():
            path.unlink()


def compare(case, got):
    """The differences, as text."""
    lines = []
    for name, data in got.items():
        want = read(case / name)
        if want != data:
            lines += difflib.unified_diff(
                want.decode(errors="backslashreplace").splitlines(),
                data.decode(errors="backslashreplace").splitlines(),
                f"{case.name}/{name}, wanted", f"{case.name}/{name}, got", lineterm="")
            lines.append("(they differ)")
    return lines


def main():
    ward = pathlib.Path(sys.argv[1]).resolve()
    names = sys.argv[2:] or sorted(p.name for p in CASES.iterdir() if (p / "cmd").exists())
    failed, skipped = [], 0
    for name in names:
        case = CASES / name
        try:
            reason, got = run_case(case, ward)
        except subprocess.TimeoutExpired:
            print(f"FAIL {name}: took longer than {TIME_LIMIT} s")
            failed.append(name)
            continue
        if reason:
            print(f"skip {name}: {reason}")
            skipped += 1
        elif os.environ.get("UPDATE"):
            record(case, got)
        elif lines := compare(case, got):
            print(f"FAIL {name}", *lines, sep="\n")
            failed.append(name)
    print(f"{len(names) - len(failed) - skipped} of {len(names)} cases passed, {skipped} skipped")
    if failed:
        print("failed:", *failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
