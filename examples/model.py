"""What a model does with the tools of `kya tools`: orders, is denied, asks why.

python examples/model.py DIRECTORY VENUE
"""

import asyncio
import sys

from mcp import Client, StdioServerParameters
from mcp.types import CallToolResult


async def main(directory: str, venue: str) -> None:
    """Print what the model is told of three orders, and of the second once more."""
    command = ["tools", directory, "--venue", venue, "--region", "eu-west-1"]
    server = StdioServerParameters(command="kya", args=command)
    async with Client(server) as model:
        order = {"market": "EUR/USD", "side": "BUY", "amount": "20000.00"}
        for amount in ("20000.00", "180000.00", 180000.00):
            told = await model.call_tool("submit_order", {**order, "amount": amount})
            print(said(told))
        print(said(await model.call_tool("explain", {"order": 2})))


def said(told: CallToolResult) -> str:
    """Return the sentence of an answer, or why there is none."""
    if told.is_error:
        return f"refused: {told.content[0].text}"
    return told.structured_content["said"]


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
