"""What the driver raises when MongoDB cannot be reached, in our words, so that nobody else must know the driver."""

from collections.abc import Callable, Coroutine
from functools import wraps
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar

from pymongo.errors import ConnectionFailure, ExecutionTimeout, WTimeoutError

from models.errors import NotReady

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")


def names_failures(store: type[S]) -> type[S]:
    """Let every public method of a store class raise NotReady `database_unreachable` for a database out of reach.

    Whether a write took effect is then unknown; every operation of the stores may be repeated.
    """
    for name, method in list(vars(store).items()):
        if iscoroutinefunction(method) and not name.startswith("_"):
            setattr(store, name, named(method))
    return store


def named(method: Callable[P, Coroutine[Any, Any, R]]) -> Callable[P, Coroutine[Any, Any, R]]:
    """Let one coroutine function do the same."""

    @wraps(method)
    async def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return await method(*args, **kwargs)
        except (ConnectionFailure, ExecutionTimeout, WTimeoutError) as failure:
            raise NotReady("database_unreachable", reason=type(failure).__name__) from failure

    return call
