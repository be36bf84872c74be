"""A picture for the calls that answer image bytes.

It is a real PNG whose pattern is fixed by the text, so equal requests give equal bytes; a scanner
cannot read it, because the drawing of WeChat's round code is not published.
"""

import hashlib
import struct
import zlib

CELLS = 33
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def picture(text: str, width: int) -> bytes:
    """Return a square grey-scale PNG of `width` pixels."""
    cells = _cells(text)
    columns = [x * CELLS // width for x in range(width)]
    rows = [
        b"\0" + bytes(0 if cells[y * CELLS + x] else 255 for x in columns) for y in range(CELLS)
    ]
    raw = b"".join(rows[y * CELLS // width] for y in range(width))
    header = struct.pack(">IIBBBBB", width, width, 8, 0, 0, 0, 0)
    chunks = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(raw)), _chunk(b"IEND", b""))
    return SIGNATURE + b"".join(chunks)


def _cells(text: str) -> list[bool]:
    bits = hashlib.shake_256(text.encode()).digest(CELLS * CELLS // 8 + 1)
    return [bool(bits[n // 8] >> n % 8 & 1) for n in range(CELLS * CELLS)]


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
