"""A learner and an endpoint of their institution's, as the tests need them."""

from models.delivery import WebhookEndpoint
from models.learner import Learner
from tests.fakes.outside import START

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def a_learner(learner_id: str = "L1", *, oa_openid: str | None = "oa-1", language: str = "zh_CN") -> Learner:
    return Learner(
        id=learner_id,
        openid=f"mp-{learner_id}",
        unionid=f"union-{learner_id}",
        oa_openid=oa_openid,
        phone="13800000000",
        language=language,
        created_at=START,
    )


def an_endpoint(name: str = "A", **changes: object) -> WebhookEndpoint:
    known = {
        "id": f"whe_{name}",
        "institution_id": "wandou",
        "url": f"https://{name.lower()}.school.example/hooks",
        "secret": SECRET,
        "created_at": START,
    }
    return WebhookEndpoint.model_validate(known | changes)
