"""Uploads: a multipart body whose ``meta`` part alone is signed.

Source: "签名生成",
pay.weixin.qq.com/docs/merchant/development/interface-rules/signature-generation.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NAME = re.compile(rb'[;\s]name="?([^";\r\n]+)"?', re.IGNORECASE)
_FILENAME = re.compile(rb'filename="?([^";\r\n]+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class FormPart:
    """One part of a form; ``filename`` is empty for a plain field."""

    filename: str
    content: bytes


def parts_of(body: bytes) -> dict[str, FormPart]:
    """Return the parts by name; the boundary is read off the first line, not the header.

    Some clients send no boundary in Content-Type, and WeChat takes their uploads.
    """
    boundary, _, _ = body.partition(b"\r\n")
    if not boundary.startswith(b"--"):
        return {}
    found: dict[str, FormPart] = {}
    for section in (b"\r\n" + body).split(b"\r\n" + boundary)[1:]:
        head, _, content = section.partition(b"\r\n\r\n")
        name, filename = _NAME.search(head), _FILENAME.search(head)
        if name is not None:
            shown = filename[1].decode("utf-8", "replace") if filename else ""
            found[name[1].decode("utf-8", "replace")] = FormPart(shown, content)
    return found


def signed_part(body: bytes) -> bytes:
    """Return the bytes of ``meta`` that stand in the signed message, empty without one."""
    meta = parts_of(body).get("meta")
    return meta.content if meta else b""
