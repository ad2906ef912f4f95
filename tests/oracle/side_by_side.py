#!/usr/bin/env python3
"""The written requests to a real udata and to Basalt, each on its own copy of the same documents.

    tests/oracle/side_by_side.py [BASALT]

Each answer of udata is first changed as docs/api/differences.md decides for all (`expected` below); what then
still differs must be in DECIDED, which names the line of that page. Anything else is a fault and ends
the run with status 1. `make test-oracle` runs this. SHOW=1 prints how often each decision was met.
"""
import collections
import copy
import difflib
import importlib.machinery
import importlib.util
import json
import os
import re
import sys
from pathlib import Path
from types import SimpleNamespace

import decided_catalogue
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
# Lists that share a seed: masks.requests changes next to nothing, the others everything.
SEEDS = [("masks.requests", "families.requests"), ("catalogue-datasets.requests",), ("catalogue-others.requests",),
         ("edges.requests",)]
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


# Decisions of the lists that have their own.
LISTS = {
    "catalogue-datasets.requests": decided_catalogue.DATASETS + decided_catalogue.LATER + DECIDED,
    "catalogue-others.requests": decided_catalogue.OTHERS + decided_catalogue.LATER + DECIDED,
    "edges.requests": decided_catalogue.EDGES + decided_catalogue.OTHERS + decided_catalogue.DATASETS + DECIDED,
}


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


HOSTED = re.compile(r"/resources/([^/\"]+)/(\d{8}-\d{6})(-[0-9a-f]{12})?/")
# Text of a map in a table, or the map itself in an answer.
BY_MONTHS_TEXT = re.compile(r"\"\{'\d{4}-\d\d': \d+(?:, '\d{4}-\d\d': \d+)*\}\"")
COUNTED = ("reuses", "dataservices")
ADDRESS = "address of an uploaded file"
MONTHS = "`metrics.…_by_months`"
EXACT = "`metrics.reuses`, `metrics.dataservices` of what is referred to"
MOVED = "body of a redirect"
UNKNOWN_PATH = "404 of an unknown path"


def leave_out(value, met):
    """What is counted otherwise by decision, wherever it stands in an answer."""
    if isinstance(value, list):
        for part in value:
            leave_out(part, met)
    elif isinstance(value, dict):
        for name, part in list(value.items()):
            if name.endswith("_by_months"):
                value[name] = "by months"
                met.add(MONTHS)
            elif name == "metrics" and isinstance(part, dict):
                for number in COUNTED:
                    if number in part and {"views", "followers"} & set(part):
                        part[number] = "counted"
                        met.add(EXACT)
            leave_out(value[name], met)


def aligned(module, pair, urls, met):
    """Both answers without what the servers say differently everywhere, if they still differ."""
    seen, result = set(), []
    for (status, headers, data), url in zip(pair, urls):
        # By their usual names: the servers write them in different cases.
        headers = {name: headers[name] for name in module.SHOWN_HEADERS if headers.get(name)}
        text = data.decode(errors="replace")
        for other in urls:
            text = text.replace(other, url)
        if HOSTED.search(text + str(headers.get("Location"))):
            seen.add(ADDRESS)
            text = HOSTED.sub(r"/resources/\1/{when}/", text)
            if "Location" in headers:
                headers["Location"] = HOSTED.sub(r"/resources/\1/{when}/", headers["Location"])
        if status == 302:
            seen.add(MOVED)
            headers.pop("Content-Type", None)
            text = ""
        try:
            body = json.loads(text)
        except ValueError:
            if headers.get("Content-Type", "").startswith("text/csv"):
                text = BY_MONTHS_TEXT.sub("0", text)
                seen.add(MONTHS)
        else:
            if status == 404 and isinstance(body, dict) and "error" in body:
                seen.add(UNKNOWN_PATH)
                body.pop("error")
            leave_out(body, seen)
            if isinstance(body, dict) and isinstance(body.get("@graph"), list):
                # A graph is a set: its nodes stand in an order of chance.
                body["@graph"].sort(key=lambda node: str(node.get("@id")))
            text = json.dumps(body)
        result.append((status, headers, text.encode()))
    met.extend(seen)
    return result


def by_chance(line):
    """Without new keys, and without telling whether a date fell on a whole second."""
    return NEW_KEY.sub("{new key}", line).replace("{date.fraction", "{date")


def decision(decided, request, statuses):
    for pattern, status, name, *was in decided:
        same = status == statuses[1] or (status is None and statuses[0] == statuses[1])
        if same and (not was or was[0] == statuses[0]) and re.fullmatch(pattern, request, re.DOTALL):
            return name
    return None


def multipart(form):
    """The body of a form, and its content type: a file is a map with its `text`."""
    mark = "one-of-our-own"
    parts = []
    for name, value in form.items():
        head = f'Content-Disposition: form-data; name="{name}"'
        if isinstance(value, dict):
            head += f'; filename="{value["filename"]}"\r\nContent-Type: {value["content_type"]}'
            value = value["text"]
        parts.append(f"--{mark}\r\n{head}\r\n\r\n{value}\r\n")
    return "".join([*parts, f"--{mark}--\r\n"]).encode(), f"multipart/form-data; boundary={mark}"


def requests(path):
    """(who, method, path, body, headers, {name: pointer} to learn) of each line of a list."""
    masks, headers, form, learn = [], [], None, {}
    for line in path.read_text(encoding="utf-8").splitlines():
        line = line.strip()
        if line.startswith("# X-Fields:"):
            masks = [("X-Fields", line.partition(":")[2].strip())]
        elif line.startswith("# headers:"):
            headers = list(json.loads(line.partition(":")[2]).items())
        elif line.startswith("# form:"):
            form = json.loads(line.partition(":")[2])
        elif line.startswith("# learn ") and line.count(" ") == 3:
            _mark, _learn, name, pointer = line.split()
            learn[name] = pointer
        if not line or line.startswith("#"):
            continue
        parts = line.split(None, 1)
        who, rest = (None, line) if parts[0].isupper() else parts
        method, where, *body = rest.split(None, 2)
        body, sent = (body[0] if body else None), masks + headers
        if form is not None:
            body, kind = multipart(form)
            sent = [*sent, ("Content-Type", kind)]
        yield who, method, where, body, sent, learn
        headers, form, learn = [], None, {}


def pointed(data, pointer):
    """What stands there in an answer, else None."""
    try:
        found = json.loads(data)
        for part in pointer.strip("/").split("/"):
            found = found[int(part)] if isinstance(found, list) else found[part]
        return found
    except (ValueError, LookupError, TypeError):
        return None


def lines_of(module, sides, answers, options):
    return ([by_chance(line) for line in module.normal(side, answer, options)] for side, answer in zip(sides, answers))


def compare(module, sides, path, counts, page):
    """The requests of a file that differ without a decision."""
    options = SimpleNamespace(ids=True, exact=False, ignore=[])
    faults = number = 0
    decided = LISTS.get(path.name, DECIDED)
    for who, method, where, body, headers, learn in requests(path):
        number += 1
        answers = [side.send(who, method, where, body, headers) for side in sides]
        for name, pointer in learn.items():
            for side, answer in zip(sides, answers):
                side.seed["ids"][name] = str(pointed(answer[2], pointer))
        met = []
        wanted = expected(answers[0], answers[1], met)
        one, two = lines_of(module, sides, (wanted, answers[1]), options)
        if one != two:
            pair = aligned(module, (wanted, answers[1]), [side.url for side in sides], met)
            one, two = lines_of(module, sides, pair, options)
        shown = body.decode() if isinstance(body, bytes) else body
        request = " ".join(filter(None, [who or "-", method, where, shown]))
        if one != two:
            name = decision(decided, request, (answers[0][0], answers[1][0]))
            if name is None:
                faults += 1
                print(f"DIFFERENT {number} {request}")
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
    page = "".join((ROOT / "docs/api" / name).read_text(encoding="utf-8") for name in ("differences.md", "coverage.md"))
    counts, faults = collections.Counter(), 0
    basalt = find_basalt(next(iter(sys.argv[1:]), None))
    for names in SEEDS:
        if not any(wanted in name for name in names for wanted in os.environ.get("ONLY", "").split(",")):
            continue
        with Apart(basalt) as servers:
            sides = [module.Side(name, url, copy.deepcopy(servers.seed), None)
                     for name, url in (("udata", servers.udata), ("basalt", servers.basalt))]
            for name in names:
                faults += compare(module, sides, HERE / name, counts, page)
    if os.environ.get("SHOW"):
        for name, count in counts.most_common():
            print(f"{count:5} {name}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
