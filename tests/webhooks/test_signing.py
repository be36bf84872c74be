"""Signatures by Standard Webhooks 1.0.0, checked against its published vector and its own client."""

from base64 import b64encode
from datetime import UTC, datetime, timedelta, timezone

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from webhooks.signing import secret_bytes, signed_headers

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_" + b64encode(bytes(range(32))).decode()
BODY = '{"type":"lesson.confirmed","data":{"course_title":"思维课"}}'.encode()


def test_the_published_vector_is_reproduced_byte_for_byte() -> None:
    at = datetime.fromtimestamp(1614265330, UTC)
    headers = signed_headers([SECRET], "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


@pytest.mark.parametrize("secret", [SECRET, OTHER])
def test_while_a_secret_rotates_a_receiver_with_either_one_accepts(secret: str) -> None:
    headers = signed_headers([OTHER, SECRET], "X1-2-webhook-whe_A", datetime.now(UTC), BODY)
    assert Webhook(secret).verify(BODY, headers)["type"] == "lesson.confirmed"


@pytest.mark.parametrize("changed", [BODY + b" ", BODY.replace(b"confirmed", b"cancelled")])
def test_a_changed_body_is_not_accepted(changed: bytes) -> None:
    headers = signed_headers([SECRET], "X1-2", datetime.now(UTC), BODY)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(changed, headers)


def test_the_moment_may_come_in_any_time_zone() -> None:
    now = datetime.now(UTC)
    beijing = now.astimezone(timezone(timedelta(hours=8)))
    assert signed_headers([SECRET], "X1-2", beijing, BODY) == signed_headers([SECRET], "X1-2", now, BODY)


@pytest.mark.parametrize(
    "secret",
    ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64!", "whsec_" + b64encode(b"x" * 23).decode()],
)
def test_a_secret_out_of_format_signs_nothing(secret: str) -> None:
    with pytest.raises(ValueError, match="secret"):
        secret_bytes(secret)


@pytest.mark.parametrize(("secrets", "message_id"), [([], "X1"), ([SECRET], ""), ([SECRET], "X1.2")])
def test_without_a_secret_or_a_usable_id_nothing_is_signed(secrets: list[str], message_id: str) -> None:
    with pytest.raises(ValueError, match=r"secret|id"):
        signed_headers(secrets, message_id, datetime.now(UTC), BODY)
