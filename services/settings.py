"""What whoever runs this decides about the use cases, as one value."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Templates:
    """Which subscribe-message template is used for what, and in which fields its values go."""

    charged_id: str = ""
    charged_fields: tuple[str, ...] = ("thing1", "amount2", "time3", "thing4")


@dataclass(frozen=True)
class Settings:
    """The settings the use cases read; all others stay in `server/`.

    `lease` is how long claimed work is left alone: longer than any one item takes, WeChat's time-outs included.
    """

    miniprogram_appid: str
    templates: Templates = Templates()
    allow_private_webhooks: bool = False
    lease: timedelta = timedelta(seconds=60)
