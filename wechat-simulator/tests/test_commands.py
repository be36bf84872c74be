"""The commands a person types: the server itself, the signer for curl, the listener."""

from __future__ import annotations

import asyncio
import json
import shutil
import signal
import sys
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from merchant_client import Control
from school import PERMISSIONS, School

if TYPE_CHECKING:
    from pathlib import Path


async def run(*arguments: str, stdin: bytes = b"") -> tuple[int, str]:
    process = await asyncio.create_subprocess_exec(
        *arguments, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate(stdin)
    return process.returncode or 0, out.decode()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wechat_simulator", "--port", "0", "--state", str(tmp_path)),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
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
    sign = (sys.executable, "-m", "wechat_simulator.sign", "--url", server)
    text = json.dumps(body, ensure_ascii=False)
    status, config = await run(*sign, "POST", PERMISSIONS, text)
    assert status == 0
    _, answer = await run("curl", "-sS", "--config", "-", stdin=config.encode())
    assert list(json.loads(answer)) == ["apply_permissions_token"]
    path = f"{PERMISSIONS}/authorization-code/CURL-1?service_id={body['service_id']}"
    _, config = await run(*sign, "GET", path)
    _, answer = await run("curl", "-sS", "--config", "-", stdin=config.encode())
    assert json.loads(answer)["authorization_state"] == "UNBINDUSER"
    status, _ = await run(*sign, "--mchid", "1", "GET", path)
    assert status == 1


async def test_the_listener_prints_good_notices_and_refuses_bad_ones(school: School) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "wechat_simulator.listen", "--port", "0"),
        *("--url", school.control.url),
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    line = (await process.stdout.readline()).decode()
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
