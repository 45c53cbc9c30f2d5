"""The gateway seen from the command line: append, publish, ask."""

import json
from http import HTTPStatus
from pathlib import Path
from typing import Final

import httpx

from kya.codec.note import SignedNote
from kya.core.errors import DistrustError, InputError, TransientError
from kya.tlog.checkpoint import Checkpoint

ADDRESS_FILE: Final = "gateway.json"
_TIMEOUT_SECONDS: Final = 30.0


class Remote:
    """A running gateway, found through the address it left in its data directory."""

    def __init__(self, url: str) -> None:
        """Talk to the gateway at this URL."""
        self._client = httpx.Client(base_url=url, timeout=_TIMEOUT_SECONDS)
        self.url = url

    @classmethod
    def of(cls, data: Path) -> "Remote":
        """Return the gateway that runs on this data directory."""
        try:
            address = json.loads((data / ADDRESS_FILE).read_text())
        except FileNotFoundError as error:
            msg = f"{data}: no gateway is running; start it with `kya up --data {data}`"
            raise TransientError(msg) from error
        return cls(str(address["url"]))

    def append(self, note: bytes) -> int:
        """Put a note on record; return its index once it is durable."""
        answer = self._ask("POST", "/v1/entries", content=note)
        return int(answer.json()["index"])

    def publish(self) -> int:
        """Have the log signed as it stands; return its size."""
        answer = self._ask("POST", "/v1/log/publish")
        return Checkpoint.from_note(SignedNote.parse(answer.content)).size

    def _ask(
        self, method: str, path: str, *, content: bytes | None = None
    ) -> httpx.Response:
        """Return a good answer; the matching error of ours otherwise."""
        try:
            answer = self._client.request(method, path, content=content)
        except httpx.HTTPError as error:
            msg = f"gateway {self.url}: {error}"
            raise TransientError(msg) from error
        if answer.is_success:
            return answer
        detail = _detail(answer)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            raise DistrustError(detail)
        if answer.is_server_error or answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            raise TransientError(detail)
        raise InputError(detail)


def _detail(answer: httpx.Response) -> str:
    """Return what a problem document says went wrong (RFC 9457)."""
    try:
        problem = answer.json()
    except ValueError:
        return f"gateway answered {answer.status_code}"
    return str(problem.get("detail", problem.get("title", answer.status_code)))
