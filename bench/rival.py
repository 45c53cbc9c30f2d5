"""One order through NautilusTrader's risk engine: `python bench/rival.py`.

Run by the interpreter of an environment of its own, which `bench.nautilus` makes; kya
is not there, and nothing of kya imports this file. NautilusTrader is under the LGPL: it
is run here as a program of its own, not linked. Prints the seconds of each order.
"""
# What it imports is in that environment alone.
# pyright: reportMissingImports=false

import json
import sys
from decimal import Decimal
from time import perf_counter

from nautilus_trader.cache.cache import Cache
from nautilus_trader.common.component import MessageBus, TestClock
from nautilus_trader.common.factories import OrderFactory
from nautilus_trader.config import RiskEngineConfig
from nautilus_trader.core.uuid import UUID4
from nautilus_trader.execution.messages import SubmitOrder
from nautilus_trader.model.enums import OrderSide
from nautilus_trader.model.identifiers import StrategyId, TraderId
from nautilus_trader.model.objects import Quantity
from nautilus_trader.portfolio.portfolio import Portfolio
from nautilus_trader.risk.engine import RiskEngine
from nautilus_trader.test_kit.providers import TestInstrumentProvider
from nautilus_trader.test_kit.stubs.data import TestDataStubs
from nautilus_trader.test_kit.stubs.events import TestEventStubs

ORDERS = 3_000
WARM_UP = 500


def main() -> None:
    """Judge orders that every check lets pass, and count those that arrive."""
    clock = TestClock()
    trader = TraderId("BENCH-001")
    bus = MessageBus(trader_id=trader, clock=clock)
    cache = Cache(database=None)
    pair = TestInstrumentProvider.default_fx_ccy("EUR/USD")
    cache.add_instrument(pair)
    cache.add_quote_tick(TestDataStubs.quote_tick(instrument=pair))
    portfolio = Portfolio(msgbus=bus, cache=cache, clock=clock)
    # Cash: for an account on margin the engine looks at no amount at all.
    portfolio.update_account(TestEventStubs.cash_account_state())
    passed: list[object] = []
    bus.register(endpoint="ExecEngine.execute", handler=passed.append)
    engine = RiskEngine(
        portfolio=portfolio,
        msgbus=bus,
        cache=cache,
        clock=clock,
        config=RiskEngineConfig(
            max_order_submit_rate="1000000/00:00:01",
            max_notional_per_order={str(pair.id): 25_000},
        ),
    )
    engine.start()
    strategy = StrategyId("S-001")
    factory = OrderFactory(trader_id=trader, strategy_id=strategy, clock=clock)
    samples: list[float] = []
    for number in range(WARM_UP + ORDERS):
        # The first is above the maximum, which shows that the engine looks.
        units = 30_000 if number == 0 else 10_000
        order = factory.limit(
            pair.id,
            OrderSide.BUY,
            Quantity.from_int(units),
            pair.make_price(Decimal("1.00000")),
        )
        cache.add_order(order, None)
        command = SubmitOrder(
            trader_id=trader,
            strategy_id=strategy,
            order=order,
            command_id=UUID4(),
            ts_init=0,
        )
        start = perf_counter()
        engine.execute(command)
        seconds = perf_counter() - start
        if number >= WARM_UP:
            samples.append(seconds)
    if len(passed) != WARM_UP + ORDERS - 1:
        sys.exit(f"{len(passed)} orders passed the engine; want all but the large one")
    print(json.dumps(samples))


if __name__ == "__main__":
    main()
