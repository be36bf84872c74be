"""How long and how randomly hypothesis looks: the same steady look in every run, or a long search on demand.

`pytest --hypothesis-profile search` looks elsewhere each time and keeps what it finds in `.hypothesis`.
"""

import pytest
from hypothesis import settings


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Register both profiles; without a word on the command line the steady one is used."""
    settings.register_profile("steady", derandomize=True, deadline=None, database=None)
    settings.register_profile("search", derandomize=False, deadline=None, max_examples=2000)
    if not config.getoption("--hypothesis-profile"):
        settings.load_profile("steady")
