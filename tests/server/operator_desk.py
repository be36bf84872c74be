"""An operator at the command line: a configuration with worthless keys, the real commands, the real MongoDB."""

import asyncio
from dataclasses import dataclass
from json import dumps
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from typer.testing import CliRunner

from server.cli import app

APIV3_KEY = "0" * 32


@dataclass(frozen=True)
class Ended:
    """How a command ended; what it said for people to read is `told`."""

    code: int
    answer: str
    told: str


@dataclass(frozen=True)
class Desk:
    """Runs `xianxue` with one configuration, in this process: starting Python anew costs more than most commands."""

    config: Path

    async def run(self, *arguments: str) -> Ended:
        """Run a command to its end, on a loop of its own."""
        command = [*arguments, "--config", str(self.config)]
        result = await asyncio.to_thread(CliRunner().invoke, app, command, env={"NO_COLOR": "1", "COLUMNS": "200"})
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Ended(result.exit_code, result.stdout, result.stderr)


def a_key() -> tuple[str, str]:
    """Make a key pair as PEM: (private, public)."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    no_password = serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, no_password)
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def write_config(folder: Path, mongo_uri: str, database: str, *, wechat: str = "http://127.0.0.1:9") -> Path:
    """Write a configuration and its key file; nobody listens at WeChat's address unless one is given."""
    private, public = a_key()
    key_file = folder / "key.pem"
    _write(key_file, private)
    platform = f"{{ id = {dumps('PUB_KEY_ID_1')}, pem = {dumps(public)} }}"
    text = f"""
[mongo]
uri = {dumps(mongo_uri)}
database = {dumps(database)}
[logs]
level = "error"
[wechat]
pay_address = {dumps(wechat)}
api_address = {dumps(wechat)}
[wechat.miniprogram]
appid = "wx1"
secret = "s"
[[wechat.merchants]]
id = "wandou"
mchid = "1900000001"
appid = "wx1"
serial = "AB"
private_key_path = {dumps(str(key_file))}
api_v3_key = {dumps(APIV3_KEY)}
risk_cap_fen = 100000
services = {{ authorization = "500001" }}
platform_keys = [{platform}]
"""
    config = folder / "config.toml"
    _write(config, text)
    return config


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
