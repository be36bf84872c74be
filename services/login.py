"""Who is asking: log-in with WeChat's one-time code, opaque sessions, and institutions' keys."""

from datetime import timedelta
from hashlib import sha256

from models.api_key import ApiKey
from models.errors import NotAuthenticated
from models.learner import Learner, Session
from services.ports import Ports

SESSION_LIFE = timedelta(days=30)
SESSION_IDLE = timedelta(days=7)
TOUCH_AFTER = timedelta(hours=1)
"""An idle limit is moved at most this often, so that reading costs no write."""

KEY_PREFIX = "xxk_"


def token_hash(token: str) -> str:
    """Hash a bearer token or key; a random 256-bit secret needs no salt."""
    return sha256(token.encode()).hexdigest()


async def log_in(ports: Ports, code: str, appid: str, presented: str | None = None) -> tuple[Learner, str]:
    """Trade WeChat's code for a learner and a new session token; the presented old session ends.

    The code is taken down first: of two requests with one code, one goes to WeChat. Raises NotAuthenticated
    `code_used` or what WeChat says of the code, OutsideFailure when its answer never came.
    """
    if not await ports.sessions.use_code(token_hash(code)):
        raise NotAuthenticated("code_used")
    openid, unionid = await ports.login.exchange_code(code)
    now = await ports.clock.now()
    learner = await ports.learners.logged_in(openid, unionid, ports.ids.new("L"), now)
    if presented:
        await ports.sessions.end(token_hash(presented))
    token = ports.ids.token()
    await ports.sessions.add(
        Session(
            hash=token_hash(token),
            learner_id=learner.id,
            appid=appid,
            created_at=now,
            expires_at=now + SESSION_LIFE,
            idle_after=now + SESSION_IDLE,
        )
    )
    return learner, token


async def who_is(ports: Ports, token: str) -> Learner:
    """Return the learner behind a session token; raises NotAuthenticated for an unknown, idle or expired one."""
    found = await ports.sessions.get(token_hash(token))
    if found is None:
        raise NotAuthenticated("session_unknown")
    session, learner = found
    now = await ports.clock.now()
    if now >= min(session.expires_at, session.idle_after):
        raise NotAuthenticated("session_expired")  # left for the sweep: a refusal writes nothing, and stays the same
    if session.idle_after - now < SESSION_IDLE - TOUCH_AFTER:
        await ports.sessions.touch(session.hash, min(now + SESSION_IDLE, session.expires_at))
    return learner


async def log_out(ports: Ports, token: str) -> None:
    """End this session; one that is gone already is fine."""
    await ports.sessions.end(token_hash(token))


async def whose_key(ports: Ports, key: str) -> ApiKey:
    """Return the institution's key behind `xxk_…`; raises NotAuthenticated when unknown or revoked."""
    found = await ports.institutions.key(token_hash(key)) if key.startswith(KEY_PREFIX) else None
    if found is None or found.revoked_at is not None:
        raise NotAuthenticated("key_unknown")
    return found


async def add_phone(ports: Ports, learner: Learner, code: str) -> Learner:
    """Trade a phone code for the learner's number and keep it."""
    learner.phone = await ports.login.phone_number(code)
    await ports.learners.update(learner)
    return learner


async def change_me(ports: Ports, learner: Learner, changes: dict[str, str]) -> Learner:
    """Change what a learner may change about themselves: nickname, language."""
    changed = learner.model_copy(update=changes)
    await ports.learners.update(changed)
    return changed
