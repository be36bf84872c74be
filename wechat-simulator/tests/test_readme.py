"""The README's transcript, run word for word on other ports."""

from __future__ import annotations

import asyncio
import re
import shutil
import sys
from pathlib import Path

import pytest

from processes import ROOT, SOURCE, listening


def transcript() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    return "\n".join(re.findall(r"```bash\n(.*?)```", text, re.DOTALL))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
async def test_the_transcript_ends_at_the_last_fen(tmp_path: Path) -> None:
    server, said = await listening("wechat_simulator")
    url = said.split()[-1]
    listener, said = await listening("wechat_simulator.listen", "--url", url)
    script = transcript().replace("http://127.0.0.1:8090", url)
    script = script.replace("http://127.0.0.1:8099", said.split()[-1])
    (tmp_path / "python").symlink_to(sys.executable)
    path = f"{Path(sys.executable).parent}:{tmp_path}:/usr/local/bin:/usr/bin:/bin"
    try:
        shell = await asyncio.create_subprocess_exec(
            *("bash", "-euo", "pipefail", "-c", script),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=SOURCE | {"PATH": path, "LC_ALL": "C.UTF-8"},
        )
        out = (await shell.communicate())[0].decode()
    finally:
        server.terminate()
        listener.terminate()
        heard = (await listener.communicate())[0].decode()
        await server.wait()
    assert shell.returncode == 0, out
    assert "taken 36000 left 64000" in out.splitlines(), out
    assert [code for code in (0, 45015) if f'"errcode":{code},' in out] == [0, 45015], out
    assert "PAYSCORE.USER_PAID SIGN-1-3 lost" in out
    assert heard.count("PAYSCORE.USER_SIGN_PLAN") == 1
    assert heard.count("PAYSCORE.USER_PAID") == 4
