"""Which URLs an institution may name."""

import pytest

from models.errors import InvalidInput
from models.webhook_urls import check_url


@pytest.mark.parametrize(
    "url", ["https://school.example/hooks", "https://school.example:8443/a?b=c", "https://hooks.xn--fiq228c.example/"]
)
def test_https_on_a_public_looking_name_is_taken(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "webhook_url_invalid"),
        ("school.example/hooks", "webhook_url_invalid"),
        ("ftp://school.example/", "webhook_url_invalid"),
        ("https://", "webhook_url_invalid"),
        ("https://user:secret@school.example/", "webhook_url_invalid"),
        ("https://school.example/#part", "webhook_url_invalid"),
        ("https://school.example/a b", "webhook_url_invalid"),
        ("https://school.example/\r\nX: y", "webhook_url_invalid"),
        ("https://school.example:99999/", "webhook_url_invalid"),
        ("https://[::1/", "webhook_url_invalid"),
        ("https://学校.example/", "webhook_url_invalid"),
        ("https://school.example/" + "a" * 2048, "webhook_url_invalid"),
        ("http://school.example/", "webhook_url_not_https"),
        ("https://localhost/", "webhook_url_not_public"),
        ("https://intranet./", "webhook_url_not_public"),
        ("https://10.0.0.1/", "webhook_url_not_public"),
        ("https://8.8.8.8/", "webhook_url_not_public"),
        ("https://127.1/", "webhook_url_not_public"),
        ("https://[2001:db8::1]/", "webhook_url_not_public"),
    ],
)
def test_every_other_url_is_refused_with_its_reason(url: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        check_url(url)
    assert (refusal.value.code, refusal.value.detail["field"]) == (code, "url")


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/hooks", "http://localhost/", "https://10.0.0.1/"])
def test_development_may_name_its_own_machine(url: str) -> None:
    check_url(url, allow_private=True)
