"""What ``record`` must be told: whose answers, with which key, about which orders."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

EXAMPLE = """\
# wechat-simulator record: what to ask WeChat Pay, and as whom. Leave out what you do not have:
# the calls that need it are then left out too. Nothing of this file is ever written elsewhere.
# 商户真实账号的配置。没有的项目可以不填，相关请求会跳过。本文件的内容不会被写到任何其他地方。

url = "https://api.mch.weixin.qq.com"
mchid = "1900000000"                      # 商户号
serial_no = ""                            # API certificate · 商户API证书序列号
private_key = "apiclient_key.pem"         # its key, beside this file · 证书私钥文件
wechatpay_serial = ""                     # PUB_KEY_ID_… or a platform certificate · 微信支付公钥ID

[about]
appid = ""
service_id = ""                           # authorization mode · 免确认模式的服务ID
confirm_service_id = ""                   # need-confirm mode, for --write · 需确认模式的服务ID
openid = ""                               # who authorised the service · 已授权用户
authorization_code = ""                   # 授权协议号
out_order_no = ""                         # an order that was paid · 一个已支付的服务订单
transaction_id = ""                       # its payment · 它的微信支付订单号
out_refund_no = ""                        # a refund · 一笔退款
complaint_id = ""                         # a complaint · 一个投诉单
bill_date = ""                            # 2025-09-01, a day with payments · 有交易的日期
"""


class SettingsError(Exception):
    """The file cannot be used; the text says what to mend."""


@dataclass(frozen=True)
class Settings:
    """Who asks, and about what; ``clock_url`` is for a simulator whose clock was moved."""

    url: str
    mchid: str
    serial_no: str
    private_key_pem: str
    wechatpay_serial: str = ""
    clock_url: str = ""
    about: dict[str, str] = field(default_factory=dict)

    @property
    def private(self) -> tuple[str, ...]:
        """Every value that must not be in a recording."""
        known = (self.mchid, self.serial_no, self.wechatpay_serial, *self.about.values())
        return tuple(value for value in known if value)


def read(path: Path) -> Settings:
    """Return the settings of a file; SettingsError says which line to mend."""
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: {error}") from error
    texts = {name: _text(path, plain, name) for name in ("url", "mchid", "serial_no")}
    key = path.parent / _text(path, plain, "private_key")
    try:
        pem = key.read_text(encoding="ascii")
    except (OSError, UnicodeError) as error:
        raise SettingsError(f"{path}: private_key: {error}") from error
    about = {k: v.strip() for k, v in plain.get("about", {}).items() if isinstance(v, str)}
    return Settings(
        **texts,
        private_key_pem=pem,
        wechatpay_serial=str(plain.get("wechatpay_serial", "")),
        clock_url=str(plain.get("clock_url", "")),
        about={name: value for name, value in about.items() if value},
    )


def _text(path: Path, plain: dict[str, Any], name: str) -> str:
    value = plain.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SettingsError(f"{path}: {name} is missing; --example prints the whole file")
    return value.strip()
