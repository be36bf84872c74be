"""The proof of a real order, fetched over HTTP and checked by the script that knows nothing of ours."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab.rig.http import HttpError
from lab.rig.rig import Rig
from lab.scenarios import ends_early, lesson_by_lesson, prepays

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_evidence.py"


def verify(pack: Any, folder: Path, *shown: str) -> subprocess.CompletedProcess[str]:
    path = folder / "evidence.json"
    path.write_text(json.dumps(pack, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(path), *shown]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - our script


async def test_the_proof_of_every_kind_of_order_holds_and_a_changed_one_does_not(rig: Rig, tmp_path: Path) -> None:
    """One rig for all of them, because opening it is what costs time."""
    for scenario, school in ((ends_early.run, "wandou"), (lesson_by_lesson.run, "jiaojiao"), (prepays.run, "aiku")):
        outcome = await scenario(rig, lambda _: None)
        timeline = await outcome.phone.timeline(outcome.order_no or "")
        mine = await outcome.phone.call("GET", f"/orders/{outcome.order_no}/evidence")
        theirs = await rig.school(school).call("GET", f"/orders/{outcome.order_no}/evidence")
        assert theirs["facts"] == mine["facts"]
        assert outcome.phone.person.openid not in json.dumps(theirs)
        checked = verify(mine, tmp_path, *(entry["hash"] for entry in timeline))
        assert (checked.returncode, checked.stderr) == (0, "")
        mine["charges"][0]["paid_fen"] -= 1
        assert verify(mine, tmp_path).returncode == 1
        with pytest.raises(HttpError) as refused:
            await rig.school("zhaorufei").call("GET", f"/orders/{outcome.order_no}/evidence")
        assert (refused.value.status, refused.value.code) == (404, "order_not_found")
