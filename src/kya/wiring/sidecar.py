"""The sidecar: beside the bot, on loopback, with the agent's key and no venue's."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from hashlib import sha256
from pathlib import Path
from typing import Final

import uvloop

from kya.adapters.agent_journal import FileJournal
from kya.adapters.kept_time import FileTime
from kya.adapters.randomness import random_bytes
from kya.agent.async_client import AsyncAgent
from kya.agent.at_venue import AtVenue
from kya.agent.binance_desk import BinanceDesk
from kya.agent.chain import Identity
from kya.agent.dead_man import DeadMan
from kya.agent.kraken_desk import KrakenDesk
from kya.agent.market import Market
from kya.api.binance import BinanceEdge
from kya.api.kraken import ApiKeys, KrakenEdge
from kya.config_outside import require_safe_address
from kya.core.errors import InputError
from kya.gateway.ports import Clock
from kya.pki.note_signer import NoteSigner
from kya.pki.pem import CERTIFICATE, from_pem
from kya.wiring.agent_host import AgentHost
from kya.wiring.agent_journal import journal_at
from kya.wiring.api_key import key_at
from kya.wiring.paper_exchange import serve_on_loopback
from kya.wiring.workload import workload_at

_NAME_BYTES: Final = 12
_TIMER_FILE: Final = "cancel-after"


class RestDialect(Enum):
    """What a bot speaks that asks over HTTP."""

    KRAKEN = "kraken"
    BINANCE = "binance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """Whose bot it is, where its orders go, and whose market figures it sees.

    `directory` is the one that `kya agent enrol` made. With a key file, a bot must sign
    under the key that is in it. With seconds of silence, orders of a bot that asks for
    nothing for so long are cancelled.
    """

    directory: Path
    venue: str
    region: str
    market_url: str
    key_file: Path | None = None
    silence_seconds: int = 0
    dialect: RestDialect = RestDialect.KRAKEN


@dataclass(frozen=True, slots=True, kw_only=True)
class BoundAgent:
    """The agent of a directory, at work under its key, with its journal."""

    name: str
    agent: AsyncAgent
    journal: FileJournal

    async def close(self) -> None:
        """Close the connections and the journal."""
        await self.agent.close()
        self.journal.close()


class BoundAtVenue(AtVenue):
    """An agent at its venue that also gives back its journal."""

    def __init__(self, bound: Bound, agent: BoundAgent, clock: Clock) -> None:
        """Ask as this agent."""
        dead_man = DeadMan(
            now=clock.now,
            kept=FileTime(bound.directory / _TIMER_FILE),
            silence_seconds=bound.silence_seconds,
        )
        super().__init__(agent.agent, bound.venue, new_name, dead_man)
        self._bound = agent

    async def close(self) -> None:
        """Close the connections and the journal."""
        await super().close()
        self._bound.journal.close()


def desk_of(bound: Bound, clock: Clock) -> KrakenDesk:
    """Return the desk that answers the bot; make it where the loop runs."""
    return KrakenDesk(*_parts_of(bound, clock))


def _parts_of(bound: Bound, clock: Clock) -> tuple[AtVenue, Market]:
    """Return what a desk stands on."""
    try:
        require_safe_address(bound.market_url)
    except ValueError as error:
        raise InputError(f"market data: {error}") from error
    agent = agent_at(bound.directory, bound.region, clock)
    return BoundAtVenue(bound, agent, clock), Market(bound.market_url)


def agent_at(directory: Path, region: str, clock: Clock) -> BoundAgent:
    """Return the agent that was enrolled into this directory, in this region."""
    host = AgentHost(directory)
    agent = host.facts()["agent"]
    pem = (directory / "certificate.pem").read_bytes()
    identity = Identity(
        agent=agent,
        credential=sha256(from_pem(CERTIFICATE, pem)).hexdigest(),
        region=region,
        workload=workload_at(directory),
    )
    journal = journal_at(directory)
    client = AsyncAgent(
        identity,
        NoteSigner(agent, host.signer()),
        journal,
        clock.now,
        host.link(clock.now),
    )
    return BoundAgent(name=agent, agent=client, journal=journal)


def new_name() -> str:
    """Return a client order id for an order that its bot has not named."""
    return f"k-{random_bytes(_NAME_BYTES).hex()}"


def run_sidecar(
    bound: Bound, port: int, clock: Clock, ready: Callable[[str], None]
) -> None:
    """Serve the bot until told to stop; calls `ready` with the URL."""
    uvloop.run(_serve(bound, port, clock, ready))


async def _serve(
    bound: Bound, port: int, clock: Clock, ready: Callable[[str], None]
) -> None:
    """Serve one bot."""
    keys = None if bound.key_file is None else dict([key_at(bound.key_file)])
    desk: KrakenDesk | BinanceDesk
    edge: KrakenEdge | BinanceEdge
    if bound.dialect is RestDialect.KRAKEN:
        desk = desk_of(bound, clock)
        edge = KrakenEdge(desk, None if keys is None else ApiKeys(keys))
    else:
        desk = BinanceDesk(*_parts_of(bound, clock))
        edge = BinanceEdge(desk, keys, clock.now)
    try:
        await serve_on_loopback(edge, port, ready)
    finally:
        await desk.close()
