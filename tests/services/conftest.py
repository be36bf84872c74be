import pytest

from tests.fakes.worlds import World


@pytest.fixture
def world() -> World:
    return World()
