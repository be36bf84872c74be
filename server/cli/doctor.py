"""`xianxue doctor`: is everything in order? Problems stop something from working; hints are worth knowing."""

import stat
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout
from typer import Exit

from models.errors import NotReady
from server.cli.command import DEFAULT_CONFIG, ConfigPath, result_console, run, sentence
from server.clock import SystemClock
from server.clock_watch import TOLERATED, Comparison, date_of
from server.config import Environment, Settings
from server.outside import clock_of
from services.ports.outside import Clock
from store.database import open_stored
from store.embedded.mongo import EmbeddedMongoError
from store.schemas import check_schemas
from wechat.config import MerchantConfig
from wechat.pay.keys import UnusableKeyError, load_keys

PATIENCE_S = 5


class Level(StrEnum):
    """How grave a finding is."""

    OK = "ok"
    HINT = "hint"
    PROBLEM = "problem"


STYLES = {Level.OK: "green", Level.HINT: "yellow", Level.PROBLEM: "red"}


class Finding(NamedTuple):
    """One thing looked at."""

    level: Level
    text: str


def doctor(config: ConfigPath = DEFAULT_CONFIG) -> None:
    """Check configuration, key files, MongoDB and clock; exits 1 when something cannot work."""
    run(config, lambda settings: examine(settings, config))


async def examine(settings: Settings, path: Path) -> None:
    """Look at everything once and print it; raises Exit(1) when there is a problem."""
    console, problems = result_console(), 0
    async with aclosing(findings(settings, path)) as found:
        async for finding in found:
            console.print(f"{finding.level:<8}", style=STYLES[finding.level], end="")
            console.print(finding.text, markup=False)
            problems += finding.level is Level.PROBLEM
    if problems:
        raise Exit(code=1)


async def findings(settings: Settings, path: Path) -> AsyncGenerator[Finding, None]:
    """Return one finding after the other."""
    yield Finding(Level.OK, f"the configuration {path} can be read; environment is {settings.environment}")
    for finding in (*secrecy(path), *configured(settings)):
        yield finding
    for merchant in settings.wechat.merchants:
        for finding in keys_of(merchant, settings):
            yield finding
    for finding in await mongo(settings):
        yield finding
    async with ClientSession(timeout=ClientTimeout(total=PATIENCE_S)) as session:
        yield await clock(clock_of(settings, session), settings, session)


def secrecy(path: Path) -> Iterator[Finding]:
    """The configuration holds secrets."""
    if path.is_file() and is_open_to_others(path):
        yield Finding(Level.HINT, f"{path} holds secrets and can be read by others: chmod 600 it")


def is_open_to_others(path: Path) -> bool:
    """Whether anybody but the owner may read or change a file."""
    return bool(path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO))


def configured(settings: Settings) -> Iterator[Finding]:
    """Look at what the configuration says, without trying it."""
    public_url = settings.server.public_url
    if urlsplit(public_url).scheme == "https":
        yield Finding(Level.OK, f"WeChat reaches us at {public_url}")
    else:
        yield Finding(Level.HINT, f"public_url {public_url} is not https: WeChat itself sends notices to https only")
    if settings.endpoints.foreign:
        yield Finding(Level.HINT, f"WeChat is taken to be at {settings.endpoints.pay}")
    if not settings.wechat.merchants:
        yield Finding(Level.PROBLEM, "no merchant is configured: nothing can be charged")
    if settings.wechat.official_account is None:
        yield Finding(Level.HINT, "no official_account is configured: the chat is closed")


def keys_of(merchant: MerchantConfig, settings: Settings) -> Iterator[Finding]:
    """Try a merchant's keys."""
    try:
        load_keys(merchant, settings.wechat.key_files)
    except UnusableKeyError as unusable:
        yield Finding(Level.PROBLEM, str(unusable))
    else:
        yield Finding(Level.OK, f"merchant {merchant.id}: the keys can be read")
        if merchant.private_key_path and is_open_to_others(merchant.private_key_path):
            yield Finding(Level.HINT, f"{merchant.private_key_path} can be read by others: chmod 600 it")
    if not merchant.platform_keys:
        yield Finding(Level.PROBLEM, f"merchant {merchant.id}: no platform_keys, so no answer of WeChat's is believed")
    if not merchant.api_v3_key.get_secret_value():
        grave = Level.PROBLEM if settings.environment is Environment.PRODUCTION else Level.HINT
        yield Finding(grave, f"merchant {merchant.id}: no api_v3_key, so no notice can be read")
    if not merchant.services:
        yield Finding(Level.HINT, f"merchant {merchant.id}: no services, so only prepaying is possible")
    if (jumping := merchant.sub_appid or merchant.appid) != settings.wechat.miniprogram.appid:
        # WeChat's pages open only from the app the order was made for (error 4108)
        grave = Level.PROBLEM if settings.environment is Environment.PRODUCTION else Level.HINT
        yield Finding(grave, f"merchant {merchant.id}: its orders are for {jumping}, which is not the Mini Program")


async def mongo(settings: Settings) -> list[Finding]:
    """Open the database, ask it something, and compare our clock with its."""
    try:
        async with open_stored(settings.mongo.uri, settings.mongo.database, settings.mongo.directory) as database:
            reachable = await database.is_reachable()
            await check_schemas(database.handle)
            ahead = await Comparison("MongoDB", SystemClock(), database.now).ahead()
    except EmbeddedMongoError as problem:
        return [Finding(Level.PROBLEM, str(problem))]
    except NotReady as silent:
        return [Finding(Level.PROBLEM, f"MongoDB cannot be used: {sentence(silent)}")]
    if not reachable or ahead is None:
        return [Finding(Level.PROBLEM, "MongoDB does not answer")]
    return [Finding(Level.OK, "MongoDB answers"), skew(ahead, "MongoDB")]


async def clock(domain: Clock, settings: Settings, session: ClientSession) -> Finding:
    """Compare domain time with WeChat's, as its web server tells it (to the second)."""
    ahead = await Comparison("WeChat", domain, lambda: date_of(session, settings.endpoints.pay)).ahead()
    if ahead is not None and (abs(ahead) > TOLERATED or settings.clock.source == "system"):
        return skew(ahead, "WeChat")
    if settings.clock.source == "system":
        return Finding(Level.HINT, "our clock could not be compared with WeChat's: it cannot be reached from here")
    return await _told_time(domain, settings)


async def _told_time(domain: Clock, settings: Settings) -> Finding:
    try:
        now = await domain.now()
    except NotReady:
        return Finding(Level.PROBLEM, f"the clock at {settings.clock.source} does not answer")
    return Finding(Level.HINT, f"domain time is {now.isoformat()}, told by {settings.clock.source}")


def skew(ahead: timedelta, than: str) -> Finding:
    """Judge how far our clock is from another."""
    text = (
        f"our clock is {abs(ahead).total_seconds():.0f} s {'ahead of' if ahead > timedelta(0) else 'behind'} {than}'s"
    )
    if abs(ahead) > TOLERATED:
        return Finding(Level.PROBLEM, f"{text}: nothing is done on this machine until it is right")
    return Finding(Level.OK, text)
