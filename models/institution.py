"""Who teaches: a school, whose account is paid, its rules and its current terms."""

from models.base import Entity
from models.contract import Contract
from models.policy import Policy


class Institution(Entity):
    """A school: what it is called, whose account is paid, its rules and its current contract."""

    id: str
    name: str
    merchant_id: str
    region: str = ""
    service_phone: str = ""
    policy: Policy = Policy()
    contract: Contract
