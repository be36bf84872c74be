"""Checks of the requests for schemes, URL links and codes of a Mini Program.

Sources: …/qrcode-link/url-scheme/generateScheme, …/url-link/generateUrlLink, …/qr-
code/getUnlimitedQRCode. A fault is told as an error code; None means the request is well formed.
"""

from collections.abc import Collection, Mapping

from wechat_simulator.weixin.scenes import SCENE_CHARS, is_code_scene

BAD_PATH, BAD_QUERY, BAD_EXPIRY, BAD_VERSION = 40165, 40212, 85401, 85402
BAD_SCENE, BAD_SCENE_LENGTH, BAD_PAGE, BAD_ARGS = 40129, 40169, 41030, 40097
VERSIONS = {"release", "trial", "develop"}
MAX_QUERY_CHARS = 1024
MAX_DAYS = 30
MIN_WIDTH, MAX_WIDTH = 280, 1280


def target_fault(target: Mapping[str, object]) -> int | None:
    """Judge `path`, `query` and `env_version` of a scheme's jump_wxa or of a URL link."""
    path, query = target.get("path", ""), target.get("query", "")
    if not isinstance(path, str) or "?" in path:
        return BAD_PATH
    if not isinstance(query, str) or len(query) > MAX_QUERY_CHARS:
        return BAD_QUERY
    return None if target.get("env_version", "release") in VERSIONS else BAD_VERSION


def expiry_fault(body: Mapping[str, object], now_s: int) -> int | None:
    """Judge `expire_type` 0 (`expire_time`, a minute to 30 days ahead) or 1 (1 to 30 days)."""
    if body.get("expire_type", 0) == 1:
        days = body.get("expire_interval")
        return None if isinstance(days, int) and 1 <= days <= MAX_DAYS else BAD_EXPIRY
    when = body.get("expire_time")
    if body.get("expire_type", 0) != 0 or not isinstance(when, int):
        return BAD_EXPIRY
    return None if now_s + 60 <= when <= now_s + MAX_DAYS * 86400 else BAD_EXPIRY


def expires_at_s(body: Mapping[str, object], now_s: int) -> int:
    """Return the end of a link's life as unix seconds; only after `expiry_fault` said None."""
    if body.get("expire_type", 0) == 1:
        return now_s + int(str(body["expire_interval"])) * 86400
    return int(str(body["expire_time"]))


def code_fault(body: Mapping[str, object], pages: Collection[str]) -> int | None:
    """Judge a request for an unlimited code; `pages` are the released ones, empty for "any"."""
    scene, page = body.get("scene"), body.get("page", "")
    if not isinstance(scene, str) or not scene:
        return BAD_SCENE
    if not is_code_scene(scene):
        return BAD_SCENE_LENGTH if len(scene) > SCENE_CHARS else BAD_SCENE
    if not isinstance(page, str) or page.startswith("/") or "?" in page:
        return BAD_PAGE
    if body.get("check_path", True) and pages and page and page not in pages:
        return BAD_PAGE
    width = body.get("width", 430)
    if not isinstance(width, int) or not MIN_WIDTH <= width <= MAX_WIDTH:
        return BAD_ARGS
    return None if body.get("env_version", "release") in VERSIONS else BAD_VERSION
