"""The tools of one agent: its directory opened, and given back when they are done."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from kya.assistant.orders import OrderTools
from kya.core.tokens import REGION, VENUE, require
from kya.gateway.ports import Clock
from kya.wiring.sidecar import agent_at, new_name


@asynccontextmanager
async def order_tools(
    directory: Path, venue: str, region: str, clock: Clock
) -> AsyncGenerator[OrderTools]:
    """Yield the tools of the agent whose directory `kya agent enrol` made.

    One process at a time has a directory.
    """
    require(VENUE, "venue", venue)
    require(REGION, "region", region)
    bound = agent_at(directory, region, clock)
    try:
        async with bound.agent as client:
            yield OrderTools(client, venue, new_name)
    finally:
        bound.journal.close()
