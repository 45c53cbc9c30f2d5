"""What this server keeps for its callers: wishes, groups and reports; no evidence.

A line is believed by nobody: what counts is in the log.
"""

from collections.abc import Mapping
from typing import Final, Protocol, TypeAlias

import msgspec
from msgspec.structs import replace

from kya.core.errors import MalformedError
from kya.kakunin_api.envelope import RefusedError
from kya.kakunin_api.limits import (
    CHAIN_ORDERS_MAX,
    CHAINS_MAX,
    REPORTS_MAX,
    REQUESTS_MAX,
)


class AgentAsked(msgspec.Struct, frozen=True, kw_only=True, tag="agent_asked"):
    """An agent as a caller wants it; a later line of the same agent replaces it."""

    agent: str
    model: str
    version: str
    model_hash: str | None
    scope: dict[str, object] | None
    labels: dict[str, object]
    at: str


class ChainOpened(msgspec.Struct, frozen=True, kw_only=True, tag="chain_opened"):
    """A group of orders under a name."""

    chain: str
    name: str
    description: str | None
    labels: dict[str, object]
    at: str


class ChainOrder(msgspec.Struct, frozen=True, kw_only=True, tag="chain_order"):
    """An order of a chain, named by its place in the log and its leaf hash."""

    chain: str
    agent: str
    seq: int
    entry: int
    leaf: str


class ChainClosed(msgspec.Struct, frozen=True, kw_only=True, tag="chain_closed"):
    """Takes no more orders; `digest` is over the leaf hashes of those it has."""

    chain: str
    digest: str
    at: str


class ReportMade(msgspec.Struct, frozen=True, kw_only=True, tag="report_made"):
    """A verification of ours, begun or ended; a later line replaces the first.

    `status` is generating, ready or failed, `findings` what `kya verify --json` says,
    empty until it is ready.
    """

    report: str
    agent: str
    first: str
    last: str
    status: str
    summary: str | None
    notes: str | None
    at: str
    ended_at: str
    findings: str


Line: TypeAlias = AgentAsked | ChainOpened | ChainOrder | ChainClosed | ReportMade
_DECODER: Final[msgspec.json.Decoder[Line]] = msgspec.json.Decoder(Line)


def read_line(raw: bytes) -> Line:
    """Return the line; MalformedError for any other."""
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise MalformedError(f"want a line of ours: {error}") from error


def render_line(line: Line) -> bytes:
    """Return the line's bytes, LF included."""
    return msgspec.json.encode(line) + b"\n"


class Keeping(Protocol):
    """Where lines are kept."""

    def taken(self) -> list[Line]:
        """Return what an earlier run has kept, once."""
        ...

    def keep(self, line: Line) -> None:
        """Keep one more line."""
        ...


class Chain:
    """A chain as its lines make it."""

    def __init__(self, opened: ChainOpened) -> None:
        """Begin without orders."""
        self.opened = opened
        self.orders: list[ChainOrder] = []
        self.closed: ChainClosed | None = None


class Notebook:
    """Everything that is kept, by what it is about."""

    def __init__(self, keeping: Keeping) -> None:
        """Read what is there."""
        self.agents: dict[str, AgentAsked] = {}
        self.chains: dict[str, Chain] = {}
        self.reports: dict[str, ReportMade] = {}
        self._keeping = keeping
        for line in keeping.taken():
            self._take(line)
        for report in self.reports.values():
            if report.status == "generating":
                self.reports[report.report] = replace(
                    report, status="failed", summary="it was not ready at a restart"
                )

    def add(self, line: Line) -> None:
        """Keep a line; RefusedError where there are too many of its kind."""
        match line:
            case AgentAsked(agent=name):
                _require_room(name, self.agents, REQUESTS_MAX)
            case ChainOpened(chain=name):
                _require_room(name, self.chains, CHAINS_MAX)
            case ReportMade(report=name):
                _require_room(name, self.reports, REPORTS_MAX)
            case ChainOrder() | ChainClosed():
                pass
        self._keeping.keep(line)
        self._take(line)

    def chain(self, name: str) -> Chain:
        """Return a chain; RefusedError where there is none."""
        found = self.chains.get(name)
        if found is None:
            raise RefusedError(404, f"no chain {name[:80]!a}", code="not_found")
        return found

    def open_chain(self, name: str) -> Chain:
        """Return a chain that takes one more order; RefusedError for any other."""
        found = self.chain(name)
        if found.closed is not None:
            raise RefusedError(409, f"chain {name}: it is closed")
        if len(found.orders) >= CHAIN_ORDERS_MAX:
            raise RefusedError(409, f"chain {name}: it has {CHAIN_ORDERS_MAX} orders")
        return found

    def _take(self, line: Line) -> None:
        """Take a line up."""
        match line:
            case AgentAsked():
                self.agents[line.agent] = line
            case ChainOpened():
                self.chains[line.chain] = Chain(line)
            case ChainOrder():
                self.chain(line.chain).orders.append(line)
            case ChainClosed():
                self.chain(line.chain).closed = line
            case ReportMade():
                self.reports[line.report] = line


def _require_room(name: str, kept: Mapping[str, object], most: int) -> None:
    """Raise if one more of this name were too many."""
    if name not in kept and len(kept) >= most:
        raise RefusedError(409, f"{most} are kept already", code="full")
