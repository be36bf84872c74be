"""What an operator configures about WeChat: apps, merchants, their keys, and how hard we may press."""

from base64 import b64decode
from enum import StrEnum
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, field_validator, model_validator

from models.base import Fen, Value
from models.fee_mode import Agreement
from wechat.endpoints import PRODUCTION, Endpoints

NO_SECRET = SecretStr("")
API_V3_KEY_BYTES = 32
ENCODING_AES_KEY_CHARS = 43


def _is_base64(text: str) -> bool:
    try:
        b64decode(text, validate=True)
    except ValueError:
        return False
    return True


class PlatformKey(Value):
    """One key WeChat Pay signs with: `id` is PUB_KEY_ID_… for its public key, or a platform certificate's serial.

    Several may be valid at once, as they are while WeChat or the merchant moves from one to the next.
    """

    id: str
    path: Path | None = None
    pem: str = ""

    @model_validator(mode="after")
    def _one_source(self) -> "PlatformKey":
        if (self.path is None) == (not self.pem):
            raise ValueError("give either path or pem")
        return self


class MerchantConfig(Value):
    """One WeChat Pay account. With `sub_mchid` it is a service provider (partner) acting for one school.

    `serial` is the API certificate's serial. An empty api_v3_key closes the notice door, an empty api_v2_key
    the view of an order inside WeChat; nothing is guessed in their place.
    """

    id: str
    mchid: str
    appid: str
    serial: str
    private_key_path: Path | None = None
    private_key_pem: SecretStr = NO_SECRET
    api_v3_key: SecretStr = NO_SECRET
    api_v2_key: SecretStr = NO_SECRET
    platform_keys: tuple[PlatformKey, ...] = ()
    sub_mchid: str | None = None
    sub_appid: str | None = None
    services: dict[Agreement, str] = Field(default_factory=dict)
    risk_cap_fen: Fen

    @field_validator("api_v3_key")
    @classmethod
    def _length(cls, key: SecretStr) -> SecretStr:
        if len(key.get_secret_value().encode()) not in {0, API_V3_KEY_BYTES}:
            message = f"an APIv3 key has {API_V3_KEY_BYTES} bytes"
            raise ValueError(message)
        return key

    @model_validator(mode="after")
    def _one_private_key(self) -> "MerchantConfig":
        if (self.private_key_path is None) == (not self.private_key_pem.get_secret_value()):
            raise ValueError("give either private_key_path or private_key_pem")
        return self


class PushMode(StrEnum):
    """How WeChat pushes messages to our door, as chosen in its console; plain is forgeable."""

    SECURE = "secure"
    COMPAT = "compat"
    PLAIN = "plain"


class PushFormat(StrEnum):
    """The format chosen in the console. Both are read whatever is set; replies are written in this one."""

    XML = "xml"
    JSON = "json"


class MiniProgramState(StrEnum):
    """Which version of the Mini Program a subscribe message opens."""

    DEVELOPER = "developer"
    TRIAL = "trial"
    FORMAL = "formal"


class AppConfig(Value):
    """A Mini Program or an Official Account. `original_id` (gh_…) is whom pushes must be addressed to."""

    appid: str
    secret: SecretStr
    token: SecretStr = NO_SECRET
    encoding_aes_key: SecretStr = NO_SECRET
    original_id: str = ""
    mode: PushMode = PushMode.SECURE
    format: PushFormat = PushFormat.XML
    miniprogram_state: MiniProgramState = MiniProgramState.FORMAL

    @model_validator(mode="after")
    def _door(self) -> "AppConfig":
        if not self.token.get_secret_value():
            return self
        if not self.original_id:
            raise ValueError("an app that takes pushes needs its original_id (gh_…)")
        if self.mode is not PushMode.PLAIN and not self.encoding_aes_key.get_secret_value():
            raise ValueError("only plain mode works without an encoding_aes_key")
        return self

    @field_validator("encoding_aes_key")
    @classmethod
    def _length(cls, key: SecretStr) -> SecretStr:
        value = key.get_secret_value()
        if value and (len(value) != ENCODING_AES_KEY_CHARS or not _is_base64(f"{value}=")):
            message = f"an EncodingAESKey has {ENCODING_AES_KEY_CHARS} characters of base64"
            raise ValueError(message)
        return key


class KeyFiles(StrEnum):
    """What to do about a private key file others than its owner can read."""

    REFUSE = "refuse"
    WARN = "warn"


class Limits(Value):
    """How long we wait and how much we do at once. `pauses_s` are the waits before quick repeats (429 and 500)."""

    connect_s: Annotated[float, Field(gt=0)] = 3.0
    read_s: Annotated[float, Field(gt=0)] = 10.0
    pauses_s: Annotated[tuple[float, ...], Field(max_length=3)] = (0.2, 0.4, 0.8)
    calls_per_merchant: Annotated[int, Field(ge=1)] = 16
    signers: Annotated[int, Field(ge=1)] = 2


class WechatConfig(Value):
    """Everything `open_wechat` needs; `public_url` is where WeChat reaches us (https, no query)."""

    public_url: str
    endpoints: Endpoints = PRODUCTION
    miniprogram: AppConfig
    official_account: AppConfig | None = None
    merchants: tuple[MerchantConfig, ...] = ()
    key_files: KeyFiles = KeyFiles.REFUSE
    limits: Limits = Limits()

    @field_validator("public_url")
    @classmethod
    def _bare(cls, address: str) -> str:
        if "?" in address or "#" in address:
            raise ValueError("WeChat takes no notify address with a query")
        return address.rstrip("/")
