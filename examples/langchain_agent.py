"""An agent's tools in a program that is built with LangChain.

python examples/langchain_agent.py DIRECTORY VENUE
"""

import asyncio
import sys

from kya.langchain import agent_tools


async def main(directory: str, venue: str) -> None:
    """Print what a model is told that wants too much."""
    async with agent_tools(directory, venue=venue, region="eu-west-1") as tools:
        # Any model of the library is given them: model.bind_tools(tools).
        (submit,) = [tool for tool in tools if tool.name == "submit_order"]
        order = {"market": "EUR/USD", "side": "SELL", "amount": "180000.00"}
        print(await submit.ainvoke(order))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
