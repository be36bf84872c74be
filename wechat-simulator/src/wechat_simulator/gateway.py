"""The one wrapper around every handler: world, faults, signature, errors, answer, log."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from email.utils import format_datetime
from typing import TYPE_CHECKING

import orjson
from aiohttp import web

from wechat_simulator.distortions import distort
from wechat_simulator.errors import ApiError, ControlError, WeChatPayError
from wechat_simulator.faults import DISTORTIONS, ENDPOINT_AFTER, ENDPOINT_BEFORE
from wechat_simulator.path_parameters import check_path
from wechat_simulator.request_log import Received
from wechat_simulator.same_site import check_same_site
from wechat_simulator.surface import Answer, Call, Plane, Route, json_answer
from wechat_simulator.wire_signature import answer_signer, authenticate, signed_headers

if TYPE_CHECKING:
    from wechat_simulator.faults import Fault
    from wechat_simulator.surface import Registry
    from wechat_simulator.world import World
    from wechat_simulator.worlds import Worlds

_HOLD_S = 30
_RECORDED = ("location", "value")


class CutError(Exception):
    """No answer will be sent: the connection is to be cut."""


class Gateway:
    """Turns a route into an aiohttp handler."""

    def __init__(self, worlds: Worlds, registry: Registry) -> None:
        self._worlds = worlds
        self._registry = registry

    def handler(self, route: Route) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        """Return the aiohttp handler that serves ``route``."""

        async def serve(request: web.Request) -> web.StreamResponse:
            try:
                world = self._worlds.of(request)
            except ControlError as error:
                return _response(_control_refusal(error))
            return await self._serve(world, route, request)

        return serve

    async def _serve(self, world: World, route: Route, request: web.Request) -> web.StreamResponse:
        call = Call(
            world=world,
            registry=self._registry,
            route=route,
            method=request.method,
            raw_url=request.raw_path,
            params=request.match_info,
            query=request.query,
            headers=request.headers,
            body=await request.read(),
            worlds=self._worlds,
        )
        if route.plane is Plane.CONTROL:
            return _response(_dated(await _plane_answer(call), world))
        at, reference = world.now(), world.wire_ids.hex("request", 32).upper()
        answer = await _answer(call)
        request_id = f"{reference}-{answer.numeric if answer else 0}"
        status, body = answer.status if answer else None, call.body.decode("utf-8", "replace")
        world.requests.add(Received(at, call.method, call.raw_url, status, request_id, body))
        if answer is None:
            return _cut(request)
        if route.plane is Plane.PAY:
            answer.headers["Request-ID"] = request_id
        return _response(_dated(answer, world))


async def _answer(call: Call) -> Answer | None:
    faults, target = call.world.faults, call.route.target
    try:
        await _before(faults.take(target, ENDPOINT_BEFORE))
        fault = faults.take(target, ENDPOINT_AFTER)
        answer = await _plane_answer(call)
        return await _after(call, answer, fault)
    except _Instead as instead:
        return await _signed(call, instead.answer, None)
    except CutError:
        return None


class _Instead(Exception):  # noqa: N818 - an answer, not an error
    """A fault answers in place of the handler."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


async def _before(fault: Fault | None) -> None:
    match fault.kind if fault else None:
        case None:
            return
        case "late":
            await asyncio.sleep(fault.number("delay_s", 1) if fault else 0)
        case "500":
            raise _Instead(
                _pay_refusal(WeChatPayError(500, "SYSTEM_ERROR", "系统异常，请稍后重试"))
            )
        case "429":
            raise _Instead(_pay_refusal(WeChatPayError(429, "FREQUENCY_LIMITED", "频率超限")))
        case "502_html":
            page = b"<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>"
            raise _Instead(Answer(502, page, "text/html", signed=False))
        case "error" if fault:
            raise _Instead(_ordered_error(fault))
        case "hang" if fault:
            await asyncio.sleep(fault.number("hold_s", _HOLD_S))
            raise CutError
        case _:
            raise CutError


def _ordered_error(fault: Fault) -> Answer:
    options = fault.options
    if "errcode" in options:
        return json_answer({"errcode": options["errcode"], "errmsg": options.get("errmsg", "")})
    return _pay_refusal(
        WeChatPayError(
            int(options.get("status", 400)),
            str(options.get("code", "INVALID_REQUEST")),
            str(options.get("message", "故障注入")),
            numeric=options.get("numeric"),
        )
    )


async def _plane_answer(call: Call) -> Answer:
    try:
        if call.route.plane is Plane.PAY:
            _check_headers(call)
            call.signer = authenticate(call)
            check_path(call)
        if call.route.plane is Plane.CONTROL:
            check_same_site(call.method, call.headers)
        return await call.route.handler(call)
    except WeChatPayError as error:
        return _pay_refusal(error, call.world.switches.text("param_error_detail"))
    except ApiError as error:
        return _api_refusal(call.world, error)
    except ControlError as error:
        return _control_refusal(error)


def _check_headers(call: Call) -> None:
    accept = call.headers.get("Accept", "")
    if not call.headers.get("User-Agent") or not ("json" in accept or "*/*" in accept):
        raise WeChatPayError(400, "PARAM_ERROR", "Http头缺少Accept或User-Agent")
    kind = call.headers.get("Content-Type", "")
    if call.body and not kind.startswith(("application/json", "multipart/form-data")):
        raise WeChatPayError(400, "PARAM_ERROR", "Http头Content-Type应为application/json")


async def _after(call: Call, answer: Answer, fault: Fault | None) -> Answer:
    if fault is not None and fault.kind == "timeout_after_effect":
        await asyncio.sleep(fault.number("hold_s", _HOLD_S))
        raise CutError
    if fault is not None and fault.kind in DISTORTIONS and answer.body:
        plain = orjson.loads(answer.body)
        answer.body = orjson.dumps(distort(fault, plain) if isinstance(plain, dict) else plain)
    return await _signed(call, answer, fault)


async def _signed(call: Call, answer: Answer, fault: Fault | None) -> Answer:
    if call.route.plane is Plane.PAY and answer.signed:
        serial, key = answer_signer(call.world, call.headers.get("Wechatpay-Serial"))
        answer.headers |= await signed_headers(call.world, answer.body, serial, key, fault)
    return answer


def _pay_refusal(error: WeChatPayError, shape: str = "") -> Answer:
    body = error.body()
    if error.code == "PARAM_ERROR" and shape == "recorded" and error.detail is not None:
        body["detail"] = {name: error.detail[name] for name in _RECORDED}
    return json_answer(body, error.status, numeric=error.numeric)


def _api_refusal(world: World, error: ApiError) -> Answer:
    rid = world.wire_ids.hex("rid", 16)
    trace = f" rid: {int(world.now().timestamp()):08x}-{rid[:8]}-{rid[8:]}"
    body = {"errcode": error.errcode, "errmsg": error.errmsg + trace, **error.extra}
    return json_answer(body, content_type="text/plain")


def _control_refusal(error: ControlError) -> Answer:
    return json_answer({"errcode": error.errcode, "errmsg": error.message}, error.status)


def _cut(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)


def _dated(answer: Answer, world: World) -> Answer:
    """Date an answer by the world's clock, as its signature is, and not by ours."""
    answer.headers["Date"] = format_datetime(world.now(), usegmt=True)
    return answer


def _response(answer: Answer) -> web.Response:
    headers = dict(answer.headers)
    if answer.body:
        headers["Content-Type"] = answer.content_type
    return web.Response(status=answer.status, body=answer.body or None, headers=headers)
