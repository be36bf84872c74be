"""A thin JSON client over HTTP for the product and the simulator."""

from typing import Any

from aiohttp import ClientSession


class HttpError(Exception):
    """An answer that is not 2xx, with what it said."""

    def __init__(self, status: int, body: Any) -> None:  # noqa: ANN401 - whatever the server sent
        super().__init__(f"HTTP {status}: {body}")
        self.status = status
        self.body = body

    @property
    def code(self) -> str:
        """Our error code, or nothing when the body has none."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return str(error["code"]) if error else ""

    @property
    def message(self) -> str:
        """The sentence meant for people."""
        error = self.body.get("error") if isinstance(self.body, dict) else None
        return str(error["message"]) if error else str(self.body)


async def call(
    session: ClientSession, method: str, url: str, body: object = None, headers: dict[str, str] | None = None
) -> Any:  # noqa: ANN401 - parsed JSON
    """Make one request and give its JSON (None for 204); raises HttpError unless the status is 2xx."""
    async with session.request(method, url, json=body, headers=headers) as answer:
        parsed = await answer.json(content_type=None) if answer.status != 204 else None
        if not answer.ok:
            raise HttpError(answer.status, parsed)
        return parsed
