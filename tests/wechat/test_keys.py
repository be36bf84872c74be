"""A merchant's keys, its configuration, and where WeChat is."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from pydantic import ValidationError

from models.errors import Conflict
from tests.wechat import vectors
from tests.wechat.conftest import channel, config, merchant
from tests.wechat.peer import PUBLIC_KEY_ID, fresh_key, private_pem, public_pem
from wechat.build import Wechat, known_merchant
from wechat.config import KeyFiles, MerchantConfig, PlatformKey
from wechat.endpoints import PRODUCTION, Endpoints
from wechat.pay.keys import UnusableKeyError, load_keys, platform_keys


def from_file(path: Path) -> MerchantConfig:
    return MerchantConfig(
        id="m", mchid="1", appid="wx", serial="ab01", private_key_path=path, risk_cap_fen=1, api_v3_key="k" * 32
    )


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "apiclient_key.pem"
    path.write_text(private_pem(fresh_key("merchant")))
    path.chmod(0o600)
    return path


def test_a_private_key_only_its_owner_can_read_is_loaded(key_file: Path) -> None:
    keys = load_keys(from_file(key_file), KeyFiles.REFUSE)
    assert keys.private_key.key_size == 2048
    assert keys.serial == "AB01"
    assert keys.api_v3_key == b"k" * 32


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_private_key_others_can_read_is_refused_or_warned_about(key_file: Path, mode: int) -> None:
    key_file.chmod(mode)
    with pytest.raises(UnusableKeyError, match="chmod 600"):
        load_keys(from_file(key_file), KeyFiles.REFUSE)
    assert load_keys(from_file(key_file), KeyFiles.WARN).private_key


def test_a_missing_or_unreadable_key_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableKeyError, match="nowhere"):
        load_keys(from_file(tmp_path / "nowhere.pem"), KeyFiles.REFUSE)
    junk = tmp_path / "junk.pem"
    junk.write_text("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    junk.chmod(0o600)
    with pytest.raises(UnusableKeyError, match="merchant m"):
        load_keys(from_file(junk), KeyFiles.REFUSE)


def test_a_key_of_another_kind_is_refused(key_file: Path) -> None:
    elliptic = ec.generate_private_key(ec.SECP256R1())
    key_file.write_bytes(elliptic.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(UnusableKeyError, match="no RSA key"):
        load_keys(from_file(key_file), KeyFiles.REFUSE)


def test_public_keys_and_certificates_stand_side_by_side(tmp_path: Path) -> None:
    certificate = tmp_path / "platform.pem"
    certificate.write_bytes(vectors.sample("go_certificate.pem"))
    keys = platform_keys(
        [
            PlatformKey(id="d7ce59d1f522d701", path=certificate),
            PlatformKey(id=PUBLIC_KEY_ID, pem=public_pem(fresh_key("platform"))),
        ]
    )
    assert set(keys) == {"D7CE59D1F522D701", PUBLIC_KEY_ID}


def test_an_unreadable_platform_key_is_named() -> None:
    with pytest.raises(UnusableKeyError, match="PUB_KEY_ID_X"):
        platform_keys([PlatformKey(id="PUB_KEY_ID_X", pem="junk")])


@pytest.mark.parametrize(
    "changes",
    [
        {"private_key_path": "x.pem"},
        {"private_key_pem": ""},
        {"api_v3_key": "too short"},
        {"risk_cap_fen": 1.5},
        {"risk_cap_fen": -1},
        {"surprise": 1},
        {"platform_keys": [{"id": "A"}]},
        {"platform_keys": [{"id": "A", "pem": "x", "path": "y"}]},
    ],
)
def test_a_merchant_that_cannot_work_is_refused_at_once(changes: dict[str, object]) -> None:
    good = {"id": "m", "mchid": "1", "appid": "wx", "serial": "1", "private_key_pem": "x", "risk_cap_fen": 1}
    MerchantConfig.model_validate(good)
    with pytest.raises(ValidationError):
        MerchantConfig.model_validate(good | changes)


def test_secrets_do_not_show_when_printed() -> None:
    assert "0123456789abcdef" not in repr(merchant("direct"))
    assert "PRIVATE KEY" not in repr(config("http://127.0.0.1:1"))


def test_services_see_a_merchant_without_its_keys() -> None:
    seen = known_merchant(merchant("partner", sub_mchid="1900000109"))
    assert (seen.id, seen.mchid, seen.sub_mchid, seen.risk_cap_fen) == (
        "partner",
        "1900000001",
        "1900000109",
        1_000_000,
    )


def test_a_merchant_nobody_configured_is_named(wechat: Wechat) -> None:
    assert wechat.merchants.get("direct").mchid == "1900000001"
    with pytest.raises(Conflict, match="merchant_not_configured"):
        wechat.merchants.get("nobody")


async def test_keys_of_another_account_never_speak_for_an_order(wechat: Wechat) -> None:
    moved = channel().model_copy(update={"mchid": "1900009999"})
    with pytest.raises(Conflict, match="merchant_not_configured"):
        await wechat.pay.query_service(moved, "X1-C")


def test_production_addresses_are_wechats_own() -> None:
    assert PRODUCTION.foreign == []
    assert Endpoints(pay="https://api2.mch.weixin.qq.com", api="https://api.weixin.qq.com").foreign == []


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1:9000", "https://api.mch.weixin.qq.com.evil.example", "http://api.mch.weixin.qq.com"],
)
def test_any_other_address_is_foreign(address: str) -> None:
    assert Endpoints.at(address).foreign == [address, address]


@pytest.mark.parametrize("address", ["", "127.0.0.1:9000", "ftp://x", "https://x/?a=b"])
def test_what_is_no_base_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        Endpoints.at(address)
