#!/usr/bin/env python3
"""Basalt and a real udata on one database: each reads and edits what the other wrote.

    tests/oracle/same_documents.py [PATH OF basalt]

Starts a udata of its own (from ../shared/reference) on free ports, fills it, starts Basalt on the same
documents and secrets, and looks at three things:

1. Reading: every GET of the lists (organisations, users, catalogue) that udata answers with 200 gets the
   same body from Basalt.
2. Writing: each step below and in catalogue_steps.py is done by one of them; then both must show the same,
   and the documents may differ from before only in fields that the step is about, all others keep every
   byte. Each step is done twice, by Basalt and by udata.
3. In the end udata edits every document of every collection, and Basalt does, whoever wrote it last.
4. Fields that neither knows are set in every document, also inside its parts; Basalt edits all of them
   once more, and what it did not know is still there.

KEEP=1 keeps the folder with the logs. Exit status: 0 all the same (or ../shared is absent, which is
printed), 1 differences, which are printed.
"""
import difflib
import json
import os
import re
import sys

from pathlib import Path

import catalogue_steps
import decided_catalogue
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
# Items in no fixed order: these keys have ties, which udata leaves to chance. Elements of topics come in the order they were added,
# which their ids do not tell where both servers added some within a second.
UNORDERED = [r"sort=-?followers", r"/suggest/", r"/me/org_", r"/api/1/dataservices/\?", r"/topics/\w+/elements/"]
# Pages of these hold what comes with the community too: compared are the items that Basalt knows.
KNOWN_ITEMS = {
    "/notifications/": lambda item: not item["type"].startswith(("discussion.", "harvest.", "transfer.")),
    "/activity/": lambda item: not item["key"].endswith(":discussed"),
}
# Where the answers differ by decision: docs/api/differences.md.
DECIDED = [
    r"^(HEAD|OPTIONS) ",                     # headers only, compared by side-by-side
    r"/swagger\.json", r"/avatars/",         # pictures are not the same pictures
    r"[?&]lang=",
    r"/users/suggest/\?q=\w+%20",            # the words of a name are found in any order
    r"/organizations/suggest/\?q=\w+%20",    # words of suggestions: in any order, by their beginnings
    r"/organizations/suggest/\?q=i&",        # words of suggestions: by their beginnings
    r"/suggest/\?.*size=[12]",               # the first of many that are equal
    r"/dataservices/\?page_size=1",          # dataservices, without `sort`: newest first
]
# Worked out by each server for itself, or leading elsewhere.
ALWAYS = [r"/site/", r"\.atom", r"/rdf", r"\.csv", r"/search/", r"/suggest/", r"[?&]q=", r"/datasets/r/", r"discussions"]
# Lists of objects of which side_by_side.py compares each (docs/api/differences.md).
LATER = [r"/(datasets|reuses|dataservices|discussions|org_\w+|catalog\w*|topics)/?(\?|$)", r"\.(csv|rdf|json|xml|ttl)(\?|$)"]

failures = []
compared = 0


def fail(what, detail=""):
    failures.append(what)
    print(f"DIFFERENT {what}\n{detail}".rstrip(), flush=True)


def normal(servers, path, body):
    """A body in which only what depends on the server itself is made alike."""
    known = next((known for part, known in KNOWN_ITEMS.items() if part in path), None)
    if known and isinstance(body, dict) and "data" in body:
        body = [item for item in body["data"] if known(item)]
    items = body.get("data") if isinstance(body, dict) else body
    if isinstance(items, list) and any(re.search(pattern, path) for pattern in UNORDERED):
        items.sort(key=lambda item: str(item.get("id")))
    text = json.dumps(body, indent=1, sort_keys=True, ensure_ascii=False)
    for address in (servers.udata, servers.basalt):     # addresses of files are stored whole
        text = text.replace(address, "{server}")
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
    one, two = normal(servers, path, body), normal(servers, path, other_body)
    if one != two:
        fail(title, "\n".join(list(difflib.unified_diff(one, two, "udata", "basalt", lineterm="", n=1))[:60]))


def reads(seed):
    """The reading part of the written lists: whose key, path. Without what a list makes on its way."""
    known = {*seed["ids"], *seed["users"]}
    of_list = {"families.requests": DECIDED + LATER,
               "catalogue-datasets.requests": decided(decided_catalogue.DATASETS),
               "catalogue-others.requests": decided(decided_catalogue.OTHERS)}
    seen = set()
    for name, patterns in of_list.items():
        for line in (HERE / name).read_text().splitlines():
            parts = line.strip().split(None, 1)
            if not parts or parts[0].startswith("#"):
                continue
            who, line = (None, line) if parts[0].isupper() else parts
            method, path, *_body = line.split(None, 2)
            fresh = (who, path) not in seen and {*re.findall(r"\{(\w+)\}", path)} <= known
            if method == "GET" and fresh and not any(re.search(p, f"{who or '-'} {method} {path}") for p in patterns):
                seen.add((who, path))
                yield who, path


def decided(differences):
    return [rf"^{pattern}$" for pattern, *_rest in differences + decided_catalogue.LATER] + DECIDED + ALWAYS


def read_everything(servers, note):
    before = len(failures)
    count = 0
    for who, path in reads(servers.seed):
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

    COLLECTIONS = ("organization", "user", "api_token", "follow", "assignment", "slug_follow", "contact_point", "role",
                   "dataset", "community_resource", "reuse", "dataservice", "topic", "topic_element", "post", "chart",
                   "license", "geo_zone", "geo_level", "site", "notification", "activity", "discussion", "harvest_source")
    # What any request may touch by itself.
    BY_THE_WAY = {"last_used_at", "user_agents", "last_modified", "metrics", "login_count", "last_login_at",
                  "current_login_at", "last_login_ip", "current_login_ip"}
    # Of these, each keeps numbers, or free fields, in which anything may stand.
    WITH_METRICS = ("organization", "user", "dataset", "reuse", "dataservice")
    WITH_EXTRAS = ("dataset", "community_resource", "reuse", "dataservice", "topic", "topic_element", "chart")

    def __init__(self, url):
        from pymongo import MongoClient

        self.database = MongoClient(url).get_default_database()

    def all(self):
        return {(name, str(document["_id"])): document
                for name in self.COLLECTIONS for document in self.database[name].find()}

    def plant(self):
        """Values that only the database knows, in places where udata keeps what it does not know."""
        from bson import Decimal128, Int64

        odd = {"long": Int64(7), "double": 7.0}
        more = {**odd, "decimal": Decimal128("12.50")}    # udata refuses these in extras
        places = [(name, "metrics", more) for name in self.WITH_METRICS] + [(name, "extras", odd) for name in self.WITH_EXTRAS]
        for name, place, values in places:
            self.database[name].update_many({}, {"$set": {f"{place}.odd_{kind}": value for kind, value in values.items()}})
        self.database.dataset.update_many({}, {"$set": {"resources.$[].extras.odd_long": Int64(7)}})
        self.database.user.update_many({}, {"$set": {"tf_primary_method": "sms"}})
        self.planted = [(name, found["_id"], place, values) for name, place, values in places
                        for found in self.database[name].find()]

    def odd_ones_are_kept(self):
        for name, identifier, place, values in self.planted:
            document = self.database[name].find_one({"_id": identifier})
            if document is None:
                continue    # really deleted
            left = {kind: document[place].get(f"odd_{kind}") for kind in values}
            if changed(values, left):
                fail(f"{name} {identifier}: odd values of {place} became {left}")

    def plant_strange(self):
        """A field that neither server knows, in each document and in each of its parts."""
        self.strange = {}
        for name, *_rest in catalogue_steps.EVERYTHING:
            for document in self.database[name].find():
                marked = with_strange(document)
                self.database[name].replace_one({"_id": document["_id"]}, marked)
                self.strange[name, document["_id"]] = set(strange_places(marked))

    def strange_ones_are_kept(self):
        for (name, identifier), places in self.strange.items():
            left = set(strange_places(self.database[name].find_one({"_id": identifier})))
            if places - left:
                fail(f"{name} {identifier} lost what it did not know in {sorted(places - left)}")


# Values whose fields are the user's own, or are worked out anew with each write.
NOT_MARKED = {"extras", "metrics", "metrics_by_months", "quality_cached", "geom", "thumbnails"}
STRANGE = "of_a_later_version"


def with_strange(value):
    if isinstance(value, list):
        return [with_strange(part) for part in value]
    if type(value) is dict:
        marked = {name: part if name in NOT_MARKED else with_strange(part) for name, part in value.items()}
        return {**marked, STRANGE: {"deep": [1, None]}}
    return value


def strange_places(value, at=""):
    """Where such fields stand: paths, with places in lists."""
    if isinstance(value, list):
        for number, part in enumerate(value):
            yield from strange_places(part, f"{at}.{number}")
    elif type(value) is dict:
        if value.get(STRANGE) == {"deep": [1, None]}:
            yield at
        for name, part in value.items():
            yield from strange_places(part, f"{at}.{name}")


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
        {"organization": {"requests", "members"}, "notification": {"handled_at"}}, [(None, org), ("orgadmin", org + "membership/"), ("other", "/api/1/notifications/?page_size=200")]
    yield "orgadmin", "DELETE", org + "member/{other}/", None, {204}, {"organization": {"members"}, "assignment": None}, [(None, org)]
    yield "orgadmin", "POST", org + "member/", {"user": "{admin}", "comment": "come", **given}, {200, 201}, \
        {"organization": {"requests"}}, [("orgadmin", org + "membership/"), ("admin", "/api/1/me/org_invitations/")]
    yield "OTHER SIDE admin", "POST", "/api/1/me/org_invitations/{made}/accept/", None, {200, 201}, \
        {"organization": {"requests", "members"}, "assignment": None, "notification": {"handled_at"}}, \
        [(None, org), ("orgadmin", org + "assignments/")]
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


def write(servers, documents, writer, steps_to_take, names):
    """`names`: ids of what earlier steps made, by the name that steps give them."""
    other = next(side for side in WRITERS if side != writer)
    key = None
    for who, method, path, body, statuses, fields, look_at, *name in steps_to_take:
        side, who = (other, who.removeprefix("OTHER SIDE ")) if who.startswith("OTHER SIDE ") else (writer, who)
        path, body = named(names, path), json.loads(named(names, json.dumps(body)))
        before = documents.all()
        given = key if who == "key" else None
        status, answer = servers.call(side, None if given else who, method, path, body, key=given)
        title = f"{side}: [{who}] {method} {path}"
        if status not in statuses:
            fail(title, f"  {status} instead of {sorted(statuses)}: {json.dumps(answer)[:300]}")
            continue
        made = answer[0] if method == "POST" and isinstance(answer, list) and answer else answer
        if method == "POST" and isinstance(made, dict):
            if name:
                names[name[0] or "last"] = made.get("id")
            elif side == writer and not path.endswith("accept/"):
                names["made"] = made.get("id", names.get("made"))
            key = made.get("token", key)
        only_what_may_change(title, documents, before, documents.all(), fields)
        for reader, where in look_at:
            same(servers, reader, named(names, where))
    print(f"{writer} wrote", flush=True)


def named(names, text):
    for name, value in names.items():
        text = text.replace("{" + name + "}", str(value))
    return text


def only_what_may_change(title, documents, before, after, fields):
    for (name, identifier), document in after.items():
        allowed = fields.get(name, set())
        if (name, identifier) not in before or allowed is None:
            continue
        touched = changed(before[name, identifier], document) - documents.BY_THE_WAY
        # What is null or empty may be stored or left out.
        touched = {field for field in touched if before[name, identifier].get(field) or document.get(field)}
        if touched - allowed:
            detail = {field: (before[name, identifier].get(field), document.get(field)) for field in touched - allowed}
            fail(f"{title} changed {name} {identifier}", f"  {detail}")


def edit_everything(servers, documents, sides):
    """Each edits every document, whoever wrote it last."""
    for side in sides:
        for name, path, method, field, which in catalogue_steps.EVERYTHING:
            for document in documents.database[name].find(which):
                where = path.format(document["_id"], topic=document.get("topic"))
                text = f"Edited by {side} {str(document['_id'])[-4:]}"
                status, answer = servers.call(side, "admin", method, where, {field: text})
                if status != 200:
                    fail(f"{side} edits {where}", f"  {status} {json.dumps(answer)[:300]}")
                elif len(sides) > 1 and name != "topic_element":
                    same(servers, "admin", where)
    if len(sides) > 1:
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
        made = {writer: {} for writer in WRITERS}
        for writer in WRITERS:
            tag = f"by{writer}"
            write(servers, documents, writer, steps(tag), made[writer])
            write(servers, documents, writer, catalogue_steps.catalogue(tag), made[writer])
        edit_everything(servers, documents, WRITERS)
        for writer in WRITERS:
            write(servers, documents, writer, catalogue_steps.deletions(f"by{writer}"), made[writer])
        documents.odd_ones_are_kept()
        read_everything(servers, "after both wrote")
        documents.plant_strange()
        edit_everything(servers, documents, ("basalt",))
        documents.strange_ones_are_kept()
    print(f"test-oracle: {compared} answers compared, {len(failures)} differences")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
