"""Everyone who uses the product over HTTP, wherever it runs: learners, institutions, and WeChat beside it."""

from dataclasses import dataclass, field

from aiohttp import ClientSession

from lab.rig.product import MiniProgram, School
from lab.rig.simulator import Simulator


@dataclass
class Clients:
    """Where the product and the simulator are, and how to come in."""

    address: str
    appid: str
    session: ClientSession
    simulator: Simulator
    keys: dict[str, str] = field(repr=False)
    """The API key of each institution of the sample data."""

    def school(self, institution_id: str) -> School:
        """Sit down in an institution's back office."""
        return School(self.address, self.session, self.keys[institution_id])

    async def learner(self, nickname: str = "家长", **properties: object) -> MiniProgram:
        """Hand a phone to a new WeChat user and log in."""
        person = await self.simulator.add_person(self.appid, nickname, **properties)
        phone = MiniProgram(self.address, self.session, self.simulator, person, self.appid)
        await phone.log_in()
        return phone
