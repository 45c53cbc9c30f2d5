"""A gateway in miniature on a real socket: real decisions, and faults on demand."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import cast

from kya.core.errors import DistrustError, InputError
from kya.core.instant import Instant
from kya.core.order_events import OrderSubmitted
from kya.core.tokens import NO_DIGEST
from kya.pki.authenticate import authenticate
from kya.pki.entries import Entry
from tests.world import AGENT, MORNING, World

Reply = tuple[int, dict[str, str], bytes]


@dataclass(kw_only=True)
class FakeGateway:
    """Judges by the world's log; `faults` are spent one by one on the next orders.

    A fault is `drop` (no answer, not judged), `lose` (judged, no answer), or a status.
    """

    world: World = field(default_factory=World)
    now: Instant = MORNING
    faults: list[str | int] = field(default_factory=list)
    received: list[bytes] = field(default_factory=list)
    session_faults: list[str | int] = field(default_factory=list)
    sessions: list[bytes] = field(default_factory=list)
    venue: list[str | None] = field(default_factory=lambda: ["filled"])
    answers: dict[int, tuple[bytes, bytes]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def order(self, note: bytes) -> Reply | None:
        """Return the reply to an order, None for a lost connection."""
        self.received.append(note)
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "drop":
            return None
        if isinstance(fault, int):
            return _problem(fault, "scripted", "as the test wants it")
        reply = self._judged(note)
        return None if fault == "lose" else reply

    def session(self, note: bytes) -> Reply | None:
        """Return the reply to a session, None for a lost connection."""
        self.sessions.append(note)
        fault = self.session_faults.pop(0) if self.session_faults else ""
        if fault == "drop":
            return None
        if isinstance(fault, int):
            return _problem(fault, "scripted", "as the test wants it")
        try:
            started = self.world.start(note, self.now)
        except InputError as error:
            return _problem(400, "input", str(error))
        except DistrustError as error:
            return _problem(401, "unattributable", str(error))
        index = str(len(self.world.entries) - 1)
        return None if fault == "lose" else (200, {"Kya-Log-Index": index}, started.raw)

    def question(self, path: str) -> Reply:
        """Return the reply to a GET."""
        past = self.world.state.agents[AGENT].past
        if path == f"/v1/agents/{AGENT}":
            started = self.world.state.agents[AGENT].session_started
            return _json(
                {
                    "agent": AGENT,
                    "seq": past.seq,
                    "prev": past.prev,
                    "session_seq": 0 if started is None else started.session.seq,
                    "session_prev": NO_DIGEST
                    if started is None
                    else started.line_digest,
                }
            )
        seq = int(path.partition("?")[0].rpartition("/")[2])
        venue = self.venue.pop(0) if len(self.venue) > 1 else self.venue[0]
        decided = Entry.read(self.answers[seq][1]).event
        outcome = getattr(decided, "outcome").value  # noqa: B009  one kind of event
        return _json({"agent": AGENT, "seq": seq, "outcome": outcome, "venue": venue})

    def _judged(self, note: bytes) -> Reply:
        entry = Entry.read(note)
        event = entry.event
        assert isinstance(event, OrderSubmitted)
        try:
            authenticate(entry, self.world.state, self.world.root)
        except InputError as error:
            return _problem(400, "malformed", str(error))
        past = self.world.state.agents[AGENT].past
        known = self.answers.get(event.order.seq)
        if known is not None and known[0] == note:
            return 200, {"Kya-Log-Index": "7"}, known[1]
        if event.order.seq != past.seq + 1:
            return _problem(
                409,
                "out-of-turn",
                f"want seq {past.seq + 1}",
                expected_seq=past.seq + 1,
                expected_prev=past.prev,
            )
        index = len(self.world.entries)
        self.world.trade(event.order, received_at=self.now)
        # The world signs in one way only, so what it put on record is this very note.
        recorded, decision = self.world.entries[-2:]
        assert recorded == note
        self.answers[event.order.seq] = (note, decision)
        return 200, {"Kya-Log-Index": str(index)}, decision


class Answering(BaseHTTPRequestHandler):
    """HTTP around the gateway of the server."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        note = self.rfile.read(int(self.headers["content-length"]))
        gateway = cast("Serving", self.server).gateway
        with gateway.lock:
            is_session = self.path == "/v1/sessions"
            reply = gateway.session(note) if is_session else gateway.order(note)
        if reply is None:
            self.close_connection = True
            return
        self._send(reply)

    def do_GET(self) -> None:
        gateway = cast("Serving", self.server).gateway
        with gateway.lock:
            reply = gateway.question(self.path)
        self._send(reply)

    def _send(self, reply: Reply) -> None:
        status, headers, body = reply
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the library's
        """Say nothing."""


class Serving(ThreadingHTTPServer):
    """The server that knows its gateway."""

    daemon_threads = True

    def __init__(self, gateway: FakeGateway) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.gateway = gateway


@contextmanager
def serving(gateway: FakeGateway) -> Iterator[str]:
    """Serve the gateway; yield its address."""
    server = Serving(gateway)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _json(members: dict[str, object]) -> Reply:
    return 200, {"content-type": "application/json"}, json.dumps(members).encode()


def _problem(status: int, name: str, detail: str, **members: object) -> Reply:
    body = {"type": f"kya:problem/{name}", "detail": detail, **members}
    headers = {"content-type": "application/problem+json"}
    return status, headers, json.dumps(body).encode()
