"""Objections to a lesson: both sides' words, a decision, and a deadline that decides for the learner."""

from models.order import Order
from models.training import answer_dispute, decide_dispute, decide_overdue_disputes, dispute, withdraw_dispute
from services.changing import change, institutions_order, learners_order
from services.ports import Ports


async def open_dispute(ports: Ports, learner_id: str, order_no: str, n: int, reason: str) -> Order:
    """Take the learner's objection to lesson `n`; its money is held until it is decided."""
    await learners_order(ports, learner_id, order_no)
    return await change(ports, order_no, lambda order, now: dispute(order, n, reason, now))


async def take_back(ports: Ports, learner_id: str, order_no: str, n: int) -> Order:
    """Let the learner take the objection back; the lesson counts as confirmed."""
    await learners_order(ports, learner_id, order_no)
    return await change(ports, order_no, lambda order, now: withdraw_dispute(order, n, now))


async def answer(ports: Ports, institution_id: str, order_no: str, n: int, words: str) -> Order:
    """Write down the institution's side."""
    await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: answer_dispute(order, n, words, now))


async def concede(ports: Ports, institution_id: str, order_no: str, n: int) -> Order:
    """Let the institution give in: the lesson is free."""
    await institutions_order(ports, institution_id, order_no)
    return await change(ports, order_no, lambda order, now: decide_dispute(order, n, "void", "institution", now))


async def decide(ports: Ports, order_no: str, n: int, outcome: str) -> Order:
    """Let the operator decide: `confirmed` or `void`."""
    return await change(ports, order_no, lambda order, now: decide_dispute(order, n, outcome, "operator", now))


async def decide_overdue(ports: Ports, order_no: str) -> Order:
    """Decide for the learner what nobody decided in time."""
    return await change(ports, order_no, decide_overdue_disputes)
