"""What each server does in turn with the catalogue, for same_documents.py.

A step is (who, method, path, body, statuses, fields that may change by collection, what to look at
afterwards, name of the id of the answer). None instead of fields: any of that collection. Names of
earlier steps stand in {braces} in paths and bodies; "OTHER SIDE" is done by the one that does not write.
"""
# Moved by every write of such a document.
DATASET = {"last_modified_internal", "quality_cached", "last_update"}


def seen(path, *more):
    """What everybody, the one who may, and version 2 see there."""
    return [(None, path), ("admin", path), *more]


def datasets(tag):
    path, set2 = "/api/1/datasets/{set}/", "/api/2/datasets/{set}/"
    look = seen(path, ("user", path), (None, set2), ("user", set2 + "resources/"), (None, set2 + "schemas/"))
    yield "user", "POST", "/api/1/datasets/", {
        "title": f"Set {tag}", "acronym": "S", "description": "d" * 120, "frequency": "daily",
        "tags": ["Bus", "Été"], "spatial": {"zones": ["fr:commune:13004"], "granularity": "fr:commune"},
        "temporal_coverage": {"start": "2024-01-01", "end": "2024-06-30"}, "extras": {"a.b": {"c": [1, 2.5]}},
        "resources": [{"title": "first", "url": "https://example.org/1.csv", "filetype": "remote", "type": "main",
                       "format": "csv", "checksum": {"type": "sha1", "value": "x"}, "schema": {"name": "a/b"}}],
    }, {201}, {"dataset": None, "user": set()}, look, "set"
    yield "OTHER SIDE user", "PUT", path, {"description": "by the other", "tags": ["abc"]}, {200}, \
        {"dataset": {"description", "tags", "temporal_coverage", *DATASET}}, look, None
    yield "OTHER SIDE user", "POST", path + "resources/", {
        "title": "second", "url": "https://example.org/2.pdf", "filetype": "remote", "type": "documentation",
        "description": "words", "mime": "application/pdf", "filesize": 5, "extras": {"k": {"deep": [None]}},
    }, {201}, {"dataset": {"resources", *DATASET}}, look, "second"
    yield "user", "PUT", path + "resources/{second}/", {"title": "second, edited"}, {200}, \
        {"dataset": {"resources", *DATASET}}, look, None
    yield "user", "POST", path + "resources/", {"title": "third", "url": "https://example.org/3", "filetype": "remote",
                                                 "type": "api"}, {201}, {"dataset": {"resources", *DATASET}}, look, "third"
    yield "OTHER SIDE user", "PUT", path + "resources/{third}/", {"format": "ZIP", "checksum": {"type": "md5", "value": "y"}}, \
        {200}, {"dataset": {"resources", *DATASET}}, look, None
    yield "user", "PUT", set2 + "extras/", {"b": 1, "a.b": None}, {200}, {"dataset": {"extras", *DATASET}}, \
        [(None, set2 + "extras/"), *look], None
    yield "OTHER SIDE user", "PUT", "/api/2/datasets/{set}/resources/{second}/extras/", {"n": {"m": [1]}, "k": None}, {200}, \
        {"dataset": {"resources", *DATASET}}, [(None, "/api/2/datasets/{set}/resources/{second}/extras/"), *look], None
    yield "user", "DELETE", path + "resources/{third}/", None, {204}, {"dataset": {"resources", *DATASET}}, look, None
    yield "admin", "POST", path + "badges/", {"kind": "spd"}, {200, 201}, {"dataset": {"badges", *DATASET}}, look, None
    yield "OTHER SIDE admin", "DELETE", path + "badges/spd/", None, {204}, {"dataset": {"badges", *DATASET}}, look, None
    yield "admin", "POST", path + "featured/", None, {200}, {"dataset": {"featured", *DATASET}}, look, None
    yield "OTHER SIDE admin", "DELETE", path + "featured/", None, {200}, {"dataset": {"featured", *DATASET}}, look, None
    yield "other", "POST", path + "followers/", None, {201}, {"dataset": set(), "follow": None}, \
        [(None, path + "followers/")], None
    yield "OTHER SIDE other", "DELETE", path + "followers/", None, {200}, {"dataset": set(), "follow": {"until"}}, \
        [(None, path + "followers/")], None
    yield "user", "PUT", path, {"private": True, "tags": ["abc"], "access_type": "restricted",
                                "access_audiences": [{"role": "private", "condition": "no"}]}, {200}, \
        {"dataset": {"private", "access_type", "access_audiences", "license", "temporal_coverage", *DATASET}}, look, None
    yield "OTHER SIDE user", "PUT", path, {"private": False, "title": f"Renamed {tag}", "tags": ["abc"], "access_type": "open",
                                           "license": "fr-lo"}, {200}, \
        {"dataset": {"private", "access_type", "access_audiences", "license", "title", "slug", "temporal_coverage", *DATASET},
         "slug_follow": None}, [*look, (None, f"/api/1/datasets/renamed-{tag}/"), (None, f"/api/1/datasets/set-{tag}/")], None
    yield "admin", "PUT", path, {"organization": "{org}", "tags": ["abc"]}, {200}, \
        {"dataset": {"owner", "organization", *DATASET}, "user": set()}, [*look, (None, "/api/1/organizations/{org}/")], None
    yield "editor", "DELETE", path, None, {204}, {"dataset": {"deleted", *DATASET}}, [*look, ("editor", path)], None
    yield "OTHER SIDE editor", "PUT", path, {"deleted": None, "tags": ["abc"]}, {200}, {"dataset": {"deleted", *DATASET}}, look, None


def community_resources(tag):
    path = "/api/1/datasets/community_resources/{community}/"
    any_list = "/api/1/datasets/community_resources/?page_size=100"
    look = seen(path, (None, any_list), (None, "/api/2/datasets/resources/{community}/"))
    yield "user", "POST", "/api/1/datasets/community_resources/", {
        "title": f"More {tag}", "url": "https://example.org/c", "filetype": "remote", "type": "main", "dataset": "{set}",
        "extras": {"k": 1}, "mime": "text/csv"}, {201}, {"community_resource": None, "dataset": set()}, look, "community"
    changed = {"last_modified_internal", "urlhash"}
    yield "OTHER SIDE user", "PUT", path, {"title": "edited", "description": "words", "url": "https://example.org/new"}, {200}, \
        {"community_resource": {"title", "description", "url", *changed}}, look, None
    yield "user", "PUT", path, {"format": "CSV", "checksum": {"type": "sha1", "value": "u"}}, {200}, \
        {"community_resource": {"format", "checksum", *changed}}, look, None


def reuses(tag):
    path = "/api/1/reuses/{again}/"
    look = seen(path, ("user", path), (None, "/api/1/datasets/{set}/"))
    yield "user", "POST", "/api/1/reuses/", {
        "title": f"Again {tag}", "description": "d", "type": "api", "topic": "health", "url": f"https://example.org/{tag}",
        "datasets": ["{set}"], "tags": ["Bus"], "extras": {"a.b": 1}}, {201}, {"reuse": None, "dataset": set()}, look, "again"
    yield "OTHER SIDE user", "PUT", path, {"description": "by the other", "url": f"https://example.org/{tag}/2"}, {200}, \
        {"reuse": {"description", "url", "urlhash"}}, look, None
    yield "OTHER SIDE user", "POST", path + "datasets/", {"class": "Dataset", "id": "{dataset}"}, {201}, \
        {"reuse": {"datasets"}, "dataset": set()}, look, None
    yield "user", "POST", path + "dataservices/", {"class": "Dataservice", "id": "{dataservice}"}, {201}, \
        {"reuse": {"dataservices"}, "dataservice": set()}, look, None
    yield "admin", "POST", path + "featured/", None, {200}, {"reuse": {"featured"}}, look, None
    yield "OTHER SIDE user", "PUT", path, {"title": f"Another {tag}", "tags": ["abc"], "private": True}, {200}, \
        {"reuse": {"title", "slug", "tags", "private"}, "slug_follow": None, "dataset": set(), "dataservice": set()}, look, None
    yield "user", "PUT", path, {"private": False}, {200}, {"reuse": {"private"}, "dataset": set(), "dataservice": set()}, \
        [*look, (None, f"/api/1/reuses/again-{tag}/")], None
    yield "user", "DELETE", path, None, {204}, {"reuse": {"deleted"}, "dataset": set(), "dataservice": set()}, look, None
    yield "OTHER SIDE user", "PUT", path, {"deleted": None}, {200}, \
        {"reuse": {"deleted"}, "dataset": set(), "dataservice": set()}, look, None


def dataservices(tag):
    path = "/api/1/dataservices/{service}/"
    look = seen(path, ("orgadmin", path))
    changed = {"metadata_modified_at"}
    yield "orgadmin", "POST", "/api/1/dataservices/", {
        "title": f"Service {tag}", "description": "d", "organization": "{org}", "base_api_url": "https://example.org/api",
        "datasets": ["{set}"], "tags": ["Bus"], "availability": 99.5, "extras": {"a": 1}, "contact_points": ["{contact}"],
        "license": "lov2", "rate_limiting": "10/s"}, {201}, {"dataservice": None, "dataset": set()}, look, "service"
    yield "OTHER SIDE orgadmin", "PATCH", path, {"description": "by the other", "format": "REST", "acronym": "S"}, {200}, \
        {"dataservice": {"description", "format", "acronym", *changed}}, look, None
    yield "orgadmin", "POST", path + "datasets/", [{"id": "{dataset}"}], {201}, \
        {"dataservice": {"datasets", *changed}, "dataset": set()}, look, None
    yield "OTHER SIDE orgadmin", "DELETE", path + "datasets/{dataset}/", None, {204}, \
        {"dataservice": {"datasets", *changed}, "dataset": set()}, look, None
    yield "OTHER SIDE orgadmin", "PATCH", path, {"access_type": "restricted", "access_audiences": [
        {"role": "private", "condition": "yes"}], "archived_at": "2024-01-01"}, {200}, \
        {"dataservice": {"access_type", "access_audiences", "archived_at", "license", *changed}, "dataset": set()}, look, None
    yield "orgadmin", "PATCH", path, {"archived_at": None, "title": f"Renamed service {tag}", "access_type": "open"}, {200}, \
        {"dataservice": {"archived_at", "title", "slug", "access_type", "access_audiences", *changed}, "slug_follow": None,
         "dataset": set()}, [*look, (None, f"/api/1/dataservices/service-{tag}/")], None
    yield "orgadmin", "DELETE", path, None, {204}, {"dataservice": {"deleted_at", *changed}, "dataset": set()}, look, None
    yield "OTHER SIDE orgadmin", "PATCH", path, {"deleted_at": None}, {200}, \
        {"dataservice": {"deleted_at", *changed}, "dataset": set()}, look, None


def topics(tag):
    path = "/api/2/topics/{theme}/"
    look = seen(path, ("user", path), (None, path + "elements/"))
    yield "user", "POST", "/api/2/topics/", {
        "name": f"Theme {tag}", "description": "d", "tags": ["Bus"], "extras": {"a": {"b": 1}}, "color": 5,
        "spatial": {"zones": ["fr:commune:13004"]},
        "elements": [{"title": "words", "tags": ["abc"], "extras": {"k": [1]}},
                     {"element": {"class": "Dataset", "id": "{set}"}}]}, {201}, {"topic": None, "topic_element": None, "dataset": set()}, \
        look, "theme"
    yield "OTHER SIDE user", "PUT", path, {"name": f"Other theme {tag}", "description": "by the other"}, {200}, \
        {"topic": {"name", "slug", "description"}, "slug_follow": None}, [*look, (None, f"/api/2/topics/theme-{tag}/")], None
    yield "OTHER SIDE user", "POST", path + "elements/", [{"title": "API", "element": {"class": "Dataservice", "id": "{service}"}}], \
        {201}, {"topic": set(), "topic_element": None, "dataservice": set()}, look, "element"
    yield "user", "PUT", path + "elements/{element}/", {"title": "edited", "description": "words", "tags": ["bus"]}, {200}, \
        {"topic": set(), "topic_element": {"title", "description", "tags"}}, look, None
    yield "OTHER SIDE user", "PUT", path + "elements/{element}/", {"extras": {"z": {"y": 1}}, "element": {"class": "Reuse", "id": "{again}"}}, \
        {200}, {"topic": set(), "topic_element": {"extras", "element"}, "reuse": set(), "dataservice": set()}, look, None
    yield "user", "DELETE", path + "elements/{element}/", None, {204}, \
        {"topic": set(), "topic_element": None, "reuse": set(), "dataservice": set()}, look, None
    yield "admin", "POST", path + "featured/", None, {200}, {"topic": {"featured"}}, look, None
    yield "OTHER SIDE user", "PUT", path, {"private": True}, {200}, {"topic": {"private"}}, [("user", path)], None
    yield "user", "PUT", path, {"private": False}, {200}, {"topic": {"private"}}, look, None


def posts(tag):
    path = "/api/1/posts/{news}/"
    look = [("admin", path), (None, path)]
    yield "admin", "POST", "/api/1/posts/", {
        "name": f"News {tag}", "headline": "h", "content": "*c*", "body_type": "markdown", "kind": "news", "tags": ["bus"],
        "datasets": ["{set}"], "reuses": ["{again}"], "credit_to": "me", "credit_url": "https://example.org",
    }, {201}, {"post": None}, [("admin", path)], "news"
    yield "OTHER SIDE admin", "POST", path + "publish/", None, {200}, {"post": {"published"}}, [("admin", path), (None, path)], None
    yield "OTHER SIDE admin", "PUT", path, {"headline": "by the other", "body_type": "blocs", "blocs": [{
        "class": "SectionBloc", "color": "green", "blocs": [{"class": "DatasetBloc", "dataset": "{set}"},
                                                            {"class": "MarkdownBloc", "content": "*m*"}]}]}, {200}, \
        {"post": {"headline", "body_type", "blocs", "content"}}, look, None
    yield "admin", "PUT", path, {"name": f"Newer {tag}", "tags": ["abc"]}, {200}, {"post": {"name", "tags", "slug"}}, look, None


def the_rest(tag):
    contact, chart = "/api/1/contacts/{desk}/", "/api/1/visualizations/{chart}/"
    yield "orgadmin", "POST", "/api/1/contacts/", {"name": f"Desk {tag}", "email": "desk@example.org", "role": "creator",
                                                   "organization": "{org}"}, {200, 201}, {"contact_point": None}, seen(contact), "desk"
    yield "OTHER SIDE orgadmin", "PUT", contact, {"name": f"Desk of {tag}", "contact_form": "https://example.org/form"}, {200}, \
        {"contact_point": {"name", "contact_form"}}, seen(contact), None
    yield "orgadmin", "PUT", "/api/1/datasets/{dataset}/", {"contact_points": ["{desk}"], "tags": ["bus"]}, {200}, \
        {"dataset": {"contact_points", "tags", "temporal_coverage", *DATASET}}, seen("/api/1/datasets/{dataset}/"), None
    yield "user", "POST", "/api/1/visualizations/", {
        "title": f"Chart {tag}", "description": "d", "private": False, "x_axis": {"column_x": "a", "type": "discrete"},
        "series": [{"resource_id": "{resource_owned}", "type": "line", "column_y": "b"}]}, {201}, {"chart": None}, seen(chart), "chart"
    yield "OTHER SIDE user", "PATCH", chart, {"description": "by the other", "y_axis": {"label": "metres"}}, {200}, \
        {"chart": {"description", "y_axis"}}, seen(chart), None
    yield "user", "PATCH", chart, {"title": f"Charted {tag}"}, {200}, {"chart": {"title", "slug"}, "slug_follow": None}, seen(chart), None
    yield "admin", "PATCH", "/api/1/site/", {"title": f"Portal {tag}", "keywords": ["a", tag], "datasets_blocs": [{
        "class": "SectionBloc", "blocs": [{"class": "DatasetBloc", "dataset": "{set}"}]}]}, {200}, \
        {"site": {"title", "keywords", "datasets_blocs"}}, [], None
    # udata holds its own copy of the site, and stores what it remembers beside what was sent.
    remembered = {"title", "keywords", "datasets_blocs"} if tag == "bybasalt" else set()
    yield "OTHER SIDE admin", "PATCH", "/api/1/site/", {"feed_size": 10 + len(tag)}, {200}, \
        {"site": {"feed_size", *remembered}}, [], None
    for path in ("/api/1/datasets/frequencies/", "/api/1/spatial/levels/", "/api/1/spatial/granularities/", "/api/1/datasets/badges/",
                 "/api/1/spatial/zones/fr:commune:13004/", "/api/1/spatial/zone/fr:commune:13004/datasets/?size=50",
                 "/api/1/reuses/?page_size=50&sort=created", "/api/1/dataservices/?page_size=50&sort=created",
                 "/api/1/datasets/?page_size=50&sort=created", "/api/2/datasets/?page_size=50&sort=created",
                 "/api/1/posts/?page_size=50&sort=created", "/api/1/visualizations/?page_size=50&sort=created"):
        yield "OTHER SIDE admin", "GET", path, None, {200}, {}, [(None, path), ("admin", path)], None


def catalogue(tag):
    for part in (datasets, community_resources, reuses, dataservices, topics, posts, the_rest):
        yield from part(tag)


# Really deleted: done last, by the one that did not create them.
def deletions(tag):
    for who, path in (("user", "/api/1/datasets/community_resources/{community}/"), ("user", "/api/2/topics/{theme}/"),
                      ("admin", "/api/1/posts/{news}/"), ("orgadmin", "/api/1/contacts/{desk}/"),
                      ("user", "/api/1/visualizations/{chart}/")):
        yield f"OTHER SIDE {who}", "DELETE", path, None, {204}, {
            "topic_element": None, "dataset": {"contact_points", *DATASET}, "dataservice": {"contact_points", "metadata_modified_at"},
            "reuse": set(), "chart": {"deleted_at"}}, [(who, path), (None, "/api/1/datasets/{set}/")], None


# What both edit in the end, whoever wrote it last: collection, path, method, body, documents left out.
EVERYTHING = [
    ("organization", "/api/1/organizations/{}/", "PUT", "description", {"deleted": None}),
    ("user", "/api/1/users/{}/", "PUT", "about", {"deleted": None}),
    ("dataset", "/api/1/datasets/{}/", "PUT", "description", {"deleted": None}),
    ("community_resource", "/api/1/datasets/community_resources/{}/", "PUT", "description", {}),
    ("reuse", "/api/1/reuses/{}/", "PUT", "description", {"deleted": None}),
    ("dataservice", "/api/1/dataservices/{}/", "PATCH", "description", {"deleted_at": None}),
    ("topic", "/api/2/topics/{}/", "PUT", "description", {}),
    ("topic_element", "/api/2/topics/{topic}/elements/{}/", "PUT", "description", {}),
    ("post", "/api/1/posts/{}/", "PUT", "headline", {}),
    ("contact_point", "/api/1/contacts/{}/", "PUT", "name", {}),
    ("chart", "/api/1/visualizations/{}/", "PATCH", "description", {"deleted_at": None}),
]
