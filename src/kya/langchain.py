"""An agent's tools for programs that are built with LangChain.

The library is an extra, `langchain`. What a model writes is checked here once more, and
strictly: the library passes on what it is given.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
from langchain_core.tools import StructuredTool, ToolException

from kya.assistant.acting import offered
from kya.assistant.orders import OrderTools
from kya.assistant.quoting import plain
from kya.assistant.server import Offered, schema_of
from kya.core.errors import KyaError
from kya.wiring.clock import system_clock
from kya.wiring.order_tools import order_tools


@asynccontextmanager
async def agent_tools(
    directory: str | Path, *, venue: str, region: str
) -> AsyncGenerator[list[StructuredTool]]:
    """Yield the tools of the agent whose directory `kya agent enrol` made.

    They are awaited: `ainvoke`, and never `invoke`.
    """
    clock = system_clock().clock
    async with order_tools(Path(directory), venue, region, clock) as tools:
        yield structured(tools)


def structured(tools: OrderTools) -> list[StructuredTool]:
    """Return the tools as the library's own kind."""
    return [_structured(name, tool) for name, tool in offered(tools).items()]


def _structured(name: str, tool: Offered) -> StructuredTool:
    """Return one tool; what it refuses is words for the model, and no exception."""
    return StructuredTool(
        name=name,
        description=tool.answer.__doc__ or "",
        args_schema=schema_of(tool.takes),
        coroutine=_called(tool),
        handle_tool_error=True,
    )


def _called(tool: Offered) -> Callable[..., Awaitable[str]]:
    """Return what reads the arguments, asks, and answers as JSON."""

    async def called(**arguments: Any) -> str:  # noqa: ANN401  read on the next line
        try:
            wanted = msgspec.convert(arguments, tool.takes)
            told = await tool.answer(wanted)
        except (msgspec.ValidationError, KyaError) as error:
            raise ToolException(plain(str(error))) from error
        return msgspec.json.encode(told).decode()

    return called
