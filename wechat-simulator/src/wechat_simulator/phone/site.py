"""The phone's files: its pages, WeChat's component framework, and the Mini Program's source."""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from wechat_simulator.errors import ControlError
from wechat_simulator.surface import Answer, Call, Handler, Plane, Route, json_answer

PHONE_FOLDER = Path(__file__).parents[3] / "phone"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".json": "application/json; charset=utf-8",
    ".wasm": "application/wasm",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".webp": "image/webp",
    **dict.fromkeys((".wxml", ".wxss", ".wxs"), "text/plain; charset=utf-8"),
}
_VENDOR = {
    "glass-easel.js": "glass-easel/dist/glass_easel.all.es.js",
    "adapter.js": ("glass-easel-miniprogram-adapter/dist/glass_easel_miniprogram_adapter.es.js"),
    "compiler.js": "glass-easel-template-compiler/pkg/glass_easel_template_compiler_bg.js",
    "compiler.wasm": "glass-easel-template-compiler/pkg/glass_easel_template_compiler_bg.wasm",
}
_INLINE_SCRIPT = re.compile(rb"<script type=\"importmap\">(.*?)</script>", re.DOTALL)
_RUNS_MINIPROGRAMS = "container.html"
_A_WEEK = "max-age=604800"


@dataclass(frozen=True)
class Site:
    """Where the phone's pages and the Mini Program lie; ``panels`` are addresses to show beside."""

    phone: Path = PHONE_FOLDER
    miniprogram: Path | None = None
    panels: tuple[tuple[str, str], ...] = ()

    @property
    def ready(self) -> bool:
        """Whether the component framework is installed."""
        return all((self.phone / "node_modules" / path).is_file() for path in _VENDOR.values())


def routes(place: Site) -> tuple[Route, ...]:
    """Return the routes of all files; the longest prefix wins."""
    table = (
        ("/phone", _home),
        ("/phone/vendor/{path}", _vendor(place)),
        ("/phone/miniprogram/{path:.*}", _miniprogram(place)),
        ("/phone/{path:.*}", _page(place)),
    )
    served = tuple(Route("GET", path, handler, Plane.CONTROL) for path, handler in table)
    return (*served, Route("GET", "/_sim/phone", _about(place), Plane.CONTROL))


def _about(place: Site) -> Handler:
    async def serve(call: Call) -> Answer:
        """Answer what the phone's pages must know before they begin."""
        del call
        panels = [{"name": name, "address": address} for name, address in place.panels]
        runs = place.ready and place.miniprogram is not None
        return json_answer({"panels": panels, "runs_miniprograms": runs})

    return serve


async def _home(call: Call) -> Answer:
    del call
    return Answer(status=308, headers={"Location": "/phone/"})


def _vendor(place: Site) -> Handler:
    async def serve(call: Call) -> Answer:
        name = _VENDOR.get(call.params["path"])
        if name is None:
            raise _missing(call)
        if not place.ready:
            raise ControlError("run `npm ci` in wechat-simulator/phone first", status=503)
        return _file(place.phone / "node_modules" / name, {"Cache-Control": _A_WEEK})

    return serve


def _miniprogram(place: Site) -> Handler:
    async def serve(call: Call) -> Answer:
        if place.miniprogram is None:
            raise ControlError("start the simulator with --miniprogram FOLDER", status=404)
        return _file(_inside(place.miniprogram, call), {"Cache-Control": "no-cache"})

    return serve


def _page(place: Site) -> Handler:
    async def serve(call: Call) -> Answer:
        path = _inside(place.phone, call)
        answer = _file(path, {"Cache-Control": "no-cache"})
        if path.suffix == ".html":
            answer.headers["Content-Security-Policy"] = _policy(place, path.name, answer.body)
        return answer

    return serve


def _inside(folder: Path, call: Call) -> Path:
    """Return the file of a request; nothing outside the folder, hidden, or of another kind."""
    wanted = call.params["path"] or "index.html"
    path = (folder / wanted).resolve()
    hidden = any(part.startswith(".") or part == "node_modules" for part in Path(wanted).parts)
    if hidden or not path.is_relative_to(folder.resolve()) or path.suffix not in _TYPES:
        raise _missing(call)
    return path


def _file(path: Path, headers: dict[str, str]) -> Answer:
    try:
        body = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError):
        raise ControlError(f"there is no {path.name}", status=404) from None
    safe = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
    return Answer(body=body, content_type=_TYPES[path.suffix], headers=headers | safe)


def _missing(call: Call) -> ControlError:
    return ControlError(f"nothing is served at {call.raw_url}", status=404)


def _policy(place: Site, name: str, page: bytes) -> str:
    """Return the page's content policy: only files of ours, and eval where templates compile."""
    scripts = ["'self'", *(_hash(text) for text in _INLINE_SCRIPT.findall(page))]
    if name == _RUNS_MINIPROGRAMS:
        scripts.append("'unsafe-eval'")
    frames = " ".join(["'self'", *(address for _, address in place.panels)])
    return (
        f"default-src 'self'; script-src {' '.join(scripts)}; style-src 'self' 'unsafe-inline'; "
        f"img-src 'self' data:; frame-src {frames}; frame-ancestors 'self'; base-uri 'none'"
    )


def _hash(script: bytes) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
