"""`xianxue doctor`: is everything in order? Problems stop something from working; hints are worth knowing."""

import stat
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing
from datetime import timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from aiohttp import ClientError, ClientSession, ClientTimeout
from typer import Exit

from models.errors import NotReady
from server.cli.command import DEFAULT_CONFIG, ConfigPath, result_console, run, sentence
from server.config import Environment, Settings
from server.outside import clock_of
from services.ports.outside import Clock
from store.database import open_stored
from store.embedded.mongo import EmbeddedMongoError
from store.schemas import check_schemas
from wechat.config import MerchantConfig
from wechat.pay.keys import UnusableKeyError, load_keys

PATIENCE_S = 5

SKEW_NOTED, SKEW_REFUSED = timedelta(seconds=30), timedelta(minutes=5)
"""WeChat Pay refuses requests whose timestamp is five minutes off (signature rules)."""


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
    yield await mongo(settings)
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


async def mongo(settings: Settings) -> Finding:
    """Open the database and ask it something."""
    try:
        async with open_stored(settings.mongo.uri, settings.mongo.database, settings.mongo.directory) as database:
            reachable = await database.is_reachable()
            await check_schemas(database.handle)
    except EmbeddedMongoError as problem:
        return Finding(Level.PROBLEM, str(problem))
    except NotReady as silent:
        return Finding(Level.PROBLEM, f"MongoDB cannot be used: {sentence(silent)}")
    return Finding(Level.OK, "MongoDB answers") if reachable else Finding(Level.PROBLEM, "MongoDB does not answer")


async def clock(domain: Clock, settings: Settings, session: ClientSession) -> Finding:
    """Compare our clock with WeChat's, as its web server tells it (to the second)."""
    try:
        before = await domain.now()
        if settings.clock.source != "system":
            return Finding(Level.HINT, f"domain time is {before.isoformat()}, told by {settings.clock.source}")
        async with session.head(settings.endpoints.pay, allow_redirects=False) as answer:
            theirs = parsedate_to_datetime(answer.headers["Date"])
        after = await domain.now()
    except NotReady:
        return Finding(Level.PROBLEM, f"the clock at {settings.clock.source} does not answer")
    except (ClientError, TimeoutError, KeyError, ValueError):
        return Finding(Level.HINT, "our clock could not be compared with WeChat's: it cannot be reached from here")
    return skew(abs(before + (after - before) / 2 - theirs))


def skew(difference: timedelta) -> Finding:
    """Judge how far our clock is from WeChat's."""
    text = f"our clock is {difference.total_seconds():.0f} s from WeChat's"
    if difference >= SKEW_REFUSED:
        return Finding(Level.PROBLEM, f"{text}: every request is refused beyond 300 s")
    return Finding(Level.HINT if difference >= SKEW_NOTED else Level.OK, text)
