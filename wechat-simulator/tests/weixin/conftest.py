"""Two apps with their developers' servers and API clients."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest

from developer import Developer
from weixin_client import Weixin

if TYPE_CHECKING:
    from merchant_client import Control


@pytest.fixture
async def mp(control: Control) -> Weixin:
    return await Weixin.of(control, "miniprogram")


@pytest.fixture
async def oa(control: Control) -> Weixin:
    return await Weixin.of(control, "official_account")


@pytest.fixture
async def mp_server(control: Control, mp: Weixin) -> AsyncIterator[Developer]:
    async with Developer(control, mp.app) as developer:
        yield developer


@pytest.fixture
async def oa_server(control: Control, oa: Weixin) -> AsyncIterator[Developer]:
    async with Developer(control, oa.app) as developer:
        yield developer
