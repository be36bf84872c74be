"""Our product as its users see it: the Mini Program of one learner, and one institution's back office."""

from typing import Any
from uuid import uuid4

from aiohttp import ClientSession

from lab.rig.http import HttpError, call
from lab.rig.simulator import Person, Simulator
from lab.rig.waiting import until

UNAUTHENTICATED = 401


def order_body(course_id: str, fee_mode: str, student: str, offer_id: str, contract_version: str) -> dict[str, Any]:
    """Return what the Mini Program sends when somebody orders what the page shows."""
    return {
        "course_id": course_id,
        "fee_mode": fee_mode,
        "student_name": student,
        "offer_id": offer_id,
        "contract": {"version": contract_version, "accepted": True},
    }


class MiniProgram:
    """One learner's phone: logs in silently again when the session has ended, as Mini Programs do."""

    def __init__(self, address: str, session: ClientSession, simulator: Simulator, person: Person, appid: str) -> None:
        self._address = address
        self._session = session
        self._simulator = simulator
        self._appid = appid
        self.person = person
        self.token = ""

    @property
    def name(self) -> str:
        """The name of whose phone it is."""
        return self.person.nickname

    async def log_in(self) -> Any:  # noqa: ANN401 - parsed JSON
        """Log in with a fresh code."""
        code = await self._simulator.login_code(self.person, self._appid)
        made = await call(self._session, "POST", f"{self._address}/v1/sessions", {"code": code})
        self.token = made["token"]
        return made

    async def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - parsed JSON
        """Use the learner's API."""
        for again in (True, False):
            sent = {"Authorization": f"Bearer {self.token}", **(headers or {})}
            try:
                return await call(self._session, method, f"{self._address}/v1{path}", body, sent)
            except HttpError as error:
                if error.status != UNAUTHENTICATED or not again:
                    raise
                await self.log_in()
        return None

    async def answer_wx(self, wx: dict[str, Any], decision: str = "accept") -> Any:  # noqa: ANN401 - parsed JSON
        """Make the call of WeChat an answer asks for, and decide on the page it opens."""
        return await self._simulator.make_wx_call(self.person, wx, decision)

    async def authorize(self, institution_id: str) -> None:
        """Allow billing by Pay Score on WeChat's own page, and wait until we were told."""
        answer = await self.call("POST", "/authorizations", {"institution_id": institution_id})
        await self.answer_wx(answer["wx"])
        await until(
            lambda: self.call("GET", "/authorizations"),
            lambda found: (
                (institution_id, "active") in [(x["institution_id"], x["state"]) for x in found["authorizations"]]
            ),
            "WeChat tells us the permission is given",
        )

    async def place_order(self, course_id: str, fee_mode: str, student: str, key: str = "") -> Any:  # noqa: ANN401
        """Open the product page, accept the terms shown there, and order."""
        page = await self.call("GET", f"/courses/{course_id}")
        body = order_body(course_id, fee_mode, student, page["offer_id"], page["contract"]["version"])
        return await self.call("POST", "/orders", body, {"Idempotency-Key": key or uuid4().hex})

    async def order(self, no: str) -> Any:  # noqa: ANN401 - parsed JSON
        """Look at an order."""
        return await self.call("GET", f"/orders/{no}")

    async def order_becomes(self, no: str, state: str) -> Any:  # noqa: ANN401 - parsed JSON
        """Wait until an order is in this state."""
        return await until(lambda: self.order(no), lambda order: order["state"] == state, f"order {no} becomes {state}")

    async def timeline(self, no: str) -> list[Any]:
        """Read why something was, or was not, charged."""
        return list((await self.call("GET", f"/orders/{no}/timeline"))["entries"])

    async def confirm(self, no: str, lesson: int) -> Any:  # noqa: ANN401 - parsed JSON
        """Confirm a lesson."""
        return await self.call("POST", f"/orders/{no}/lessons/{lesson}/confirmation")


class School:
    """One institution's back office, by API key."""

    def __init__(self, address: str, session: ClientSession, key: str) -> None:
        self._address = address
        self._session = session
        self._headers = {"Authorization": f"Bearer {key}"}

    async def call(self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> Any:  # noqa: ANN401 - parsed JSON
        """Use the institution's API."""
        sent = {**self._headers, **(headers or {})}
        return await call(self._session, method, f"{self._address}/v1/institution{path}", body, sent)

    async def report(self, order_no: str, lesson: int, taught_at: str) -> Any:  # noqa: ANN401 - parsed JSON
        """Report one lesson as taught."""
        row = {"report_id": f"{order_no}-{lesson}", "order_no": order_no, "lesson": lesson, "taught_at": taught_at}
        return await self.call("POST", "/attendance", {"rows": [row]})
