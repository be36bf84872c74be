"""Opens everything outside the rules, once, and closes it in reverse."""

from base64 import b32encode
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from secrets import token_bytes, token_urlsafe

from aiohttp import ClientSession, ClientTimeout, TCPConnector

from server.clock import RemoteClock, SystemClock
from server.clock_watch import ClockWatch, watch_clock
from server.config import Push, PushTemplates, Settings
from services.ports import Ports
from services.ports.outside import Clock
from services.settings import Settings as UseCaseSettings
from services.settings import Template, Templates, Use
from store.database import Database, open_stored
from store.schemas import check_schemas
from store.stores import open_stores
from webhooks.sender import HttpSender
from wechat.build import open_wechat

CONNECTIONS = 100
"""Sockets to the outside in all; per-merchant bounds are tighter and stand in `wechat/`."""


class RandomIds:
    """Ids of up to 100 random bits in WeChat's legal characters, tokens of 256."""

    def __init__(self, mark: str = "") -> None:
        self._mark = mark

    @property
    def mark(self) -> str:
        """Return the mark of the database's life for which ids are made."""
        return self._mark

    def new(self, prefix: str, length: int = 20) -> str:
        """Make an id: the prefix, the mark, and so many characters of A-Z2-7."""
        return prefix + self._mark + b32encode(token_bytes(15)).decode()[:length]

    def token(self) -> str:
        """Make a secret."""
        return token_urlsafe(32)


@dataclass(frozen=True)
class Outside:
    """What the application is built around."""

    ports: Ports
    database: Database
    watch: ClockWatch


@asynccontextmanager
async def open_outside(settings: Settings) -> AsyncIterator[Outside]:
    """Open MongoDB, the HTTP client and WeChat's clients.

    Raises EmbeddedMongoError, or NotReady when the database cannot be reached or an older version wrote it.
    """
    async with AsyncExitStack() as stack:
        mongo = settings.mongo
        database = await stack.enter_async_context(open_stored(mongo.uri, mongo.database, mongo.directory))
        await check_schemas(database.handle)
        session = await stack.enter_async_context(
            ClientSession(connector=TCPConnector(limit=CONNECTIONS), timeout=ClientTimeout(total=30))
        )
        ports = await _ports(settings, database, session, stack)
        yield Outside(ports, database, watch_clock(ports.clock, database, session, settings.endpoints.pay))


async def _ports(settings: Settings, database: Database, session: ClientSession, stack: AsyncExitStack) -> Ports:
    clock = clock_of(settings, session)
    stores = open_stores(database.handle)
    ids = RandomIds((await stores.generations.latest()).mark)
    wechat = await stack.enter_async_context(open_wechat(settings.wechat_config, session, clock, ids))
    sender = await stack.enter_async_context(HttpSender(allow_private=settings.webhooks.allow_private))
    return Ports(
        clock=clock,
        ids=ids,
        merchants=wechat.merchants,
        authorization_gateway=wechat.pay,
        service_gateway=wechat.pay,
        plan_gateway=wechat.pay,
        payment_gateway=wechat.pay,
        refund_gateway=wechat.pay,
        login=wechat.login,
        messenger=wechat.messenger,
        sender=sender,
        notice_door=wechat.notice_door,
        oa_door=wechat.oa_door,
        miniprogram_door=wechat.miniprogram_door,
        orders=stores.orders,
        facts=stores.facts,
        learners=stores.learners,
        sessions=stores.sessions,
        courses=stores.courses,
        institutions=stores.institutions,
        contracts=stores.contracts,
        authorizations=stores.authorizations,
        inbox=stores.inbox,
        deliveries=stores.deliveries,
        exceptions=stores.exceptions,
        grants=stores.grants,
        conversations=stores.conversations,
        unreadables=stores.unreadables,
        generations=stores.generations,
        settings=_settings(settings),
    )


def _settings(settings: Settings) -> UseCaseSettings:
    return UseCaseSettings(
        miniprogram_appid=settings.wechat.miniprogram.appid,
        templates=_templates(settings.push),
        allow_private_webhooks=settings.webhooks.allow_private,
        lease=timedelta(seconds=settings.jobs.lease_s),
    )


def _templates(push: Push) -> Templates:
    uses: dict[Use, PushTemplates] = {use: getattr(push, use) for use in Use}
    return Templates(
        subscribe={use: Template(x.subscribe_id, x.subscribe_fields) for use, x in uses.items()},
        oa={use: Template(x.oa_template_id, x.oa_template_fields) for use, x in uses.items()},
    )


def clock_of(settings: Settings, session: ClientSession) -> Clock:
    """Return domain time as configured."""
    if settings.clock.source == "system":
        return SystemClock()
    return RemoteClock(settings.clock.source, session)
