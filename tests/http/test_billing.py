"""Billing off over HTTP, on the sample data: wandou and jiaojiao share a merchant, so one standing permission."""

import pytest

from lab.rig.waiting import until
from tests.http.app import App
from tests.http.orders import WANDOU, an_order, in_training, place, rows, taught

pytestmark = pytest.mark.asyncio(loop_scope="package")

JIAOJIAO, READING = "jiaojiao", "jiaojiao-reading-5"


async def test_billing_turned_off_at_one_school_ends_its_plan_and_leaves_the_other_school_alone(app: App) -> None:
    learner, wandou = await in_training(app)
    signing = await place(app, learner, an_order(READING, "pay_per_lesson"))
    await learner.answer_wx(signing["wx"])
    jiaojiao = signing["no"]
    await until(
        lambda: app.good("GET", f"/v1/orders/{jiaojiao}", learner.token),
        lambda found: found["state"] == "in_training",
        "we are told that the plan is signed",
    )
    await app.run("settle")
    await taught(app, wandou, 1)

    answer = await app.good("DELETE", f"/v1/billing/{JIAOJIAO}", learner.token)
    assert (answer["institution_id"], answer["off"]) == (JIAOJIAO, True)
    assert [receipt["order_no"] for receipt in answer["receipts"]] == [jiaojiao]
    assert await app.good("DELETE", f"/v1/billing/{JIAOJIAO}", learner.token) == answer
    report = await app.good("POST", "/v1/institution/attendance", app.keys[JIAOJIAO], await rows(app, jiaojiao, 1))
    assert (report["taken"], report["refused"]) == (0, 1)
    await app.run("settle", "heal", "heal_authorizations")
    shown = await app.good("GET", f"/v1/orders/{jiaojiao}", learner.token)
    assert (shown["owed_fen"], shown["paid_fen"], shown["ended_at"] is not None) == (0, 0, True)

    shown = await app.good("GET", f"/v1/orders/{wandou}", learner.token)
    assert (shown["state"], shown["ended_at"]) == ("in_training", None)
    await app.simulator.advance(hours=1)
    await taught(app, wandou, 2)
    everything = (await app.good("GET", "/v1/billing", learner.token))["billing"]
    assert [(x["institution_id"], x["off"], x["permission"]) for x in everything] == [
        (JIAOJIAO, True, "closed"),
        (WANDOU, False, "active"),
    ]
    assert [(x["no"], x["fee_mode"], x["state"]) for x in everything[1]["orders"]] == [
        (wandou, "pay_after_course", "in_training")
    ]
    permissions = (await app.good("GET", "/v1/authorizations", learner.token))["authorizations"]
    assert [(x["institution_id"], x["state"]) for x in permissions] == [(JIAOJIAO, "closed"), (WANDOU, "active")]


async def test_ordering_where_billing_is_off_is_refused_by_name_until_it_is_allowed_again(app: App) -> None:
    learner, no = await in_training(app)
    left = await app.good("DELETE", f"/v1/billing/{WANDOU}", learner.token)
    assert (left["off"], [x["order_no"] for x in left["receipts"]]) == (True, [no])
    answer = await app.ask("POST", "/v1/orders", learner.token, an_order(), headers={"Idempotency-Key": "off-" + no})
    assert (answer.status, answer.code) == (409, "billing_off")
    page = await app.good("GET", f"/v1/courses/{an_order()['course_id']}", learner.token)
    assert [x["next_step"] for x in page["modes"]] == ["authorize"]
    again = await app.good("POST", "/v1/authorizations", learner.token, {"institution_id": WANDOU})
    assert again["state"] != "closed"
