"""What may stand in the `scene` of a Mini Program code and of an Official Account QR code."""

import re

SCENE_CHARS = 32
STR_SCENE_CHARS = 64
LARGEST_PERMANENT_SCENE = 100_000
_CODE_SCENE = re.compile(r"[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]+")


def is_code_scene(scene: str) -> bool:
    """Rule of getwxacodeunlimit: 1 to 32 visible characters of a fixed set (no `%`, no Chinese)."""
    return len(scene) <= SCENE_CHARS and _CODE_SCENE.fullmatch(scene) is not None


def is_permanent_scene_id(scene_id: object) -> bool:
    """Rule of QR_LIMIT_SCENE: a number from 1 to 100000."""
    return _is_number_to(LARGEST_PERMANENT_SCENE, scene_id)


def is_temporary_scene_id(scene_id: object) -> bool:
    """Rule of QR_SCENE: a non-zero number of 32 bits."""
    return _is_number_to(0xFFFF_FFFF, scene_id)


def is_scene_str(scene_str: object) -> bool:
    """Rule of the two string scenes: 1 to 64 characters."""
    return isinstance(scene_str, str) and 1 <= len(scene_str) <= STR_SCENE_CHARS


def _is_number_to(largest: int, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= largest
