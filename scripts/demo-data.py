#!/usr/bin/env python3
"""Make the files of demo/ from the real catalogue data.

    scripts/demo-data.py [FOLDER]     FOLDER: ../shared/data/real unless given

The result is in the repository; run this only when the sources or the rules below change. The
sources are not part of a clone: see demo/README.md for where they come from. The same sources
give the same bytes.
"""
import csv
import gzip
import hashlib
import io
import json
import lzma
import re
import sys
import unicodedata
from datetime import datetime, timezone
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
SOURCE = Path(sys.argv[1]) if len(sys.argv) > 1 else TOP.parent / "shared/data/real"
DEMO = TOP / "demo"
RESULT = DEMO / "organizations.ndjson.gz"
# Live datasets that are there because they are looked at most, beside the most viewed of each organisation.
MOST_VIEWED = 2000
# Archived ones, so that there are some.
ARCHIVED = 200
REUSES = 24
CATALOGUE_DAY = datetime(2026, 1, 16)
LETTERS = {"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "ı": "i", "&": "-"}


def slug(name):
    """ASCII, lower case, apostrophes dropped, all else a dash; as the API makes them."""
    plain = "".join(LETTERS.get(letter, letter) for letter in name)
    plain = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode().lower().replace("'", "")
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:255]


def born(object_id):
    """The first four bytes of an ObjectId are the second in which it was made."""
    return datetime.fromtimestamp(int(object_id[:8], 16), timezone.utc).replace(tzinfo=None)


def last_change(row, created):
    """The day of the last dataset, unless the date is one of the damaged ones."""
    last = datetime.fromisoformat(row["last"])
    return last if created <= last <= CATALOGUE_DAY else created


def from_catalogue(row):
    count, created = int(row["datasets"]), born(row["id"])
    made = "d'un jeu" if count == 1 else f"de {count} jeux"
    return {
        "id": row["id"], "name": row["name"], "slug": None, "acronym": None,
        "description": f"Producteur {made} de données sur data.gouv.fr.",
        "url": None, "logo": None, "logo_thumbnail": None, "badges": [], "members": [],
        "created_at": created.isoformat(), "last_modified": last_change(row, created).isoformat(),
        "deleted": None, "extras": {},
        "metrics": {"datasets": count, "reuses": int(row["reuses"]), "followers": 0, "members": 0,
                    "views": int(row["views"])},
    }


def member(given):
    user = given["user"]
    return {"role": given["role"],
            "user": {key: user[key] for key in ("id", "first_name", "last_name", "slug")}}


def from_answer(answer, row):
    """A full answer of the API wins, but for the counts that the catalogue knows better."""
    counts = dict(answer["metrics"], members=len(answer["members"]))
    if row:
        known = from_catalogue(row)["metrics"]
        counts.update(known, followers=counts["followers"], members=counts["members"])
    kept = ("id", "name", "slug", "acronym", "description", "url", "logo", "logo_thumbnail", "badges")
    return {**{key: answer[key] or (None if key != "badges" else []) for key in kept},
            "members": [member(given) for given in answer["members"]],
            "created_at": answer["created_at"], "last_modified": answer["last_modified"],
            "deleted": answer["deleted"], "extras": {}, "metrics": counts}


def views(row):
    return int(float(row["metric.views"] or 0))


def catalogue(answers):
    """A well-chosen part of the catalogue's rows, as they are, in their order."""
    csv.field_size_limit(1 << 30)
    with lzma.open(SOURCE / "datagouv-datasets-20260116.csv.xz", "rt", encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file, delimiter=";")
        head, rows = reader.fieldnames, list(reader)
    by_views = sorted(rows, key=lambda row: (-views(row), row["id"]))
    live = [row for row in by_views if row["archived"] == "False"]
    first_of = {}
    for row in live:
        first_of.setdefault(row["organization_id"] or row["owner_id"], row)
    archived = [row for row in by_views if row["archived"] != "False"][:ARCHIVED]
    chosen = {row["id"] for row in [*live[:MOST_VIEWED], *first_of.values(), *archived]}
    chosen |= answers.keys() & {row["id"] for row in rows}
    return head, [row for row in rows if row["id"] in chosen]


def reuses(rows):
    """Invented ones of the most viewed datasets: the sources have none. Each says so."""
    kinds = [("visualization", "Carte interactive"), ("application", "Application mobile"), ("paper", "Étude"),
             ("api", "API"), ("news_article", "Article"), ("post", "Billet")]
    topics = ["transport_and_mobility", "environment_and_energy", "economy_and_business", "housing_and_development",
              "health", "others"]
    live = sorted((row for row in rows if row["archived"] == "False"), key=lambda row: (-views(row), row["id"]))
    lines = []
    for number, row in enumerate(live[:REUSES]):
        kind, what = kinds[number % len(kinds)]
        url = f"https://example.org/demo/reuse-{number + 1}"
        title = f"{what} : {row['title']}"[:150]
        also = [] if number % 3 else [live[number + 1]["id"]]
        day = {"$date": f"2025-{number % 12 + 1:02}-15T09:00:00.000Z"}
        lines.append({"collection": "reuse", "document": {
            "_id": {"$oid": f"000000000000000000{number + 1:06x}"}, "created_at": day, "last_modified": day,
            "organization": {"$oid": row["organization_id"]}, "title": title, "slug": slug(title),
            "description": "Exemple inventé pour cette démonstration, à partir de données réelles.", "type": kind,
            "url": url, "urlhash": hashlib.sha1(url.encode()).hexdigest(), "tags": ["demonstration", "exemple"],
            "datasets": [{"$oid": id} for id in [row["id"], *also]], "topic": topics[number % len(topics)],
            "private": False, "metrics": {"datasets": 1 + len(also)},
        }})
    return [line for line in lines if line["document"]["organization"]["$oid"]]


def compact(objects):
    return "".join(json.dumps(o, ensure_ascii=False, separators=(",", ":")) + "\n" for o in objects)


def pack(name, text):
    (DEMO / name).write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    return f"demo/{name}: {(DEMO / name).stat().st_size} bytes, "


def datasets(organizations):
    with lzma.open(SOURCE / "udata-api-datasets-2018-2022.ndjson.xz", "rt", encoding="utf-8") as file:
        answers = [json.loads(line) for line in file]
    answers = {answer["id"]: answer for answer in answers if answer["_host"] == "www.data.gouv.fr"
               and (answer["organization"] or {}).get("id", organizations[0]) in organizations}
    head, rows = catalogue(answers)
    text = io.StringIO()
    writer = csv.DictWriter(text, head, delimiter=";", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    print(pack("datasets.csv.xz", text.getvalue()) + f"{len(rows)} datasets")
    kept = [{key: value for key, value in answers[id].items() if not key.startswith("_")} for id in sorted(answers)]
    resources = sum(len(answer["resources"]) for answer in kept)
    print(pack("datasets-in-full.ndjson.xz", compact(kept)) + f"{len(kept)} datasets with {resources} resources")
    invented = reuses(rows)
    print(pack("reuses.ndjson.xz", compact(invented)) + f"{len(invented)} invented reuses")


def main():
    if not SOURCE.is_dir():
        sys.exit(f"{SOURCE} is not there; demo/README.md tells what it holds")
    with open(SOURCE / "datagouv-organizations-20260116.csv", encoding="utf-8", newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file, delimiter=";")}
    with lzma.open(SOURCE / "udata-api-organizations-2018-2022.ndjson.xz", "rt", encoding="utf-8") as file:
        answers = [json.loads(line) for line in file]
    answers = {answer["id"]: answer for answer in answers if answer["_host"] == "www.data.gouv.fr"}

    organizations = [from_answer(answer, rows.get(id)) for id, answer in answers.items()]
    taken = {organization["slug"] for organization in organizations}
    for id in sorted(rows.keys() - answers.keys()):
        organization = from_catalogue(rows[id])
        free = base = slug(organization["name"]) or id
        number = 0
        while free in taken:
            number += 1
            free = f"{base}-{number}"
        taken.add(free)
        organizations.append({**organization, "slug": free})
    organizations.sort(key=lambda organization: organization["id"])

    lines = compact(organizations)
    RESULT.parent.mkdir(exist_ok=True)
    with open(RESULT, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as packed:
        packed.write(lines.encode())
    people = {m["user"]["id"] for o in organizations for m in o["members"]}
    print(f"{RESULT.relative_to(TOP)}: {len(organizations)} organisations ({len(answers)} in full), "
          f"{len(people)} people, {RESULT.stat().st_size} bytes")
    datasets([organization["id"] for organization in organizations])


if __name__ == "__main__":
    main()
