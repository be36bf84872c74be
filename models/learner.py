"""The person who learns (usually a parent who orders), and how we know them again."""

from models.base import Entity, Moment, Value


class Learner(Entity):
    """One person. An openid identifies them at one app; the unionid is the same at both; neither proves anything."""

    id: str
    openid: str
    unionid: str | None = None
    oa_openid: str | None = None
    nickname: str = ""
    phone: str | None = None
    language: str = "zh_CN"
    created_at: Moment


class Session(Value):
    """A log-in: only the hash of its token is kept."""

    hash: str
    learner_id: str
    appid: str
    created_at: Moment
    expires_at: Moment
    idle_after: Moment
