"""The commands a person types: the server itself, the signer for curl, the listener."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Any

import pytest

from merchant_client import Control
from processes import command, listening
from school import PERMISSIONS, School

if TYPE_CHECKING:
    from pathlib import Path


async def printed(*arguments: str) -> tuple[int, bytes]:
    process = await command(*arguments)
    out, _ = await process.communicate()
    return process.returncode or 0, out


async def curl(config: bytes) -> Any:
    process = await asyncio.create_subprocess_exec(
        *("curl", "-sS", "--config", "-"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    out, _ = await process.communicate(config)
    return json.loads(out)


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[str]:
    process, line = await listening("wechat_simulator", "--state", str(tmp_path))
    prefix = "wechat-simulator listening on http://127.0.0.1:"
    assert line.startswith(prefix)
    yield line.split()[-1]
    process.send_signal(signal.SIGTERM)
    assert await process.wait() == 0
    assert (tmp_path / "worlds.json").exists()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_a_signed_request_goes_out_with_curl(server: str) -> None:
    async with Control(server) as control:
        shown = await control.get("/_sim/credentials")
    body = {
        "service_id": shown["merchants"][0]["services"][0]["service_id"],
        "appid": shown["apps"][0]["appid"],
        "authorization_code": "CURL-1",
        "notify_url": "https://edu.example.com/通知",
    }
    sign = ("wechat_simulator.sign", "--url", server)
    text = json.dumps(body, ensure_ascii=False)
    status, config = await printed(*sign, "POST", PERMISSIONS, text)
    assert status == 0
    assert list(await curl(config)) == ["apply_permissions_token"]
    path = f"{PERMISSIONS}/authorization-code/CURL-1?service_id={body['service_id']}"
    _, config = await printed(*sign, "GET", path)
    assert (await curl(config))["authorization_state"] == "UNBINDUSER"
    status, _ = await printed(*sign, "--mchid", "1", "GET", path)
    assert status == 1


async def test_the_listener_prints_good_notices_and_refuses_bad_ones(school: School) -> None:
    process, line = await listening("wechat_simulator.listen", "--url", school.control.url)
    assert process.stdout is not None
    assert line.startswith("listening on http://127.0.0.1:")
    school.receiver.url = line.split()[-1] + "/notices"
    target = "notice:PAYSCORE.USER_OPEN_SERVICE"
    await school.control.post("/_sim/faults", {"target": target, "kind": "bad_signature"})
    user = await school.control.user()
    await school.authorize(user)
    await school.control.advance(15)
    lines = [json.loads(await process.stdout.readline()) for _ in range(2)]
    assert lines[0] == {"refused": "the signature is wrong"}
    assert lines[1]["event_type"] == "PAYSCORE.USER_OPEN_SERVICE"
    assert lines[1]["plaintext"]["openid"] == school.openid(user)
    process.terminate()
    await process.wait()
