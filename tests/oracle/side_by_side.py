#!/usr/bin/env python3
"""The written requests to a real udata and to Basalt, each on its own copy of the same documents.

    tests/oracle/side_by_side.py [BASALT]

Each answer of udata is first changed as docs/api/differences.md decides for all (`expected` below); what then
still differs must be in DECIDED, which names the line of that page. Anything else is a fault and ends
the run with status 1. `make test-oracle` runs this. SHOW=1 prints how often each decision was met.
"""
import collections
import difflib
import importlib.machinery
import importlib.util
import json
import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace

from servers import INSTALLED, ORACLE, REFERENCE, ROOT, Servers, find_basalt, install

HERE = Path(__file__).resolve().parent
STANDARD = "error bodies without `status`"
REDIRECT = "redirects to a new slug lose the query"
NEW_KEY = re.compile(r"(?<=udata_)[\w-]{8,}")
TAIL = '"did you mean" at the end of 404 messages'
KEYS = "refuses a key with `Invalid API token`"
UNAUTHORIZED = ("The server could not verify that you are authorized to access the URL requested. You either supplied "
                "the wrong credentials (e.g. a bad password), or your browser doesn't understand how to supply the "
                "credentials required.")
# Request (who, method, path, body), Basalt's status or None for that of udata, and the line of
# differences.md that it stands for.
DECIDED = [
    (r"inactive .*", 401, "key of a deactivated user"),
    (r"- GET /api/1/(organizations|avatars/abc/64)", 200, "a missing trailing slash", 308),
    (r"- OPTIONS /api/1/organizations/\{org\}/", 200, "`405` of"),
    (r"\w+ POST /api/1/organizations/ \{.*", 201, "answer to the creation of an organisation"),
    (r"- GET \S+\?lang=fr", 200, "`?lang=`"),
    (r"user PUT /api/1/organizations/.*", 403, "`X-Fields` with a refusal"),
    (r"orgadmin PUT /api/1/organizations/.*nope.*", 400, "`X-Fields` with a refusal"),
    (r"orgadmin GET /api/1/me/metrics/", 200, "unfollowing"),
    (r"- GET /api/1/organizations/\{(org|org_other)\}/", 200, "deletion of an account"),
    (r"user POST /api/1/me/api_tokens/ .*expires_at.*", 201, "`expires_at` in the answer to a creation"),
    (r"user POST /api/1/me/api_tokens/ .*nope.*", 400, "`scopes` of a key | "),
    (r"user DELETE /api/1/me/api_tokens/0+/", 404, "`DELETE /me/api_tokens/{id}/`"),
    (r"user GET /api/1/me/api_tokens/0+/", 405, "`GET /me/api_tokens/{id}/`"),
    (r"\w+ (POST|PUT) .*", 400, "wrong types give 500", 500),
    (r"admin POST /api/1/users/ .*", 400, "an address that another account has", 500),
    (r"\S+ (PATCH|POST|PUT|DELETE) .*", 405, "`405` of"),
    (r"orgadmin PUT \S+/assignments/ .*Dataservice.*", 200, "`subject` of assignments"),
    (r"\S+ GET /api/1/users/suggest/\?q=user%20ulysse", None, "`users/suggest/?q=user ulysse`"),
    (r"admin GET /api/1/users/\?sort=\S*", None, "equal under `sort`"),
    (r"admin \w+ /api/1/users/.*", None, "`POST /users/` without `active`"),
    (r"\S+ \w+ .*\"?mail_cadence.*", 400, "a `mail_cadence` that does not exist"),
    (r"\S+ DELETE /api/1/users/\S+delete_comments=maybe.*", 400, "`DELETE /users/{user}/?delete_comments"),
    (r"- GET /api/1/avatars/.*", None, "`GET /avatars/{id}/{size}/`"),
    (r"\S+ GET /api/1/\S+/followers/.*", 200, "`since` of a follow"),
    (r"\S+ GET /api/1/notifications/.*", 200, "notices about discussions"),
    (r"\S+ GET /api/1/activity/.*", 200, "activities listed"),
    (r"\S+ GET /api/1/me/(org_datasets|reuses)/.*", 200, "order of `/me/` lists"),
    (r"\S+ GET /api/1/organizations/suggest/.*", 200, "words of suggestions"),
    (r"\S+ GET /api/1/me/org_discussions/.*", 404, "notices about discussions"),
]


def tool():
    """side-by-side as a module: its way to send and to compare."""
    loader = importlib.machinery.SourceFileLoader("side_by_side_tool", str(REFERENCE / "side-by-side"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    sys.dont_write_bytecode = True
    loader.exec_module(module)
    return module


def copy_database(url, name):
    """All collections under another name, in the same store."""
    import pymongo      # of udata's environment
    client = pymongo.MongoClient(url)
    source, target = client.get_default_database(), client[name]
    for collection in source.list_collection_names():
        documents = list(source[collection].find())
        if documents:
            target[collection].insert_many(documents)
    return url.rsplit("/", 1)[0] + "/" + name


class Apart(Servers):
    """Both servers with documents of their own, equal at the beginning."""

    def start_basalt(self):
        self.seed["mongo"] = copy_database(self.seed["mongo"], "basalt_copy")
        super().start_basalt()


def expected(answer, other, met):
    """udata's answer as Basalt should give it, by the differences that hold everywhere."""
    status, headers, data = answer
    headers = dict(headers.items())
    if status == 308 and other[0] == 308:
        met.append(REDIRECT)
        return status, {**headers, "Content-Type": "application/json", "Location": other[1]["Location"]}, other[2]
    if status < 400:
        return status, headers, data
    try:
        body, theirs = json.loads(data), json.loads(other[2])
    except ValueError:
        return answer
    if not isinstance(body, dict) or not isinstance(theirs, dict):
        return answer
    message = body.get("message")
    if message is None:
        # There is none to keep; what is there must be a text that tells something.
        message = theirs.get("message") if theirs.get("message") else "(a message)"
    if message == UNAUTHORIZED or message == "Invalid API token":
        met.append(KEYS)
        message = "Unauthorized" if message == UNAUTHORIZED else "Invalid API Key"
    shortened = re.sub(r"\.? You have requested this URI \[.*", "", message)
    if shortened != message:
        met.append(TAIL)
        # The tail swallows the full stop of the message, so either is right.
        message = shortened if theirs.get("message") == shortened else shortened + "."
    met.append(STANDARD)
    body = {**body, "message": message, "status": status}
    return status, headers, json.dumps(body).encode()


def by_chance(line):
    """Without new keys, and without telling whether a date fell on a whole second."""
    return NEW_KEY.sub("{new key}", line).replace("{date.fraction", "{date")


def decision(request, statuses):
    for pattern, status, name, *was in DECIDED:
        same = status == statuses[1] or (status is None and statuses[0] == statuses[1])
        if same and (not was or was[0] == statuses[0]) and re.fullmatch(pattern, request):
            return name
    return None


def compare(module, sides, path, counts, page):
    """The requests of a file that differ without a decision."""
    options = SimpleNamespace(ids=True, exact=False, ignore=[])
    headers, faults, number = [], 0, 0
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("# X-Fields:"):
            headers = [("X-Fields", line.partition(":")[2].strip())]
        if not line.strip() or line.startswith("#"):
            continue
        number += 1
        parts = line.split(None, 1)
        who, rest = (None, line) if parts[0].isupper() else parts
        method, where, *body = rest.split(None, 2)
        body = body[0] if body else None
        answers = [side.send(who, method, where, body, headers) for side in sides]
        met = []
        wanted = expected(answers[0], answers[1], met)
        one, two = ([by_chance(line) for line in module.normal(side, answer, options)]
                    for side, answer in zip(sides, (wanted, answers[1])))
        request = " ".join(filter(None, [who or "-", method, where, body]))
        if one != two:
            name = decision(request, (answers[0][0], answers[1][0]))
            if name is None:
                faults += 1
                print(f"DIFFERENT {request}")
                print("\n".join(difflib.unified_diff(one, two, "udata", "basalt", lineterm="", n=2)))
            else:
                met.append(name)
        for name in set(met):
            if name not in page:
                sys.exit(f"side-by-side: differences.md does not name {name!r}")
            counts[name] += 1
    print(f"side-by-side: {path.name}: {number - faults} of {number} as decided, {faults} different", flush=True)
    return faults


def main():
    if not ORACLE.exists():
        print(f"side-by-side: SKIPPED, {ORACLE} is absent")
        return
    install()
    python = INSTALLED / "venv-udata/bin/python"
    if Path(sys.prefix) != python.parent.parent:
        os.execv(python, [str(python), *sys.argv])
    module = tool()
    page = (ROOT / "docs/api/differences.md").read_text(encoding="utf-8")
    counts, faults = collections.Counter(), 0
    # masks.requests changes next to nothing, families.requests everything: one seed serves both.
    with Apart(find_basalt(next(iter(sys.argv[1:]), None))) as servers:
        sides = [module.Side("udata", servers.udata, servers.seed, None),
                 module.Side("basalt", servers.basalt, servers.seed, None)]
        for name in ("masks.requests", "families.requests"):
            faults += compare(module, sides, HERE / name, counts, page)
    if os.environ.get("SHOW"):
        for name, count in counts.most_common():
            print(f"{count:5} {name}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
