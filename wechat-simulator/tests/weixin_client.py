"""A developer's client of api.weixin.qq.com, written against the documents."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from merchant_client import Control


class Weixin:
    """Calls the APIs of one app; ``kind`` is miniprogram or official_account."""

    def __init__(self, control: Control, app: Any) -> None:
        self.control = control
        self.app = app
        self.appid: str = app["appid"]
        self.token = ""

    @classmethod
    async def of(cls, control: Control, kind: str) -> Weixin:
        credentials = await control.get("/_sim/credentials")
        client = cls(control, next(app for app in credentials["apps"] if app["kind"] == kind))
        await client.renew()
        return client

    def template(self, title: str) -> str:
        return str(next(t["template_id"] for t in self.app["templates"] if t["title"] == title))

    async def renew(self) -> Any:
        fields = {"grant_type": "client_credential", "appid": self.appid, **self.secret}
        answer = await self.raw("POST", "/cgi-bin/stable_token", fields)
        self.token = answer["access_token"]
        return answer

    @property
    def secret(self) -> dict[str, str]:
        return {"secret": self.app["secret"]}

    async def raw(self, method: str, path: str, body: Any = None, **query: Any) -> Any:
        data = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        url = self.control.url + path
        async with self.control.http.request(method, url, data=data, params=query) as answer:
            assert answer.status == 200
            return json.loads(await answer.read())

    async def get(self, path: str, **query: Any) -> Any:
        return await self.raw("GET", path, access_token=self.token, **query)

    async def post(self, path: str, body: Any) -> Any:
        return await self.raw("POST", path, body, access_token=self.token)

    async def login(self, code: str, **changes: Any) -> Any:
        query = {"appid": self.appid, **self.secret, "js_code": code}
        query |= {"grant_type": "authorization_code", **changes}
        return await self.raw("GET", "/sns/jscode2session", **query)


def login_state(session_key: str) -> dict[str, str]:
    digest = hmac.new(session_key.encode(), b"", hashlib.sha256).hexdigest()
    return {"signature": digest, "sig_method": "hmac_sha256"}
