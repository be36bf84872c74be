"""Where WeChat is reached. One address may serve all hosts, which is all there is to pointing at another server."""

from urllib.parse import urlsplit

from pydantic import field_validator

from models.base import Value


class Endpoints(Value):
    """Base addresses without a trailing slash: `pay` for APIv3, `api` for Mini Program and Official Account calls."""

    pay: str
    api: str

    @field_validator("pay", "api")
    @classmethod
    def _bare(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
            message = f"not a base address: {address!r}"
            raise ValueError(message)
        return address.rstrip("/")

    @classmethod
    def at(cls, address: str) -> "Endpoints":
        """Return the endpoints of one server that speaks for all of WeChat's hosts."""
        return cls(pay=address, api=address)

    @property
    def foreign(self) -> list[str]:
        """Return the addresses that are not https on a host of WeChat's; production must refuse them."""
        return [
            address
            for address, hosts in ((self.pay, PAY_HOSTS), (self.api, API_HOSTS))
            if urlsplit(address).scheme != "https" or urlsplit(address).netloc not in hosts
        ]


# api2 is the backup in another region: pay.weixin.qq.com/docs/merchant/development/interface-rules/basic-rules.html
PAY_HOSTS = frozenset({"api.mch.weixin.qq.com", "api2.mch.weixin.qq.com"})
API_HOSTS = frozenset({"api.weixin.qq.com", "api2.weixin.qq.com", "sh.api.weixin.qq.com", "sz.api.weixin.qq.com"})

PRODUCTION = Endpoints(pay="https://api.mch.weixin.qq.com", api="https://api.weixin.qq.com")
