"""Bodies that travel between WeChat and a developer's server, as XML or JSON.

A message is a mapping from field name to text, number, nested mapping, or list (a repeated tag).
Reading is defensive: no document type, no entities, bounded size and depth; a leaf is always
text, as on the wire.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias
from xml.parsers import expat

import orjson

Format: TypeAlias = Literal["xml", "json"]
Value: TypeAlias = "str | int | Mapping[str, Value] | Sequence[Value]"
Fields: TypeAlias = Mapping[str, Value]
Node: TypeAlias = "str | dict[str, Node] | list[Node]"

MAX_BYTES = 64 * 1024
MAX_DEPTH = 8


class EnvelopeError(Exception):
    """A body that is not what it should be; the text says why."""


def render(fields: Fields, form: Format) -> bytes:
    """Write a message: XML under a root `<xml>`, or JSON with real UTF-8 characters."""
    if form == "json":
        return orjson.dumps(fields)
    return f"<xml>{_children(fields)}</xml>".encode()


def parse(body: bytes, form: Format) -> dict[str, Node]:
    """Read a message; JSON numbers become text so that both formats give the same shape."""
    if len(body) > MAX_BYTES:
        reason = f"the body has more than {MAX_BYTES} bytes"
        raise EnvelopeError(reason)
    return _parse_json(body) if form == "json" else _XmlReader().read(body)


def _children(fields: Fields) -> str:
    return "".join(_element(name, value) for name, value in fields.items())


def _element(name: str, value: Value) -> str:
    if isinstance(value, str):
        return f"<{name}>{_cdata(value)}</{name}>"
    if isinstance(value, int):
        return f"<{name}>{value}</{name}>"
    if isinstance(value, Mapping):
        return f"<{name}>{_children(value)}</{name}>"
    return "".join(_element(name, item) for item in value)


def _cdata(text: str) -> str:
    """CDATA cannot hold `]]>`: such a text is split over two sections."""
    return "<![CDATA[" + text.replace("]]>", "]]]]><![CDATA[>") + "]]>"


def _parse_json(body: bytes) -> dict[str, Node]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        reason = "the body is not JSON"
        raise EnvelopeError(reason) from error
    if not isinstance(value, dict):
        reason = "the body is not a JSON object"
        raise EnvelopeError(reason)
    return {str(key): _as_node(item) for key, item in value.items()}


def _as_node(value: object) -> Node:
    if isinstance(value, dict):
        return {str(key): _as_node(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_node(item) for item in value]
    return "" if value is None else str(value)


class _XmlReader:
    """One pass of expat over one document; used once."""

    def __init__(self) -> None:
        self._stack: list[tuple[str, dict[str, Node], list[str]]] = []
        self._root: dict[str, Node] | None = None
        self._in_cdata = False

    def read(self, body: bytes) -> dict[str, Node]:
        parser = expat.ParserCreate()
        parser.buffer_text = True
        parser.StartCdataSectionHandler = lambda: self._cdata(inside=True)
        parser.EndCdataSectionHandler = lambda: self._cdata(inside=False)
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        try:
            parser.Parse(body, True)  # noqa: FBT003 (expat takes no keyword here)
        except expat.ExpatError as error:
            reason = f"the body is not XML: {error}"
            raise EnvelopeError(reason) from error
        if self._root is None:
            reason = "the root element has no children"
            raise EnvelopeError(reason)
        return self._root

    def _refuse_doctype(self, *_: object) -> None:
        reason = "a document type is not allowed"
        raise EnvelopeError(reason)

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        if not self._stack and name != "xml":
            reason = f"the root element is {name}, not xml"
            raise EnvelopeError(reason)
        if len(self._stack) >= MAX_DEPTH:
            reason = f"elements are nested deeper than {MAX_DEPTH}"
            raise EnvelopeError(reason)
        self._stack.append((name, {}, []))

    def _cdata(self, *, inside: bool) -> None:
        self._in_cdata = inside

    def _text(self, text: str) -> None:
        """White space between elements is layout; inside CDATA it is content."""
        if self._in_cdata or not text.isspace():
            self._stack[-1][2].append(text)

    def _end(self, _name: str) -> None:
        name, children, texts = self._stack.pop()
        if self._stack:
            _add(self._stack[-1][1], name, children or "".join(texts))
        elif children:
            self._root = children


def _add(parent: dict[str, Node], name: str, node: Node) -> None:
    """Add a child; a second one of the same name turns the field into a list."""
    if name not in parent:
        parent[name] = node
        return
    known = parent[name]
    parent[name] = [*known, node] if isinstance(known, list) else [known, node]
