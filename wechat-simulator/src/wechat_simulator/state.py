"""Keeping worlds and keys in a folder between two runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import orjson

from wechat_simulator.keys import KeyRing
from wechat_simulator.plain import from_plain
from wechat_simulator.world import Opening

if TYPE_CHECKING:
    from pathlib import Path

    from wechat_simulator.worlds import Worlds


class StateFolder:
    """``keys.json`` and ``worlds.json`` in one folder, made when missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._keys = folder / "keys.json"
        self._worlds = folder / "worlds.json"

    def load_keys(self) -> KeyRing:
        """Return the kept keys."""
        return KeyRing.load(self._keys)

    def restore(self, worlds: Worlds) -> None:
        """Bring back every kept world with its time; a running clock goes on from there."""
        if not self._worlds.exists():
            return
        for plain in orjson.loads(self._worlds.read_bytes()):
            worlds.create(from_plain(Opening, plain["opening"])).restore(plain)

    def save(self, worlds: Worlds) -> None:
        """Write keys and worlds, each in one step so that a crash leaves the old file."""
        worlds.shared.keys.save(self._keys)
        waiting = self._worlds.with_suffix(".tmp")
        waiting.write_bytes(orjson.dumps([world.dump() for world in worlds.all()]))
        waiting.replace(self._worlds)
