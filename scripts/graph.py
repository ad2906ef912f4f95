#!/usr/bin/env python3
"""Print the crate graph and fail on an arrow that points outwards.

Reads `cargo metadata` only, so it is quick and needs no build. The rules are ALLOWED and BANNED
below; docs/contribute/architecture.md explains them.
"""
import json
import subprocess
import sys
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
# Room → rooms that it may use. "adapters/*" are all adapters; they never use one another.
ALLOWED = {
    "domain": [],
    "ports": ["domain"],
    "app": ["ports", "domain"],
    "contract": ["ports", "domain"],
    "adapters/http": ["app", "ports", "domain"],
    "adapters/*": ["ports", "domain"],
    "server": ["adapters/*", "app", "ports", "domain"],
    # Programs that look at the whole from outside. Nothing else may use them; they share the load generator.
    "tests/*": ["tests/load", "server", "contract", "adapters/*", "app", "ports", "domain"],
}
# In tests a crate may also use these. The inner crates must not even be tested with outer ones.
ALLOWED_IN_TESTS = {
    "domain": [],
    "ports": [],
    "app": ["contract", "adapters/memory"],
    "contract": [],
    "adapters/*": ["contract", "app", "adapters/*"],
    "server": ["contract"],
}
# Libraries that belong to the outside: naming one further in is an arrow outwards as well.
OUTSIDE = ["actix-web", "actix-multipart", "sea-orm", "sqlx", "mongodb", "lettre", "object_store", "tantivy", "clap", "config"]
BANNED = {
    "domain": [*OUTSIDE, "tokio", "async-trait", "bson", "reqwest", "tracing"],
    "ports": OUTSIDE,
    "app": [*OUTSIDE, "bson"],
    "contract": OUTSIDE,
}


def rooms_of(packages):
    """Package name → its folder: under crates/, or as it is (tests/load)."""
    folders = {p["name"]: Path(p["manifest_path"]).parent.relative_to(TOP).as_posix() for p in packages}
    return {name: folder.removeprefix("crates/") for name, folder in folders.items()}


def rule(table, room):
    """What is said of the room itself, else of all rooms of its folder."""
    return table.get(room, table.get(f"{room.rpartition('/')[0]}/*"))


def permits(names, room):
    return room in names or (room.startswith("adapters/") and "adapters/*" in names)


def faults_of(package, room, rooms):
    if rule(ALLOWED, room) is None:
        yield f"{room}: a room without a rule (see ALLOWED in scripts/graph.py)"
        return
    for dependency in package["dependencies"]:
        name, in_tests = dependency["name"], dependency["kind"] == "dev"
        target = rooms.get(name)
        if target is None:
            if name in BANNED.get(room, []) and not in_tests:
                yield f"{room} ──► {name}: belongs to an adapter or to the server"
        elif not permits(rule(ALLOWED, room), target) and not (
                in_tests and permits(rule(ALLOWED_IN_TESTS, room) or [], target)):
            yield f"{room} ──► {target}{' (in tests)' if in_tests else ''}: points outwards"


def main():
    metadata = subprocess.run(["cargo", "metadata", "--no-deps", "--format-version", "1", "--offline"],
                              cwd=TOP, check=True, capture_output=True, text=True).stdout
    packages = json.loads(metadata)["packages"]
    rooms = rooms_of(packages)
    order = list(ALLOWED)

    def outermost_first(package):
        room = rooms[package["name"]]
        near = room if room in order else f"{room.rpartition('/')[0]}/*"
        return (-order.index(near) if near in order else 0, room)

    faults = []
    for package in sorted(packages, key=outermost_first):
        room = rooms[package["name"]]
        inside = [(d["kind"], rooms[d["name"]]) for d in package["dependencies"] if d["name"] in rooms]
        used = sorted(target for kind, target in inside if kind != "dev")
        tested = sorted({target for kind, target in inside if kind == "dev"} - set(used))
        print(f"{room:16} ──► {', '.join(used) or 'nothing'}" + (f"   (tests: {', '.join(tested)})" if tested else ""))
        faults += faults_of(package, room, rooms)
    for fault in faults:
        print(f"graph: {fault}", file=sys.stderr)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
