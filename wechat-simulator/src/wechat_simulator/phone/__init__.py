"""The phone under ``/phone``: the screen of this WeChat in a browser, and what it asks for.

Its pages are files; they speak to the control plane like any other program. A Mini Program is read
from a folder, and what it requests from its own server goes through here, so that the server need
not open itself to pages of other origins.
"""

from __future__ import annotations

from wechat_simulator.phone import forward, people, site, wallet
from wechat_simulator.phone.forward import RequestDomains
from wechat_simulator.phone.site import Site
from wechat_simulator.surface import Surface


def surface(place: Site) -> Surface:
    """Return the pages and the views of the phone."""
    modules = (forward, people, wallet)
    routes = tuple(route for module in modules for route in module.routes())
    return Surface(routes=(*routes, *site.routes(place)), parts=(RequestDomains,))
