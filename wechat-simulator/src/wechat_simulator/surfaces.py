"""The list of everything this simulator speaks: add a module's ``surface()`` here."""

from __future__ import annotations

from wechat_simulator import (
    bills,
    certificates,
    complaints,
    control,
    notifier,
    payments,
    payscore,
    phone,
    refunds,
    weixin,
)
from wechat_simulator.phone.site import Site
from wechat_simulator.surface import Registry, Surface
from wechat_simulator.switches import CORE_SWITCHES


def registry(site: Site | None = None) -> Registry:
    """Return all surfaces, merged; ``site`` says where the phone's files lie."""
    return Registry(
        (
            Surface(switches=CORE_SWITCHES),
            notifier.surface(),
            control.surface(),
            certificates.surface(),
            payments.surface(),
            refunds.surface(),
            bills.surface(),
            complaints.surface(),
            payscore.surface(),
            weixin.surface(),
            phone.surface(site or Site()),
        )
    )
