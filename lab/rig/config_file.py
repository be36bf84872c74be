"""Writes a configuration whose WeChat is the simulator; its made-up keys are worthless anywhere else."""

import os
from json import dumps
from pathlib import Path
from typing import Any

MERCHANT_IDS = ("sample-a", "sample-b", "sample-partner")
AGREEMENTS = {"no_confirm": "authorization", "need_confirm": "need_confirm", "plan": "plan"}


def write_config(
    directory: Path,
    credentials: dict[str, Any],
    simulator: str,
    *,
    port: int,
    mongo_uri: str,
    database: str,
    lease_s: float = 60,
    merchant_ids: tuple[str, str, str] = MERCHANT_IDS,
) -> Path:
    """Write config.toml and the key files it names into `directory`; returns its path.

    `merchant_ids` are our names for two direct merchants and one service provider (partner), in this order.
    """
    directory.mkdir(parents=True, exist_ok=True)
    apps = {app["kind"]: app for app in credentials["apps"]}
    lines = [
        *_table("server", port=port, public_url=f"http://127.0.0.1:{port}", drain_s=0),
        *_table("mongo", uri=mongo_uri, database=database, directory=str(directory / "mongo")),
        *_table("clock", source=simulator),
        *_table("jobs", tick_s=0.2, lease_s=lease_s),
        *_table("webhooks", allow_private=True),
        *_push(apps),
        *_table("logs", level="warning"),
        *_table("wechat", pay_address=simulator, api_address=simulator),
        *_table("wechat.miniprogram", **_app(apps["miniprogram"])),
        *_table("wechat.official_account", **_app(apps["official_account"])),
    ]
    platform = credentials["platform"]
    for merchant_id, merchant in zip(merchant_ids, _merchants(credentials), strict=False):
        key_path = directory / "keys" / f"{merchant_id}.pem"
        _write_private(key_path, merchant["private_key_pem"])
        lines += ["[[wechat.merchants]]", *_merchant(merchant_id, merchant, key_path, platform), ""]
    path = directory / "config.toml"
    _write_private(path, "\n".join(lines))
    return path


SUBSCRIBE = {
    "charge_paid": "扣款成功通知",
    "lesson_taught": "上课确认提醒",
    "course_completed": "课程结束通知",
}
OA_TEMPLATES = {"charge_paid": "扣款通知", "course_completed": "扣款通知", "charge_overdue": "扣款通知"}
"""The simulator's templates by what we use them for; a title it does not have is left out."""


def _push(apps: dict[str, dict[str, Any]]) -> list[str]:
    tables: dict[str, dict[str, object]] = {}
    for kind, titles, name in (
        ("miniprogram", SUBSCRIBE, "subscribe"),
        ("official_account", OA_TEMPLATES, "oa_template"),
    ):
        known = {template["title"]: template for template in apps[kind]["templates"]}
        for use, title in titles.items():
            if title in known:
                values = {f"{name}_id": known[title]["template_id"], f"{name}_fields": known[title]["fields"]}
                tables.setdefault(use, {}).update(values)
    return [line for use, values in tables.items() for line in _table(f"push.{use}", **values)]


def _merchants(credentials: dict[str, Any]) -> list[dict[str, Any]]:
    direct = [merchant for merchant in credentials["merchants"] if merchant["kind"] == "direct"]
    partners = [merchant for merchant in credentials["merchants"] if merchant["kind"] == "partner"]
    return [*direct[:2], *partners[:1]]


def _merchant(merchant_id: str, merchant: dict[str, Any], key_path: Path, platform: dict[str, Any]) -> list[str]:
    services = {AGREEMENTS[service["kind"]]: service["service_id"] for service in merchant["services"]}
    values = {
        "id": merchant_id,
        "mchid": merchant["mchid"],
        "appid": merchant["appids"][0],
        "serial": merchant["serial_no"],
        "private_key_path": str(key_path),
        "api_v3_key": merchant["api_v3_key"],
        "api_v2_key": merchant["api_v2_key"],
        "risk_cap_fen": min(service["risk_cap_fen"] for service in merchant["services"]),
    }
    if merchant["kind"] == "partner":
        # no sub_appid: the learners use our Mini Program, not one of the school's own
        values["sub_mchid"] = merchant["sub_merchants"][0]["sub_mchid"]
    keys = [(platform["public_key_id"], platform["public_key_pem"])]
    keys.append((platform["certificate_serial"], platform["certificate_pem"]))
    keys_toml = ", ".join(f"{{ id = {dumps(key_id)}, pem = {dumps(pem)} }}" for key_id, pem in keys)
    services_toml = ", ".join(f"{name} = {dumps(number)}" for name, number in services.items())
    return [
        *(f"{key} = {dumps(value, ensure_ascii=False)}" for key, value in values.items()),
        f"platform_keys = [{keys_toml}]",
        f"services = {{ {services_toml} }}",
    ]


def _app(app: dict[str, Any]) -> dict[str, object]:
    return {key: app[key] for key in ("appid", "secret", "token", "encoding_aes_key", "original_id")}


def _table(name: str, **values: object) -> list[str]:
    return [f"[{name}]", *(f"{key} = {dumps(value, ensure_ascii=False)}" for key, value in values.items()), ""]


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
