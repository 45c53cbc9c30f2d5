"""The routes over a world's log, in this process: nothing listens, parts are real."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any, Final

import httpx

from kya.agent.answer import Answer, read_answer
from kya.agent.chain import Head, Identity, Instruction, SignedOrder, next_order
from kya.agent.exchange import Reply
from kya.console.follow import Follower
from kya.core.instant import Instant
from kya.kakunin_api import limits
from kya.kakunin_api.app import create_kakunin_app
from kya.kakunin_api.asking import Service, Throttles
from kya.kakunin_api.notebook import Line, Notebook
from kya.kakunin_api.record import Record
from kya.kakunin_api.throttle import Throttle
from kya.kakunin_api.tokens import Right, Token, Tokens
from kya.pki.note_signer import NoteSigner
from kya.pki.pem import CERTIFICATE, to_pem
from kya.tlog.policy import Log, Policy
from kya.wiring.kakunin_api import PublishedLog
from tests.console.lounge import Gateway
from tests.kakunin_api.moved import key
from tests.world import AGENT, World, signer_for

ALL: Final = frozenset(Right)


@dataclass
class Lines:
    """Lines kept in memory."""

    lines: list[Line] = field(default_factory=list)

    def taken(self) -> list[Line]:
        return list(self.lines)

    def keep(self, line: Line) -> None:
        self.lines.append(line)


@dataclass
class WorldAgent:
    """The world's agent, whose orders the world decides as the gateway would."""

    world: World
    venue: str = "SIMA"
    submitted: list[Instruction] = field(default_factory=list)

    async def submit(self, instruction: Instruction) -> Answer:
        world = self.world
        self.submitted.append(instruction)
        past = world.state.agents[AGENT].past
        identity = Identity(
            agent=AGENT, credential=world.credential, region="eu-west-1"
        )
        head = Head(seq=past.seq, prev=past.prev)
        world.trade(next_order(identity, head, instruction, world.now))
        order, decision = world.entries[-2:]
        headers = {"kya-log-index": str(len(world.entries) - 2)}
        reply = Reply(status=200, headers=headers, body=decision)
        return read_answer(SignedOrder.read(order), reply, world.gateway.key)


def token(name: str, *rights: Right, **changes: Any) -> Token:  # noqa: ANN401
    """A token whose text its name determines."""
    digest = sha256(key(name).encode()).hexdigest()
    return Token(name=name, sha256=digest, rights=frozenset(rights), **changes)


@dataclass
class Hall:
    """The routes, the world behind them, and requests to them."""

    world: World
    tokens: tuple[Token, ...] = ()
    history: tuple[dict[str, object], ...] = ()
    seconds: Callable[[], float] = lambda: 0.0

    def __post_init__(self) -> None:
        world, draws = self.world, count()
        self.gateway = Gateway(world)
        self.agent = WorldAgent(world)
        self.lines = Lines()
        self.now = world.now.plus(seconds=5)
        follower = Follower(
            self.gateway, Policy(logs=(Log(key=world.log.key),)), self.clock
        )
        record = Record()
        follower.reading = record
        everything = token("all", *Right, person="operator:alice")
        self.service = Service(
            follower=follower,
            record=record,
            notebook=Notebook(self.lines),
            tokens=Tokens((everything, *self.tokens)),
            throttles=Throttles(
                token=Throttle(limits.TOKEN_BURST, self.seconds),
                peer=Throttle(limits.PEER_BURST, self.seconds),
                public=Throttle(limits.PUBLIC_BURST, self.seconds),
            ),
            now=self.clock,
            chance=lambda size: sha256(b"%d" % next(draws)).digest()[:size],
            root_pem=to_pem(CERTIFICATE, world.root),
            log=PublishedLog(self.gateway),
            append=self.gateway.append,
            held={AGENT: self.agent},
            people={"operator:alice": NoteSigner("alice", signer_for("alice"))},
            history=self.history,
        )
        self.app = create_kakunin_app(self.service)
        self.look()

    def clock(self) -> Instant:
        return self.now

    def look(self) -> None:
        """Read what the world's log has by now."""
        asyncio.run(self.service.follower.look())

    def ask(
        self,
        method: str,
        path: str,
        name: str | None = "all",
        **more: Any,  # noqa: ANN401
    ) -> httpx.Response:
        """Send one request with a token, or with none."""
        return asyncio.run(self.send(method, path, name, **more))

    async def send(
        self,
        method: str,
        path: str,
        name: str | None = "all",
        **more: Any,  # noqa: ANN401
    ) -> httpx.Response:
        """Send one request in a loop that runs."""
        headers = {} if name is None else {"authorization": f"Bearer {key(name)}"}
        headers |= more.pop("headers", {})
        transport = httpx.ASGITransport(app=self.app, client=("192.0.2.7", 50_000))
        url = "http://kya.example/api/v1"
        async with httpx.AsyncClient(transport=transport, base_url=url) as client:
            return await client.request(method, path, headers=headers, **more)

    def shown(self, path: str, **more: Any) -> Any:  # noqa: ANN401
        """What a question with every right is answered."""
        answer = self.ask("GET", path, **more)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]
