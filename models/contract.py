"""The terms a learner accepts, and the proof that exactly these were accepted."""

from hashlib import sha256
from json import dumps

from models.base import Fen, Moment, Value


class Contract(Value):
    """One version of an institution's terms. A changed text is a new version, never an edit."""

    version: str
    title: str
    text: str

    @property
    def text_sha256(self) -> str:
        """Fingerprint of the exact text shown."""
        return sha256(self.text.encode()).hexdigest()


class Acceptance(Value):
    """What was accepted, when, and from where; hashes prove offer, text and prices were these and no others."""

    offer_id: str
    contract_version: str
    text_sha256: str
    price_list_sha256: str
    accepted_at: Moment
    address: str
    agent: str


def price_list_sha256(prices_fen: list[Fen]) -> str:
    """Fingerprint of a price list: canonical JSON of the prices in lesson order."""
    return sha256(dumps(prices_fen, separators=(",", ":")).encode()).hexdigest()
