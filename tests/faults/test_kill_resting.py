"""Orders that rest at their venue while the gateway is killed: still at work, once."""

from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from kya.adapters.agent_journal_memory import MemoryJournal
from kya.agent.chain import Identity, Instruction
from kya.agent.client import Agent
from kya.agent.link import Link
from kya.codec.note import VerifierKey
from kya.core.money import Currency, Money, Price
from kya.core.order import OrderType, Side, TimeInForce
from kya.pki.note_signer import NoteSigner
from kya.pki.pem import CERTIFICATE, from_pem
from kya.wiring.agent_host import AgentHost
from kya.wiring.clock import system_clock
from tests.cli.terminal import Up, a_draft, founded_at, stored, up
from tests.faults.oracles import executions

RESTS: Final = 3


def the_agent(running: Up, journal: MemoryJournal) -> Agent:
    """The agent's client, told where the gateway is now: each has a port of its own."""
    host = AgentHost(running.data / "agents" / "bot")
    facts = host.facts()
    pem = (host.directory / "certificate.pem").read_bytes()
    return Agent(
        Identity(
            agent=facts["agent"],
            credential=sha256(from_pem(CERTIFICATE, pem)).hexdigest(),
            region="eu-west-1",
        ),
        NoteSigner(facts["agent"], host.signer()),
        journal,
        system_clock().clock.now,
        Link(url=running.url, gateway=VerifierKey.parse(facts["gateway"])),
    )


def far_from_the_market(number: int) -> Instruction:
    """An order to buy at a price at which nobody sells."""
    return Instruction(
        client_order_id=f"rests-{number}",
        market="EUR/USD",
        side=Side.BUY,
        type=OrderType.LIMIT,
        limit_price=Price.parse("0.5"),
        time_in_force=TimeInForce.GTC,
        amount=Money.parse("100.00", Currency("EUR")),
        venue="SIMA",
    )


@pytest.mark.serial
def test_what_rests_is_still_at_work_and_cancellable_after_a_kill(
    tmp_path: Path,
) -> None:
    data, journal = founded_at(tmp_path / "data"), MemoryJournal()
    with up(data) as running:
        draft = stored(data / "draft.json", a_draft())
        people = ("--as", "anna", "--as", "bernd")
        assert running.kya("mandate", "sign", draft, *people).code == 0
        assert running.enrol("bot").code == 0
        with the_agent(running, journal) as agent:
            answers = [agent.submit(far_from_the_market(n)) for n in range(RESTS)]
            orders = [answer.order for answer in answers]
            assert all(answer.allowed for answer in answers)
            assert {agent.outcome(o.seq).venue for o in orders} == {"acknowledged"}
        running.kill()
    with up(data) as running:
        with the_agent(running, journal) as agent:
            assert {agent.outcome(o.seq).venue for o in orders} == {"acknowledged"}
            cancel = agent.cancel(orders[1], "takes-back")
            assert cancel.allowed
            agent.outcome(cancel.order.seq)
            assert agent.outcome(orders[1].seq).venue == "cancelled"
            others = {agent.outcome(orders[n].seq).venue for n in (0, 2)}
            assert others == {"acknowledged"}
        assert running.stop() == 0
    sent = [each for each in executions(data) if each.action == "new"]
    assert {each.client_order_id for each in sent} == {
        f"rests-{number}" for number in range(RESTS)
    }
    assert {each.arrival for each in executions(data)} == {1}
