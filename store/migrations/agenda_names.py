"""The agenda's keys are named after the jobs that do the work: `act` is `settle`, `ask` is `heal`."""

from models.agenda import Due, agenda
from store.authorizations import SHAPE as AUTHORIZATION
from store.migrations import Migration
from store.mongo import Document
from store.orders import SHAPE as ORDER

WHAT = "the agenda says settle and heal"
OLD = ("agenda.act", "agenda.ask", "claims.act", "claims.ask")


def rewrite_order(document: Document) -> Document:
    """Derive the order's agenda anew; the facts to be published keep theirs, which changes without the version."""
    due = agenda(ORDER.entity(document))
    kinds = [kind for kind in Due if kind is not Due.RELAY]
    gone = [*OLD, *(f"agenda.{kind}" for kind in kinds if kind not in due)]
    kept = {f"agenda.{kind}": due[kind] for kind in kinds if kind in due}
    return _update(kept, gone, 2)


def rewrite_authorization(document: Document) -> Document:
    """Derive when to ask about a permission."""
    ask_at = AUTHORIZATION.entity(document).ask_at
    if ask_at is None:
        return _update({}, [*OLD, "agenda.heal"], 2)
    return _update({"agenda.heal": ask_at}, [*OLD], 2)


def _update(kept: Document, gone: list[str], schema: int) -> Document:
    set_ = {"$set": kept} if kept else {}
    return {**set_, "$unset": dict.fromkeys(gone, ""), "$max": {"schema": schema}}


MIGRATIONS = (
    Migration("orders", 2, WHAT, rewrite_order, traces=OLD, retired=("due_act", "due_ask")),
    Migration("authorizations", 2, WHAT, rewrite_authorization, traces=OLD, retired=("due_ask",)),
)
