"""The one reply to a message, and the road it takes: the answer to WeChat's push, or a message of its own."""

import asyncio

from structlog import get_logger

from models.errors import Declined, OutsideFailure
from models.messages import Incoming, Reply
from services.ports import Ports

log = get_logger()


class Handover:
    """The one place that decides the road: into the answer while that is open, else as a customer-service message."""

    def __init__(self, ports: Ports, incoming: Incoming, *, is_open: bool = True) -> None:
        self.is_told = False
        self._ports = ports
        self._incoming = incoming
        self._is_open = is_open
        self._reply: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()

    async def tell(self, reply: Reply) -> None:
        """Take the one reply; from now on it counts as told, whatever becomes of it on its road."""
        self.is_told = True
        if self._is_open:
            self._reply.set_result(reply)
        else:
            await self.send(reply)

    async def send(self, reply: Reply) -> None:
        """Send a reply as a customer-service message.

        One try only: its outcome may be unknown, and twice is worse than never.
        """
        if not reply.text:
            return
        try:
            await self._ports.messenger.send_text(self._incoming.openid, reply.text)
        except (Declined, OutsideFailure) as error:
            key = self._incoming.key
            log.warning("late reply not taken", action="oa.late_reply_lost", key=key, code=error.code)

    async def wait(self, seconds: float) -> None:
        """Wait for the reply, that long at most; the work goes on either way."""
        await asyncio.wait({self._reply}, timeout=max(0.0, seconds))

    def close(self) -> Reply:
        """Return the reply if it came; one that comes from now on is sent."""
        self._is_open = False
        return self._reply.result() if self._reply.done() else Reply()
