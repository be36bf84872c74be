"""The door for WeChat Pay's notices: verify on the raw bytes, then decrypt, then read, in this order only.

Source: pay.weixin.qq.com, "callback notifications"; event types by product.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
import structlog

from models.charge import ChannelReading
from models.merchant import Origin
from models.notices import AuthorizationReading, PayNotice, PayNoticeKind, PlanReading, RefundReading
from models.refusals import named
from wechat.pay.keys import MerchantKeys
from wechat.pay.readings import (
    Json,
    UnreadableError,
    authorization_reading,
    inner,
    payment_reading,
    plan_reading,
    read_origin,
    refund_reading,
    required,
    service_reading,
    text,
)
from wechat.pay.signing import ALGORITHM, UndecipherableError, UnprovenError, Window, decrypt, verify
from wechat.pay.times import digits14

KINDS: Mapping[str, PayNoticeKind] = {
    "PAYSCORE.USER_OPEN_SERVICE": PayNoticeKind.SERVICE_OPENED,
    "PAYSCORE.USER_CLOSE_SERVICE": PayNoticeKind.SERVICE_CLOSED,
    "PAYSCORE.USER_CONFIRM": PayNoticeKind.ORDER_CONFIRMED,
    "PAYSCORE.USER_PAID": PayNoticeKind.ORDER_PAID,
    "PAYSCORE.USER_SIGN_PLAN": PayNoticeKind.PLAN_SIGNED,
    "PAYSCORE.USER_CANCEL_SIGN_PLAN": PayNoticeKind.PLAN_CANCELLED,
    "TRANSACTION.SUCCESS": PayNoticeKind.PAYMENT_SUCCEEDED,
    "REFUND.SUCCESS": PayNoticeKind.REFUND_SUCCEEDED,
    "REFUND.ABNORMAL": PayNoticeKind.REFUND_ABNORMAL,
    "REFUND.CLOSED": PayNoticeKind.REFUND_CLOSED,
}

COMPLAINT_PREFIX = "COMPLAINT."
"""The names of complaint events differ between pages, so they are known by their prefix."""

log = structlog.get_logger(__name__)

_Reading = ChannelReading | AuthorizationReading | PlanReading | RefundReading | None


class NoticeDoor:
    """Opens notices for the merchants whose keys it is given; an unknown merchant or an empty secret stays shut."""

    def __init__(self, keys: Mapping[str, MerchantKeys]) -> None:
        self._keys = keys

    def open(self, merchant_id: str, headers: Mapping[str, str], body: bytes, now: datetime) -> PayNotice:
        """Return the notice.

        Raises NotAuthenticated wechat_signature_invalid or wechat_timestamp_stale (answer 401: WeChat sends a true
        one again), InvalidInput wechat_content_unreadable for what is signed and still makes no sense.
        """
        keys = self._prove(merchant_id, headers, body, now)
        try:
            envelope = _object(body)
            content = _object(_plaintext(keys, inner(envelope, "resource")))
            _require_ours(content, keys)
            return _notice(envelope, content, Origin(merchant_id=merchant_id, mchid=keys.mchid))
        except (UnreadableError, UndecipherableError) as error:
            log.warning("pay_notice_unreadable", merchant=merchant_id, why=repr(error))
            raise named("wechat_content_unreadable") from error

    def _prove(self, merchant_id: str, headers: Mapping[str, str], body: bytes, now: datetime) -> MerchantKeys:
        keys = self._keys.get(merchant_id)
        if keys is None or not keys.api_v3_key:
            log.warning("pay_notice_door_closed", merchant=merchant_id)
            raise named("wechat_signature_invalid")
        try:
            verify(keys.platform, headers, body, Window(now, now))
        except UnprovenError as error:
            log.warning("pay_notice_unproven", merchant=merchant_id, why=error.why)
            code = "wechat_timestamp_stale" if error.why == "stale" else "wechat_signature_invalid"
            raise named(code) from error
        return keys


def _plaintext(keys: MerchantKeys, resource: Json) -> bytes:
    if text(resource, "algorithm") != ALGORITHM:
        raise UnreadableError("resource.algorithm")
    return decrypt(
        keys.api_v3_key,
        required(resource, "nonce"),
        required(resource, "ciphertext"),
        text(resource, "associated_data") or "",
    )


def _object(raw: bytes) -> dict[str, Any]:
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise UnreadableError("body") from error
    if not isinstance(value, dict):
        raise UnreadableError("body")
    return value


def _require_ours(content: Json, keys: MerchantKeys) -> None:
    """Two merchants may share a platform key: a notice must also name the merchant it was sent to."""
    told = text(content, "sp_mchid", "mchid", "mch_id")
    if told not in {None, keys.mchid}:
        raise UnreadableError("mchid")


def _notice(envelope: Json, content: Json, door: Origin) -> PayNotice:
    event, notice_id = required(envelope, "event_type"), text(envelope, "id") or ""
    kind = PayNoticeKind.COMPLAINT if event.startswith(COMPLAINT_PREFIX) else KINDS.get(event, PayNoticeKind.OTHER)
    reading = _read(kind, event, content, door)
    origin = reading.origin if reading else read_origin(content, door)
    return PayNotice(
        key=f"{event}:{origin}:{_business_key(reading, content, notice_id)}",
        notice_id=notice_id,
        event=event,
        kind=kind,
        merchant_id=door.merchant_id,
        charge=reading if isinstance(reading, ChannelReading) else None,
        authorization=reading if isinstance(reading, AuthorizationReading) else None,
        plan=reading if isinstance(reading, PlanReading) else None,
        refund=reading if isinstance(reading, RefundReading) else None,
    )


def _read(kind: PayNoticeKind, event: str, content: Json, door: Origin) -> _Reading:
    match kind:
        case PayNoticeKind.ORDER_CONFIRMED | PayNoticeKind.ORDER_PAID:
            return service_reading(content, door)
        case PayNoticeKind.SERVICE_OPENED | PayNoticeKind.SERVICE_CLOSED:
            return authorization_reading(content, door, event.rpartition(".")[2])
        case PayNoticeKind.PLAN_SIGNED | PayNoticeKind.PLAN_CANCELLED:
            return plan_reading(content, door)
        case PayNoticeKind.PAYMENT_SUCCEEDED:
            return payment_reading(content, door)
        case PayNoticeKind.REFUND_SUCCEEDED | PayNoticeKind.REFUND_ABNORMAL | PayNoticeKind.REFUND_CLOSED:
            return refund_reading(content, door)
        case _:
            return None


def _business_key(reading: _Reading, content: Json, notice_id: str) -> str:
    """Name what the notice speaks of, so that the same word is known again however often it is sent.

    A charge's state is part of it: a "paid" notice that does not yet say paid must not hide the one that does. So is
    the moment of an opening or closing, because a learner may open and close again.
    """
    match reading:
        case ChannelReading():
            return f"{reading.charge_no}:{reading.state}"
        case AuthorizationReading():
            since = digits14(reading.at) if reading.at else notice_id
            return f"{reading.openid or reading.code or ''}:{since}"
        case PlanReading():
            return reading.plan_no
        case RefundReading():
            return reading.refund_no
        case _:
            parts = (text(content, "complaint_id"), text(content, "action_type"), notice_id)
            return ":".join(part for part in parts if part)
