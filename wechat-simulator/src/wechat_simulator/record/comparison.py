"""How recordings of WeChat differ from the simulator's own answers to the same steps."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import aiohttp

from wechat_simulator.record.recorder import recordings
from wechat_simulator.record.rehearsal import Rehearsal
from wechat_simulator.record.shapes import differences
from wechat_simulator.server import Simulator

if TYPE_CHECKING:
    from pathlib import Path

    from wechat_simulator.record.settings import Settings


def kept(folder: Path) -> dict[str, dict[str, Any]]:
    """Return the recordings of a folder by their names."""
    found = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.json"))]
    return {one["name"]: one for one in found}


async def own_answers() -> dict[str, dict[str, Any]]:
    """Return the simulator's recordings of all steps, in a world where they all have an object."""
    async with Simulator() as simulator, aiohttp.ClientSession() as http:
        settings: Settings = await Rehearsal(simulator, http).settings()
        return {one["name"]: one async for one in recordings(settings, http, write=True)}


def compared(real: dict[str, Any], ours: dict[str, Any] | None) -> list[str]:
    """Return how one recording differs from the simulator's."""
    if ours is None:
        return ["the simulator has no such step"]
    found = []
    if real["status"] != ours["status"]:
        found.append(f"status {real['status']} at WeChat, {ours['status']} in the simulator")
    numbers = [one["headers"].get("Request-ID", "") for one in (real, ours)]
    if numbers[0] != numbers[1]:
        found.append(f"Request-ID {numbers[0]} at WeChat, {numbers[1]} in the simulator")
    codes = [_member(one["body"], "code") for one in (real, ours)]
    if codes[0] != codes[1]:
        found.append(f"code {codes[0]} at WeChat, {codes[1]} in the simulator")
    said = [_member(one["body"], "message") for one in (real, ours)]
    if said[0] != said[1]:
        found.append(f"message {said[0]} at WeChat, {said[1]} in the simulator")
    bodies = [_without_words(one["body"]) for one in (real, ours)]
    return found + differences(*bodies)


def _member(body: Any, name: str) -> str:
    return str(body.get(name, "")) if isinstance(body, dict) else ""


def _without_words(body: Any) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: item for name, item in body.items() if name not in ("code", "message")}
