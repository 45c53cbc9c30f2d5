"""The engines of policies: a process for each text, which is asked within a time.

A question waits for its answer and for nothing else, and no longer than it may: then
the process is ended and another one started, and until that is ready whatever is asked
is late. Only a policy's own text decides; there is nothing to set here but the times.
"""

import asyncio
import contextlib
import os
import select
import subprocess
import sys
import time
from collections.abc import Iterable
from typing import Final

import msgspec

from kya.adapters.policy_worker import READY
from kya.codec import canonical
from kya.codec.overlays import policy_fields, said_of
from kya.core.limits import OVERLAY_ANSWER_MICROS_MAX, OVERLAY_READY_MICROS_MAX
from kya.core.overlay import Policy, Said, Verdict

_COMMAND: Final = (sys.executable, "-I", "-m", "kya.adapters.policy_worker")
_LATE: Final = Said(Verdict.LATE)
_FAILED: Final = Said(Verdict.FAILED)
_LINE_BYTES_MAX: Final = 1 << 16
_PAUSE_SECONDS: Final = 0.005
_DECODER: Final = msgspec.json.Decoder(tuple[str, list[str]])


class PolicyEngines:
    """The processes of the policies that were asked, by their digest and engine."""

    __slots__ = ("_answer_micros", "_ready_micros", "_workers")

    def __init__(
        self,
        answer_micros: int = OVERLAY_ANSWER_MICROS_MAX,
        ready_micros: int = OVERLAY_READY_MICROS_MAX,
    ) -> None:
        """Wait no longer than this for an answer, and for a policy to be ready."""
        self._answer_micros = answer_micros
        self._ready_micros = ready_micros
        self._workers: dict[Policy, _Worker] = {}

    def ask(self, policy: Policy, question: bytes) -> Said:
        """Return what the policy says of the order in the question; never raises."""
        worker = self._worker(policy)
        said = worker.ask(question, self._answer_micros)
        if worker.is_over:
            worker.end()
            self._workers[policy] = _Worker(policy)
        return said

    def ask_when_ready(self, policy: Policy, question: bytes) -> Said:
        """Return the same, after waiting for the engine if it has not started yet."""
        self.became(policy)
        return self.ask(policy, question)

    async def ready(self, policies: Iterable[Policy]) -> None:
        """Start what is to be asked, end all else, and wait for it; not for ever."""
        wanted = list(policies)
        for policy in [known for known in self._workers if known not in wanted]:
            self._workers.pop(policy).end()
        workers = [self._worker(policy) for policy in wanted]
        ends = time.monotonic() + self._ready_micros / 1e6
        for worker in workers:
            # Nothing tells the loop that a process has written but its pipe, and a
            # pause is simpler than a second reader of that.
            while not worker.became(0) and time.monotonic() < ends:  # noqa: ASYNC110
                await asyncio.sleep(_PAUSE_SECONDS)

    def became(self, policy: Policy) -> str:
        """Return what became of the policy in its engine; empty if not in time."""
        return self._worker(policy).became(self._ready_micros)

    def close(self) -> None:
        """End every process."""
        while self._workers:
            self._workers.popitem()[1].end()

    def _worker(self, policy: Policy) -> "_Worker":
        worker = self._workers.get(policy)
        if worker is None:
            worker = self._workers[policy] = _Worker(policy)
        return worker


class _Worker:
    """One process and what became of its policy, once it has said so."""

    __slots__ = ("_became", "_poll", "_process", "_read", "_write", "is_over")

    def __init__(self, policy: Policy) -> None:
        # Without our environment: a policy's author has no business in it.
        self._process = subprocess.Popen(  # noqa: S603  our own program
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            bufsize=0,
        )
        self._became = ""
        self.is_over = False
        pipes = self._process.stdin, self._process.stdout
        self._write, self._read = (pipe.fileno() if pipe else -1 for pipe in pipes)
        self._poll = select.poll()
        self._poll.register(self._read, select.POLLIN)
        self._tell(canonical.encode_line(policy_fields(policy)))

    def became(self, micros: int) -> str:
        """Return what became of the policy, after so long at most; empty if unknown."""
        if not self._became:
            line = self._line(micros)
            if line is not None:
                try:
                    self._became = msgspec.json.decode(line, type=str)
                except msgspec.DecodeError:  # It ended before it said a word.
                    self._became = Verdict.FAILED.value
        return self._became

    def ask(self, question: bytes, micros: int) -> Said:
        """Return the answer that comes within so long; late while it is not ready."""
        became = self.became(0)
        if became != READY:
            return said_of(became, []) if became else _LATE
        self._tell(question)
        line = self._line(micros)
        if line is None:
            self.is_over = True
            return _LATE
        try:
            return said_of(*_DECODER.decode(line))
        except msgspec.DecodeError:
            self.is_over = True
            return _FAILED

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()

    def _tell(self, line: bytes) -> None:
        """Write a line; a process that is gone will be found when it is read."""
        with contextlib.suppress(BrokenPipeError):
            os.write(self._write, line)

    def _line(self, micros: int) -> bytes | None:
        """Return the next line, empty at the end, or None if none comes in time."""
        ends, found = time.monotonic() + micros / 1e6, b""
        while not found.endswith(b"\n") and len(found) < _LINE_BYTES_MAX:
            left = max(0, ends - time.monotonic())
            if not self._poll.poll(left * 1e3):
                return None
            more = os.read(self._read, _LINE_BYTES_MAX)
            if not more:
                return b""
            found += more
        return found
