"""Fields of a newer version, at any depth: not read, never lost."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from lab.rig.orders import HOUR, NOON, a_channel, a_course, in_training, settle, teach, teach_and_confirm
from models.api_key import ApiKey
from models.authorization import Authorization, AuthorizationState
from models.base import Entity, Value
from models.contract import Contract
from models.delivery import Attempt, WebhookEndpoint
from models.exceptions import ExceptionCase, ExceptionKind, Owner
from models.institution import Institution
from models.learner import Learner
from models.messages import Conversation
from models.order import Order
from models.refunding import owe_refund
from models.training import dispute_lesson
from store.mongo import Database, Document
from store.shapes import SHAPES
from store.stores import Stores, open_stores
from tests.store.test_deliveries import delivery

NEW = {"of": {"a": ["newer", {"version": 9}]}}


@pytest.fixture
def stores(database: Database) -> Stores:
    return open_stores(database)


async def plant(database: Database, collection: str, key: object, *paths: str) -> None:
    """Let a newer version have written more than we know."""
    result = await database[collection].update_one({"_id": key}, {"$set": dict.fromkeys(paths, NEW)})
    assert result.modified_count == 1


async def planted(database: Database, collection: str, key: object, *paths: str) -> list[object]:
    document = await database[collection].find_one({"_id": key})
    return [at(document, path) for path in paths]


def at(document: object, path: str) -> object:
    for step in path.split("."):
        document = document[int(step)] if isinstance(document, list) else document[step]  # type: ignore[index]
    return document


def an_order() -> Order:
    order = in_training()
    teach_and_confirm(order, 1, 2, 3, 4)
    settle(order, NOON + HOUR)
    owe_refund(order, NOON + 2 * HOUR, order.charges[0].no, 5, "退", "institution", f"{order.charges[0].no}-R1")
    return order


IN_AN_ORDER = (
    "newer",
    "buyer.newer",
    "channel.newer",
    "policy.newer",
    "policy.prepay_caps.newer",
    "lessons.0.newer",
    "lessons.0.attendance.newer",
    "lessons.3.confirmation.newer",
    "charges.0.newer",
    "charges.0.completion.newer",
    "charges.0.refunds.0.newer",
    "facts.0.newer",
)


async def test_an_order_is_read_without_them_and_saved_around_them(stores: Stores, database: Database) -> None:
    order = an_order()
    await stores.orders.add(order)
    await plant(database, "orders", order.no, *IN_AN_ORDER)
    read = await stores.orders.get(order.no)
    assert read == Order.model_validate(order.model_dump())
    before = read.model_dump()
    charge = read.charges[0]
    charge.refunds[0].tries += 1
    owe_refund(read, NOON + 3 * HOUR, charge.no, 6, "退", "institution", f"{charge.no}-R2")
    read.lessons[3].scheduled_at = NOON
    read.policy = read.policy.model_copy(update={"confirm_window_h": 1})
    await stores.orders.save(read, before)
    assert await planted(database, "orders", order.no, *IN_AN_ORDER) == [NEW] * len(IN_AN_ORDER)
    assert await stores.orders.get(order.no) == Order.model_validate(read.model_dump())


async def test_another_kind_of_work_of_a_newer_version_stays_on_the_agenda(stores: Stores, database: Database) -> None:
    order = in_training()
    await stores.orders.add(order)
    await plant(database, "orders", order.no, "agenda.newer", "claims.newer")
    before = order.model_dump()
    teach(order, 1)
    dispute_lesson(order, NOON + HOUR, 1, "迟到")
    await stores.orders.save(order, before)
    assert await planted(database, "orders", order.no, "agenda.newer", "claims.newer") == [NEW, NEW]


async def test_a_delivery_keeps_them_in_its_attempts(stores: Stores, database: Database) -> None:
    one = delivery()
    one.failed(Attempt(at=NOON, status=500, note="first"))
    await stores.deliveries.add([one])
    paths = ("newer", "attempts.0.newer", "agenda.newer")
    await plant(database, "deliveries", one.id, *paths)
    one.failed(Attempt(at=NOON, status=503, note="$second"))
    await stores.deliveries.save([one])
    read = await stores.deliveries.get(one.id)
    assert read == one
    assert [(attempt.status, attempt.note) for attempt in read.attempts] == [(500, "first"), (503, "$second")]
    assert await planted(database, "deliveries", one.id, *paths) == [NEW] * 3


async def test_a_replayed_delivery_begins_with_no_attempts(stores: Stores, database: Database) -> None:
    one = delivery()
    one.failed(Attempt(at=NOON, status=500))
    await stores.deliveries.add([one])
    await plant(database, "deliveries", one.id, "newer")
    one.replay(NOON + timedelta(hours=1))
    await stores.deliveries.save([one])
    assert await stores.deliveries.get(one.id) == one
    assert await planted(database, "deliveries", one.id, "newer", "attempts") == [NEW, []]


async def test_an_authorization_keeps_them(stores: Stores, database: Database) -> None:
    one = Authorization(
        id="A1",
        learner_id="L1",
        openid="o",
        channel=a_channel(),
        code="C",
        applied_at=NOON,
        changed_at=NOON,
        ask_at=NOON,
    )
    await stores.authorizations.save(one)
    paths = ("newer", "channel.newer", "agenda.newer")
    await plant(database, "authorizations", one.id, *paths)
    one.move(AuthorizationState.ACTIVE, NOON + HOUR)
    one.ask_at = None
    await stores.authorizations.save(one)
    assert await stores.authorizations.get(one.id) == one
    assert await planted(database, "authorizations", one.id, *paths) == [NEW] * 3
    assert await stores.authorizations.claim(NOON + HOUR, limit=9, lease=HOUR) == []


async def test_a_detail_is_what_was_written_last_and_nothing_of_before(stores: Stores, database: Database) -> None:
    one = ExceptionCase(
        id="E1", kind=ExceptionKind.REFUND_FAILED, owner=Owner.OPERATOR, subject="R", opened_at=NOON, detail={"a": 1}
    )
    await stores.exceptions.save(one)
    await plant(database, "exceptions", one.id, "newer")
    one.detail = {"b": "$c"}
    await stores.exceptions.save(one)
    assert (await stores.exceptions.get("E1")) == one
    assert await planted(database, "exceptions", one.id, "newer", "detail") == [NEW, {"b": "$c"}]


async def test_a_conversation_keeps_them(stores: Stores, database: Database) -> None:
    one = Conversation(id="oa-1", step="confirm", data={"n": "1"}, expires_at=NOON)
    await stores.conversations.save(one)
    await plant(database, "conversations", one.id, "newer")
    one.step, one.data = "", {}
    await stores.conversations.save(one)
    assert await stores.conversations.get(one.id) == one
    assert await planted(database, "conversations", one.id, "newer", "data") == [NEW, {}]


async def test_a_course_keeps_them_as_far_as_its_lessons_reach(stores: Stores, database: Database) -> None:
    await stores.courses.put(a_course())
    paths = ("newer", "lessons.0.newer", "lessons.2.newer")
    await plant(database, "courses", "thinking", *paths)
    changed = a_course((1000, 900)).model_copy(update={"title": "更好的思维训练"})
    put = await stores.courses.put(changed)
    assert put.revision == 2
    assert await stores.courses.get("thinking") == put
    assert await planted(database, "courses", "thinking", *paths[:2]) == [NEW, NEW]


async def test_what_an_institution_owns_keeps_them(stores: Stores, database: Database) -> None:
    school = Institution(
        id="wandou", name="豌豆", merchant_id="m1", contract=Contract(version="1", title="t", text="x")
    )
    key = ApiKey(hash="h", prefix="xxk_", institution_id="wandou", name="k", created_at=NOON)
    endpoint = WebhookEndpoint(id="e1", institution_id="wandou", url="https://a.example", secret="s", created_at=NOON)

    async def write() -> None:
        await stores.institutions.put(school)
        await stores.institutions.add_key(key)
        await stores.deliveries.add_endpoint(endpoint)

    await write()
    in_school = ("newer", "policy.newer", "policy.prepay_caps.newer", "contract.newer")
    await plant(database, "institutions", "wandou", *in_school)
    await plant(database, "api_keys", "h", "newer")
    await plant(database, "webhook_endpoints", "e1", "newer")
    school.name = "豌豆思维"
    endpoint.url = "https://b.example"
    key = key.model_copy(update={"revoked_at": NOON})
    await write()
    assert await stores.institutions.get("wandou") == school
    assert await stores.institutions.key("h") == key
    assert await stores.deliveries.endpoint("e1") == endpoint
    assert await planted(database, "institutions", "wandou", *in_school) == [NEW] * 4
    assert await planted(database, "api_keys", "h", "newer") == [NEW]
    assert await planted(database, "webhook_endpoints", "e1", "newer") == [NEW]


async def test_facts_and_terms_are_read_without_them(stores: Stores, database: Database) -> None:
    facts = an_order().facts
    contract = Contract(version="1", title="t", text="x")
    await stores.facts.add(facts)
    await stores.contracts.add("wandou", contract)
    await stores.learners.logged_in("o", None, "L1", NOON)
    for name in ("facts", "contracts", "learners"):
        await database[name].update_many({}, {"$set": {"newer": NEW}})
    assert await stores.facts.of_order(facts[0].order_no) == facts
    assert await stores.contracts.get("wandou", "1") == contract
    await stores.learners.update(Learner(id="L1", openid="o", nickname="小明家长", created_at=NOON))
    assert await planted(database, "learners", "L1", "newer", "nickname") == [NEW, "小明家长"]


@pytest.mark.parametrize("model", [Order, Contract, ApiKey, Attempt])
def test_whoever_makes_one_may_not_give_what_it_does_not_have(model: type[Value | Entity]) -> None:
    """The doors and the rules stay closed: only what is stored already is read so."""
    with pytest.raises(ValidationError, match="newer"):
        model.model_validate({"newer": 1})


async def test_every_new_document_carries_its_schema(stores: Stores, database: Database) -> None:
    order = an_order()
    await stores.orders.add(order)
    await stores.facts.add(order.facts)
    await stores.deliveries.add([delivery()])
    await stores.courses.put(a_course())
    await stores.exceptions.save(
        ExceptionCase(id="E", kind=ExceptionKind.ORDER_PARKED, owner=Owner.OPERATOR, subject="X", opened_at=NOON)
    )
    await stores.learners.logged_in("o", None, "L1", NOON)
    await stores.contracts.add("wandou", Contract(version="1", title="t", text="x"))
    await stores.inbox.begin("k", "kind", "{}", HOUR)
    await stores.grants.add("o", "t", 1)
    await stores.sessions.use_code("c")
    found = {name: await schemas_of(database, name) for name in await database.list_collection_names()}
    written = {name: schemas for name, schemas in found.items() if schemas}
    assert len(written) >= 10
    assert written == {name: {SHAPES[name].schema if name in SHAPES else 1} for name in written}


async def schemas_of(database: Database, collection: str) -> set[Any]:
    documents: list[Mapping[str, Any] | Document] = await database[collection].find({}).to_list(100)
    return {document.get("schema") for document in documents}
