#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What `make install` puts where: the program, the same as a plugin of kubectl, the manual pages
and the completions, all below DESTDIR."""
import json
import os
import pathlib
import subprocess
import tempfile

import house

COMPLETIONS = ["bash-completion/completions/ward.bash", "zsh/site-functions/_ward",
               "fish/vendor_completions.d/ward.fish"]


def prefix():
    options = json.loads((house.BUILD / "meson-info/intro-buildoptions.json").read_text())
    return next(option["value"] for option in options if option["name"] == "prefix")


def is_full(path):
    return path.is_file() and path.stat().st_size > 0


def main():
    check = house.Check("installed files")
    with tempfile.TemporaryDirectory(prefix="ward-install-") as folder:
        subprocess.run(["meson", "install", "-C", house.BUILD, "--no-rebuild", "--quiet",
                        "--destdir", folder], check=True)
        root = pathlib.Path(folder) / prefix().lstrip("/")
        pages = [page.name for page in (house.SOURCE / "docs/man").glob("*.1")]
        for name in ["bin/ward", *(f"share/man/man1/{page}" for page in pages),
                     *(f"share/{place}" for place in COMPLETIONS)]:
            check(is_full(root / name), f"{name} is not installed")
        plugin = root / "bin/kubectl-ward"
        check(plugin.is_symlink() and os.readlink(plugin) == "ward",
              "bin/kubectl-ward is not installed as a link to ward")
    check.finish()


main()
