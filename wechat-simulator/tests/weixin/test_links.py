"""Requests for schemes, links and codes; the picture."""

import struct
import zlib

import pytest

from wechat_simulator.weixin.links import code_fault, expires_at_s, expiry_fault, target_fault
from wechat_simulator.weixin.pictures import SIGNATURE, picture

NOW = 1_700_000_000


@pytest.mark.parametrize(
    ("target", "code"),
    [
        ({}, None),
        ({"path": "/pages/index", "query": "a=1", "env_version": "trial"}, None),
        ({"path": "pages/index?a=1"}, 40165),
        ({"path": 5}, 40165),
        ({"query": "x" * 1025}, 40212),
        ({"env_version": "formal"}, 85402),
    ],
)
def test_target(target: dict[str, object], code: int | None) -> None:
    assert target_fault(target) == code


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"expire_type": 1, "expire_interval": 30}, None),
        ({"expire_type": 1, "expire_interval": 31}, 85401),
        ({"expire_type": 1}, 85401),
        ({"expire_type": 2, "expire_time": NOW + 100}, 85401),
        ({"expire_time": NOW + 60}, None),
        ({"expire_time": NOW + 59}, 85401),
        ({"expire_time": NOW + 30 * 86400 + 1}, 85401),
        ({}, 85401),
    ],
)
def test_expiry(body: dict[str, object], code: int | None) -> None:
    assert expiry_fault(body, NOW) == code


def test_end_of_life() -> None:
    assert expires_at_s({"expire_type": 1, "expire_interval": 2}, NOW) == NOW + 2 * 86400
    assert expires_at_s({"expire_time": NOW + 61}, NOW) == NOW + 61


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"scene": "a=1"}, None),
        ({"scene": "a", "page": "pages/index/index"}, None),
        ({"scene": "a", "page": "pages/none", "check_path": False}, None),
        ({"scene": "a", "page": "pages/none"}, 41030),
        ({"scene": "a", "page": "/pages/index/index"}, 41030),
        ({"scene": "a", "page": "pages/index/index?a=1"}, 41030),
        ({}, 40129),
        ({"scene": ""}, 40129),
        ({"scene": "课"}, 40129),
        ({"scene": "x" * 33}, 40169),
        ({"scene": "a", "width": 279}, 40097),
        ({"scene": "a", "width": "430"}, 40097),
        ({"scene": "a", "env_version": "formal"}, 85402),
    ],
)
def test_code(body: dict[str, object], code: int | None) -> None:
    assert code_fault(body, {"pages/index/index"}) == code


def test_the_picture_is_a_png_fixed_by_its_text() -> None:
    image = picture("a=1", 280)
    assert image.startswith(SIGNATURE)
    assert struct.unpack(">II", image[16:24]) == (280, 280)
    data = image[image.index(b"IDAT") + 4 : image.index(b"IEND") - 8]
    assert len(zlib.decompress(data)) == 280 * 281
    assert image == picture("a=1", 280) != picture("a=2", 280)
