"""Pictures of complaints: uploaded by merchants, shown by users."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING, Any

import orjson

from wechat_simulator.complaints.state import Complaints, Image
from wechat_simulator.errors import WeChatPayError, param_error
from wechat_simulator.multipart import FormPart, parts_of
from wechat_simulator.surface import Answer, Call, json_answer

if TYPE_CHECKING:
    from wechat_simulator.fields import Fields

_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "bmp": "image/bmp"}
_BIGGEST = 2 * 1024 * 1024
_MOST = 4
_MEDIA_ID = 512


async def upload(call: Call) -> Answer:
    """Take a jpg, png or bmp of at most 2 MB whose SHA-256 is the one in ``meta``."""
    parts = parts_of(call.body)
    meta, file = _meta(parts.get("meta")), parts.get("file")
    if file is None:
        raise param_error("/file", "缺少图片文件")
    name = str(meta.get("filename", ""))
    if name.rpartition(".")[2].lower() not in _TYPES or name != file.filename:
        raise param_error("/meta/filename", "图片仅支持jpg、png、bmp格式，且与文件名一致", name)
    if len(file.content) > _BIGGEST:
        raise param_error("/file", "图片大小不能超过2M")
    if hashlib.sha256(file.content).hexdigest() != str(meta.get("sha256", "")).lower():
        raise param_error("/meta/sha256", "图片的sha256与文件内容不一致")
    media_id = f"{call.world.ids.hex('media', 32).upper()}.{name.rpartition('.')[2].lower()}"
    data = base64.b64encode(file.content).decode()
    Complaints.of(call.world).images[media_id] = Image(call.merchant.mchid, name, data)
    return json_answer({"media_id": media_id})


def _meta(part: FormPart | None) -> dict[str, Any]:
    try:
        plain = orjson.loads(part.content if part else b"")
    except orjson.JSONDecodeError:
        plain = None
    if not isinstance(plain, dict):
        raise param_error("/meta", "缺少媒体文件元信息")
    return plain


async def download(call: Call) -> Answer:
    """Answer the bytes of a picture; downloads are not signed."""
    image = Complaints.of(call.world).images.get(call.params["media_id"])
    if image is None or image.mchid != call.merchant.mchid:
        raise WeChatPayError(404, "RESOURCE_NOT_EXISTS", "图片不存在")
    kind = _TYPES.get(image.filename.rpartition(".")[2].lower(), "image/jpeg")
    return Answer(body=base64.b64decode(image.data), content_type=kind, signed=False)


def image_ids(call: Call, body: Fields, name: str) -> list[str]:
    """Return a list of at most four media ids that this merchant uploaded."""
    ids = body.texts(name, _MOST, _MEDIA_ID)
    images = Complaints.of(call.world).images
    for media_id in ids:
        if media_id not in images or images[media_id].mchid != call.merchant.mchid:
            raise body.error(name, "media_id无效")
    return ids
