"""Which addresses a webhook may reach."""

import pytest
from aiohttp.abc import AbstractResolver

from tests.webhooks.names import names
from webhooks.guard import GuardedResolver, RefusedAddressError, is_public


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - an address to refuse
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001:0:4136:e378:8000:63bf:3fff:fdd2",
        "2001:db8::1",
        "",
        "localhost",
        "127.1",
        "2130706433",
    ],
)
def test_addresses_inside_any_network_are_refused(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2400:3200::1", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_addresses_on_the_public_internet_are_taken(address: str) -> None:
    assert is_public(address)


async def _resolve(inner: AbstractResolver, *, allow_private: bool = False) -> list[str]:
    found = await GuardedResolver(inner, allow_private=allow_private).resolve("school.example", 443)
    return [result["host"] for result in found]


async def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    with pytest.raises(RefusedAddressError):
        await _resolve(names("8.8.8.8", "10.0.0.1"))


async def test_a_public_name_is_resolved_to_what_was_judged() -> None:
    assert await _resolve(names("8.8.8.8", "8.8.4.4")) == ["8.8.8.8", "8.8.4.4"]


async def test_development_may_reach_its_own_machine() -> None:
    assert await _resolve(names("127.0.0.1"), allow_private=True) == ["127.0.0.1"]
