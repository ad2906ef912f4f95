"""Start SecantusDB, a MongoDB-compatible server from PyPI, for the contract suite.

Release 0.7.0b3 turns {"$ref": …, "$id": …} into an opaque object when it decodes BSON: it then
cannot put a reference into an index ("internal server error") nor find it by "organization.$id".
So references are kept here as the plain documents that they are on the wire. A real MongoDB
does that by itself; nothing in Basalt depends on this file.
"""
import sys
import types


class ReferenceKey(str):
    """"$ref", "$id", "$db": in a query value they look like operators, and are not."""

    def __str__(self):
        return self

    def startswith(self, prefix, *bounds):
        return prefix != "$" and super().startswith(prefix, *bounds)


class PlainReference:
    """Called as bson's DBRef, gives an ordinary document in the order in which it is stored."""

    def __new__(cls, collection, id, database=None, _extra=None, **kwargs):
        document = {ReferenceKey("$ref"): collection, ReferenceKey("$id"): id}
        if database is not None:
            document[ReferenceKey("$db")] = database
        return {**document, **(_extra or {}), **kwargs}


if __name__ == "__main__":
    replacement = types.ModuleType("bson.dbref")
    replacement.DBRef = PlainReference
    sys.modules["bson.dbref"] = replacement

    from secantus.cli import main

    main()
