"""What the bot understands and says."""

import asyncio
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from handlers.bot.answering import answer_safely
from handlers.bot.words import normal, number
from lab.rig.orders import EVEN, a_buyer, a_course, in_training, teach, teach_and_charge_all
from models.errors import OutsideFailure
from models.messages import Grant, IncomingKind
from models.texts import CATALOGUE
from services.conversations import INBOX_KIND
from services.handover import Handover
from tests.fakes.examples import a_learner
from tests.fakes.interrupting import Interrupting, KilledError, die
from tests.fakes.world import World
from tests.handlers.oa_door import event, open_door, said

THINKING, READING = "X20260302AAAAAAAAAAAA", "X20260302BBBBBBBBBBBB"


async def _two_courses(world: World, *taught: int) -> None:
    thinking, reading = (
        in_training(prices=EVEN, no=THINKING),
        in_training(course=a_course(EVEN, title="阅读课"), no=READING),
    )
    teach(thinking, *taught)
    teach(reading, *taught)
    await world.know(a_learner(), thinking, reading)


async def _talk(world: World, *texts: str) -> list[str]:
    """Say these one after the other; returns the replies."""
    async with open_door(world.ports) as door:
        return [await door.push(said(text)) for text in texts]


async def _confirmed(world: World, no: str) -> list[int | None]:
    return [fact.lesson_n for fact in (await world.order(no)).facts if fact.kind == "lesson_confirmed"]


@pytest.mark.parametrize(
    "text",
    [
        "确认第3节",
        "确认第三节",
        "确认3",
        " 确认 第 ３ 节课。",
        "确认第03节！",
        "confirm lesson 3",
        "Confirm 3",
        "CONFIRM LESSON #3",
    ],
)
async def test_confirming_is_understood_in_many_spellings(world: World, text: str) -> None:
    order = in_training(prices=EVEN, no=THINKING)
    teach(order, 3)
    await world.know(a_learner(), order)
    (reply,) = await _talk(world, text)
    assert reply == (
        "《思维训练课》第3节已确认，本节 90.00 元。\n共 4 节，已确认 1 节。\n课程结束后，只按已确认的课一次扣费。"
    )
    assert await _confirmed(world, THINKING) == [3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7", 7),
        ("七", 7),
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("二十三", 23),
        ("一百", 100),
        ("一百零二", 102),
        ("两", 2),
    ],
)
def test_chinese_numbers_are_read(text: str, expected: int) -> None:
    assert number(text) == expected


@pytest.mark.parametrize("text", ["三三", "", "x", "三x", "-1"])
def test_what_is_no_number_is_none(text: str) -> None:
    assert not number(text)


async def test_confirming_twice_is_one_confirmation_and_the_same_answer(world: World) -> None:
    order = in_training(prices=EVEN, no=THINKING)
    teach(order, 3)
    await world.know(a_learner(), order)
    first, second = await _talk(world, "确认第3节", "确认第3节")
    assert first == second
    assert await _confirmed(world, THINKING) == [3]


async def test_with_two_courses_the_one_that_waits_is_meant(world: World) -> None:
    await _two_courses(world)
    reading = await world.order(READING)
    before = reading.model_dump()
    teach(reading, 2)
    await world.stores.orders.save(reading, before)
    (reply,) = await _talk(world, "确认第2节")
    assert reply.startswith("《阅读课》第2节已确认")


async def test_with_two_courses_waiting_it_is_asked_which_and_the_number_decides(world: World) -> None:
    await _two_courses(world, 3)
    asked, done = await _talk(world, "确认第3节", "2")
    assert asked == "您要确认哪一门课的第3节？请回复数字：\n1. 《阅读课》（小明）\n2. 《思维训练课》（小明）"
    assert done.startswith("《思维训练课》第3节已确认")
    assert (await _confirmed(world, THINKING), await _confirmed(world, READING)) == ([3], [])


async def test_a_number_out_of_range_is_asked_again_and_then_taken(world: World) -> None:
    await _two_courses(world, 3)
    _, again, done = await _talk(world, "确认第3节", "7", "１")
    assert again == "请回复 1 到 2 之间的数字，或回复“取消”。"
    assert done.startswith("《阅读课》第3节已确认")


async def test_the_question_can_be_dropped(world: World) -> None:
    await _two_courses(world, 3)
    _, dropped, stray = await _talk(world, "确认第3节", "取消", "1")
    assert dropped == "好的，没有确认任何课。"
    assert stray.startswith("抱歉，没看懂")
    assert (await _confirmed(world, THINKING), await _confirmed(world, READING)) == ([], [])


async def test_another_command_drops_the_question(world: World) -> None:
    await _two_courses(world, 3)
    _, _, stray = await _talk(world, "确认第3节", "我的课程", "1")
    assert stray.startswith("抱歉，没看懂")


async def test_a_question_is_forgotten_after_ten_minutes(world: World) -> None:
    await _two_courses(world, 3)
    await _talk(world, "确认第3节")
    world.clock.advance(minutes=10)
    (stray,) = await _talk(world, "1")
    assert stray.startswith("抱歉，没看懂")


async def test_two_answers_at_once_to_one_question_confirm_one_course(any_world: World) -> None:
    await _two_courses(any_world, 3)
    async with open_door(any_world.ports) as door:
        await door.push(said("确认第3节"))
        replies = await asyncio.gather(door.push(said("1")), door.push(said("2")))
    assert sorted("已确认" in reply for reply in replies) == [False, True]
    assert len(await _confirmed(any_world, THINKING) + await _confirmed(any_world, READING)) == 1


async def test_an_answer_whose_process_died_after_taking_the_question_still_finds_it(any_world: World) -> None:
    await _two_courses(any_world, 3)
    await _talk(any_world, "确认第3节")
    answer = said("1")
    await any_world.stores.inbox.begin(answer.key, INBOX_KIND, answer.model_dump_json(), timedelta(0))
    dying = any_world.worker(orders=Interrupting(any_world.stores.orders, "get", before=die), lease=timedelta(0))
    handover = Handover(dying, answer)
    with pytest.raises(KilledError):
        await answer_safely(dying, answer, handover)
    assert not handover.is_told
    async with open_door(any_world.ports) as door:
        assert (await door.push(said("2"))).startswith("抱歉，没看懂")
        assert (await door.push(answer)).startswith("《阅读课》第3节已确认")


async def test_anothers_question_is_not_answered(world: World) -> None:
    await _two_courses(world, 3)
    await world.know(a_learner("L2", oa_openid="oa-2"))
    async with open_door(world.ports) as door:
        await door.push(said("确认第3节"))
        assert (await door.push(said("1", "oa-2"))).startswith("抱歉，没看懂")


@pytest.mark.parametrize(
    ("text", "reply"),
    [
        ("确认第4节", "没有待您确认的第4节课"),
        ("确认第99节", "没有待您确认的第99节课"),
        ("确认第0节", "没有待您确认的第0节课"),
        ("确认三三节", "抱歉，没看懂"),
        ("确认", "抱歉，没看懂"),
    ],
)
async def test_what_cannot_be_confirmed_is_said_kindly(world: World, text: str, reply: str) -> None:
    await _two_courses(world, 3)
    assert (await _talk(world, text))[0].startswith(reply)


async def test_a_refusal_is_told_in_its_own_words_and_changes_nothing(world: World) -> None:
    await world.know(a_learner(), in_training(prices=EVEN, no=THINKING))
    (reply,) = await _talk(world, "确认第3节")
    assert reply == CATALOGUE["error.lesson_not_taught"][0].format(lesson=3)
    assert await _confirmed(world, THINKING) == []


async def test_my_courses_lists_state_lessons_and_money(world: World) -> None:
    done, running = (
        in_training(course=a_course(EVEN, title="阅读课"), no=READING),
        in_training(prices=EVEN, no=THINKING),
    )
    teach_and_charge_all(done)
    teach(running, 1, 2)
    await world.know(a_learner(), done, running)
    (reply,) = await _talk(world, "我的课程")
    assert reply.splitlines() == [
        "您的课程：",
        "",
        "《思维训练课》（小明）上课中",
        "已上 2/4 节，已确认 0 节",
        "应付 0.00 元，已扣 0.00 元",
        "待您确认：第 1, 2 节",
        "",
        "《阅读课》（小明）已结清",
        "已上 4/4 节，已确认 4 节",
        "应付 360.00 元，已扣 360.00 元",
        "",
        "没问题请回复“确认第1节”；有异议请到小程序提出。",
    ]


async def test_the_learners_language_decides_not_the_languages_of_the_words(world: World) -> None:
    await world.know(a_learner(language="en_US"), in_training(prices=EVEN, no=THINKING))
    (reply,) = await _talk(world, "我的课程")
    assert reply.startswith("Your courses:\n\n“思维训练课” (小明): in training\n0 of 4 lessons taught")


async def test_many_courses_fit_one_message(world: World) -> None:
    await world.know(a_learner())
    for n in range(12):
        order = in_training(
            course=a_course((9000,) * 20, title="超长课程名" * 12),
            no=f"X20260302COURSE{n:06d}",
            buyer=a_buyer(student="学" * 20),
        )
        teach(order, *range(1, 21))
        await world.know(order)
    (reply,) = await _talk(world, "我的课程")
    assert len(reply.encode()) <= 2048
    assert reply.endswith("有异议请到小程序提出。")
    assert "还有 7 门" in reply


async def test_somebody_without_courses_is_told_where_to_find_one(world: World) -> None:
    await world.know(a_learner())
    assert (await _talk(world, "我的课程"))[0].startswith("您还没有课程")


async def test_a_stranger_is_told_how_to_become_known(world: World) -> None:
    chinese, english = await _talk(world, "我的课程", "my courses")
    assert chinese == CATALOGUE["error.oa_not_linked"][0]
    assert english == CATALOGUE["error.oa_not_linked"][1]


async def test_a_learner_is_recognised_by_unionid_and_remembered(world: World) -> None:
    await world.know(a_learner(oa_openid=None))
    world.messenger.unionids["oa-1"] = "union-L1"
    await _talk(world, "我的课程")
    assert (await world.stored_learner()).oa_openid == "oa-1"
    world.messenger.unionids.clear()
    assert (await _talk(world, "我的课程"))[0].startswith("您还没有课程")


async def test_when_wechat_cannot_say_who_it_is_that_is_no_reason_to_call_them_a_stranger(world: World) -> None:
    world.messenger.lookup_failure = OutsideFailure("wechat_silent")
    with capture_logs():
        assert await _talk(world, "我的课程") == ["success"]
    assert world.messenger.texts[0][1] == CATALOGUE["bot.sorry"][0]


@pytest.mark.parametrize("text", ["帮助", "help", "？", "你好"])
async def test_help_needs_nobody_to_be_known(world: World, text: str) -> None:
    assert (await _talk(world, text))[0] in CATALOGUE["bot.help"]


async def test_a_follower_is_greeted_and_recognised(world: World) -> None:
    await world.know(a_learner(oa_openid=None))
    world.messenger.unionids["oa-1"] = "union-L1"
    async with open_door(world.ports) as door:
        assert await door.push(event(IncomingKind.FOLLOW)) == CATALOGUE["bot.welcome"][0]
        assert await door.push(event(IncomingKind.FOLLOW, "oa-9")) == CATALOGUE["bot.welcome_stranger"][0]
        world.messenger.lookup_failure = OutsideFailure("wechat_silent")
        assert await door.push(event(IncomingKind.FOLLOW, "oa-9")) == CATALOGUE["bot.welcome_stranger"][0]
    assert (await world.stored_learner()).oa_openid == "oa-1"


async def test_who_leaves_is_forgotten_with_what_they_were_asked(world: World) -> None:
    await _two_courses(world, 3)
    async with open_door(world.ports) as door:
        await door.push(said("确认第3节"))
        assert await door.push(event(IncomingKind.UNFOLLOW)) == "success"
        assert await door.push(event(IncomingKind.UNFOLLOW)) == "success"
    assert (await world.stored_learner()).oa_openid is None
    conversation = await world.stores.conversations.get("oa-1")
    assert conversation
    assert (conversation.step, conversation.data) == ("", {})


async def test_allowed_pushes_are_counted_and_refused_ones_cleared(world: World) -> None:
    await world.stores.grants.add("oa-1", "tmpl-b", 5)
    grants = [Grant(template_id="tmpl-a", status="accept"), Grant(template_id="tmpl-b", status="reject")]
    message = event(IncomingKind.SUBSCRIBE_GRANTS, grants=tuple(grants))
    async with open_door(world.ports) as door:
        for _ in range(3):
            assert await door.push(message) == "success"
    assert [await world.stores.grants.left("oa-1", f"tmpl-{x}") for x in "ab"] == [1, 0]


@pytest.mark.parametrize(("key", "start"), [("MY_COURSES", "您的课程"), ("HELP", "您可以"), ("UNKNOWN", "您可以")])
async def test_the_menu_leads_to_the_same_answers(world: World, key: str, start: str) -> None:
    await _two_courses(world)
    async with open_door(world.ports) as door:
        assert (await door.push(event(IncomingKind.MENU_CLICK, event_key=key))).startswith(start)


async def test_a_picture_is_answered_with_silence_and_drops_no_question(world: World) -> None:
    await _two_courses(world, 3)
    async with open_door(world.ports) as door:
        await door.push(said("确认第3节"))
        assert await door.push(event(IncomingKind.OTHER)) == "success"
        assert (await door.push(said("1"))).startswith("《阅读课》第3节已确认")


@pytest.mark.parametrize("text", ["<xml>]]>", "{0} {x}", "💥" * 1000, "确认第" + "9" * 5000 + "节", "\x00"])
async def test_odd_texts_are_not_understood_and_break_nothing(world: World, text: str) -> None:
    await _two_courses(world, 3)
    assert (await _talk(world, text))[0].startswith(("抱歉，没看懂", "Sorry, I did not"))


def test_folding_keeps_the_words() -> None:
    assert normal("　确认第３节。 ") == "确认第3节"
    assert normal("“My  Courses”!") == "my courses"
