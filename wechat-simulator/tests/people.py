"""What users do, as calls of the control plane."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from merchant_client import Control


async def say(control: Control, user: Any, text: str = "我的课程", **more: Any) -> Any:
    return await control.post(f"/_sim/users/{user['user_id']}/say", {"text": text, **more})


async def event(control: Control, user: Any, name: str, **more: Any) -> Any:
    return await control.post(f"/_sim/users/{user['user_id']}/event", {"Event": name, **more})


async def subscribe(control: Control, user: Any, *template_ids: str, **more: Any) -> Any:
    wish = {"template_ids": list(template_ids), **more}
    return await control.post(f"/_sim/users/{user['user_id']}/subscribe", wish)


async def inbox(control: Control, user: Any) -> list[Any]:
    return list((await control.get(f"/_sim/users/{user['user_id']}/inbox"))["messages"])


async def fault(control: Control, kind: str, target: str = "push:say", **more: Any) -> None:
    await control.post("/_sim/faults", {"target": target, "kind": kind, **more})
