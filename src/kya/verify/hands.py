"""Other processors, for work that only confirms: forked, and gone with their answer.

A hand has all that was read until it was forked, and changes nothing of it here. What
no hand is free for is done on the spot, so that nobody waits.
"""

import os
import pickle
import signal
from collections.abc import Callable
from contextlib import ExitStack, suppress
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self, TypeVar

T = TypeVar("T")

_CONFIRMED = 0
_DOUBTED = 1


class Hands:
    """At most one process for each processor but one, beside this process."""

    def __init__(self, processors: int) -> None:
        self._free = processors - 1 if hasattr(os, "fork") else 0
        # With the work itself: what is let go while a fork shares it is copied first.
        self._at_work: dict[int, Callable[[], object]] = {}
        self._doubted = False
        self._files = ExitStack()

    def __enter__(self) -> Self:
        """Begin with nobody at work."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End whoever is still at work: nobody waits for the answer any more."""
        for pid in self._at_work:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
        self._at_work.clear()
        self._files.close()

    @property
    def is_alone(self) -> bool:
        """Whether there is no other processor."""
        return self._free == 0

    def confirm(self, work: Callable[[], bool]) -> None:
        """Have this done, here or elsewhere; it counts in `confirmed`."""
        self._meet(os.WNOHANG)
        if len(self._at_work) >= self._free:
            self._doubted = not work() or self._doubted
            return
        self._fork(work, lambda: _CONFIRMED if work() else _DOUBTED)

    def asked(self, work: Callable[[], T]) -> Callable[[], T]:
        """Return what gives the answer of this work, after all is confirmed."""
        file = self._files.enter_context(TemporaryFile())  # noqa: SIM115  closed with us

        def written() -> int:
            pickle.dump(work(), file)
            file.flush()
            return _CONFIRMED

        def answer() -> T:
            file.seek(0)
            found: T = pickle.load(file)  # noqa: S301  our own fork wrote it
            return found

        self._fork(work, written)
        return answer

    def confirmed(self) -> bool:
        """Tell whether all that was given was confirmed, when all of it is done."""
        self._meet(0)
        return not self._doubted

    def _fork(self, work: Callable[[], object], done: Callable[[], int]) -> None:
        """Have a process do this and end; whatever goes wrong there is a doubt."""
        pid = os.fork()
        if pid:
            self._at_work[pid] = work
            return
        code = _DOUBTED
        try:
            code = done()
        finally:
            os._exit(code)

    def _meet(self, options: int) -> None:
        """Take the answers of those who are done, or of all."""
        for pid in list(self._at_work):
            done, status = os.waitpid(pid, options)
            if done:
                del self._at_work[pid]
                self._doubted = self._doubted or status != 0
