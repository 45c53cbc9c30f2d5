"""Runs in an environment of its own: calls of the published client, read from stdin.

One call a line, `{"call": "agents.get", "arguments": {...}}`; one answer a line, either
`{"returned": ...}` or the exception that the client raised.
"""

import asyncio
import json
import sys
from typing import Any

import kakunin  # pyright: ignore[reportMissingImports]


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


async def answer(url: str, key: str) -> None:
    """Make every call that comes, one after the other."""
    async with kakunin.Kakunin(api_key=key, base_url=url) as client:
        for line in sys.stdin:
            asked = json.loads(line)
            resource, _, method = asked["call"].partition(".")
            call = getattr(getattr(client, resource), method)
            try:
                said = {"returned": shown(await call(**asked["arguments"]))}
            except Exception as error:  # noqa: BLE001  the answer is which it was
                said = raised(error)
            print(json.dumps(said), flush=True)  # noqa: T201


asyncio.run(answer(sys.argv[1], sys.argv[2]))
