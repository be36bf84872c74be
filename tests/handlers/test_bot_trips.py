"""What a chat message costs, in round trips to the real MongoDB."""

import pytest

from lab.rig.orders import EVEN, a_course, in_training, teach
from lab.rig.traffic import TRAFFIC
from models.messages import IncomingKind
from store.mongo import Database, open_client, open_database
from store.stores import open_stores
from tests.fakes.examples import a_learner
from tests.fakes.stores import port_stores
from tests.fakes.world import World
from tests.handlers.oa_door import event, open_door, said

THINKING, READING = "X20260302AAAAAAAAAAAA", "X20260302BBBBBBBBBBBB"


async def _trips(mongo_uri: str, database: Database, *texts: str) -> list[int]:
    """Let somebody whose two courses wait at lesson 3, one also at lesson 1, say these; return what each cost."""
    client = open_client(mongo_uri)
    world = World(lambda: port_stores(open_stores(open_database(client, database.name))))
    thinking, reading = (
        in_training(prices=EVEN, no=THINKING),
        in_training(course=a_course(EVEN, title="阅读课"), no=READING),
    )
    teach(thinking, 1, 3)
    teach(reading, 3)
    await world.know(a_learner(), thinking, reading)
    costs = []
    async with open_door(world.ports) as door:
        for text in texts:
            with TRAFFIC.heard(database.name) as heard:
                await door.push(said(text) if text else event(IncomingKind.OTHER))
                await door.settle()
            costs.append(len(heard.commands))
    client.close()
    return costs


@pytest.mark.parametrize(
    ("texts", "costs"),
    [
        (["我的课程", "我的课程"], [6, 4]),  # begun, who and what was asked, orders, done; the first look is kept
        (["帮助", ""], [3, 3]),
        (["确认第1节"], [6]),  # the order that is meant is read again to be changed, and saved
        (["确认第3节", "2"], [5, 6]),  # asking is one more; answering takes the question, but lists nothing
        (["确认第3节", "我的课程", "我的课程"], [5, 7, 4]),  # a command drops the question, once
    ],
    ids=["my courses", "no orders", "confirm", "ask and answer", "drop"],
)
async def test_a_message_reads_nothing_twice(
    mongo_uri: str, database: Database, texts: list[str], costs: list[int]
) -> None:
    assert await _trips(mongo_uri, database, *texts) == costs
