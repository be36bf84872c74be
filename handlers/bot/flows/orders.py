"""My courses: where each stands, what waits for my word, what it costs."""

from handlers.bot.context import Context
from models.money import yuan
from models.order_summary import OrderSummary
from models.texts import say_error
from services.conversations import Answer
from services.orders import MOST_SHOWN, courses_of


async def my_courses(context: Context) -> Answer:
    """List the learner's courses, the running ones first."""
    summaries = await courses_of(context.ports, context.learner.id)
    if not summaries:
        return Answer(text=context.say("no_courses"))
    shown, rest = summaries[:MOST_SHOWN], len(summaries) - MOST_SHOWN
    lines = [context.say("courses_title"), *(_course(context, summary) for summary in shown)]
    if rest > 0:
        lines.append(context.say("courses_more", count=rest))
    waiting = next((summary.to_confirm[0] for summary in shown if summary.to_confirm), None)
    if waiting:
        lines.append(context.say("courses_hint", lesson=waiting))
    return Answer(text="\n".join(lines))


def _course(context: Context, summary: OrderSummary) -> str:
    line = context.say(
        "course",
        title=summary.short_title,
        student=summary.student_name,
        state=context.say(f"state_{summary.standing}"),
        lessons=summary.lessons,
        taught=summary.taught,
        confirmed=summary.confirmed,
        owed=yuan(summary.owed_fen),
        paid=yuan(summary.paid_fen),
    )
    if summary.refusal:
        reason = say_error(summary.refusal.code, context.language, summary.refusal.detail)
        line += context.say("course_refused", reason=reason)
    if summary.to_confirm:
        line += context.say("course_waits", lessons=lesson_list(summary))
    if summary.refunded_fen:
        line += context.say("course_refunded", refunded=yuan(summary.refunded_fen))
    return line


def lesson_list(summary: OrderSummary) -> str:
    """List the lessons that wait for the learner's word."""
    return ", ".join(str(n) for n in summary.to_confirm)
