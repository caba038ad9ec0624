#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Puts the parts of the page into a C header: embed.py OUTPUT STYLE SCRIPT.

The policy of the page allows no script but one with this hash."""
import base64
import hashlib
import pathlib
import sys


def literal(text):
    lines = text.replace("\\", "\\\\").replace('"', '\\"').splitlines()
    return "\n".join(f'\t"{line}\\n"' for line in lines)


def main():
    output, style, script = (pathlib.Path(p) for p in sys.argv[1:4])
    style, script = (p.read_text(encoding="utf-8") for p in (style, script))
    for name, text in (("style", style), ("script", script)):
        if f"</{name}" in text or not text.isascii() or "\t" in text or not text.endswith("\n"):
            sys.exit(f"the {name} must be ASCII without tabs, end in a line's end, and not end itself")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    output.write_text(f"static const char page_style[] =\n{literal(style)};\n"
                      f"static const char page_script[] =\n{literal(script)};\n"
                      f'static const char page_script_hash[] = "sha256-{digest}";\n')


if __name__ == "__main__":
    main()
