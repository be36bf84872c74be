"""Posting to institutions' servers: real servers on loopback, every way they may misbehave."""

import asyncio
import ssl
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver
from standardwebhooks import Webhook

from models.delivery import WebhookEndpoint
from tests.webhooks.certificates import self_signed
from tests.webhooks.names import Names, names
from tests.webhooks.receivers import answering, listening
from webhooks.sender import HttpSender, Outcome

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OLD_SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = b'{"type":"order.signed","data":{}}'


async def _send(
    url: str,
    *,
    allow_private: bool = True,
    timeout_s: float = 10,
    resolver: AbstractResolver | None = None,
    old_secret: str | None = None,
) -> Outcome:
    now = datetime.now(UTC)
    endpoint = WebhookEndpoint(
        id="whe_A", institution_id="wandou", url=url, secret=SECRET, old_secret=old_secret, created_at=now
    )
    async with HttpSender(allow_private=allow_private, timeout_s=timeout_s, resolver=resolver) as sender:
        return await sender.send(endpoint, "X1-2-webhook-whe_A", BODY, now)


@pytest.mark.parametrize("secret", [SECRET, OLD_SECRET])
async def test_what_arrives_verifies_with_either_secret_of_a_rotating_endpoint(secret: str) -> None:
    async with listening(answering(200)) as receiver:
        assert await _send(receiver.url, old_secret=OLD_SECRET) == (200, None, "")
    (got,) = receiver.received
    assert Webhook(secret).verify(got.body, got.headers) == {"type": "order.signed", "data": {}}
    assert got.headers["content-type"] == "application/json"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
async def test_any_2xx_is_given_back_without_a_note(status: int) -> None:
    async with listening(answering(status)) as receiver:
        assert await _send(receiver.url) == (status, None, "")


async def test_a_failed_answer_comes_with_its_beginning_and_no_control_characters() -> None:
    async with listening(answering(500, "boom\r\n\x00" + "x" * 10_000)) as receiver:
        status, retry_after, note = await _send(receiver.url)
    assert (status, retry_after) == (500, None)
    assert note.startswith("boom   xxx")
    assert len(note) <= 512


async def test_an_endless_answer_is_cut_off() -> None:
    async def pour(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=500)
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65536)
        except ConnectionError:
            return response

    async with listening(pour) as receiver:
        status, _, note = await _send(receiver.url)
    assert status == 500
    assert len(note) <= 512


async def test_a_2xx_counts_even_when_its_body_never_ends() -> None:
    async def dangle(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=200)
        await response.prepare(request)
        await response.write(b"o")
        await asyncio.sleep(3600)
        return response

    async with listening(dangle) as receiver:
        assert await _send(receiver.url) == (200, None, "")


async def test_redirects_are_reported_and_not_followed() -> None:
    async with listening(answering(200)) as other, listening(answering(307, location=other.url)) as receiver:
        status, _, _ = await _send(receiver.url)
    assert status == 307
    assert other.received == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("120", timedelta(minutes=2)),
        ("0", None),
        ("-5", None),
        ("soon", None),
        ("99999999999999999999", timedelta(days=1)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", timedelta(days=1)),
    ],
)
async def test_retry_after_is_read_as_seconds_or_date_within_a_day(value: str, expected: timedelta | None) -> None:
    async with listening(answering(503, Retry_After=value)) as receiver:
        assert await _send(receiver.url) == (503, expected, "")


async def test_retry_after_as_a_date_counts_from_the_attempt() -> None:
    when = datetime.now(UTC) + timedelta(minutes=30)
    async with listening(answering(429, Retry_After=format_datetime(when, usegmt=True))) as receiver:
        _, retry_after, _ = await _send(receiver.url)
    assert retry_after is not None
    assert timedelta(minutes=29) < retry_after <= timedelta(minutes=30)


async def test_silence_is_a_timeout_and_no_exception() -> None:
    async def sleep(_request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(3600)
        return web.Response()

    async with listening(sleep) as receiver:
        assert await _send(receiver.url, timeout_s=0.2) == (0, None, "timeout")


async def test_a_connection_cut_after_the_request_is_a_failure_without_status() -> None:
    async def cut(request: web.Request) -> web.StreamResponse:
        assert request.transport
        request.transport.abort()
        return web.Response()

    async with listening(cut) as receiver:
        assert await _send(receiver.url) == (0, None, "connection")


async def test_nobody_listening_is_a_failure_without_status() -> None:
    async with listening(answering(200)) as receiver:
        url = receiver.url
    assert await _send(url) == (0, None, "connection")


async def test_an_answer_that_is_not_http_is_a_failure_without_status() -> None:
    async def gibberish(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"+OK POP3 ready\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(gibberish, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await _send(f"http://127.0.0.1:{port}/") == (0, None, "connection")


async def test_a_name_without_address_is_a_failure_without_status() -> None:
    assert await _send("https://nowhere.invalid/", resolver=Names(())) == (0, None, "dns")


@pytest.mark.parametrize("url", ["", "/hooks", "ftp://school.example/", "https://", "http://["])
async def test_what_is_no_web_address_is_reported_not_raised(url: str) -> None:
    assert await _send(url) == (0, None, "webhook_url_invalid")


async def test_a_certificate_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(self_signed(tmp_path, "127.0.0.1"))
    async with listening(answering(200), tls=tls) as receiver:
        assert await _send(f"https://127.0.0.1:{receiver.port}/") == (0, None, "tls")
    assert receiver.received == []


async def test_outside_development_plain_http_is_not_spoken() -> None:
    async with listening(answering(200)) as receiver:
        assert await _send(receiver.url, allow_private=False) == (0, None, "webhook_url_not_https")
    assert receiver.received == []


@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"])
async def test_outside_development_private_addresses_written_out_are_refused(host: str) -> None:
    assert await _send(f"https://{host}:8443/", allow_private=False) == (0, None, "webhook_url_not_public")


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "127.0.0.0x1", "localhost"])
async def test_outside_development_odd_spellings_of_this_machine_are_refused(host: str) -> None:
    status, _, note = await _send(f"https://{host}:8443/", allow_private=False)
    assert (status, note in {"webhook_url_not_public", "private_address", "dns"}) == (0, True)


async def test_outside_development_a_name_that_leads_inside_is_refused_before_connecting() -> None:
    async with listening(answering(200)) as receiver:
        url = f"https://school.example:{receiver.port}/hooks"
        outcome = await _send(url, allow_private=False, resolver=names("127.0.0.1"))
    assert outcome == (0, None, "private_address")
    assert receiver.received == []


async def test_a_name_is_asked_once_and_the_answer_judged_is_the_answer_connected_to() -> None:
    async with listening(answering(200)) as receiver:
        resolver = Names(("127.0.0.1",), ("192.0.2.1",))
        assert await _send(f"http://school.example:{receiver.port}/hooks", resolver=resolver) == (200, None, "")
    assert resolver.questions == 1
    assert receiver.received[0].headers["host"] == f"school.example:{receiver.port}"


async def test_five_deliveries_at_once_arrive_five_times() -> None:
    async with listening(answering(204)) as receiver, HttpSender(allow_private=True) as sender:
        now = datetime.now(UTC)
        endpoint = WebhookEndpoint(id="whe_A", institution_id="wandou", url=receiver.url, secret=SECRET, created_at=now)
        outcomes = await asyncio.gather(*(sender.send(endpoint, f"X{n}-1", BODY, now) for n in range(5)))
    assert [status for status, _, _ in outcomes] == [204] * 5
    assert {got.headers["webhook-id"] for got in receiver.received} == {f"X{n}-1" for n in range(5)}
