"""Facts relayed to their receivers, for the tests of what is delivered to whom."""

from lab.rig.orders import EVEN, in_training, teach
from models.delivery import Delivery, Receiver
from models.order import Order
from services.delivering import deliver_due
from services.publishing import relay
from tests.fakes.world import World


def three_lessons_taught(no: str) -> Order:
    order = in_training(prices=EVEN, no=no)
    order.facts.clear()
    teach(order, 1, 2, 3)
    return order


async def relayed(world: World, *orders: Order) -> None:
    await world.know(*orders)
    for order in orders:
        await relay(world.ports, order.no)


async def the_only_delivery(world: World, receiver: Receiver) -> Delivery:
    (delivery,) = await world.deliveries(receiver)
    return delivery


async def states_of(world: World, address: str = "") -> list[str]:
    return [x.state.value for x in await world.deliveries(address=address)]


async def run_dry(world: World) -> None:
    while await deliver_due(world.ports, 100):
        pass
