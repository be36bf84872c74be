"""What whoever runs the server looks at."""

import pytest

from tests.http.app import App

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_it_is_alive_and_ready(app: App) -> None:
    assert (await app.good("GET", "/healthz")) == {"status": "ok"}
    assert (await app.good("GET", "/readyz"))["checks"] == {"mongo": "ok", "serving": "ok"}
