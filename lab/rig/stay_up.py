"""Programs that stay up for people: the same addresses each time, until Ctrl-C."""

from rich.console import Console

from lab.rig.processes import free_port
from lab.rig.rig import Ports
from server.running import until_asked_to_stop

SIMULATOR_PORT, SERVER_PORT = 8090, 8080


def fixed_ports(console: Console) -> Ports:
    """Return the ports people know, another for one that is taken, and say so."""
    ports = Ports(free_port(SIMULATOR_PORT), free_port(SERVER_PORT))
    for wanted, taken in ((SIMULATOR_PORT, ports.simulator), (SERVER_PORT, ports.server)):
        if taken != wanted:
            console.print(f"端口 {wanted} 被占用，改用 {taken}。", style="yellow", highlight=False)
    return ports


async def stay_up(console: Console) -> None:
    """Wait until somebody asks to stop."""
    console.print("Ctrl-C 结束。")
    await until_asked_to_stop()
