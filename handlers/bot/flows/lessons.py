"""Confirm lesson n: at once when it is clear which course is meant, else after asking."""

from handlers.bot.context import Context
from handlers.bot.flows.help import not_understood
from handlers.bot.words import normal, number
from models.money import yuan
from models.order_summary import OrderSummary, summarise
from services import lessons, orders
from services.conversations import Answer, Question

WHICH_COURSE = "which_course"
HOW = "official_account"
MOST_CHOICES = 9
NEVER_MIND = frozenset({"取消", "算了", "不用了", "cancel", "never mind"})


async def confirm(context: Context) -> Answer:
    """Confirm the lesson whose number was caught."""
    n = number(context.caught)
    if n is None:
        return await not_understood(context)
    meant = await orders.meant_by_lesson(context.ports, context.learner.id, n)
    match meant:
        case []:
            return Answer(text=context.say("nothing_to_confirm", lesson=n))
        case [only]:
            return await _confirm(context, only.order_no, n)
        case _:
            return _ask_which(context, n, meant[:MOST_CHOICES])


async def choose(context: Context) -> Answer:
    """Take the answer to "which course?"; anything but one of the numbers is asked again."""
    question = context.question or Question(step=WHICH_COURSE)
    text = normal(context.text)
    if text in NEVER_MIND:
        return Answer(text=context.say("never_mind"))
    order_no = question.data.get(text)
    if order_no is None:
        return Answer(text=context.say("choose_again", count=len(question.data) - 1), ask=question)
    return await _confirm(context, order_no, int(question.data["lesson"]))


def _ask_which(context: Context, n: int, meant: list[OrderSummary]) -> Answer:
    choices = {str(place): summary for place, summary in enumerate(meant, 1)}
    lines = [
        context.say("choice", place=place, title=summary.short_title, student=summary.student_name)
        for place, summary in choices.items()
    ]
    text = "\n".join([context.say("choose", lesson=n), *lines])
    data = {place: summary.order_no for place, summary in choices.items()} | {"lesson": str(n)}
    return Answer(text=text, ask=Question(step=WHICH_COURSE, data=data))


async def _confirm(context: Context, order_no: str, n: int) -> Answer:
    order = await lessons.confirm_lesson(context.ports, context.learner.id, order_no, n, HOW)
    summary = summarise(order)
    text = context.say(
        "confirmed",
        title=summary.short_title,
        lesson=n,
        amount=yuan(order.lesson(n).price_fen),
        lessons=summary.lessons,
        confirmed=summary.confirmed,
    )
    return Answer(text=text + context.say(f"next_{summary.fee_mode}"))
