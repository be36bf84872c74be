"""``record``: asked of a simulator as if it were WeChat, kept without data, and compared."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aiohttp
import pytest

from processes import command
from wechat_simulator.record.command import ask, keep, main
from wechat_simulator.record.comparison import compared, kept, own_answers
from wechat_simulator.record.rehearsal import Rehearsal
from wechat_simulator.record.settings import EXAMPLE, Settings, SettingsError, read
from wechat_simulator.record.shapes import differences, sentence, shape
from wechat_simulator.record.steps import STEPS, wanted

if TYPE_CHECKING:
    from wechat_simulator.server import Simulator


@pytest.fixture
async def real(sim: Simulator) -> Settings:
    """A merchant of a WeChat in which one lesson was paid, refunded and complained about."""
    async with aiohttp.ClientSession() as http:
        return await Rehearsal(sim, http).settings()


async def differing(found: list[dict[str, Any]]) -> dict[str, list[str]]:
    ours = await own_answers()
    lines = {one["name"]: compared(one, ours.get(one["name"])) for one in found}
    return {name: found for name, found in lines.items() if found}


async def test_a_simulator_that_plays_wechat_has_the_simulators_shapes(
    real: Settings, tmp_path: Path
) -> None:
    found = await ask(real, write=True)
    assert [one["name"] for one in found] == [step.name for step in STEPS]
    keep(tmp_path, found)
    assert await differing(list(kept(tmp_path).values())) == {}
    statuses = {one["name"]: one["status"] for one in found}
    assert statuses["order-paid"] == statuses["new-order-cancelled"] == 200
    assert statuses["forged-signature"] == 401
    assert statuses["cancel-number-twice"] == 400


async def test_nothing_of_the_merchant_is_kept(real: Settings, tmp_path: Path) -> None:
    keep(tmp_path, await ask(real, write=True))
    text = json.dumps(kept(tmp_path), ensure_ascii=False)
    assert "USER_PAID" in text
    secrets = {*real.private, "录制", "13900000000", "example.com", "REC1"}
    assert {value for value in secrets if value in text} == set()
    assert "PRIVATE KEY" not in text


async def test_a_wechat_that_answers_otherwise_is_found_out(real: Settings, sim: Simulator) -> None:
    async with aiohttp.ClientSession() as http:
        wish = {"empty_members": False, "param_error_detail": "documented"}
        await http.post(f"{sim.url}/_sim/switches", json=wish)
    found = await differing(await ask(real, write=False))
    assert "/post_discounts: only in the simulator" in found["order-paid"]
    assert "/detail/issue: only at WeChat" in found["order-without-service"]
    assert "certificates" not in found


async def test_what_the_file_does_not_name_is_left_out(real: Settings) -> None:
    bare = Settings(
        url=real.url,
        mchid=real.mchid,
        serial_no=real.serial_no,
        private_key_pem=real.private_key_pem,
        clock_url=real.clock_url,
    )
    found = [one["name"] for one in await ask(bare, write=False)]
    assert found == [
        "certificates",
        "forged-signature",
        "payment-unknown",
        "refund-unknown",
        "bill-of-the-future",
    ]


def test_no_step_can_move_money() -> None:
    moving = ("/complete", "/refunds", "/jsapi", "/modify", "/sync", "/terminate", "direct")
    posts = [step.call for step in STEPS if step.call.startswith("POST")]
    assert posts
    assert [call for call in posts if any(word in call for word in moving)] == []
    assert all("NO-SUCH-ORDER" in call for call in posts if call.endswith("/pay"))
    known = {"new_order_no": "", "appid": "", "confirm_service_id": ""}
    assert [step for step in wanted(known, write=False)[0] if step.write] == []


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("oUpF8uMuAJO_M2pxb1Q9zNjWeS6o", "text"),
        ("4200000000202511260000000001", "28 digits"),
        ("USER_PAYING", "USER_PAYING"),
        ("WX5C0DE00000000001", "text"),
        ("2025-09-01T20:00:00+08:00", "time"),
        ("2025-09-01T20:00:00.000+08:00", "time with milliseconds"),
        ("https://example.com/notices", "address"),
        ("", "empty text"),
        (9900, "integer"),
        (True, "boolean"),
        (None, "null"),
        ([], []),
        ([{"a": 1}, {"b": "x"}], [{"a": "integer", "b": "text"}]),
    ],
)
def test_of_a_value_only_its_kind_is_kept(value: Any, kind: Any) -> None:
    assert shape(value) == kind


def test_of_a_sentence_numbers_openids_and_private_words_are_taken() -> None:
    said = "订单 A20250901001 用户 oUpF8uMuAJO_M2pxb1Q9zNjWeS6o 见 https://example.com/x，商户 甲校"
    assert sentence(said, ("甲校",)) == "订单 … 用户 … 见 …，商户 …"
    wording = "输入源“/uri_template/out_order_no”映射到值字段“商户服务订单号”"
    assert sentence(wording, ()) == wording


def test_shapes_differ_by_name_type_and_length_not_by_word() -> None:
    real = {"a": "DONE", "b": "31 digits", "c": "text", "d": "integer", "e": [{"x": "time"}]}
    ours = {"a": "DOING", "b": "28 digits", "c": "empty text", "d": "text", "e": [{"x": "time"}]}
    assert differences(real, ours) == [
        "/b: 31 digits at WeChat, 28 digits in the simulator",
        "/d: integer at WeChat, text in the simulator",
    ]


def test_the_example_is_a_file_that_can_be_read(tmp_path: Path, real_key: str) -> None:
    (tmp_path / "apiclient_key.pem").write_text(real_key)
    path = tmp_path / "record.toml"
    path.write_text(EXAMPLE.replace('serial_no = "" ', 'serial_no = "5F"'), encoding="utf-8-sig")
    settings = read(path)
    assert (settings.mchid, settings.serial_no, settings.about) == ("1900000000", "5F", {})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("url = ", "record.toml"),
        ('url = "https://example.com"', "mchid is missing"),
        (EXAMPLE.replace('serial_no = "" ', 'serial_no = "5F"'), "private_key"),
    ],
)
def test_a_file_that_cannot_be_used_is_explained(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "record.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        read(path)


@pytest.fixture
def real_key() -> str:
    return "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n"


async def test_the_command_records_and_compares(real: Settings, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text(real.private_key_pem)
    about = "".join(f'{name} = "{value}"\n' for name, value in real.about.items())
    head = "".join(
        f'{name} = "{getattr(real, name)}"\n'
        for name in ("url", "mchid", "serial_no", "wechatpay_serial", "clock_url")
    )
    config = tmp_path / "record.toml"
    config.write_text(f'{head}private_key = "key.pem"\n[about]\n{about}', encoding="utf-8")
    folder = tmp_path / "kept"
    process = await command(
        *("wechat_simulator", "record", "--config", str(config), "--to", str(folder), "--write")
    )
    said, _ = await process.communicate()
    lines = said.decode().splitlines()
    assert process.returncode == 0, said.decode()
    assert lines[-1] == f"{len(STEPS)} of {len(STEPS)} answers have the simulator's shape"
    one = folder / "04-permission-by-code.json"
    changed = json.loads(one.read_text(encoding="utf-8"))
    changed["body"]["surprise"] = "integer"
    one.write_text(json.dumps(changed), encoding="utf-8")
    process = await command("wechat_simulator", "record", "--compare", str(folder))
    said, _ = await process.communicate()
    assert process.returncode == 1
    assert "differs permission-by-code\n    /surprise: only at WeChat" in said.decode()


def test_without_a_file_the_command_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([])
    assert "--example" in capsys.readouterr().err
    main(["--example"])
    assert capsys.readouterr().out == EXAMPLE
