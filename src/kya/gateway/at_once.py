"""What can be done at once is done at once: without a timer, and without a wait."""

from collections.abc import Awaitable, Coroutine, Generator
from types import coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def at_once(work: Coroutine[Any, Any, T]) -> T | Awaitable[T]:
    """Run the coroutine now; return what it returns, or, if it waits, its rest.

    Its rest goes on from where it waits, for whoever awaits it. What it raises before
    its first wait is raised here.
    """
    try:
        wait = work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    return _rest_of(work, wait)


@coroutine
def _rest_of(work: Coroutine[Any, Any, T], wait: object) -> Generator[object, Any, T]:
    """Wait for what the coroutine waits for, until it returns; a cancel reaches it."""
    while True:
        try:
            try:
                sent = yield wait
            except BaseException as error:  # noqa: BLE001  handed on to whom it is for
                wait = work.throw(error)
            else:
                wait = work.send(sent)
        except StopIteration as end:
            result: T = end.value
            return result
