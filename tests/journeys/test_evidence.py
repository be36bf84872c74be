"""The proof of a real order, fetched over HTTP and checked by the script that knows nothing of ours."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lab.rig.http import HttpError
from lab.rig.stage import Stage
from lab.scenarios import ends_early, lesson_by_lesson, prepays

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_evidence.py"


def verify(pack: Any, folder: Path, *shown: str) -> subprocess.CompletedProcess[str]:
    path = folder / "evidence.json"
    path.write_text(json.dumps(pack, ensure_ascii=False), encoding="utf-8")
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(path), *shown]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)  # noqa: S603 - our script


async def test_the_proof_of_every_kind_of_order_holds_and_a_changed_one_does_not(stage: Stage, tmp_path: Path) -> None:
    """One stage for all of them, because opening it is what costs time."""
    for story, school in ((ends_early.play, "wandou"), (lesson_by_lesson.play, "jiaojiao"), (prepays.play, "aiku")):
        played = await story(stage, lambda _: None)
        timeline = await played.phone.timeline(played.order_no or "")
        mine = await played.phone.call("GET", f"/orders/{played.order_no}/evidence")
        theirs = await stage.school(school).call("GET", f"/orders/{played.order_no}/evidence")
        assert theirs["facts"] == mine["facts"]
        assert played.openid not in json.dumps(theirs)
        checked = verify(mine, tmp_path, *(entry["hash"] for entry in timeline))
        assert (checked.returncode, checked.stderr) == (0, "")
        mine["charges"][0]["paid_fen"] -= 1
        assert verify(mine, tmp_path).returncode == 1
        with pytest.raises(HttpError) as refused:
            await stage.school("zhaorufei").call("GET", f"/orders/{played.order_no}/evidence")
        assert (refused.value.status, refused.value.code) == (404, "order_not_found")
