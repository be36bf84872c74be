"""The evidence of an order, over the operations its learner and its institution have."""

from collections.abc import Callable

import pytest

from handlers.evidence import OPERATIONS, show_evidence, show_my_evidence
from handlers.operation import Call, Handle
from lab.rig.orders import NOON, TERMS, in_training
from models.api_key import ApiKey, Scope
from models.errors import NotFound
from models.evidence import EvidencePack
from models.learner import Learner
from tests.fakes.world import World


def learner(learner_id: str) -> Learner:
    return Learner(id=learner_id, openid=f"openid-{learner_id}", created_at=NOON)


def key(institution_id: str) -> ApiKey:
    return ApiKey(hash="h", prefix="xxk_abc", institution_id=institution_id, name="test", created_at=NOON)


async def asked(handle: Handle, caller: Learner | ApiKey) -> EvidencePack:
    world = World()
    await world.know(in_training())
    await world.stores.contracts.add("wandou", TERMS)
    call = Call(
        ports=world.ports,
        path={"no": in_training().no},
        body=None,
        query=None,
        idempotency_key="",
        address="",
        agent="",
        token="",
        language="zh_CN",
        caller=caller,
    )
    answer = await handle(call)
    assert isinstance(answer, EvidencePack)
    return answer


async def test_learner_and_institution_get_the_same_proof() -> None:
    packs = [await asked(show_my_evidence, learner("L1")), await asked(show_evidence, key("wandou"))]
    assert packs[0].facts == packs[1].facts
    assert packs[0].computed_sha256() == packs[0].sha256


@pytest.mark.parametrize(
    ("handle", "caller", "stranger"), [(show_my_evidence, learner, "L2"), (show_evidence, key, "jiaojiao")]
)
async def test_the_proof_of_somebody_elses_order_does_not_exist(
    handle: Handle, caller: Callable[[str], Learner | ApiKey], stranger: str
) -> None:
    with pytest.raises(NotFound, match="order_not_found"):
        await asked(handle, caller(stranger))


def test_an_institutions_key_needs_the_scope_for_orders() -> None:
    scopes = {operation.path: operation.scope for operation in OPERATIONS}
    assert scopes == {"/v1/orders/{no}/evidence": None, "/v1/institution/orders/{no}/evidence": Scope.ORDERS}
