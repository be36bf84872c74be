"""A real mongod from a wheel, started and ended with its owner (docs/decisions/0003-embedded-mongod.md)."""
