"""Every catalogue function of PyPI's datagouv-client, unchanged, against a portal.

    python tests/clients/catalogue.py URL KEY

The library knows its own portals only; a client is pointed at another one by its `base_url`. That is
all that is done to it.
"""
import contextlib
import hashlib
import sys
import tempfile
import time
from pathlib import Path

from datagouv import Client, Dataset, Organization, Resource, Topic

URL, KEY = sys.argv[1:]


def a_client(key=None):
    client = Client("demo", key, verbose=False)
    client.base_url = URL
    return client


def same(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: {found!r}, not {expected!r}")


def found_soon(search, expected, what):
    """What was written is found within a second."""
    deadline = time.monotonic() + 10
    while (found := search()) != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    same(found, expected, what)


def answered(status, path, version=1):
    """Asked of the library's session itself: its objects try again for half a minute."""
    same(a_client().session.get(f"{URL}/api/{version}/{path}").status_code, status, path)


def refused(status, call):
    """The library raises what the portal answered."""
    try:
        call()
    except Exception as error:  # noqa: BLE001, the library raises plain exceptions
        answered = error.__cause__.response.status_code if error.__cause__ else error
        same(answered, status, "refusal")
        return
    sys.exit(f"not refused with {status}")


def datasets(client, folder):
    dataset = client.create_dataset({"title": "Bus stops", "description": "All of them", "tags": ["bus"]})
    same((dataset.title, dataset.tags, dataset.resources, dataset.organization), ("Bus stops", ["bus"], [], None), "new")
    dataset.update({"title": "Bus and tram stops", "frequency": "weekly", "tags": ["bus", "tram"]})
    same((dataset.title, dataset.frequency), ("Bus and tram stops", "weekly"), "changed")
    again = a_client().dataset(dataset.id)
    same((again.title, again.description, again.tags), ("Bus and tram stops", "All of them", ["bus", "tram"]), "read")
    dataset.update_extras({"own:key": "value", "other": 1})
    same(dataset.extras, {"own:key": "value", "other": 1}, "extras")
    dataset.delete_extras(["other"])
    same(dataset.extras, {"own:key": "value"}, "fewer extras")
    resources(client, dataset, folder)
    community(client, dataset, folder)
    private = client.create_dataset({"title": "Secret", "description": "d", "private": True})
    answered(404, f"datasets/{private.id}/")
    dataset.delete()
    answered(410, f"datasets/{dataset.id}/")
    private.delete()


def resources(client, dataset, folder):
    first, second = folder / "stops.csv", folder / "lines.csv"
    first.write_bytes(b"id;name\n1;Arles\n")
    second.write_bytes(b"id;line\n1;A\n" * 1000)
    static = dataset.create_static(str(first), {"title": "Stops"})
    same((static.title, static.filetype, static.format, static.filesize), ("Stops", "file", "csv", 16), "uploaded")
    same(static.checksum, {"type": "sha1", "value": hashlib.sha1(first.read_bytes()).hexdigest()}, "sum")
    same(static.download(folder / "copy.csv").read_bytes(), first.read_bytes(), "downloaded")
    static.update({"title": "Lines"}, file_to_upload=str(second))
    static.refresh()
    same((static.title, static.filesize), ("Lines", 12000), "uploaded anew")
    same(static.download_buffer().read(), second.read_bytes(), "downloaded anew")
    downloads(client, static, second.read_bytes(), folder)
    static.update_extras({"colour": "blue"})
    same(static.extras, {"colour": "blue"}, "extras of a resource")
    static.delete_extras(["colour"])
    same(static.extras, {}, "no extras of a resource")
    remote = dataset.create_remote({"title": "Elsewhere", "url": "https://example.org/a.csv", "format": "csv"})
    same((remote.filetype, remote.url, remote.type), ("remote", "https://example.org/a.csv", "main"), "remote")
    same(static.check_if_more_recent_update(dataset.id), True, "the other one is newer")
    same(remote.check_if_more_recent_update(dataset.id), False, "none is newer")
    remote.update({"description": "By others"})
    alone = client.resource(remote.id)
    same((alone.description, alone.dataset_id), ("By others", dataset.id), "resource by id alone")
    same((alone.dataset.id, alone.dataset.title), (dataset.id, "Bus and tram stops"), "its dataset")
    same(alone.get_api2_metadata()["resource"]["url"], "https://example.org/a.csv", "resource in v2")
    dataset.refresh()
    same({one.title for one in dataset.resources}, {"Lines", "Elsewhere"}, "resources")
    dataset.sort_resources("title.asc")
    dataset.refresh()
    same([one.title for one in dataset.resources], ["Elsewhere", "Lines"], "sorted")
    dataset.sort_resources(sort_function=lambda resources: sorted(resources, key=lambda one: one.title, reverse=True))
    dataset.refresh()
    same([one.title for one in dataset.resources], ["Lines", "Elsewhere"], "sorted by a function")
    dataset.sort_resources("created_at.desc")
    dataset.refresh()
    same([one.title for one in dataset.resources], ["Elsewhere", "Lines"], "sorted by date")
    pages = client.get_all_from_api_query(f"api/2/datasets/{dataset.id}/resources/?page_size=1")
    same([page["id"] for page in pages], [remote.id, static.id], "v2 pages of resources")
    cast = client.get_all_from_api_query(f"api/2/datasets/{dataset.id}/resources/?type=main", cast_as=Resource)
    same([(type(one), one.title) for one in cast], [(Resource, "Elsewhere"), (Resource, "Lines")], "as objects")
    as_v2 = Dataset(dataset.id, fetch=False, _client=client,
                    _from_response=client.session.get(f"{URL}/api/2/datasets/{dataset.id}/").json())
    same([one.id for one in as_v2.resources], [remote.id, static.id], "resources by v2")
    remote.delete()
    static.delete()
    dataset.refresh()
    same(dataset.resources, [], "no resources")
    by_client = [client.create_remote_resource({"title": "By address", "url": "https://example.org/b.csv"}, dataset.id),
                 client.create_static_resource(str(first), {"title": "By file", "type": "documentation"}, dataset.id)]
    dataset.refresh()
    same({(one.id, one.title, one.type, one.filetype) for one in dataset.resources},
         {(by_client[0].id, "By address", "main", "remote"), (by_client[1].id, "By file", "documentation", "file")},
         "made by the client")
    dataset.download_resources(folder / "all", ["documentation"])
    same([(one.name, one.read_bytes()) for one in (folder / "all").iterdir()],
         [(f"{by_client[1].id}.csv", first.read_bytes())], "downloaded all documentation")
    for one in by_client:
        one.delete()


def downloads(client, static, content, folder):
    """The library finds a name by itself: that of the address, else that of the answer."""
    with contextlib.chdir(folder):
        by_address = static.download()
        same((by_address.name, by_address.read_bytes()), (static.url.rsplit("/", 1)[1], content), "its own name")
    named = client.session.head(static.url).headers["content-disposition"]
    same("lines.csv" in named, True, f"the name in {named}")
    try:
        static.download_buffer(max_mib=0.001)
    except ValueError:
        return
    sys.exit("12 kB fit into one")


def community(client, dataset, folder):
    remote = client.create_remote_resource({"title": "Mine", "url": "https://example.org/m.csv"}, dataset.id, True)
    same(remote.title, "Mine", "community resource")
    file = folder / "mine.csv"
    file.write_bytes(b"a;b\n")
    static = client.create_static_resource(str(file), {"title": "My file"}, dataset.id, True)
    same((static.title, static.filesize), ("My file", 4), "uploaded community resource")
    listed = client.get_all_from_api_query(f"api/1/datasets/community_resources/?dataset={dataset.id}")
    same({one["id"] for one in listed}, {remote.id, static.id}, "community resources")
    static.delete()
    Resource(remote.id, dataset.id, True, _client=client).delete()
    left = client.get_all_from_api_query(f"api/1/datasets/community_resources/?dataset={dataset.id}")
    same(list(left), [], "no community resources")


def organizations(client):
    organization = client.create_organization({"name": "Arles", "description": "A town"})
    made = [organization.create_dataset({"title": f"Dataset {n}", "description": "d"}) for n in range(25)]
    same(made[0].organization.id, organization.id, "its dataset")
    same({one.id for one in organization.datasets}, {one.id for one in made}, "its datasets, two pages")
    organization.refresh()
    same(organization.metrics["datasets"], 25, "counted")
    masked = client.get_all_from_api_query(f"api/1/datasets/?organization={organization.id}&page_size=10",
                                           mask="data{id,title}")
    same({tuple(sorted(one)) for one in masked}, {("id", "title")}, "masked, three pages")
    made[0].delete()
    organization.refresh()
    same(organization.metrics["datasets"], 24, "counted after a deletion")
    organization.update({"description": "A town on the Rhône", "url": "https://arles.example.org"})
    again = a_client().organization(organization.id)
    same((again.name, again.description, again.url), ("Arles", "A town on the Rhône", "https://arles.example.org"),
         "changed organisation")
    organization.update_extras({"own:key": {"a": [1, None]}, "other": "x"})
    same(organization.extras, {"own:key": {"a": [1, None]}, "other": "x"}, "extras of an organisation")
    organization.delete_extras(["other"])
    same(organization.extras, {"own:key": {"a": [1, None]}}, "fewer extras of an organisation")
    cast = lambda: client.get_all_from_api_query("api/1/organizations/?q=Arles", cast_as=Organization)
    found_soon(lambda: [one.id for one in cast()], [organization.id], "organisations as objects")
    given = {"title": "Given", "description": "d", "organization": organization.id}
    try:
        organization.create_dataset(given)
    except ValueError:
        pass
    else:
        sys.exit("the library refuses it")
    same(client.create_dataset(given).organization.id, organization.id, "made for an organisation")
    organization.delete()
    answered(410, f"organizations/{organization.id}/")


def topics(client):
    dataset = client.create_dataset({"title": "In a topic", "description": "d"})
    topic = client.create_topic({"name": "Mobility", "description": "Moving", "tags": ["mobility"], "elements": [
        {"title": "Buses", "element": {"class": "Dataset", "id": dataset.id}}, {"title": "Only a title"}]})
    same((topic.name, topic.tags), ("Mobility", ["mobility"]), "topic")
    same({one["title"] for one in topic.elements}, {"Buses", "Only a title"}, "elements")
    same([one.id for one in client.get_all_from_api_query("api/2/topics/?tag=mobility", cast_as=Topic)], [topic.id],
         "topics as objects")
    topic.update({"name": "Mobilities", "private": True})
    same((client.topic(topic.id).name, topic.private), ("Mobilities", True), "renamed")
    answered(404, f"topics/{topic.id}/", version=2)
    added = client.session.post(f"{topic.uri}elements/", json=[{"title": "Trams"}])
    same(added.status_code, 201, "added an element")
    topic.refresh(include_elements=True)
    same({one["title"] for one in topic.elements}, {"Buses", "Only a title", "Trams"}, "one more element")
    topic.delete()
    answered(404, f"topics/{topic.id}/", version=2)
    dataset.delete()


def newest_resource(client):
    """The flow of the public examples: find a dataset, take its newest resource, add one of one's own."""
    made = client.create_dataset({"title": "Findable weather stations", "description": "d"})
    made.create_remote({"title": "Old", "url": "https://example.org/old.csv"})
    made.create_remote({"title": "New", "url": "https://example.org/new.csv"})
    search = lambda: client.session.get(f"{URL}/api/1/datasets/", params={"q": "findable weather"}).json()["data"]
    found_soon(lambda: [one["id"] for one in search()], [made.id], "found")
    found = search()
    newest = max(found[0]["resources"], key=lambda one: one["created_at"])
    same(newest["title"], "New", "newest resource")
    latest = client.session.get(newest["latest"], allow_redirects=False)
    same((latest.status_code, latest.headers["Location"]), (302, "https://example.org/new.csv"), "permanent address")
    made.delete()


def main():
    client = a_client(KEY)
    with tempfile.TemporaryDirectory() as folder:
        datasets(client, Path(folder))
    organizations(client)
    topics(client)
    newest_resource(client)
    stranger = a_client("wrong")
    refused(401, lambda: next(stranger.get_all_from_api_query("api/1/datasets/")))
    print("datagouv-client: everything as expected")


main()
