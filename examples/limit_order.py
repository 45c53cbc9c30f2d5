"""One limit order, and why it was allowed or denied.

    python examples/limit_order.py DIRECTORY EUR/USD 1000.00 EUR 1.15

Market, amount, the amount's currency and the limit price follow the agent's directory.
"""

import sys
from pathlib import Path

from bot import open_agent

from kya.agent.chain import Instruction
from kya.core.money import Currency, Money, Price
from kya.core.order import OrderType, Side
from kya.wiring.clock import system_clock


def main() -> None:
    """Send the order and print what came of it."""
    directory, market, amount, currency, limit = sys.argv[1:]
    with open_agent(Path(directory)) as agent:
        answer = agent.submit(
            Instruction(
                client_order_id=f"limit-{system_clock().clock.now().micros}",
                market=market,
                side=Side.BUY,
                type=OrderType.LIMIT,
                limit_price=Price.parse(limit),
                amount=Money.parse(amount, Currency(currency)),
                venue="SIMA",
            )
        )
        print(answer.explain())


if __name__ == "__main__":
    main()
