"""The pages name every control call, every switch and every kind of fault."""

from __future__ import annotations

import re

from processes import ROOT
from wechat_simulator.faults import (
    CREATION_KINDS,
    ENDPOINT_AFTER,
    ENDPOINT_BEFORE,
    NOTICE_FATE,
    NOTICE_TRY,
    PUSH_KINDS,
    REFUND_KINDS,
)
from wechat_simulator.surface import Plane
from wechat_simulator.surfaces import registry
from wechat_simulator.switch_page import page

README = (ROOT / "README.md").read_text(encoding="utf-8")
WEIXIN = (ROOT / "docs" / "weixin.md").read_text(encoding="utf-8")


def test_the_page_of_switches_is_the_printed_one() -> None:
    assert (ROOT / "docs" / "switches.md").read_text(encoding="utf-8") == page()


def test_the_readme_names_every_control_call() -> None:
    routes = [route for route in registry().routes if route.path.startswith("/_sim")]
    missing = {r.target for r in routes if r.path.replace("user_id", "id") not in README}
    assert missing == set()


def test_the_readme_names_every_kind_of_fault() -> None:
    kinds = ENDPOINT_BEFORE | ENDPOINT_AFTER | NOTICE_FATE | NOTICE_TRY | PUSH_KINDS
    kinds |= REFUND_KINDS | CREATION_KINDS
    assert {kind for kind in kinds if not re.search(rf"`{kind}[` ]", README)} == set()


def test_the_page_of_calls_names_every_call() -> None:
    paths = {r.path for r in registry().routes if r.plane is Plane.API and "{" not in r.path}
    assert {path for path in paths if path.rpartition("/")[2] not in WEIXIN} == set()
