"""Which addresses a webhook may reach: institutions choose the URL, so it must not lead into our own network.

Source: Standard Webhooks 1.0.0, "Server side request forgery"; IANA's special-purpose address registries.
"""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from socket import AF_UNSPEC, AddressFamily

from aiohttp.abc import AbstractResolver, ResolveResult

NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses as an IPv6-only host sees them (RFC 6052): judged by the address inside."""

NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")


class RefusedAddressError(OSError):
    """The name leads to an address that is not on the public internet."""


def is_public(address: str) -> bool:
    """Whether this IP address is on the public internet; anything that is no IP address is not."""
    try:
        ip = ip_address(address)
    except ValueError:
        return False
    ip = _inner(ip)
    if isinstance(ip, IPv6Address) and (ip in NAT64_LOCAL or ip.teredo or ip.is_site_local):
        return False
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


def _inner(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Return the IPv4 address that an IPv6 one stands for, if it does."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip


class GuardedResolver(AbstractResolver):
    """Resolves a name once and refuses it unless every address is public.

    The connection is made to the very addresses returned here, so a name that answers differently a moment later
    (DNS rebinding) gains nothing. One private address among public ones refuses the name: no honest host has that.
    """

    def __init__(self, inner: AbstractResolver, *, allow_private: bool) -> None:
        self._inner = inner
        self._allow_private = allow_private

    async def resolve(self, host: str, port: int = 0, family: AddressFamily = AF_UNSPEC) -> list[ResolveResult]:
        """Return the addresses of `host`; raises RefusedAddressError, or OSError when it has none."""
        found = await self._inner.resolve(host, port, family)
        if not self._allow_private and not all(is_public(result["host"]) for result in found):
            raise RefusedAddressError(host)
        return found

    async def close(self) -> None:
        """Release the resolver behind."""
        await self._inner.close()
