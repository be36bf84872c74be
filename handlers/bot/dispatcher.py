"""Which step answers which message: the whole bot on one screen."""

import re
from dataclasses import replace
from functools import partial

from handlers.bot.context import Context, Wish
from handlers.bot.flows import help as helping
from handlers.bot.flows import lessons, orders, people
from handlers.bot.words import normal
from models.errors import Refusal
from models.messages import Incoming, IncomingKind
from models.texts import CATALOGUE, say
from services.conversations import Answer, Question, Tell, link_person, turn
from services.ports import Ports

MY_COURSES = Wish(orders.my_courses, needs_learner=True)
CONFIRM = Wish(lessons.confirm, needs_learner=True)
HELP = Wish(helping.show_help)
SILENCE = Wish(people.stay_silent)

COMMANDS: tuple[tuple[re.Pattern[str], Wish], ...] = (
    (re.compile(r"(?:我的)?(?:课程|订单|课)|(?:my )?(?:courses?|orders?)"), MY_COURSES),
    (re.compile(r"确认\s*第?\s*([0-9]{1,3}|[一二两三四五六七八九十百零〇]{1,5})\s*(?:节课|节|课时|课|次课)?"), CONFIRM),
    (re.compile(r"confirm (?:lesson )?#?([0-9]{1,3})"), CONFIRM),
    (re.compile(r"帮助|菜单|你好|您好|在吗|help|menu|hello|hi|\?"), HELP),
)
"""A command is the whole message, folded; its first group is what it catches."""

MENU = {"MY_COURSES": MY_COURSES, "HELP": HELP}
"""The keys of the Official Account's menu."""

ANSWERS = {lessons.WHICH_COURSE: Wish(lessons.choose, needs_learner=True)}

EVENTS = {
    IncomingKind.FOLLOW: Wish(helping.greet),
    IncomingKind.UNFOLLOW: Wish(people.leave),
    IncomingKind.SCAN: HELP,
    IncomingKind.SUBSCRIBE_GRANTS: Wish(people.allow_pushes),
}


async def answer(ports: Ports, incoming: Incoming, tell: Tell) -> bool:
    """Answer one message through `tell`; False when it is a repeat."""
    return await turn(ports, incoming, partial(_step, ports, incoming), tell)


async def _step(ports: Ports, incoming: Incoming, question: Question | None) -> Answer:
    known = await ports.learners.by_oa_openid(incoming.openid)
    context = Context(ports, incoming, normal(incoming.text), known, question)
    wish, context = _wish(context)
    try:
        if wish.needs_learner and known is None:
            context = replace(context, known=await link_person(ports, incoming.openid))
        return await wish.flow(context)
    except Refusal as refusal:
        return Answer(text=_sentence(refusal, context.language))


def _wish(context: Context) -> tuple[Wish, Context]:
    """Find what is wanted: a command wins over the answer to an open question, which is dropped by it."""
    match context.incoming.kind:
        case IncomingKind.TEXT:
            return _said(context)
        case IncomingKind.MENU_CLICK:
            return MENU.get(context.incoming.event_key, HELP), context
        case kind:
            return EVENTS.get(kind, SILENCE), context


def _said(context: Context) -> tuple[Wish, Context]:
    for pattern, wish in COMMANDS:
        if found := pattern.fullmatch(context.text):
            return wish, replace(context, caught=found[1] if pattern.groups else "")
    step = context.question.step if context.question else ""
    return ANSWERS.get(step, Wish(helping.not_understood)), context


def _sentence(refusal: Refusal, language: str) -> str:
    key = f"error.{refusal.code}"
    return say(key if key in CATALOGUE else "error.internal", language, **refusal.detail)
