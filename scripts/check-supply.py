#!/usr/bin/env python3
"""Check where dependencies come from and under which licence.

Every package must come from the public registry, carry a licence that fits MIT OR Apache-2.0, and
not be on the list of what we do not want. Known vulnerabilities are not looked up: that needs a
database from outside the registry (`cargo audit` does it where it may be fetched).
"""
import json
import re
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
LICENCES = {"MIT", "MIT-0", "Apache-2.0", "Apache-2.0 WITH LLVM-exception", "BSD-2-Clause", "BSD-3-Clause", "ISC",
            "Zlib", "0BSD", "BSL-1.0", "CC0-1.0", "Unlicense", "Unicode-3.0", "CDLA-Permissive-2.0", "MPL-2.0", "bzip2-1.0.6"}
UNWANTED = {"openssl": "TLS is rustls everywhere", "openssl-sys": "TLS is rustls everywhere",
            "native-tls": "TLS is rustls everywhere"}


def acceptable(expression):
    """Whether an SPDX expression can be met with LICENCES: OR is a choice, AND means all."""
    tokens = re.findall(r"\(|\)|[^\s()]+", expression.replace("/", " OR "))
    position = 0

    def either():
        nonlocal position
        value = both()
        while position < len(tokens) and tokens[position] == "OR":
            position += 1
            value = both() or value
        return value

    def both():
        nonlocal position
        value = one()
        while position < len(tokens) and tokens[position] == "AND":
            position += 1
            value = one() and value
        return value

    def one():
        nonlocal position
        token = tokens[position]
        position += 1
        if token == "(":
            value = either()
            position += 1
            return value
        if position + 1 < len(tokens) and tokens[position] == "WITH":
            token = f"{token} WITH {tokens[position + 1]}"
            position += 2
        return token in LICENCES

    return either()


def main():
    metadata = subprocess.run(["cargo", "metadata", "--format-version", "1", "--locked", "--filter-platform",
                               "x86_64-unknown-linux-gnu"], cwd=TOP, check=True, capture_output=True, text=True).stdout
    metadata = json.loads(metadata)
    ours = set(metadata["workspace_members"])
    # Only what is compiled for a server counts; the lock file also names other platforms.
    used = {node["id"] for node in metadata["resolve"]["nodes"]}
    faults, count = [], 0
    for package in metadata["packages"]:
        if package["id"] in ours or package["id"] not in used:
            continue
        count += 1
        name = f"{package['name']} {package['version']}"
        if not (package["source"] or "").startswith(("registry+", "sparse+")):
            faults.append(f"{name}: not from the registry ({package['source']})")
        if package["name"] in UNWANTED:
            faults.append(f"{name}: unwanted, {UNWANTED[package['name']]}")
        if not package["license"]:
            if not package["license_file"]:
                faults.append(f"{name}: no licence")
        elif not acceptable(package["license"]):
            faults.append(f"{name}: licence {package['license']}")
    for fault in faults:
        print(f"supply: {fault}", file=sys.stderr)
    print(f"supply: {count} dependencies, {len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
