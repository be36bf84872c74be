"""What whoever runs this decides about the use cases, as one value."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from models.delivery import Receiver


class Use(StrEnum):
    """What a learner is told of outside our own pages; each use may have templates of its own."""

    LESSON_TAUGHT = "lesson_taught"
    LESSON_SILENCE_ENDING = "lesson_silence_ending"
    COURSE_COMPLETED = "course_completed"
    CHARGE_PAID = "charge_paid"
    CHARGE_OVERDUE = "charge_overdue"
    DISPUTE_DECIDED = "dispute_decided"
    ORDER_ENDED = "order_ended"
    ORDER_REFUSED = "order_refused"
    ORDER_RESTORED = "order_restored"
    REFUND_DONE = "refund_done"


FIELDS = ("thing1", "amount2", "time3", "thing4")


@dataclass(frozen=True)
class Template:
    """A template of WeChat's, and in which of its fields the values go; without an id it is not used."""

    id: str = ""
    fields: tuple[str, ...] = FIELDS


@dataclass(frozen=True)
class Templates:
    """Which template is used for what: of the Mini Program (subscribe) and of the Official Account."""

    subscribe: Mapping[Use, Template] = field(default_factory=dict)
    oa: Mapping[Use, Template] = field(default_factory=dict)

    def of(self, use: str) -> dict[Receiver, Template]:
        """Return the templates configured for this use, by the road they go."""
        roads = {Receiver.SUBSCRIBE_MESSAGE: self.subscribe, Receiver.OA_TEMPLATE: self.oa}
        found = {road: templates.get(Use(use), Template()) for road, templates in roads.items()}
        return {road: template for road, template in found.items() if template.id}


@dataclass(frozen=True)
class Settings:
    """The settings the use cases read; all others stay in `server/`.

    `lease` is how long claimed work is left alone: longer than any one item takes, WeChat's time-outs included.
    """

    miniprogram_appid: str
    templates: Templates = Templates()
    allow_private_webhooks: bool = False
    lease: timedelta = timedelta(seconds=60)
