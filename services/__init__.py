"""Use cases: one verb a function. They decide by calling `models` and reach the outside through `ports` only."""
