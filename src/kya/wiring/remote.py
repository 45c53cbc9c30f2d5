"""The gateway seen from the command line: append, publish, ask.

By HTTP of the standard library: whoever only verifies installs no HTTP client.
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final
from urllib.parse import quote

import msgspec

from kya.agent.dial import Question, ask
from kya.codec.note import SignedNote
from kya.core.errors import DistrustError, InputError, TransientError
from kya.core.instant import Instant
from kya.tlog.checkpoint import Checkpoint
from kya.tlog.tile import encode_entries
from kya.wiring.office import Office, office_at

ADDRESS_FILE: Final = "gateway.json"
_TIMEOUT_SECONDS: Final = 30.0
_SERVER_ERROR: Final = HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """An agent's newest certificate, and from when on it is revoked, if it is."""

    credential: str
    serial: int
    due: Instant | None


class AlertHeard(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that reached its target."""

    at: str
    micros: int
    target: str


class IncidentHeard(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as the gateway tells it."""

    incident: str
    agent: str
    credential: str
    state: str
    opened_at: str
    grace_ends_at: str
    trigger: int
    reasons: list[str]
    repeats: int
    told: list[AlertHeard]
    suspended_at: str | None
    over_at: str | None
    is_concluded: bool


@dataclass(frozen=True, slots=True)
class Remote:
    """A running gateway at this URL; each question has a connection of its own."""

    url: str
    office: Office | None = None

    @classmethod
    def of(cls, data: Path) -> "Remote":
        """Return the gateway that left its address in this data directory."""
        path = data / ADDRESS_FILE
        try:
            address = json.loads(path.read_text())
        except FileNotFoundError as error:
            msg = f"{data}: no gateway is running; start it with `kya up --data {data}`"
            raise TransientError(msg) from error
        except ValueError as error:
            raise TransientError(f"{path}: not the address of a gateway") from error
        url = str(address["url"])
        if "channel" not in address:
            return cls(url)
        return cls(url, office_at(data, str(address["channel"])))

    def append(self, note: bytes) -> int:
        """Put a note on record; return its index once it is durable."""
        return int(json.loads(self._ask("POST", "/v1/entries", note))["index"])

    def publish(self) -> int:
        """Have the log signed as it stands; return its size."""
        note = SignedNote.parse(self._ask("POST", "/v1/log/publish", b""))
        return Checkpoint.from_note(note).size

    def copy_lists(self) -> None:
        """Have the venues' own lists copied to the log as they stand."""
        self._ask("POST", "/v1/drop-copies", b"")

    def incidents(self, begins: str = "") -> list[IncidentHeard]:
        """Return the incidents whose id begins so, those that are not over first."""
        raw = self._ask("GET", f"/v1/incidents?begins={quote(begins, safe='')}", b"")
        return msgspec.json.decode(raw, type=list[IncidentHeard])

    def revoke(self, act: bytes, listing: bytes) -> int:
        """Put a revocation and its list on record, together; return the first index."""
        body = encode_entries((act, listing))
        return int(json.loads(self._ask("POST", "/v1/revocations", body))["index"])

    def revocation_list(self) -> bytes:
        """Return the newest revocation list on record, in DER."""
        return self._ask("GET", "/crl", b"")

    def log_file(self, path: str) -> bytes:
        """Return a published file of the log; FileNotFoundError if there is none."""
        try:
            return self._ask("GET", f"/log/{path}", b"")
        except InputError as error:
            raise FileNotFoundError(f"{self.url}: {path}: {error}") from error

    def holder(self, agent: str) -> Holder:
        """Return what is on record of the agent's newest certificate."""
        head = json.loads(self._ask("GET", f"/v1/agents/{quote(agent, safe='')}", b""))
        due = head["revoked_from"]
        return Holder(
            credential=str(head["credential"]),
            serial=int(head["serial"], 16),
            due=None if due is None else Instant.parse(due),
        )

    def _ask(self, method: str, path: str, body: bytes) -> bytes:
        """Return a good answer's body; the matching error of ours otherwise."""
        headers, context = {}, None
        if self.office is not None:
            self.office.channel.keep()
            headers, context = self.office.headers, self.office.channel.context
        question = Question(method=method, path=path, body=body, headers=headers)
        answer = ask(self.url, question, context, _TIMEOUT_SECONDS)
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return answer.body
        raise _fault(answer.status, answer.body)


def _fault(status: int, content: bytes) -> InputError | DistrustError | TransientError:
    """Return what a problem document says, as the error that its status stands for."""
    detail = _detail(status, content)
    if status == HTTPStatus.UNAUTHORIZED:
        return DistrustError(detail)
    if status >= _SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return TransientError(detail)
    return InputError(detail)


def _detail(status: int, content: bytes) -> str:
    """Return what a problem document says went wrong (RFC 9457)."""
    try:
        problem = json.loads(content)
    except ValueError:
        return f"gateway answered {status}"
    return str(problem.get("detail", problem.get("title", status)))
