"""An order above its limit, prepared for people to read, and sent when they have.

    python examples/large_order.py kya-data/agents/algo_trader_v2 prepare order.note
    python examples/large_order.py kya-data/agents/algo_trader_v2 send

The first command signs an order that is dated for a moment to come, and writes its
note. Meanwhile two people may set a limit aside with `kya override sign`. The second
waits for that moment, sends the order and prints what came of it.
"""

import sys
from pathlib import Path

from bot import EUR, open_agent

from kya.agent.chain import Instruction
from kya.core.money import Money
from kya.core.order import Side

SECONDS = 20
"""How long people have; an override lasts 15 minutes at most, and so may this."""


def main() -> None:
    """Prepare the order, or send the one that was prepared."""
    directory, verb = Path(sys.argv[1]), sys.argv[2]
    with open_agent(directory) as agent:
        if verb == "prepare":
            instruction = Instruction(
                client_order_id="hedge-1",
                market="EUR/USD",
                side=Side.BUY,
                amount=Money.parse("40000.00", EUR),
                venue="SIMA",
            )
            prepared = agent.prepare(instruction, SECONDS)
            Path(sys.argv[3]).write_bytes(prepared.note)
            print(f"order {prepared.order.seq} prepared")
            return
        for answer in agent.resume():
            print(answer.explain())


if __name__ == "__main__":
    main()
