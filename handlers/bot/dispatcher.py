"""Which step answers which message: the whole bot on one screen."""

import re
from dataclasses import replace

from handlers.bot.context import Context, Intent
from handlers.bot.flows import help as helping
from handlers.bot.flows import lessons, orders, people
from handlers.bot.words import normal
from models.errors import Refusal
from models.messages import IncomingKind
from models.texts import say_error
from services.conversations import Answer, Turn, link_person
from services.ports import Ports

MY_COURSES = Intent(orders.my_courses, needs_learner=True)
CONFIRM = Intent(lessons.confirm, needs_learner=True)
HELP = Intent(helping.show_help)
SILENCE = Intent(people.stay_silent)

COMMANDS: tuple[tuple[re.Pattern[str], Intent], ...] = (
    (re.compile(r"(?:我的)?(?:课程|订单|课)|(?:my )?(?:courses?|orders?)"), MY_COURSES),
    (re.compile(r"确认\s*第?\s*([0-9]{1,3}|[一二两三四五六七八九十百零〇]{1,5})\s*(?:节课|节|课时|课|次课)?"), CONFIRM),
    (re.compile(r"confirm (?:lesson )?#?([0-9]{1,3})"), CONFIRM),
    (re.compile(r"帮助|菜单|你好|您好|在吗|help|menu|hello|hi|\?"), HELP),
)
"""A command is the whole message, folded; its first group is what it catches."""

MENU = {"MY_COURSES": MY_COURSES, "HELP": HELP}
"""The keys of the Official Account's menu."""

ANSWERS = {lessons.WHICH_COURSE: Intent(lessons.choose, needs_learner=True)}

EVENTS = {
    IncomingKind.FOLLOW: Intent(helping.greet),
    IncomingKind.UNFOLLOW: Intent(people.leave),
    IncomingKind.SCAN: HELP,
    IncomingKind.SUBSCRIBE_GRANTS: Intent(people.allow_pushes),
}


async def respond(ports: Ports, this_turn: Turn) -> Answer:
    """Return what is said to one message; a refusal is an answer too."""
    incoming = this_turn.incoming
    context = Context(ports, incoming, normal(incoming.text), this_turn.learner, this_turn.question)
    intent, context = _intent(context)
    try:
        if intent.needs_learner and context.known is None:
            context = replace(context, known=await link_person(ports, incoming.openid))
        return await intent.flow(context)
    except Refusal as refusal:
        return Answer(text=say_error(refusal.code, context.language, refusal.detail))


def _intent(context: Context) -> tuple[Intent, Context]:
    """Find what is wanted: a command wins over the answer to an open question, which is dropped by it."""
    match context.incoming.kind:
        case IncomingKind.TEXT:
            return _said(context)
        case IncomingKind.MENU_CLICK:
            return MENU.get(context.incoming.event_key, HELP), context
        case kind:
            return EVENTS.get(kind, SILENCE), context


def _said(context: Context) -> tuple[Intent, Context]:
    for pattern, intent in COMMANDS:
        if found := pattern.fullmatch(context.text):
            return intent, replace(context, caught=found[1] if pattern.groups else "")
    step = context.question.step if context.question else ""
    return ANSWERS.get(step, Intent(helping.not_understood)), context
