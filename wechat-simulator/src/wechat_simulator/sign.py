"""Sign a request so that curl can send it: ``python -m wechat_simulator.sign POST PATH BODY``.

Prints a curl configuration (``curl --config -``) with address, headers and body. Keys and time come
from the running simulator, so this is of use against it alone.

    python -m wechat_simulator.sign GET '/v3/payscore/…?service_id=…' | curl -sS --config -
"""

from __future__ import annotations

import argparse
import json
import secrets
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from wechat_simulator.crypto import SCHEME, request_message, rsa_sign
from wechat_simulator.keys import KeyPair


def main(arguments: list[str] | None = None) -> None:
    """Read the command line and print the curl configuration."""
    parser = argparse.ArgumentParser(prog="wechat_simulator.sign", description=__doc__)
    parser.add_argument("method", help="GET, POST, …")
    parser.add_argument("path", help="path and query, as they will be sent")
    parser.add_argument("body", nargs="?", default="", help="the JSON body, sent byte for byte")
    parser.add_argument("--url", default="http://127.0.0.1:8090", help="the simulator's address")
    parser.add_argument("--mchid", default="1900000001", help="who signs")
    parser.add_argument("--world", help="name of the world (X-Sim-World)")
    options = parser.parse_args(arguments)
    print(curl_config(options))


def curl_config(options: argparse.Namespace) -> str:
    """Return the lines of a curl configuration file for the signed request."""
    if urlsplit(options.url).scheme != "http":
        raise SystemExit("--url must be the simulator's http address")
    headers = {
        "Authorization": _authorization(options),
        "Accept": "application/json",
        "Content-Type": "application/json",
    }
    if options.world:
        headers["X-Sim-World"] = options.world
    lines = [f"url = {_quoted(options.url + options.path)}", f"request = {options.method}"]
    lines += [f"header = {_quoted(f'{name}: {value}')}" for name, value in headers.items()]
    lines += ["globoff"]
    if options.body:
        lines += [f"data-raw = {_quoted(options.body)}"]
    return "\n".join(lines)


def _authorization(options: argparse.Namespace) -> str:
    merchants = _ask(options, "/_sim/credentials")["merchants"]
    merchant = next((m for m in merchants if m["mchid"] == options.mchid), None)
    if merchant is None:
        raise SystemExit(f"no merchant {options.mchid}")
    now = datetime.fromisoformat(_ask(options, "/_sim/clock")["now"])
    stamp, nonce = str(int(now.timestamp())), secrets.token_hex(16)
    message = request_message(options.method, options.path, stamp, nonce, options.body.encode())
    key = KeyPair(merchant["private_key_pem"], merchant["certificate_pem"]).private
    items = {
        "mchid": options.mchid,
        "nonce_str": nonce,
        "signature": rsa_sign(key, message),
        "timestamp": stamp,
        "serial_no": merchant["serial_no"],
    }
    return f"{SCHEME} " + ",".join(f'{name}="{value}"' for name, value in items.items())


def _ask(options: argparse.Namespace, path: str) -> Any:
    request = Request(options.url + path)  # noqa: S310 - only http gets here
    if options.world:
        request.add_header("X-Sim-World", options.world)
    with urlopen(request, timeout=10) as answer:  # noqa: S310 - same
        return json.load(answer)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    main()
