#!/usr/bin/env python3
"""Copy from the contract what tests compare with: id, method, path and family of every operation.

Reads ../shared/contract/api, which a clone does not have; says so and leaves the copy as it is.
"""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent
CONTRACT = ROOT.parent / "shared" / "contract" / "api"
TARGET = ROOT / "crates/adapters/http/tests/contract/operations.json"
NO_FAMILY = {"models", "forms", "routes"}


def operations():
    for file in sorted(CONTRACT.glob("*.json")):
        if file.stem in NO_FAMILY:
            continue
        for path, methods in json.loads(file.read_text()).items():
            for method, facts in methods.items():
                yield {"id": facts["id"], "method": method, "path": path, "family": file.stem}


def main():
    if not CONTRACT.is_dir():
        print(f"{CONTRACT} is not there: {TARGET.name} stays as it is")
        return
    known = list(operations())
    lines = ",\n".join(json.dumps(operation) for operation in known)
    TARGET.write_text(f"[\n{lines}\n]\n")
    print(f"{len(known)} operations in {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
