"""The evidence of an order, and the script in docs/ that checks it without us."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from runpy import run_path
from typing import Any, TypeAlias

import pytest

from lab.rig.orders import HOUR, NOON, TERMS, in_training, settle, teach_and_confirm
from models.contract import Contract
from models.errors import NotFound
from models.order import Order
from services.timeline import export_evidence
from tests.fakes.histories import DAY, HISTORIES, ended_early, half_a_plan, prepaid, refunded, whole_course
from tests.fakes.world import World

SCRIPT = Path(__file__).parents[2] / "docs" / "verify_evidence.py"
Pack: TypeAlias = dict[str, Any]
Where: TypeAlias = tuple[str | int, ...]

first_fault: Callable[..., str | None] = run_path(str(SCRIPT))["first_fault"]


async def exported(order: Order, *, relayed: bool = False) -> Pack:
    """Export an order's evidence, and read it as whoever receives it would."""
    world = World()
    ports = world.ports
    await ports.contracts.add("wandou", TERMS)
    await world.know(order)
    if relayed:
        await ports.facts.add(order.facts[: len(order.facts) // 2])
        await ports.orders.published(order.no, len(order.facts) // 2)
    pack: Pack = json.loads((await export_evidence(ports, order.no)).model_dump_json())
    return pack


@pytest.mark.parametrize("relayed", [False, True])
@pytest.mark.parametrize("history", HISTORIES)
async def test_the_script_finds_nothing_wrong_however_an_order_went(
    history: Callable[[], Order],
    relayed: bool,  # noqa: FBT001 - drawn
) -> None:
    pack = await exported(history(), relayed=relayed)
    assert first_fault(pack) is None
    assert [fact["seq"] for fact in pack["facts"]] == list(range(1, pack["order"]["fact_count"] + 1))


async def test_nothing_in_the_evidence_tells_who_the_learner_is_at_wechat() -> None:
    text = json.dumps(await exported(whole_course()))
    assert "openid" not in text
    assert "phone" not in text
    assert "小明" in json.loads(text)["order"]["student_name"]


def leaves(value: Any, where: Where = ()) -> Iterator[Where]:
    """Return the way to every value in a pack."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in inside:
        yield from leaves(inner, (*where, key))
    if not inside or not value:
        yield where


def with_change(pack: Pack, where: Where) -> Pack:
    """Change one value a little, as a forger would."""
    changed: Any = deepcopy(pack)
    inner = changed
    for key in where[:-1]:
        inner = inner[key]
    inner[where[-1]] = another(inner[where[-1]])
    return changed


def another(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int():
            return value + 1
        case str() if value[:4] == "2026" and value.endswith("Z"):
            return "2025" + value[4:]
        case str():
            return value + "x"
        case _:
            return "x"


def resealed(pack: Pack) -> Pack:
    """Make the pack's own fingerprint fit again."""
    body = {key: value for key, value in pack.items() if key != "sha256"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return body | {"sha256": sha256(text.encode()).hexdigest()}


@pytest.mark.parametrize("history", [ended_early, refunded, prepaid])
async def test_a_change_to_any_value_shows(history: Callable[[], Order]) -> None:
    pack = await exported(history())
    assert [where for where in leaves(pack) if first_fault_of(with_change(pack, where)) is None] == []


PROVED = [
    re.compile(pattern)
    for pattern in (
        r"facts\..*",
        r"contract\.(version|text)",
        r"acceptance\..*",
        r"price_list_fen\..*",
        r"lessons\.0\.(price_fen|state|confirmation\..*|attendance\.report_id)",
        r"charges\.0\.(no|paid_fen|transaction_id|state)",
        r"charges\..*\.refunds\..*\.(no|amount_fen)",
        r"order\.(no|price_fen|fee_mode|fact_count|fact_hash)",
    )
]
"""What the facts prove as well: changing it shows even when the pack's fingerprint was made to fit again."""


@pytest.mark.parametrize("history", [whole_course, half_a_plan, ended_early, refunded, prepaid])
async def test_money_and_proof_cannot_be_changed_and_sealed_again(history: Callable[[], Order]) -> None:
    pack = await exported(history())
    proved = [x for x in leaves(pack) if any(known.fullmatch(".".join(map(str, x))) for known in PROVED)]
    assert {where[0] for where in proved} == {
        "facts",
        "contract",
        "acceptance",
        "price_list_fen",
        "lessons",
        "charges",
        "order",
    }
    assert [where for where in proved if first_fault_of(resealed(with_change(pack, where))) is None] == []


def first_fault_of(pack: Pack) -> str | None:
    """Return the script's sentence; a pack it cannot even read is a fault too, as its exit code says."""
    try:
        return first_fault(pack)
    except (AttributeError, LookupError, TypeError, ValueError) as wrong:
        return repr(wrong)


@pytest.mark.parametrize(
    ("says", "forge"),
    [
        ("fact 3 is as it was written", lambda pack: pack["facts"][2].update(amount_fen=1)),
        ("fact 2 follows", lambda pack: pack["facts"].pop(1)),
        ("no later fact is left out", lambda pack: pack["facts"].pop()),
        ("this text was accepted", lambda pack: pack["contract"].update(text="全款不退")),
        ("this price list was accepted", lambda pack: pack["price_list_fen"].reverse()),
        ("the lessons owed are those the facts tell", lambda pack: pack["lessons"][2].update(state="confirmed")),
        ("the charges paid are those told", lambda pack: pack["charges"].clear()),
        ("keeps only what is owed", lambda pack: pack["order"]["policy"].update(prepay_refund_fee_percent=0)),
    ],
)
async def test_a_forgery_is_named(says: str, forge: Callable[[Pack], object]) -> None:
    pack = await exported(prepaid())
    forge(pack)
    assert says in str(first_fault(resealed(pack)))


async def test_a_history_written_anew_is_found_by_whoever_kept_one_hash_of_the_old() -> None:
    shown = (await exported(whole_course()))["facts"][4]["hash"]
    other = in_training()
    teach_and_confirm(other, 1, 2, 3, 4, at=NOON + 2 * HOUR)
    settle(other, NOON + DAY)
    pack = await exported(other)
    assert first_fault(pack) is None
    assert first_fault(pack, [shown]) == "the chain has every hash that was shown earlier"


def verify(path: Path, *shown: str) -> subprocess.CompletedProcess[str]:
    """Run the script as a stranger would: nothing of ours can be imported."""
    command = [sys.executable, "-I", "-S", str(SCRIPT), str(path), *shown]
    return subprocess.run(  # noqa: S603 - our own script
        command, cwd=path.parent, capture_output=True, text=True, check=False, timeout=30
    )


async def test_the_script_runs_alone_and_says_in_a_sentence_what_does_not_hold(tmp_path: Path) -> None:
    pack = await exported(whole_course())
    path = tmp_path / "evidence.json"
    path.write_text(json.dumps(pack), encoding="utf-8")
    good = verify(path, pack["facts"][3]["hash"])
    assert (good.returncode, good.stderr) == (0, "")
    path.write_text(json.dumps(pack | {"exported_at": "2020-01-01T00:00:00Z"}), encoding="utf-8")
    bad = verify(path)
    assert (bad.returncode, bad.stderr) == (1, "does not hold: the pack is as it was exported\n")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": "xianxue-evidence/2"}'])
def test_a_file_that_is_no_evidence_is_refused_in_a_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "evidence.json"
    path.write_text(text, encoding="utf-8")
    refused = verify(path)
    assert refused.returncode == 1
    assert refused.stderr.startswith("does not hold: ")


def test_the_script_is_short_enough_to_be_read() -> None:
    lines = SCRIPT.read_text(encoding="utf-8").splitlines()
    assert len([line for line in lines if line.strip()]) <= 75


async def test_evidence_needs_the_terms_that_were_accepted() -> None:
    world = World()
    await world.know(in_training())
    with pytest.raises(NotFound, match="contract_not_found"):
        await export_evidence(world.ports, in_training().no)
    newer = Contract(version="2", title=TERMS.title, text="改过的")
    await world.stores.contracts.add("wandou", newer)
    with pytest.raises(NotFound, match="contract_not_found"):
        await export_evidence(world.ports, in_training().no)


async def test_an_unknown_order_has_no_evidence() -> None:
    with pytest.raises(NotFound, match="order_not_found"):
        await export_evidence(World().ports, "X-unknown")
