"""Runs in an environment of its own: calls of the published client, read from stdin.

One call a line: a key, `agents.get` or its like, and arguments. One answer a line:
either `{"returned": ...}` or the exception that the client raised.
"""

import asyncio
import json
import sys
from contextlib import suppress
from typing import Any

import kakunin  # pyright: ignore[reportMissingImports]
from kakunin.integrations._base import (  # pyright: ignore[reportMissingImports]
    KakuninAgentBase,
)
from kakunin.integrations.scope import (  # pyright: ignore[reportMissingImports]
    verify_agent_scope,
)


def shown(value: Any) -> Any:  # noqa: ANN401  whatever the client returns
    """Return what the client returned, as JSON has it."""
    if isinstance(value, tuple | list):
        return [shown(each) for each in value]
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def raised(error: Exception) -> dict[str, object]:
    """Return an exception of the client's as its caller sees it."""
    return {
        "raised": type(error).__name__,
        "message": str(error),
        "status": getattr(error, "status_code", None),
        "retry_after": getattr(error, "retry_after", None),
    }


async def check_scope(client: Any, agent_id: str, required: Any) -> Any:  # noqa: ANN401
    """Run a function behind the client's own guard."""

    async def guarded() -> str:
        return "went on"

    guard: Any = verify_agent_scope(client, agent_id, required_scopes=required)
    return await guard(guarded)()


async def ask_on(client: Any, serial: str, times: int) -> None:  # noqa: ANN401
    """Ask the same so often, whatever is answered, but for too many requests."""
    for _ in range(times):
        with suppress(kakunin.NotFoundError):
            await client.verify.certificate(serial)


async def emit(client: Any, agent_id: str) -> str:  # noqa: ANN401
    """Tell an event as the client's own hooks for frameworks do."""
    hook: Any = KakuninAgentBase(client, agent_id)
    await hook._emit_async("api_call")  # noqa: SLF001  what the hooks call
    return "went on"


OURS: dict[str, Any] = {
    "scope.check": check_scope,
    "verify.ask_on": ask_on,
    "events.emit": emit,
}


async def answer(url: str) -> None:
    """Make every call that comes, one after the other; a client for each key."""
    clients: dict[str, Any] = {}
    for line in sys.stdin:
        asked = json.loads(line)
        key, given = asked["key"], asked["arguments"]
        if key not in clients:
            clients[key] = kakunin.Kakunin(api_key=key, base_url=url)
        resource, _, method = asked["call"].partition(".")
        said: dict[str, Any]
        try:
            if asked["call"] in OURS:
                said = {"returned": await OURS[asked["call"]](clients[key], **given)}
            else:
                call = getattr(getattr(clients[key], resource), method)
                said = {"returned": shown(await call(**given))}
        except Exception as error:  # noqa: BLE001  the answer is which it was
            said = raised(error)
        print(json.dumps(said), flush=True)  # noqa: T201
    for client in clients.values():
        await client.aclose()


asyncio.run(answer(sys.argv[1]))
