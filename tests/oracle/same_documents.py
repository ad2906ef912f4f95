#!/usr/bin/env python3
"""Basalt and a real udata on one database: each reads and edits what the other wrote.

    tests/oracle/same_documents.py [PATH OF basalt]

Starts a udata of its own (from ../shared/reference) on free ports, fills it, starts Basalt on the same
documents and secrets, and looks at three things:

1. Reading: every GET of `families.requests` that udata answers with 200 gets the same body from Basalt.
2. Writing: each step below is done by one of them; then both must show the same, and the documents may
   differ from before only in fields that the step is about, all others keep every byte. Each step is
   done twice, by Basalt and by udata.
3. In the end udata edits every organisation and user, and Basalt does.

KEEP=1 keeps the folder with the logs. Exit status: 0 all the same (or ../shared is absent, which is
printed), 1 differences, which are printed.
"""
import difflib
import json
import os
import re
import sys

from pathlib import Path

from servers import INSTALLED, ORACLE, Servers, find_basalt, install

HERE = Path(__file__).resolve().parent
WRITERS = ("basalt", "udata")

# What may differ although both read the same document, each for its reason.
IGNORED = {
    "since": "udata does not store when somebody began to follow",
    "last_login_at": "udata counts every request with a key as a login",
    "last_used_at": "the very request changes it",
    "followers_org_count": "udata counts those who follow no longer too",
}
# Items in no fixed order: these keys have ties, which udata leaves to chance.
UNORDERED = [r"sort=-?followers", r"/suggest/"]
# Pages of these hold what comes with the catalogue too: compared are the items that Basalt knows.
KNOWN_ITEMS = {
    "/notifications/": lambda item: item["type"].startswith("organization.membership."),
    "/activity/": lambda item: item["key"].startswith(("organization:", "user:")),
}
# Where the answers differ by decision: docs/api/differences.md.
DECIDED = [
    r"^(HEAD|OPTIONS) ",                     # headers only, compared by side-by-side
    r"/swagger\.json", r"/avatars/",         # pictures are not the same pictures
    r"[?&]lang=",
    r"/users/suggest/\?q=\w+%20",            # the words of a name are found in any order
    r"/organizations/suggest/\?q=\w+%20",    # words of suggestions: in any order, by their beginnings
    r"/organizations/suggest/\?q=i&",        # words of suggestions: by their beginnings
]
# Lists of objects that come with the catalogue (docs/api/coverage.md).
LATER = [r"/(datasets|reuses|dataservices|discussions|org_\w+|catalog\w*|topics)/?(\?|$)", r"\.(csv|rdf|json|xml|ttl)(\?|$)"]

failures = []
compared = 0


def fail(what, detail=""):
    failures.append(what)
    print(f"DIFFERENT {what}\n{detail}".rstrip(), flush=True)


def normal(servers, side, path, body):
    """A body in which only what depends on the server itself is made alike."""
    known = next((known for part, known in KNOWN_ITEMS.items() if part in path), None)
    if known and isinstance(body, dict) and "data" in body:
        body = [item for item in body["data"] if known(item)]
    items = body.get("data") if isinstance(body, dict) else body
    if isinstance(items, list) and any(re.search(pattern, path) for pattern in UNORDERED):
        items.sort(key=lambda item: str(item.get("id")))
    text = json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False)
    text = text.replace(servers.udata if side == "udata" else servers.basalt, "{server}")
    for name in IGNORED:
        text = re.sub(rf'"{name}": (null|\d+|"[^"]*")', f'"{name}": "ignored"', text)
    return text.splitlines()


def same(servers, who, path):
    """Do both show the same there?"""
    global compared
    compared += 1
    answers = {side: servers.call(side, who, "GET", path) for side in WRITERS}
    (status, body), (other_status, other_body) = answers["udata"], answers["basalt"]
    title = f"[{who or 'nobody'}] GET {path}"
    if status != other_status:
        fail(title, f"  udata {status}, Basalt {other_status}: {json.dumps(other_body)[:300]}")
        return
    if status != 200:
        return
    one, two = normal(servers, "udata", path, body), normal(servers, "basalt", path, other_body)
    if one != two:
        fail(title, "\n".join(list(difflib.unified_diff(one, two, "udata", "basalt", lineterm="", n=1))[:60]))


def reads():
    """The reading part of the recorded list: names, paths."""
    for line in (HERE / "families.requests").read_text().splitlines():
        parts = line.strip().split(None, 1)
        if not parts or parts[0].startswith("#"):
            continue
        who = None
        if not parts[0].isupper():
            who, line = parts
        method, path, *_body = line.split(None, 2)
        if method == "GET" and not any(re.search(p, f"{method} {path}") for p in DECIDED + LATER):
            yield who, path


def read_everything(servers, note):
    before = len(failures)
    count = 0
    for who, path in reads():
        # The key of a deactivated user: decided otherwise.
        if who in ("wrong-key", "inactive"):
            continue
        # A page of a mixed list cannot be compared, all of it can.
        if any(part in path for part in KNOWN_ITEMS):
            path = re.sub(r"&?\b(page|page_size)=\d+", "", path) + ("&" if "?" in path else "?") + "page_size=200"
        status, _body = servers.call("udata", who, "GET", path)
        if status == 200:
            count += 1
            same(servers, who, path)
    print(f"{note}: {count - (len(failures) - before)} of {count} reads the same", flush=True)


class Documents:
    """The documents themselves, past both servers."""

    COLLECTIONS = ("organization", "user", "api_token", "follow", "assignment", "slug_follow", "contact_point", "role")
    # What any request may touch by itself.
    BY_THE_WAY = {"last_used_at", "user_agents", "last_modified", "metrics", "login_count", "last_login_at",
                  "current_login_at", "last_login_ip", "current_login_ip"}

    def __init__(self, url):
        from pymongo import MongoClient

        self.database = MongoClient(url).get_default_database()

    def all(self):
        return {(name, str(document["_id"])): document
                for name in self.COLLECTIONS for document in self.database[name].find()}

    def plant(self):
        """Values that only the database knows, in places where udata keeps what it does not know."""
        from bson import Decimal128, Int64

        self.planted = [(name, found["_id"]) for name in ("organization", "user") for found in self.database[name].find()]
        odd = {"decimal": Decimal128("12.50"), "long": Int64(7), "double": 7.0}
        self.database.organization.update_many({}, {"$set": {f"metrics.odd_{name}": v for name, v in odd.items()}})
        self.database.user.update_many({}, {"$set": {**{f"metrics.odd_{name}": v for name, v in odd.items()},
                                                      "tf_primary_method": "sms"}})

    def odd_ones_are_kept(self):
        for name, identifier in self.planted:
            metrics = self.database[name].find_one({"_id": identifier})["metrics"]
            types = [type(metrics.get(f"odd_{part}")).__name__ for part in ("decimal", "long", "double")]
            if types != ["Decimal128", "Int64", "float"]:
                fail(f"{name} {identifier}: odd values became {types}")


def changed(before, after):
    """Names of the top-level fields that are not the same, types included."""
    def exact(value):
        if isinstance(value, dict):
            return {name: exact(part) for name, part in value.items()}
        if isinstance(value, list):
            return [exact(part) for part in value]
        return type(value).__name__, value

    names = {*before, *after}
    return {name for name in names if (name in before) != (name in after) or
            (name in before and exact(before[name]) != exact(after[name]))}


def steps(tag):
    """(who, method, path, body, statuses, fields that may change by collection, what to look at afterwards).

    `tag` tells the two rounds apart. A step may take the id of its answer: {made}.
    """
    org = "/api/1/organizations/{org}/"
    # Basalt cannot give datasets away before it has them.
    given = {} if tag == "bybasalt" else {"role": "partial_editor", "assignments": [{"class": "Dataset", "id": "{dataset}"}]}
    yield "orgadmin", "PUT", org, {"description": f"By {tag}", "acronym": tag[:4]}, {200}, \
        {"organization": {"description", "acronym"}}, [(None, org), ("orgadmin", org)]
    yield "orgadmin", "PUT", org, {"name": f"Ville {tag}"}, {200}, {"organization": {"name", "slug"}, "slug_follow": None}, \
        [(None, org), (None, f"/api/1/organizations/ville-{tag}/"), (None, "/api/1/organizations/ville-darles/")]
    yield "orgadmin", "PUT", org, {"extras": {"a": 1, "deep": {"x": [1, 2.5, None]}, "by": tag}}, {200}, \
        {"organization": {"extras"}}, [(None, org), (None, "/api/2/organizations/{org}/extras/")]
    yield "orgadmin", "PUT", "/api/2/organizations/{org}/extras/", {"b": {"c": [1]}, "a": None}, {200}, \
        {"organization": {"extras"}}, [(None, "/api/2/organizations/{org}/extras/")]
    yield "admin", "POST", org + "badges/", {"kind": "company"}, {200, 201}, {"organization": {"badges"}}, [(None, org)]
    yield "admin", "DELETE", org + "badges/company/", None, {204}, {"organization": {"badges"}}, [(None, org)]
    yield "other", "POST", org + "followers/", None, {201}, {"follow": None, "user": set()}, \
        [(None, org + "followers/"), (None, org)]
    yield "user", "POST", "/api/1/users/{editor}/followers/", None, {201}, {"follow": None}, \
        [(None, "/api/1/users/{editor}/followers/"), ("admin", "/api/1/users/{editor}/")]
    yield "other", "DELETE", org + "followers/", None, {200, 204}, {"follow": {"until"}}, [(None, org + "followers/")]
    yield "user", "DELETE", "/api/1/users/{editor}/followers/", None, {200, 204}, {"follow": {"until"}}, \
        [(None, "/api/1/users/{editor}/followers/")]
    yield "user", "PUT", "/api/1/me/", {"about": f"By {tag}", "website": "https://example.org/" + tag}, {200}, \
        {"user": {"about", "website"}}, [("user", "/api/1/me/"), (None, "/api/1/users/{user}/")]
    yield "orgadmin", "PUT", org + "member/{editor}/", {"role": "admin"}, {200}, {"organization": {"members"}}, [(None, org)]
    yield "orgadmin", "PUT", org + "member/{editor}/", {"role": "editor"}, {200}, {"organization": {"members"}}, [(None, org)]
    yield "other", "POST", org + "membership/", {"comment": f"Ask {tag}"}, {200, 201}, {"organization": {"requests"}}, \
        [("orgadmin", org + "membership/"), ("orgadmin", "/api/1/notifications/?page_size=200")]
    yield "OTHER SIDE orgadmin", "POST", org + "membership/{made}/accept/", None, {200, 201}, \
        {"organization": {"requests", "members"}}, [(None, org), ("orgadmin", org + "membership/"), ("other", "/api/1/notifications/?page_size=200")]
    yield "orgadmin", "DELETE", org + "member/{other}/", None, {204}, {"organization": {"members"}, "assignment": None}, [(None, org)]
    yield "orgadmin", "POST", org + "member/", {"user": "{admin}", "comment": "come", **given}, {200, 201}, \
        {"organization": {"requests"}}, [("orgadmin", org + "membership/"), ("admin", "/api/1/me/org_invitations/")]
    yield "OTHER SIDE admin", "POST", "/api/1/me/org_invitations/{made}/accept/", None, {200, 201}, \
        {"organization": {"requests", "members"}, "assignment": None}, [(None, org), ("orgadmin", org + "assignments/")]
    yield "orgadmin", "DELETE", org + "member/{admin}/", None, {204}, {"organization": {"members"}, "assignment": None}, [(None, org)]
    yield "user", "POST", "/api/1/me/api_tokens/", {"name": f"key {tag}"}, {201}, {"api_token": None}, \
        [("user", "/api/1/me/api_tokens/")]
    yield "OTHER SIDE key", "GET", "/api/1/me/", None, {200}, {"api_token": set()}, []
    yield "OTHER SIDE user", "DELETE", "/api/1/me/api_tokens/{made}/", None, {204}, {"api_token": {"revoked_at"}}, \
        [("user", "/api/1/me/api_tokens/")]
    yield "key", "GET", "/api/1/me/", None, {401}, {"api_token": set()}, []
    yield "user", "POST", "/api/1/organizations/", {"name": f"New {tag}", "description": "d", "url": "https://example.org/"}, \
        {201}, {"organization": None}, [(None, "/api/1/organizations/{made}/"), (None, f"/api/1/organizations/new-{tag}/")]
    yield "OTHER SIDE user", "PUT", "/api/1/organizations/{made}/", {"description": "by the other"}, {200}, \
        {"organization": {"description"}}, [(None, "/api/1/organizations/{made}/")]
    yield "user", "DELETE", "/api/1/organizations/{made}/", None, {204}, {"organization": {"deleted"}}, \
        [(None, "/api/1/organizations/{made}/"), (None, "/api/1/organizations/")]
    yield "OTHER SIDE user", "PUT", "/api/1/organizations/{made}/", {"deleted": None}, {200}, {"organization": {"deleted"}}, \
        [(None, "/api/1/organizations/{made}/"), (None, "/api/1/organizations/")]
    yield "admin", "POST", "/api/1/users/", {"email": f"{tag}@example.org", "first_name": "Nina", "last_name": tag.title(),
                                             "active": True}, {200, 201}, {"user": None}, \
        [("admin", "/api/1/users/{made}/"), (None, "/api/1/users/{made}/")]
    yield "OTHER SIDE admin", "PUT", "/api/1/users/{made}/", {"about": "by the other"}, {200}, {"user": {"about"}}, \
        [("admin", "/api/1/users/{made}/")]


def write(servers, documents, writer):
    other = next(side for side in WRITERS if side != writer)
    made = key = None
    for who, method, path, body, statuses, fields, look_at in steps(f"by{writer}"):
        side, who = (other, who.removeprefix("OTHER SIDE ")) if who.startswith("OTHER SIDE ") else (writer, who)
        path = path.replace("{made}", str(made))
        before = documents.all()
        given = key if who == "key" else None
        status, answer = servers.call(side, None if given else who, method, path, body, key=given)
        title = f"{side}: [{who}] {method} {path}"
        if status not in statuses:
            fail(title, f"  {status} instead of {sorted(statuses)}: {json.dumps(answer)[:300]}")
            continue
        if method == "POST" and isinstance(answer, dict):
            made = answer.get("id", made) if side == writer and not path.endswith("accept/") else made
            key = answer.get("token", key)
        after = documents.all()
        for (name, identifier), document in after.items():
            if (name, identifier) in before:
                allowed = fields.get(name, set())
                touched = changed(before[name, identifier], document) - documents.BY_THE_WAY
                # What is null or empty may be stored or left out.
                touched = {field for field in touched if before[name, identifier].get(field) or document.get(field)}
                if allowed is not None and touched - allowed:
                    detail = {field: (before[name, identifier].get(field), document.get(field)) for field in touched - allowed}
                    fail(f"{title} changed {name} {identifier}", f"  {detail}")
        for reader, where in look_at:
            same(servers, reader, where.replace("{made}", str(made)))
    print(f"{writer} wrote", flush=True)


def edit_everything(servers, documents):
    """Both edit every organisation and every active user, whoever wrote them last."""
    for side in WRITERS:
        for organization in documents.database.organization.find({"deleted": None}):
            path = f"/api/1/organizations/{organization['_id']}/"
            status, answer = servers.call(side, "admin", "PUT", path, {"description": f"Edited by {side}"})
            if status != 200:
                fail(f"{side} edits {path}", f"  {status} {json.dumps(answer)[:300]}")
            same(servers, "admin", path)
        for user in documents.database.user.find({"deleted": None}):
            path = f"/api/1/users/{user['_id']}/"
            status, answer = servers.call(side, "admin", "PUT", path, {"about": f"Edited by {side}"})
            if status != 200:
                fail(f"{side} edits {path}", f"  {status} {json.dumps(answer)[:300]}")
            same(servers, "admin", path)
    for who in ("admin", "orgadmin", "user", "other"):
        same(servers, who, "/api/1/notifications/?page_size=200")
    same(servers, None, "/api/1/activity/?page_size=200")


def main():
    if not ORACLE.exists():
        print(f"test-oracle: skipped: {ORACLE} is absent")
        return 0
    install()
    python = INSTALLED / "venv-udata/bin/python"
    if Path(sys.prefix) != python.parent.parent:
        # udata's environment has a driver for the database.
        os.execv(python, [str(python), *sys.argv])
    with Servers(find_basalt(next(iter(sys.argv[1:]), None))) as servers:
        documents = Documents(servers.seed["mongo"])
        read_everything(servers, "as udata made them")
        documents.plant()
        for writer in WRITERS:
            write(servers, documents, writer)
        edit_everything(servers, documents)
        documents.odd_ones_are_kept()
        read_everything(servers, "after both wrote")
    print(f"test-oracle: {compared} answers compared, {len(failures)} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
