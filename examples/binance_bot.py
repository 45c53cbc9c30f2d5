"""An ordinary ccxt bot for Binance's spot market: it is told another address.

    python examples/binance_bot.py http://127.0.0.1:8710

The key is none, for the bot has none that any exchange knows.
"""

import sys

import ccxt

MARKET = "BTC/EUR"


def main() -> None:
    """Send an order, then EUR 25,000 by mistake as so many bitcoins, and clean up."""
    url = sys.argv[1] + "/api/v3"
    exchange = ccxt.binance(
        {
            "apiKey": "none",
            "secret": "none",
            "enableRateLimit": False,  # It asks a process beside it.
            "urls": {"api": {"public": url, "private": url}},
            "options": {
                "fetchCurrencies": False,  # These three ask elsewhere.
                "fetchMargins": False,
                "fetchMarkets": {"types": ["spot"]},
            },
        }
    )
    order = exchange.create_order(MARKET, "market", "buy", 0.1)
    print(f"{order['status']}: {order['filled']} of {order['amount']} {MARKET}")
    try:
        exchange.create_order(MARKET, "market", "buy", 25_000)
    except ccxt.InvalidOrder as error:
        print("denied:", str(error).partition("kya: ")[2].partition(" ")[0])
    for limit in (50_000, 50_100):
        exchange.create_order(MARKET, "limit", "buy", 0.01, limit)
    exchange.cancel_all_orders(MARKET)
    print(f"open: {len(exchange.fetch_open_orders(MARKET))}")


if __name__ == "__main__":
    main()
