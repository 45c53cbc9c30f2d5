"""An ordinary ccxt bot: nothing but the address of its exchange is another one.

    python examples/ccxt_bot.py http://127.0.0.1:8710

The key is none, for the bot has none that any exchange knows.
"""

import sys
import time

import ccxt

MARKET = "BTC/EUR"


def main() -> None:
    """Send an order, and then EUR 25,000 by mistake as so many bitcoins."""
    url = sys.argv[1]
    exchange = ccxt.kraken(
        {
            "apiKey": "none",
            "secret": "bm9uZQ==",
            "enableRateLimit": False,  # It asks a process beside it.
            "urls": {"api": {"public": url, "private": url}},
        }
    )
    order = exchange.create_order(MARKET, "market", "buy", 0.1)
    while (found := exchange.fetch_order(order["id"]))["status"] == "open":
        time.sleep(0.1)
    print(f"{found['status']}: {found['filled']} of {found['amount']} {MARKET}")
    try:
        exchange.create_order(MARKET, "market", "buy", 25_000)
    except ccxt.InvalidOrder as error:
        print("denied:", str(error).partition("EKya:")[2].partition('"')[0])
    for limit in (50_000, 50_100):
        exchange.create_order(MARKET, "limit", "buy", 0.01, limit)
    exchange.cancel_all_orders()
    print(f"open: {len(exchange.fetch_open_orders())}")


if __name__ == "__main__":
    main()
