"""A stored document that this version cannot read: one of a newer version, or a damaged one."""

from models.base import Value


class UnreadableDocument(Value):
    """Which document, and the first field that did not fit; never what stood in it."""

    id: str
    collection: str
    key: str
    problem: str
