"""The door for WeChat Pay's notices: what is not proven or not readable is refused and leaves nothing behind."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from lab.rig.wechatpay import sealed, user_paid
from tests.http.app import App
from tests.http.orders import deducting, now

pytestmark = pytest.mark.asyncio(loop_scope="package")

MERCHANT = "sample-a"
PATH = f"/wechat/pay/notices/{MERCHANT}"
Headers = dict[str, str]
Change = Callable[[Headers], Headers]


@pytest_asyncio.fixture(scope="module", loop_scope="package")
async def paid(app: App) -> bytes:
    """Return the body of a notice that a charge of ours was paid."""
    _, no = await deducting(app)
    return paid_notice(app, await app.document(no))


def paid_notice(app: App, order: dict[str, Any], **changes: object) -> bytes:
    """Say what WeChat says when it took the money."""
    charge = order["charges"][0]
    fen = charge["completion"]["amount_fen"]
    content = user_paid(order["channel"], order["buyer"]["openid"], charge["no"], fen)
    return sealed("PAYSCORE.USER_PAID", content | changes, api_v3_key(app))


def api_v3_key(app: App) -> str:
    return next(x for x in app.settings.wechat.merchants if x.id == MERCHANT).api_v3_key.get_secret_value()


def without(name: str) -> Change:
    return lambda headers: {key: value for key, value in headers.items() if key != name}


def having(name: str, value: str) -> Change:
    return lambda headers: {**headers, name: value}


def flipped(headers: Headers) -> Headers:
    signature = headers["Wechatpay-Signature"]
    return {**headers, "Wechatpay-Signature": ("B" if signature[0] == "A" else "A") + signature[1:]}


def probing(headers: Headers) -> Headers:
    probe = "WECHATPAY/SIGNTEST/"
    return {**headers, "Wechatpay-Signature": probe + headers["Wechatpay-Signature"][len(probe) :]}


UNPROVEN = [
    pytest.param(flipped, "wechat_signature_invalid", id="wrong signature"),
    pytest.param(probing, "wechat_signature_invalid", id="SIGNTEST"),
    pytest.param(having("Wechatpay-Signature", "not base64!"), "wechat_signature_invalid", id="no base64"),
    pytest.param(without("Wechatpay-Signature"), "wechat_signature_invalid", id="no signature"),
    pytest.param(without("Wechatpay-Serial"), "wechat_signature_invalid", id="no serial"),
    pytest.param(without("Wechatpay-Timestamp"), "wechat_signature_invalid", id="no time stamp"),
    pytest.param(without("Wechatpay-Nonce"), "wechat_signature_invalid", id="no nonce"),
    pytest.param(having("Wechatpay-Nonce", "another"), "wechat_signature_invalid", id="another nonce"),
    pytest.param(having("Wechatpay-Serial", "PUB_KEY_ID_9"), "wechat_signature_invalid", id="unknown serial"),
    pytest.param(having("Wechatpay-Timestamp", "1"), "wechat_timestamp_stale", id="time stamp of long ago"),
    pytest.param(having("Wechatpay-Timestamp", "now"), "wechat_timestamp_stale", id="time stamp that is none"),
]


@pytest.mark.parametrize(("change", "code"), UNPROVEN)
async def test_what_is_not_proven_is_refused(app: App, paid: bytes, change: Change, code: str) -> None:
    assert await refused(app, PATH, paid, change(app.signer.headers(paid, await now(app)))) == (401, code)


@pytest.mark.parametrize("shift", [timedelta(seconds=-301), timedelta(seconds=301)])
async def test_a_true_signature_of_another_time_is_refused(app: App, paid: bytes, shift: timedelta) -> None:
    headers = app.signer.headers(paid, await now(app) + shift)
    assert await refused(app, PATH, paid, headers) == (401, "wechat_timestamp_stale")


@pytest.mark.parametrize("merchant", ["nobody", "sample-a%00", "..%2Fsample-a"])
async def test_an_unknown_merchant_is_refused(app: App, paid: bytes, merchant: str) -> None:
    headers = app.signer.headers(paid, await now(app))
    assert await refused(app, f"/wechat/pay/notices/{merchant}", paid, headers) == (401, "wechat_signature_invalid")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"no json",
        b"[]",
        b"{}",
        b'{"event_type": "PAYSCORE.USER_PAID", "resource": 7}',
        sealed("PAYSCORE.USER_PAID", {"out_order_no": "x"}, "0" * 32),
    ],
    ids=["empty", "no JSON", "a list", "no resource", "resource of another type", "sealed with another key"],
)
async def test_garbage_under_a_true_signature_is_refused(app: App, body: bytes) -> None:
    status, code = await refused(app, PATH, body, app.signer.headers(body, await now(app)))
    assert (status, code) == (400, "wechat_content_unreadable")


@pytest.mark.parametrize(
    "content",
    [{}, {"out_order_no": ["x"]}, {"mchid": "1999999999", "out_order_no": "x"}],
    ids=["nothing", "a list for a number", "another merchant"],
)
async def test_a_notice_that_makes_no_sense_is_refused(app: App, content: dict[str, Any]) -> None:
    body = sealed("PAYSCORE.USER_PAID", content, api_v3_key(app))
    status, code = await refused(app, PATH, body, app.signer.headers(body, await now(app)))
    assert (status, code) == (400, "wechat_content_unreadable")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_notice_of_a_megabyte_is_refused(app: App, *, chunked: bool) -> None:
    body = b" " * 1_000_000
    before = await app.contents()

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 50_000):
            yield body[at : at + 50_000]

    async with app.session.post(app.address + PATH, data=pieces() if chunked else body) as answer:
        assert answer.status == 413
        assert (await answer.json())["error"]["code"] == "too_large"
    assert await app.contents() == before


async def test_a_true_notice_five_times_at_once_has_one_effect(app: App) -> None:
    _, no = await deducting(app)
    body = paid_notice(app, await app.document(no))
    headers = app.signer.headers(body, await now(app))
    answers = await asyncio.gather(*(app.ask("POST", PATH, raw=body, headers=headers) for _ in range(5)))
    assert [(answer.status, answer.body) for answer in answers] == [(204, b"")] * 5
    order = await app.document(no)
    assert order["charges"][0]["state"] == "paid"
    assert [fact["kind"] for fact in order["facts"]].count("charge_paid") == 1
    inbox = await app.outside.database.handle["inbox"].find({"_id": {"$regex": f"{no}-C"}}).to_list(None)
    assert [entry["done"] for entry in inbox] == [True]


async def test_a_paid_notice_of_another_amount_takes_nothing_for_paid(app: App) -> None:
    _, no = await deducting(app)
    order = await app.document(no)
    collection = {
        "state": "USER_PAID",
        "total_amount": 1,
        "paid_amount": 1,
        "details": [{"seq": 1, "amount": 1, "paid_time": "20261122100000", "transaction_id": "42"}],
    }
    body = paid_notice(app, order, total_amount=1, collection=collection)
    answer = await app.ask("POST", PATH, raw=body, headers=app.signer.headers(body, await now(app)))
    assert answer.status == 204
    found = await app.document(no)
    assert found["charges"][0]["state"] != "paid"
    assert found["parked"]


@pytest.mark.parametrize("door", ["oa", "miniprogram"])
@pytest.mark.parametrize(
    "query",
    ["", "?timestamp=1&nonce=n&msg_signature=bad&signature=bad&encrypt_type=aes", "?echostr=x&signature=bad"],
    ids=["unsigned", "badly signed", "echo"],
)
async def test_an_unproven_message_is_refused(app: App, door: str, query: str) -> None:
    before = await app.contents()
    for method in ("GET", "POST"):
        answer = await app.ask(method, f"/wechat/{door}{query}", raw=b"<xml><Encrypt>x</Encrypt></xml>")
        assert (400 <= answer.status < 500, bool(answer.code)) == (True, True)
    assert await app.contents() == before


async def refused(app: App, path: str, body: bytes, headers: Headers) -> tuple[int, str]:
    """Send a notice that must be refused; returns status and code, having looked that nothing was written."""
    before = await app.contents()
    answer = await app.ask("POST", path, raw=body, headers=headers)
    assert await app.contents() == before
    return answer.status, answer.code
