"""What leaves the house, and for whom."""

import json
from datetime import timedelta

import pytest

from lab.rig.orders import ADDRESS, AGENT, EVEN, in_training, teach, teach_and_charge_all
from models.delivery import Receiver
from models.facts import Fact, FactKind
from models.learner_messages import chat_text, template_fields
from models.publishing import TELLINGS, WEBHOOK_TYPES, Address, delivery_of, wants, webhook_payload
from services.delivering import webhook_body
from tests.fakes.examples import an_endpoint
from tests.fakes.outside import START


def _fact(kind: FactKind, lesson: int | None = None, **data: str) -> Fact:
    return Fact(
        order_no="X20260302AAAAAAAAAAAA",
        seq=9,
        kind=kind,
        at=START,
        by="institution",
        lesson_n=lesson,
        amount_fen=9000,
        data=data,
        previous_hash="",
    )


def test_every_kind_of_fact_has_its_own_webhook_type() -> None:
    assert set(TELLINGS) == set(FactKind)
    assert len(WEBHOOK_TYPES) == len(FactKind)


@pytest.mark.parametrize("kind", FactKind)
def test_a_webhook_type_is_the_fact_kind_with_a_dot_after_its_noun(kind: FactKind) -> None:
    assert TELLINGS[kind].type == kind.replace("_", ".", 1)


def test_a_webhook_says_what_happened_in_our_words() -> None:
    order = in_training(prices=EVEN)
    teach(order, 3)
    assert webhook_payload(order, order.facts[-1]) == {
        "type": "lesson.taught",
        "timestamp": "2026-03-02T05:00:00.000Z",
        "data": {
            "order_no": order.no,
            "seq": 4,
            "course_id": "thinking",
            "course_title": "思维训练课",
            "student_name": "小明",
            "by": "institution",
            "lesson": 3,
            "lesson_title": "第3课",
            "amount_fen": 9000,
            "report_id": "row-3",
            "taught_at": "2026-03-02T05:00:00+00:00",
        },
    }


def test_no_webhook_of_a_whole_order_carries_anything_private() -> None:
    order = in_training(prices=EVEN)
    teach_and_charge_all(order)
    told = json.dumps([webhook_payload(order, fact) for fact in order.facts], ensure_ascii=False)
    for private in (order.buyer.openid, order.buyer.learner_id, ADDRESS, AGENT, "13800000000", "BANK_CARD"):
        assert private not in told


@pytest.mark.parametrize("text", ["不" * 5000, "\x00" * 5000, "😀" * 5000])
def test_a_webhook_stays_under_twenty_kilobytes_whatever_people_write(text: str) -> None:
    order = in_training(prices=EVEN)
    fact = _fact(FactKind.LESSON_DISPUTED, 3, reason=text, decide_by=text)
    to = Address(Receiver.WEBHOOK, "whe_A")
    assert len(webhook_body(delivery_of(order, fact, to, webhook_payload(order, fact), START))) < 20_000


def test_a_delivery_made_twice_is_the_same_and_its_id_has_no_full_stop() -> None:
    order = in_training(prices=EVEN)
    to = Address(Receiver.WEBHOOK, "whe_A")
    first, second = (delivery_of(order, order.facts[0], to, {}, START + timedelta(hours=n)) for n in (0, 1))
    assert first.id == second.id == "X20260302AAAAAAAAAAAA-1-webhook-whe_A"


def test_an_endpoint_without_types_wants_all_and_a_closed_one_nothing() -> None:
    assert wants(an_endpoint(), "order.signed")
    assert wants(an_endpoint(types=("order.signed",)), "order.signed")
    assert not wants(an_endpoint(types=("order.settled",)), "order.signed")
    assert not wants(an_endpoint(disabled_at=START), "order.signed")


def test_the_deduction_push_names_course_amount_beijing_time_and_what_for() -> None:
    order = in_training(prices=EVEN)
    teach_and_charge_all(order)
    fact = next(fact for fact in order.facts if fact.kind is FactKind.CHARGE_PAID)
    assert template_fields(("thing1", "amount2", "time3", "thing4"), order, fact, "zh_CN") == {
        "thing1": "思维训练课",
        "amount2": "360.00元",
        "time3": "2026年3月3日 13:00",
        "thing4": "已上的4节课",
    }


def test_the_deduction_push_fills_other_templates_by_the_types_of_their_fields() -> None:
    order = in_training(prices=EVEN)
    teach_and_charge_all(order)
    fact = next(fact for fact in order.facts if fact.kind is FactKind.CHARGE_PAID)
    fields = ("character_string9", "amount1", "thing5", "date2", "phrase3", "thing6", "thing7")
    assert list(template_fields(fields, order, fact, "zh_CN").values()) == [
        "X20260302AAAAAAAAAAAA",
        "360.00元",
        "思维训练课",
        "2026年3月3日 13:00",
        "已扣款",
        "已上的4节课",
        "-",
    ]


@pytest.mark.parametrize("language", ["zh_CN", "en_US"])
@pytest.mark.parametrize("kind", [kind for kind, telling in TELLINGS.items() if telling.tells_learner])
def test_whatever_a_learner_hears_of_has_a_whole_sentence_in_both_languages(kind: FactKind, language: str) -> None:
    order = in_training(prices=EVEN)
    teach(order, 3)
    text = chat_text(order, _fact(kind, 3, fence_at="2026-03-02T05:00:00+00:00", receipt_no="E1"), language)
    assert "思维训练课" in text
    assert "{" not in text
    assert len(text.encode()) < 2048
