"""What an assistant asks: the requests of the public datagouv-mcp, in its order, and the fields that it reads.

    python tests/clients/assistant.py URL KEY

Its tools find datasets, dataservices, organisations and topics by a few words, and then read what they
found. They know a portal by its public API alone and send no key. Written from its documentation and what it
sends; numbers of use come from other services, and are left out.
"""
import sys
import time

import niquests

URL, KEY = sys.argv[1:]
SOON_S = 30
asking = niquests.Session()
writing = niquests.Session()
writing.headers.update({"X-API-KEY": KEY})


def same(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: {found!r}, not {expected!r}")


def write(method, path, body=None):
    answer = writing.request(method, f"{URL}/api/{path}", json=body)
    if not answer.ok:
        sys.exit(f"{method} {path}: {answer.status_code} {answer.text}")
    return answer.json() if answer.content else None


def ask(path, status=200, **parameters):
    answer = asking.get(f"{URL}/api/{path}", params=parameters)
    same(answer.status_code, status, f"GET {path} {parameters}")
    return answer.json()


def fill():
    """A small portal: who publishes, what, and a topic around it."""
    made = {}
    made["town"] = town = write("POST", "1/organizations/", {
        "name": "Ville d'Arles", "acronym": "VDA", "description": "The town", "url": "https://example.org/",
        "business_number_id": "21130004100012"})
    write("POST", f"1/organizations/{town['id']}/badges/", {"kind": "local-authority"})
    write("POST", "1/organizations/", {"name": "Ville de Nîmes", "description": "Another town"})
    made["dataset"] = dataset = write("POST", "1/datasets/", {
        "title": "Qualité de l'air à Arles", "description": "Measured **every hour**. " + "More about it. " * 30,
        "description_short": "Measured every hour", "tags": ["air", "environnement"], "organization": town["id"], "frequency": "hourly", "license": "lov2"})
    made["resource"] = write("POST", f"1/datasets/{dataset['id']}/resources/", {
        "title": "Mesures 2026", "description": "One line an hour", "url": "https://example.org/air.csv",
        "filetype": "remote", "type": "main", "format": "csv", "mime": "text/csv", "filesize": 1234})
    for number in range(5):
        write("POST", "1/datasets/", {"title": f"Air de la station {number}", "description": "A station"})
    write("POST", "1/datasets/", {"title": "Air secret", "description": "Nobody's business", "private": True})
    made["api"] = write("POST", "1/dataservices/", {
        "title": "API Adresse", "description": "Finds addresses", "organization": town["id"], "tags": ["adresse"],
        "base_api_url": "https://example.org/api", "machine_documentation_url": "https://example.org/openapi.yaml",
        "datasets": [dataset["id"]]})
    made["topic"] = topic = write("POST", "2/topics/", {
        "name": "Environnement à Arles", "description": "What is known of it", "tags": ["arles"],
        "organization": town["id"], "extras": {"mcp": {"catalog_dataset_id": dataset["id"], "version": "1"}}})
    write("POST", f"2/topics/{topic['id']}/elements/", [
        {"title": "Air", "description": "Of the town", "element": {"class": "Dataset", "id": dataset["id"]}}])
    return made


def found_soon(path, total, **parameters):
    """Searched for until the index has heard of it all."""
    until = time.monotonic() + SOON_S
    while True:
        page = ask(path, **parameters)
        if page["total"] == total or time.monotonic() > until:
            same(page["total"], total, f"total of {path} {parameters}")
            return page
        time.sleep(0.05)


def datasets(made):
    dataset, town = made["dataset"], made["town"]
    # The tool leaves words out that say nothing, such as "données".
    for words in ("qualité air arles", "QUALITE de l'air", "air Arles qualité", "qualité de l’air environnement"):
        page = found_soon("1/datasets/", 1, q=words, page=1, page_size=20)
        same((page["page"], len(page["data"])), (1, 1), words)
        found = page["data"][0]
        told = {name: found[name] for name in ("id", "title", "slug", "tags")}
        same(told, {name: dataset[name] for name in told}, "found dataset")
        same(found["organization"]["name"], town["name"], "its organisation")
        same(len(found["resources"]), 1, "its resources")
        same((found["description"], found["description_short"]), (dataset["description"], "Measured every hour"), words)
    # What nobody may see is neither found nor counted.
    pages = [found_soon("1/datasets/", 6, q="air", page=page, page_size=3) for page in (1, 2)]
    ids = [found["id"] for page in pages for found in page["data"]]
    same((len(ids), len(set(ids))), (6, 6), "two pages")
    same(ask("1/datasets/", q="secret", page=1, page_size=20)["total"], 0, "private dataset")
    same(ask("1/datasets/", q="zzzyyyxxx", page=1, page_size=20)["data"], [], "nothing")
    same(len(ask("1/datasets/", q="", page=1, page_size=1)["data"]), 1, "no words")
    same(len(ask("1/datasets/", q="air", page=1, page_size=100)["data"]), 6, "the largest page")


def dataset_in_full(made):
    dataset, resource = made["dataset"], made["resource"]
    found = ask(f"1/datasets/{dataset['id']}/")
    same([found[name] for name in ("id", "title", "slug", "tags", "frequency", "license")],
         [dataset["id"], dataset["title"], dataset["slug"], dataset["tags"], "hourly", "lov2"], "dataset")
    same([found["organization"][name] for name in ("id", "name")],
         [made["town"][name] for name in ("id", "name")], "its organisation")
    same([bool(found[name]) for name in ("created_at", "last_update", "description_short")], [True] * 3, "its dates")
    listed = {name: found["resources"][0][name] for name in ("id", "title", "format", "filesize", "mime", "type", "url")}
    same(listed, {"id": resource["id"], "title": "Mesures 2026", "format": "csv", "filesize": 1234, "mime": "text/csv",
                  "type": "main", "url": "https://example.org/air.csv"}, "its resource")
    detail = ask(f"2/datasets/resources/{resource['id']}/")
    same((detail["resource"]["id"], detail["resource"]["title"], detail["resource"]["description"], detail["dataset_id"]),
         (resource["id"], "Mesures 2026", "One line an hour", dataset["id"]), "resource")
    ask("1/datasets/000000000000000000000000/", status=404)
    ask("2/datasets/resources/00000000-0000-0000-0000-000000000000/", status=404)


def dataservices(made):
    api = made["api"]
    page = found_soon("1/dataservices/", 1, q="adresses", page=1, page_size=5)
    found = page["data"][0]
    told = ("id", "title", "description", "base_api_url", "machine_documentation_url", "tags")
    same([found[name] for name in told], [api[name] for name in told], "found dataservice")
    same(found["organization"]["name"], "Ville d'Arles", "its organisation")
    same(len(ask("1/dataservices/", q="", page=1, page_size=1)["data"]), 1, "no words")
    detail = ask(f"1/dataservices/{api['id']}/")
    same([detail[name] for name in told], [api[name] for name in told], "dataservice")
    same((detail["organization"]["id"], detail["datasets"]["total"], bool(detail["created_at"]), "license" in detail),
         (made["town"]["id"], 1, True, True), "its links")
    ask("1/dataservices/000000000000000000000000/", status=404)


def organizations(made):
    town = made["town"]
    for parameters in ({"q": "arles"}, {"q": "vda"}, {"q": "VILLE arles"}, {"q": "ville", "badge": "local-authority"},
                       {"badge": "local-authority"}, {"name": "Ville d'Arles"}, {"q": "ville", "name": "Ville d'Arles"},
                       {"business_number_id": "21130004100012"}):
        page = found_soon("1/organizations/", 1, page=1, page_size=20, **parameters)
        found = page["data"][0]
        same([found[name] for name in ("id", "name", "acronym", "slug", "url")],
             [town["id"], "Ville d'Arles", "VDA", town["slug"], "https://example.org/"], parameters)
        same([badge["kind"] for badge in found["badges"]], ["local-authority"], "its badges")
        same((found["metrics"]["datasets"], "page" in found), (1, True), "its numbers")
    for sort, first in (("name", "Ville d'Arles"), ("-name", "Ville de Nîmes"), ("-datasets", "Ville d'Arles")):
        page = found_soon("1/organizations/", 2, q="ville", page=1, page_size=20, sort=sort)
        same(page["data"][0]["name"], first, sort)
    ask("1/organizations/", status=400, q="ville", badge="nope")
    ask("1/organizations/", status=400, q="ville", sort="nope")


def topics(made):
    topic, dataset = made["topic"], made["dataset"]
    for path in ("2/topics/", "2/topics/search/"):
        page = found_soon(path, 1, q="environnement arles", page=1, page_size=20)
        found = page["data"][0]
        same([found[name] for name in ("id", "name", "slug", "description", "tags")],
             [topic[name] for name in ("id", "name", "slug", "description", "tags")], path)
        same((found["organization"]["name"], found["extras"]["mcp"]["catalog_dataset_id"], "page" in found),
             ("Ville d'Arles", dataset["id"], True), path)
    for reference in (topic["id"], topic["slug"]):
        same(ask(f"2/topics/{reference}/")["extras"]["mcp"]["catalog_dataset_id"], dataset["id"], "topic")
        page = ask(f"2/topics/{reference}/elements/", page=1, page_size=20, **{"class": "Dataset"})
        same([(one["title"], one["element"]["class"], one["element"]["id"]) for one in page["data"]],
             [("Air", "Dataset", dataset["id"])], "its elements")
    same(ask(f"2/topics/{topic['slug']}/elements/", page=1, page_size=20, **{"class": "Reuse"})["total"], 0, "no reuses")
    ask("2/topics/nope/", status=404)
    ask("2/topics/nope/elements/", status=404)


made = fill()
datasets(made)
dataset_in_full(made)
dataservices(made)
organizations(made)
topics(made)
