"""A client at work against the miniature gateway, with everything valid by default."""

from collections.abc import Callable
from dataclasses import dataclass, field

from kya.adapters.agent_journal_memory import MemoryJournal
from kya.agent.chain import Identity, Instruction
from kya.agent.client import Agent
from kya.agent.exchange import Patience
from kya.agent.journal import Journal
from kya.agent.link import Link
from kya.agent.workload import Workload
from kya.core.instant import Instant
from kya.core.money import Money
from kya.core.order import Side
from tests.agent.fake_gateway import FakeGateway
from tests.world import AGENT, MORNING, eur

BRIEF = Patience(attempts=3, first_pause_ms=1, pause_ms_max=2)


def an_instruction(
    client_order_id: str = "c-1", amount: Money | None = None
) -> Instruction:
    """Return a valid instruction."""
    return Instruction(
        client_order_id=client_order_id,
        market="EUR/USD",
        side=Side.BUY,
        amount=amount or eur("20000.00"),
        venue="SIMA",
    )


@dataclass(kw_only=True)
class Desk:
    """The parts of a client; `clock` tells the gateway's time."""

    gateway: FakeGateway = field(default_factory=FakeGateway)
    journal: Journal = field(default_factory=MemoryJournal)
    patience: Patience = BRIEF
    workload: Workload | None = None

    @property
    def identity(self) -> Identity:
        """The agent of the world."""
        return Identity(
            agent=AGENT,
            credential=self.gateway.world.credential,
            region="eu-west-1",
            workload=self.workload,
        )

    @property
    def clock(self) -> Callable[[], Instant]:
        """The morning, for ever."""
        return lambda: MORNING

    def link(self, url: str) -> Link:
        """Return the link on which answers are checked."""
        key = self.gateway.world.gateway.key
        return Link(url=url, gateway=key, patience=self.patience)

    def agent(self, url: str) -> Agent:
        """Return the synchronous client."""
        signer = self.gateway.world.agent
        return Agent(self.identity, signer, self.journal, self.clock, self.link(url))
