"""Another merchant's true notice about our number, over the wire: acknowledged, and nothing becomes of it."""

import json

import pytest

from lab.rig.wechatpay import sealed
from tests.http.app import App
from tests.http.orders import AIKU_COURSE, an_order, deducting, in_training, now, place

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def tell(app: App, merchant_id: str, event: str, content: dict[str, object]) -> int:
    """Have WeChat tell a merchant something: signed, and sealed with that merchant's own key."""
    merchant = next(x for x in app.settings.wechat.merchants if x.id == merchant_id)
    body = sealed(event, {"mchid": merchant.mchid} | content, merchant.api_v3_key.get_secret_value())
    headers = app.signer.headers(body, await now(app))
    return (await app.ask("POST", f"/wechat/pay/notices/{merchant_id}", raw=body, headers=headers)).status


def other_merchant(app: App, own: str) -> str:
    mchid = next(x.mchid for x in app.settings.wechat.merchants if x.id == own)
    return next(x.id for x in app.settings.wechat.merchants if x.mchid != mchid)


async def test_a_payment_of_120000_at_one_merchant_does_not_pay_another_s_order(app: App) -> None:
    learner = await app.learner()
    no = (await place(app, learner, an_order(AIKU_COURSE, "prepay")))["no"]
    before = await app.document(no)
    merchant = other_merchant(app, before["channel"]["merchant_id"])
    told = {
        "appid": before["channel"]["appid"],
        "out_trade_no": before["charges"][0]["no"],
        "transaction_id": "4200009999",
        "trade_type": "JSAPI",
        "trade_state": "SUCCESS",
        "success_time": "2026-11-22T10:00:00+08:00",
        "amount": {"total": before["price_fen"], "payer_total": before["price_fen"]},
    }
    assert await tell(app, merchant, "TRANSACTION.SUCCESS", told) == 204
    assert await app.document(no) == before
    assert (await app.good("GET", f"/v1/orders/{no}", learner.token))["paid_fen"] == 0
    case = await app.outside.database.handle["exceptions"].find_one(
        {"subject": f"{before['charges'][0]['no']}-{merchant}"}
    )
    assert case is not None
    assert (case["kind"], case["owner"], case["detail"]["told_fen"]) == (
        "word_of_another_merchant",
        "operator",
        str(before["price_fen"]),
    )


@pytest.mark.parametrize("event", ["TRANSACTION.SUCCESS", "PAYSCORE.USER_PAID"])
async def test_one_fen_at_another_merchant_neither_parks_nor_settles(app: App, event: str) -> None:
    for story in (in_training, deducting):
        _, no = await story(app)
        before = await app.document(no)
        number = before["charges"][0]["no"]
        told: dict[str, object] = {"out_trade_no": number, "trade_state": "SUCCESS", "amount": {"total": 1}}
        if event == "PAYSCORE.USER_PAID":
            collection = {"state": "USER_PAID", "total_amount": 1, "paid_amount": 1}
            told = {"out_order_no": number, "state": "DONE", "total_amount": 1, "collection": collection}
        assert await tell(app, other_merchant(app, before["channel"]["merchant_id"]), event, told) == 204
        assert await app.document(no) == before


async def test_the_institution_is_not_shown_what_the_operator_has_to_look_at(app: App) -> None:
    _, no = await in_training(app)
    number = (await app.document(no))["charges"][0]["no"]
    await tell(app, other_merchant(app, "sample-a"), "TRANSACTION.SUCCESS", {"out_trade_no": number})
    for key in app.keys.values():
        shown = await app.good("GET", "/v1/institution/exceptions", key)
        assert number not in json.dumps(shown)
