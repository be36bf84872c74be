"""Fixtures are kept by subject, one plugin each."""

pytest_plugins = [
    "tests.fixtures_hypothesis",
    "tests.fixtures_mongo",
    "tests.fixtures_simulator",
    "tests.fixtures_world",
]
