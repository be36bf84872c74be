"""Loads the sample institutions and courses, and issues each institution a fresh API key."""

import json
import os
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Any

from models.contract import Contract
from models.institution import Institution
from models.policy import Policy
from server.config import Settings
from server.outside import open_outside
from services.catalog import publish_course
from services.institutions import issue_key, publish_institution
from services.ports import Ports

CONTRACT_VERSION = "2026-11"
CONTRACT_TEXT = """一、先上课，后付费。报名时不收取任何费用。
二、每节课上完后，由机构报告，家长可在规定时间内确认或提出异议；超时未提异议视为确认。
三、扣费只针对已上且已确认的课，金额以下单时的课时价格为准，由微信支付分自动扣款。
四、家长可随时关闭扣费或结束课程；结束之后的课不再收费，已上的课照常收取。
五、有异议的课在处理完之前不扣费；到期未处理，按家长意见办理。
"""


async def load_alone(settings: Settings, keys_file: Path) -> None:
    """Open the database, load everything, and close it again."""
    async with open_outside(settings) as outside:
        await load_into(outside.ports, keys_file)


async def load_into(ports: Ports, keys_file: Path | None) -> None:
    """Load everything, and write {institution id: key} to `keys_file` (owner-readable); without a file do nothing."""
    if keys_file is None:
        return
    samples = tomllib.loads(files("server").joinpath("sample_data.toml").read_text(encoding="utf-8"))
    keys = {sample["id"]: await _load_institution(ports, sample) for sample in samples["institutions"]}
    _write_private(keys_file, json.dumps(keys, indent=2))


async def _load_institution(ports: Ports, sample: dict[str, Any]) -> str:
    policy = {key: sample[key] for key in ("fee_modes", "pay_after_course_by") if key in sample}
    await publish_institution(
        ports,
        Institution(
            id=sample["id"],
            name=sample["name"],
            merchant_id=sample["merchant"],
            region=sample["region"],
            service_phone=sample["service_phone"],
            policy=Policy.model_validate(policy),
            contract=Contract(version=CONTRACT_VERSION, title=f"{sample['name']}先学后付服务协议", text=CONTRACT_TEXT),
        ),
    )
    for course in sample["courses"]:
        await _load_course(ports, sample["id"], dict(course))
    return await issue_key(ports, sample["id"], "sample")


async def _load_course(ports: Ports, institution_id: str, course: dict[str, Any]) -> None:
    count, title = course.pop("lesson_count"), course.pop("lesson_title")
    course_id = course.pop("id")
    lessons: list[tuple[str, int | None]] = [(title.format(n=n), None) for n in range(1, count + 1)]
    await publish_course(ports, institution_id, course_id, course, lessons)


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
