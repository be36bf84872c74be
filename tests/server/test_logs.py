"""What may stand in a log line, and what may not."""

import pytest

from server.logs import without_secrets

OPENID = "o4b9GrH9Ff9DnY98Lfx8qBbn5sME"


def logged(**event: object) -> str:
    return str(without_secrets(None, "info", dict(event)))


@pytest.mark.parametrize(
    "text",
    [
        "https://api.example.com/cgi?access_token=hidden&x=1",
        '{"secret": "hidden", "n": 1}',
        "paySign=hidden",
        "Authorization: hidden",
        "Authorization: Bearer hidden",
        "js_code=hidden",
    ],
)
def test_credentials_are_blotted_out_of_any_text(text: str) -> None:
    assert "hidden" not in logged(why=text)
    assert "hidden" not in logged(detail={"inside": [{"deep": text}]})


def test_an_openid_is_blotted_out_wherever_it_stands() -> None:
    key = f"sample-a:PAYSCORE.USER_OPEN_SERVICE:S1::{OPENID}:20261122192943"
    assert logged(key=key) == str({"key": key.replace(OPENID, "o***")})
    assert OPENID not in logged(event=f"unknown {OPENID}", detail={"openid": OPENID})


def test_numbers_of_ours_stay() -> None:
    line = logged(order_no="X20261122XVQSYJI3GR2T", charge="X20261122XVQSYJI3GR2T-C", learner="LXOSRKNLWSM6Z4NOYXI4P")
    assert "***" not in line


def test_what_is_no_text_stays_what_it_is() -> None:
    assert without_secrets(None, "info", {"n": 1, "ms": 0.5, "none": None}) == {"n": 1, "ms": 0.5, "none": None}
