"""What an assistant does: starts `kya mcp`, lists its tools, and asks three of them.

python examples/ask.py http://127.0.0.1:8720 reader.token kya-data/trust/policy.txt
"""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters

AGENT = "algo_trader_v2"


async def main(url: str, token_file: str, policy: str) -> None:
    """Print what the tools say of the agent's second order."""
    options = ["--console", url, "--token-file", token_file, "--policy", policy]
    server = StdioServerParameters(command="kya", args=["mcp", *options])
    async with Client(server) as assistant:
        tools = (await assistant.list_tools()).tools
        print(" ".join(tool.name for tool in tools))
        for name, about in (
            ("explain_decision", {"agent": AGENT, "seq": 2}),
            ("verify_decision", {"agent": AGENT, "seq": 2}),
            ("agent_standing", {"agent": AGENT}),
        ):
            answer = await assistant.call_tool(name, about)
            print(json.dumps(answer.structured_content)[:300])


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
