"""Every setting: one TOML file, overridden by environment variables such as XIANXUE__SERVER__PORT.

Unknown keys are refused, and production refuses what is only safe on a developer's machine.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from services.settings import FIELDS
from wechat.config import AppConfig, KeyFiles, Limits, MerchantConfig, WechatConfig
from wechat.endpoints import PRODUCTION, Endpoints


class Section(BaseModel):
    """A table of the file; a key it does not know is an error, not a silent nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Environment(StrEnum):
    """Where this runs. It changes no behaviour: it only refuses unsafe settings."""

    DEVELOPMENT = "development"
    PRODUCTION = "production"


class Server(Section):
    """Where we listen, and under which address WeChat and learners reach us."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8080
    public_url: str = "http://127.0.0.1:8080"
    max_body_bytes: Annotated[int, Field(ge=1024)] = 256 * 1024
    drain_s: Annotated[float, Field(ge=0)] = 5
    shutdown_grace_s: Annotated[float, Field(ge=0)] = 20


class Mongo(Section):
    """`uri` is "embedded" for a mongod of our own, any other value is used as given."""

    uri: str = "embedded"
    database: str = "xianxue"
    directory: Path = Path("var/mongo")


class Clock(Section):
    """`source` is "system", or the address of a simulator whose clock can be moved."""

    source: str = "system"


class Jobs(Section):
    """Background work. `in_server` runs it inside the web process, as one machine wants it."""

    in_server: bool = True
    tick_s: Annotated[float, Field(gt=0)] = 1.0
    lease_s: Annotated[float, Field(gt=0)] = 60.0


class Wechat(Section):
    """Which accounts at WeChat are ours, and where WeChat is."""

    pay_address: str = PRODUCTION.pay
    api_address: str = PRODUCTION.api
    miniprogram: AppConfig
    official_account: AppConfig | None = None
    merchants: tuple[MerchantConfig, ...] = ()
    key_files: KeyFiles = KeyFiles.REFUSE
    limits: Limits = Limits()


class Webhooks(Section):
    """Telling institutions. `allow_private` lets endpoints be on private addresses, for development only."""

    allow_private: bool = False


class PushTemplates(Section):
    """The templates of one use: of the Mini Program (subscribe) and of the Official Account; without an id, none."""

    subscribe_id: str = ""
    subscribe_fields: tuple[str, ...] = FIELDS
    oa_template_id: str = ""
    oa_template_fields: tuple[str, ...] = FIELDS


class Push(Section):
    """What learners are told of by templates, a table a use."""

    lesson_taught: PushTemplates = PushTemplates()
    lesson_silence_ending: PushTemplates = PushTemplates()
    course_completed: PushTemplates = PushTemplates()
    charge_paid: PushTemplates = PushTemplates()
    charge_overdue: PushTemplates = PushTemplates()
    dispute_decided: PushTemplates = PushTemplates()
    order_ended: PushTemplates = PushTemplates()
    order_refused: PushTemplates = PushTemplates()
    order_restored: PushTemplates = PushTemplates()
    refund_done: PushTemplates = PushTemplates()


class Logs(Section):
    """`format` is "json" for machines or "console" for people."""

    level: Annotated[str, Field(pattern="^(debug|info|warning|error)$")] = "info"
    format: Annotated[str, Field(pattern="^(json|console)$")] = "json"


class Settings(BaseSettings):
    """The whole file."""

    model_config = SettingsConfigDict(extra="forbid", frozen=True, env_prefix="XIANXUE__", env_nested_delimiter="__")

    environment: Environment = Environment.DEVELOPMENT
    server: Server = Server()
    mongo: Mongo = Mongo()
    clock: Clock = Clock()
    jobs: Jobs = Jobs()
    wechat: Wechat
    webhooks: Webhooks = Webhooks()
    push: Push = Push()
    logs: Logs = Logs()

    @model_validator(mode="after")
    def _safe_in_production(self) -> Self:
        if self.environment is Environment.PRODUCTION:
            for problem in self._unsafe():
                message = f'environment = "production" refuses {problem}'
                raise ValueError(message)
        return self

    def _unsafe(self) -> list[str]:
        checks = {
            "clock.source other than system": self.clock.source != "system",
            "WeChat addresses that are not WeChat's": bool(self.endpoints.foreign),
            "a public_url without https": urlsplit(self.server.public_url).scheme != "https",
            "webhooks.allow_private": self.webhooks.allow_private,
            "private key files others can read": self.wechat.key_files is not KeyFiles.REFUSE,
        }
        return [problem for problem, found in checks.items() if found]

    @property
    def endpoints(self) -> Endpoints:
        """Where WeChat is."""
        return Endpoints(pay=self.wechat.pay_address, api=self.wechat.api_address)

    @property
    def wechat_config(self) -> WechatConfig:
        """What `wechat/` is built from."""
        return WechatConfig(
            public_url=self.server.public_url,
            endpoints=self.endpoints,
            miniprogram=self.wechat.miniprogram,
            official_account=self.wechat.official_account,
            merchants=self.wechat.merchants,
            key_files=self.wechat.key_files,
            limits=self.wechat.limits,
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the base class names it
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class names it
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003 - the base class names it
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment variables first, then the file handed to `load`."""
        return env_settings, init_settings


def load(path: Path) -> Settings:
    """Read a configuration file; raises FileNotFoundError, tomllib.TOMLDecodeError or pydantic.ValidationError."""
    if not path.is_file():
        message = f"no configuration at {path}: copy config.example.toml and fill it in"
        raise FileNotFoundError(message)
    found = TomlConfigSettingsSource(Settings, toml_file=path)()
    return Settings(**found)
