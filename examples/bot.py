"""A bot in a few lines: two orders, one of them too large for its mandate.

    python examples/bot.py kya-data/agents/algo_trader_v2

The directory is the one that `kya agent enrol` made: key, certificate, address of the
gateway, and the journal in which the client keeps its place in the chain of orders.
"""

import sys
from hashlib import sha256
from pathlib import Path

from kya.agent.chain import Identity, Instruction
from kya.agent.client import Agent
from kya.agent.link import Link
from kya.codec.note import VerifierKey
from kya.core.money import Currency, Money
from kya.core.order import Side
from kya.pki.note_signer import NoteSigner
from kya.pki.pem import CERTIFICATE, from_pem
from kya.wiring.agent_host import AgentHost
from kya.wiring.agent_journal import journal_at
from kya.wiring.clock import system_clock
from kya.wiring.workload import workload_at

EUR = Currency("EUR")


def open_agent(directory: Path) -> Agent:
    """Return the client that signs with the key in this directory."""
    host = AgentHost(directory)
    facts = host.facts()
    certificate = from_pem(CERTIFICATE, (directory / "certificate.pem").read_bytes())
    return Agent(
        Identity(
            agent=facts["agent"],
            credential=sha256(certificate).hexdigest(),
            region="eu-west-1",
            workload=workload_at(directory),
        ),
        NoteSigner(facts["agent"], host.signer()),
        journal_at(directory),
        system_clock().clock.now,
        Link(url=facts["url"], gateway=VerifierKey.parse(facts["gateway"])),
    )


def main() -> None:
    """Send two orders and print what came of each."""
    with open_agent(Path(sys.argv[1])) as agent:
        for amount in ("20000.00", "180000.00"):
            answer = agent.submit(
                Instruction(
                    client_order_id=f"tutorial-{amount}",
                    market="EUR/USD",
                    side=Side.BUY,
                    amount=Money.parse(amount, EUR),
                    venue="SIMA",
                )
            )
            print(answer.explain())
            if answer.allowed:
                print("venue:", agent.outcome(answer.order.seq).venue)


if __name__ == "__main__":
    main()
