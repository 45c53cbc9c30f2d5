"""The bot, a process of its own: `python -m kya.demo.bot CONFIG.json`.

It waits for the time of each planned order, signs and submits it, waits for the venue's
outcome, and writes one line of JSON about it to its own record. It stops at its first
denial until a person restarts it: that is its own rule, not the gateway's.
"""

import sys
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from kya.agent.answer import Answer
from kya.agent.chain import Identity, Instruction
from kya.agent.client import Agent
from kya.agent.link import Link
from kya.codec.note import VerifierKey
from kya.core.control import Reason
from kya.demo.clock_client import ClockClient
from kya.demo.flow import PlannedOrder, draw_flow
from kya.pki.note_signer import NoteSigner
from kya.pki.pem import CERTIFICATE, from_pem
from kya.wiring.agent_host import AgentHost
from kya.wiring.agent_journal import journal_at

REGION: Final = "eu-west-1"


class BotConfig(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator starts the bot with.

    It works off the flow of `seed` from order `first` to order `last`. A denial whose
    every reason is in `goes_on_after` does not stop it.
    """

    host: str
    clock: str
    record: str
    seed: int
    first: int
    last: int
    goes_on_after: list[str] = msgspec.field(default_factory=list[str])


class BotLine(msgspec.Struct, frozen=True, kw_only=True):
    """What the bot writes down of one order; `score` is what its decision says."""

    seq: int
    at: str
    market: str
    side: str
    amount: str
    outcome: str
    score: int | None
    reasons: list[str]
    explained: str
    venue: str | None
    log_index: int | None


def main(arguments: list[str]) -> None:
    """Trade as the configuration says, until done or denied."""
    raw = Path(arguments[0]).read_bytes()
    config = msgspec.json.decode(raw, type=BotConfig)
    orders = draw_flow(config.seed).orders[config.first - 1 : config.last]
    with ClockClient(Path(config.clock)) as clock, _agent(config, clock) as agent:
        agent.resume()
        with Path(config.record).open("ab", buffering=0) as record:
            _work_off(orders, clock, agent, record, _harmless(config))


def _work_off(
    orders: tuple[PlannedOrder, ...],
    clock: ClockClient,
    agent: Agent,
    record: BinaryIO,
    harmless: frozenset[Reason],
) -> None:
    """Submit each order at its time, up to the first denial that is not harmless."""
    for order in orders:
        clock.wait(order.at)
        answer = agent.submit(_instruction(order))
        venue = agent.outcome(answer.order.seq).venue if answer.allowed else None
        record.write(msgspec.json.encode(_line(answer, venue)) + b"\n")
        if not harmless.issuperset(answer.reasons):
            return


def _agent(config: BotConfig, clock: ClockClient) -> Agent:
    """Return the client for the agent whose key and certificate this host holds."""
    host = AgentHost(Path(config.host))
    facts = host.facts()
    pem = (host.directory / "certificate.pem").read_bytes()
    identity = Identity(
        agent=facts["agent"],
        credential=sha256(from_pem(CERTIFICATE, pem)).hexdigest(),
        region=REGION,
    )
    link = Link(url=facts["url"], gateway=VerifierKey.parse(facts["gateway"]))
    signer = NoteSigner(identity.agent, host.signer())
    return Agent(identity, signer, journal_at(host.directory), clock.now, link)


def _harmless(config: BotConfig) -> frozenset[Reason]:
    """Return the reasons at which the bot goes on."""
    return frozenset(Reason(reason) for reason in config.goes_on_after)


def _instruction(order: PlannedOrder) -> Instruction:
    """Return what the client is told."""
    return Instruction(
        client_order_id=order.client_order_id,
        market=order.market,
        side=order.side,
        amount=order.amount,
        venue=order.venue,
    )


def _line(answer: Answer, venue: str | None) -> BotLine:
    """Return what is written down."""
    order = answer.order
    return BotLine(
        seq=order.seq,
        at=str(order.created_at),
        market=order.market,
        side=order.side.value,
        amount=f"{order.amount.currency} {order.amount}",
        outcome=answer.outcome.value,
        score=_score(answer),
        reasons=[reason.value for reason in answer.reasons],
        explained=answer.explain(),
        venue=venue,
        log_index=answer.log_index,
    )


def _score(answer: Answer) -> int | None:
    """Return how unlike its own past the order is, in 1/10,000, if it has a score."""
    behaviour = answer.decision.behaviour
    return None if behaviour is msgspec.UNSET else behaviour.score


if __name__ == "__main__":
    main(sys.argv[1:])
