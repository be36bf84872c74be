"""Whether this process may act: only on a database that remembers everything, and that is still the one it was."""

from models.errors import NotReady
from models.generation import Memory
from services.ports import Ports

RETRY_AFTER_S = 60


async def is_present(ports: Ports) -> bool:
    """Whether this process was started in the database's present life."""
    return (await ports.generations.current()).mark == ports.ids.mark


async def may_act(ports: Ports) -> bool:
    """Whether work may be done now."""
    generation = await ports.generations.current()
    return generation.mark == ports.ids.mark and generation.memory is Memory.WHOLE


async def require_memory(ports: Ports) -> None:
    """Raise NotReady `catching_up` after a restore until WeChat has been asked about everything in doubt.

    Raises NotReady `generation_over` in a process that was started before the restore: what it would write, and the
    numbers it would make, belong to a life that is over.
    """
    generation = await ports.generations.current()
    if generation.mark != ports.ids.mark:
        raise NotReady("generation_over", retry_after_s=RETRY_AFTER_S)
    if generation.memory is not Memory.WHOLE:
        raise NotReady("catching_up", retry_after_s=RETRY_AFTER_S)
