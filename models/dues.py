"""What a charge covers, and what it has to take."""

from models.charge import Charge
from models.lesson import Lesson
from models.order import Order


def covered_lessons(order: Order, charge: Charge) -> list[Lesson]:
    """Return the lessons whose price this charge takes."""
    return order.lessons if charge.lesson_n is None else [order.lesson(charge.lesson_n)]


def due_fen(order: Order, charge: Charge) -> int:
    """What this charge has to take for the lessons owed so far, in fen."""
    return sum(lesson.price_fen for lesson in covered_lessons(order, charge) if lesson.is_owed)
