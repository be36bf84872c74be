"""The configuration file: the example is complete and true, and production refuses what is unsafe."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_core import PydanticUndefined

from models.fee_mode import Agreement
from server.config import Environment, Settings, load

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")

KEY = re.compile(r"(?:# )?(?P<key>[a-z]\w*) = ")
TABLE = re.compile(r"\[+(?P<name>[\w.]+)\]+")
YOURS = {"environment", "server.public_url", "wechat.official_account", "wechat.merchants"}
"""Keys with a default that the example shows another value for, because each installation has its own."""


def models_in(annotation: Any) -> list[type[BaseModel]]:
    """Return the models inside a type such as `tuple[MerchantConfig, ...]` or `AppConfig | None`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in models_in(inner)]


def keys_of(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    """Return every key a model takes, tables written with dots."""
    for name, field in model.model_fields.items():
        inner = models_in(field.annotation)
        for one in inner:
            yield from keys_of(one, f"{prefix}{name}.")
        if not inner:
            yield f"{prefix}{name}"


def keys_shown(text: str) -> Iterator[tuple[str, str]]:
    """Return every key of the example, live or commented out, with the line above its paragraph."""
    table, above = "", ""
    for line in text.splitlines():
        if found := TABLE.fullmatch(line.strip()):
            table = found["name"] + "."
        elif found := KEY.match(line):
            yield table + found["key"], above
        for inner in re.finditer(r"[{,] (\w+) = ", line):
            yield f"{table}platform_keys.{inner[1]}", above
        if line.startswith("# ") or not line.strip():
            above = line


def changed(tmp_path: Path, **replacements: str) -> Path:
    """Write the example with some of its keys set otherwise."""
    text = TEXT
    for key, value in replacements.items():
        text, count = re.subn(rf"(?m)^{key} = .*$", f"{key} = {value}", text, count=1)
        assert count == 1, key
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_example_loads_and_is_a_production_file() -> None:
    settings = load(EXAMPLE)
    assert settings.environment is Environment.PRODUCTION
    assert settings.wechat.merchants[0].services.keys() == set(Agreement) - {Agreement.PAYMENT}


def test_every_key_there_is_stands_in_the_example() -> None:
    services = {f"wechat.merchants.services.{agreement}" for agreement in set(Agreement) - {Agreement.PAYMENT}}
    wanted = {*keys_of(Settings)} - {"wechat.merchants.services"} | services
    shown = {key for key, _ in keys_shown(TEXT)}
    assert wanted - shown == set()
    assert shown - wanted == {"wechat.merchants.platform_keys"}


def test_every_key_in_the_example_is_explained_above_it() -> None:
    assert [key for key, above in keys_shown(TEXT) if not above.startswith("# ")] == []


def test_the_example_shows_the_defaults_except_where_a_value_is_yours() -> None:
    assert dict(differences(Settings, tomllib.loads(TEXT))).keys() <= YOURS


def differences(model: type[BaseModel], shown: dict[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Return the keys whose shown value is not the default of the model."""
    for name, field in model.model_fields.items():
        if name not in shown:
            continue
        value, (inner, *_) = shown[name], [*models_in(field.annotation), None]
        if inner and isinstance(value, dict) and prefix + name not in YOURS:
            yield from differences(inner, value, f"{prefix}{name}.")
        elif (default := field.get_default(call_default_factory=True)) is not PydanticUndefined:
            plain = default.get_secret_value() if isinstance(default, SecretStr) else default
            if plain != (tuple(value) if isinstance(value, list) else value) and str(plain) != str(value):
                yield prefix + name, value


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("source", '"http://127.0.0.1:9000"', "clock.source"),
        ("pay_address", '"https://pay.example.com"', "WeChat addresses"),
        ("api_address", '"http://api.weixin.qq.com"', "WeChat addresses"),
        ("public_url", '"http://learn.example.com"', "public_url"),
        ("allow_private", "true", "webhooks.allow_private"),
        ("key_files", '"warn"', "private key files"),
    ],
)
def test_production_refuses_what_development_may_do(tmp_path: Path, key: str, value: str, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        load(changed(tmp_path, **{key: value}))
    allowed = changed(tmp_path, environment='"development"', **{key: value})
    assert load(allowed).environment is Environment.DEVELOPMENT


@pytest.mark.parametrize("address", ["https://learn.example.com/?school=a", "https://learn.example.com/#notices"])
def test_an_address_wechat_would_not_take_notices_at_is_refused(tmp_path: Path, address: str) -> None:
    settings = load(changed(tmp_path, public_url=f'"{address}"'))
    with pytest.raises(ValidationError, match="no notify address with a query"):
        _ = settings.wechat_config


def test_the_environment_overrides_one_key_and_leaves_its_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANXUE__SERVER__PORT", "9443")
    monkeypatch.setenv("XIANXUE__WECHAT__MINIPROGRAM__SECRET", "from-the-environment")
    settings = load(EXAMPLE)
    assert (settings.server.port, settings.server.host) == (9443, "127.0.0.1")
    assert settings.wechat.miniprogram.secret.get_secret_value() == "from-the-environment"
    assert settings.wechat.miniprogram.appid == "wx0000000000000000"


def test_the_environment_cannot_slip_an_unsafe_value_into_production(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XIANXUE__CLOCK__SOURCE", "http://127.0.0.1:9000")
    with pytest.raises(ValidationError, match=r"clock\.source"):
        load(EXAMPLE)


@pytest.mark.parametrize("line", ["prot = 8080", "[server.tls]\non = true\n[server.more]"])
def test_an_unknown_key_or_table_is_refused_rather_than_ignored(tmp_path: Path, line: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(TEXT.replace("[server]\n", f"[server]\n{line}\n", 1), encoding="utf-8")
    with pytest.raises(ValidationError):
        load(path)


def test_a_missing_file_is_answered_by_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"copy config\.example\.toml"):
        load(tmp_path / "config.toml")


def test_secrets_do_not_show_when_settings_are_printed() -> None:
    assert "replace-me" not in repr(load(EXAMPLE))
