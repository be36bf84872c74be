"""A learner's word decided on an order that somebody saves in the meantime is decided anew."""

from lab.rig.orders import NOON, in_training, teach
from models.lesson import LessonState
from models.training import dispute_lesson
from services.changing import change
from services.lessons import AttendanceRow, confirm_lesson, report_attendance
from tests.fakes.interrupting import Interrupting
from tests.fakes.world import World


async def test_a_confirmation_keeps_what_was_saved_between_its_reading_and_its_writing(any_world: World) -> None:
    order = in_training()
    teach(order, 1, 2)
    await any_world.know(order)
    other = any_world.worker()
    interrupted: list[bool] = []

    async def object_to_the_second() -> None:
        if not interrupted:
            interrupted.append(True)
            await change(other, order.no, lambda order, now: dispute_lesson(order, now, 2, "迟到"))

    orders = Interrupting(any_world.stores.orders, "save", before=object_to_the_second)
    confirmed = await confirm_lesson(any_world.worker(orders=orders), "L1", order.no, 1, "miniprogram")
    assert interrupted
    assert [lesson.state for lesson in confirmed.lessons[:2]] == [LessonState.CONFIRMED, LessonState.DISPUTED]
    assert await any_world.order(order.no) == confirmed


async def test_a_report_keeps_what_was_saved_between_its_reading_and_its_writing(any_world: World) -> None:
    order = in_training()
    teach(order, 1)
    await any_world.know(order)
    other = any_world.worker()
    interrupted: list[bool] = []

    async def confirm_the_first() -> None:
        if not interrupted:
            interrupted.append(True)
            await confirm_lesson(other, "L1", order.no, 1, "miniprogram")

    orders = Interrupting(any_world.stores.orders, "save", before=confirm_the_first)
    row = AttendanceRow("row-2", order.no, 2, NOON)
    [outcome] = await report_attendance(any_world.worker(orders=orders), "wandou", [row], "xxk_abc")
    assert interrupted
    assert outcome.taken
    found = await any_world.order(order.no)
    assert [lesson.state for lesson in found.lessons[:2]] == [LessonState.CONFIRMED, LessonState.TAUGHT]


async def test_saying_the_same_again_writes_nothing(any_world: World) -> None:
    order = in_training()
    teach(order, 1)
    await any_world.know(order)
    first = await confirm_lesson(any_world.ports, "L1", order.no, 1, "miniprogram")
    again = await confirm_lesson(any_world.ports, "L1", order.no, 1, "miniprogram")
    assert again == first
    assert again.version == (await any_world.order(order.no)).version
