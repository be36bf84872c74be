"""The phone's files: what is served, to whom, and under which policy."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest
from yarl import URL

from merchant_client import Control
from wechat_simulator.phone.site import Site
from wechat_simulator.server import Simulator

if TYPE_CHECKING:
    from pathlib import Path

    from wechat_simulator.keys import KeyRing

MAP = "{}"


@pytest.fixture
async def desk(tmp_path: Path, keys: KeyRing) -> AsyncIterator[Control]:
    phone, app = tmp_path / "phone", tmp_path / "app"
    for folder in (phone, app / "pages", phone / "node_modules" / "x"):
        folder.mkdir(parents=True)
    (phone / "index.html").write_text("<p>桌</p>")
    (phone / "container.html").write_text(f'<script type="importmap">{MAP}</script>')
    (phone / "node_modules" / "x" / "x.js").write_text("1")
    (phone / ".secret.js").write_text("1")
    (phone / "notes.txt").write_text("1")
    (app / "app.json").write_text("{}")
    (app / "pages" / "a.wxml").write_text("<view/>")
    (tmp_path / "outside.js").write_text("1")
    (app / "link.js").symlink_to(tmp_path / "outside.js")
    site = Site(phone=phone, miniprogram=app, panels=(("后台", "http://127.0.0.1:9"),))
    async with Simulator(keys=keys, site=site) as sim, Control(sim.url) as control:
        yield control


async def got(desk: Control, path: str) -> tuple[int, str, dict[str, str]]:
    url = URL(desk.url + path, encoded=True)
    async with desk.http.get(url, allow_redirects=False) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


async def test_the_phone_and_the_mini_program_are_files(desk: Control) -> None:
    status, _, headers = await got(desk, "/phone")
    assert (status, headers["Location"]) == (308, "/phone/")
    status, text, headers = await got(desk, "/phone/")
    assert (status, text) == (200, "<p>桌</p>")
    assert headers["Content-Type"] == "text/html; charset=utf-8"
    status, text, headers = await got(desk, "/phone/miniprogram/pages/a.wxml")
    assert (status, text, headers["Content-Type"]) == (200, "<view/>", "text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "/phone/none.js",
        "/phone/notes.txt",
        "/phone/.secret.js",
        "/phone/node_modules/x/x.js",
        "/phone/vendor/other.js",
        "/phone/miniprogram/pages",
        "/phone/miniprogram/link.js",
        "/phone/miniprogram/%2e%2e/outside.js",
        "/phone/miniprogram/..%2foutside.js",
    ],
)
async def test_nothing_else_is_served(desk: Control, path: str) -> None:
    assert (await got(desk, path))[0] == 404


async def test_only_the_page_that_compiles_templates_may_eval(desk: Control) -> None:
    plain = (await got(desk, "/phone/"))[2]["Content-Security-Policy"]
    assert "unsafe-eval" not in plain
    assert "frame-src 'self' http://127.0.0.1:9;" in plain
    container = (await got(desk, "/phone/container.html"))[2]["Content-Security-Policy"]
    digest = "RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o="  # of {}
    assert f"script-src 'self' 'sha256-{digest}' 'unsafe-eval';" in container


async def test_a_missing_framework_says_what_to_do(desk: Control) -> None:
    about = {"panels": [{"name": "后台", "address": "http://127.0.0.1:9"}]}
    assert await desk.get("/_sim/phone") == about | {"runs_miniprograms": False}
    status, text, _ = await got(desk, "/phone/vendor/glass-easel.js")
    assert status == 503
    assert "npm ci" in text


async def test_without_a_mini_program_there_is_none(control: Control) -> None:
    assert (await control.call("GET", "/phone/miniprogram/app.json"))[0] == 404


OTHER_SITES = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://example.com"})


@pytest.mark.parametrize("headers", OTHER_SITES)
async def test_a_page_of_another_site_changes_nothing(
    control: Control, headers: dict[str, str]
) -> None:
    user = await control.user(balance_fen=5)
    for path in ("/_sim/reset", f"/_sim/users/{user['user_id']}/top-up"):
        simple = {"Content-Type": "text/plain", **headers}
        async with control.http.post(control.url + path, data="{}", headers=simple) as answer:
            assert answer.status == 403
    async with control.http.delete(control.url + "/_sim/faults", headers=headers) as answer:
        assert answer.status == 403
    assert (await control.get(f"/_sim/users/{user['user_id']}"))["balance_fen"] == 5


async def test_the_phones_own_page_may(control: Control) -> None:
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": control.url}
    async with control.http.post(control.url + "/_sim/users", json={}, headers=headers) as answer:
        assert answer.status == 200
