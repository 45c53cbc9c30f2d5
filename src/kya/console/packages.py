"""Evidence packages, built beside the pages: one at a time, and kept a while."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from kya.codec.tally import Selection
from kya.console.follow import Follower
from kya.console.limits import PACKAGES_MAX
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.instant import Instant
from kya.evidence.build import Progress

_PERCENT: Final = 100


class Extent(Enum):
    """How much of the log goes in; the value is the word of the form."""

    WHOLE = "whole"
    PART = "part"


class Built(NamedTuple):
    """A package as one file: where it lies, its SHA-256, and what is in it."""

    path: Path
    sha256: str
    octets: int
    orders: int
    entries: int


class Builder(Protocol):
    """Builds packages of the log that the console shows, in files of its own."""

    def build(
        self, name: str, selection: Selection, extent: Extent, progress: Progress
    ) -> Built:
        """Return the package; InputError or DistrustError where there can be none."""
        ...

    def discard(self, built: Built) -> None:
        """Forget a package's file."""
        ...


@dataclass(slots=True, kw_only=True)
class Job:
    """One package: what somebody asked for, how far it is, and what came of it."""

    id: str
    selection: Selection
    extent: Extent
    by: str
    at: Instant
    step: str = "waiting"
    percent: int = 0
    built: Built | None = None
    fault: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come of it."""
        return self.built is not None or bool(self.fault)

    @property
    def file_name(self) -> str:
        """Under which name a browser keeps it."""
        agent = self.selection.agent or "all"
        return f"evidence-{agent}-{self.selection.first}-{self.selection.last}.tar.gz"


class Packages:
    """The packages of this console, the newest first."""

    def __init__(
        self, builder: Builder, follower: Follower, chance: Callable[[int], bytes]
    ) -> None:
        """Build none yet; `follower` tells the tabs how far one is."""
        self._builder = builder
        self._follower = follower
        self._chance = chance
        self._turn = asyncio.Lock()
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._running: set[asyncio.Task[None]] = set()

    def all(self) -> list[Job]:
        """Return every package that is kept or being built, the newest first."""
        return list(self._jobs.values())[::-1]

    def find(self, name: str) -> Job | None:
        """Return the package of this name, None if it is gone."""
        return self._jobs.get(name)

    def begin(self, selection: Selection, extent: Extent, by: str, at: Instant) -> Job:
        """Return the package that will be built; the oldest gives way to it."""
        if selection.first > selection.last:
            raise InputError(f"period: {selection.first} is after {selection.last}")
        if extent is Extent.PART and selection.agent is None:
            raise InputError("part: want the one agent whose orders it shows")
        self._make_room()
        name = self._chance(16).hex()
        job = Job(id=name, selection=selection, extent=extent, by=by, at=at)
        self._jobs[name] = job
        task = asyncio.get_running_loop().create_task(self._build(job))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return job

    async def settle(self) -> None:
        """Return once nothing is being built any more."""
        await asyncio.gather(*self._running)

    def _make_room(self) -> None:
        """Forget the oldest that is over; InputError while all are being built."""
        if len(self._jobs) < PACKAGES_MAX:
            return
        for name, job in self._jobs.items():
            if job.is_over:
                del self._jobs[name]
                if job.built is not None:
                    self._builder.discard(job.built)
                return
        raise InputError(f"{PACKAGES_MAX} packages are being built; come again")

    async def _build(self, job: Job) -> None:
        """Build one package when its turn comes, and say what came of it."""
        loop = asyncio.get_running_loop()

        def told(step: str, done: int, total: int) -> None:
            if self._follower.is_over:
                raise TransientError("the console stops")
            percent = done * _PERCENT // total if total else 0
            if (step, percent // 5) != (job.step, job.percent // 5):
                loop.call_soon_threadsafe(self._follower.wake)
            job.step, job.percent = step, percent

        async with self._turn:
            try:
                job.built = await asyncio.to_thread(
                    self._builder.build, job.id, job.selection, job.extent, told
                )
            except (InputError, DistrustError, TransientError, OSError) as error:
                job.fault = str(error)
        self._follower.wake()
