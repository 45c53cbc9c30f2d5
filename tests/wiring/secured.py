"""A gateway that speaks TLS, in a process of its own, and all that a thief could hold.

Everything that an attacker is given here is made with the installation's real keys.
"""

import json
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from kya.adapters.channel_tls import ChannelEnd, client_context
from kya.adapters.clock import SystemClock
from kya.adapters.randomness import new_serial
from kya.agent.dial import Question, ask
from kya.agent.exchange import Reply
from kya.authority.ceremony import Validity
from kya.authority.channel import ChannelCa
from kya.cli.desk import open_desk
from kya.codec.canonical import digest
from kya.codec.channels import ChannelRequest, render_channel_request
from kya.codec.note import SignedNote
from kya.codec.orders import render_order
from kya.core.credential import Role
from kya.core.instant import Instant
from kya.core.money import Currency, Money
from kya.core.order import Order, OrderType, Side, TimeInForce
from kya.core.tokens import NO_DIGEST
from kya.pki import channel, channel_builder
from kya.pki.identity import SpiffeId, TrustDomain
from kya.pki.issuance import Basics
from kya.pki.note_signer import NoteSigner, sign_note
from kya.pki.pem import CERTIFICATE, blocks_of_pem, from_pem
from kya.wiring.agent_host import AgentHost
from kya.wiring.desk import Desk
from kya.wiring.installation import Opened, open_installation
from tests.cli.terminal import Up, a_draft, stored, up

EUR: Final = Currency("EUR")
BOTS: Final = ("bot", "rival")
SECONDS: Final = 10


def now() -> Instant:
    return SystemClock().now()


@dataclass
class Bot:
    """One enrolled agent: its certificate, its key, and the orders it has signed."""

    name: str
    credential: str
    signer: NoteSigner
    seq: int = 0
    prev: str = NO_DIGEST

    @classmethod
    def at(cls, name: str, directory: Path) -> "Bot":
        """The agent whose host this directory is."""
        signer = NoteSigner(name, AgentHost(directory).signer())
        return cls(name, sha256(identity_in(directory)).hexdigest(), signer)

    def order(self, **changes: object) -> bytes:
        """The next order's note; the chain goes on from it."""
        self.seq += 1
        order = Order(
            agent=self.name,
            credential=self.credential,
            seq=self.seq,
            prev=self.prev,
            client_order_id=f"{self.name}-{self.seq}",
            market="EUR/USD",
            side=Side.BUY,
            type=OrderType.MARKET,
            amount=Money.parse("1.00", EUR),
            limit_price=None,
            time_in_force=TimeInForce.IOC,
            venue="SIMA",
            region="eu-west-1",
            created_at=now(),
        )
        line = render_order(replace(order, **changes))  # type: ignore[arg-type]
        self.prev = digest(line)
        return sign_note(line, self.signer).render()


def identity_in(directory: Path) -> bytes:
    """The identity certificate of an agent's host."""
    return from_pem(CERTIFICATE, (directory / "certificate.pem").read_bytes())


@dataclass
class Secured:
    """The gateway, its keys, and its agents."""

    running: Up
    bots: dict[str, Bot]

    def directory(self, name: str) -> Path:
        """The agent's host."""
        return self.running.data / "agents" / name

    @cached_property
    def opened(self) -> Opened:
        return open_installation(self.running.data)

    @cached_property
    def desk(self) -> Desk:
        return open_desk(self.running.data)

    @property
    def desk_url(self) -> str:
        address = json.loads((self.running.data / "gateway.json").read_text())
        return str(address["channel"])

    @property
    def status_url(self) -> str:
        address = json.loads((self.running.data / "gateway.json").read_text())
        return str(address["status"])

    @cached_property
    def ca(self) -> ChannelCa:
        return self.opened.channel_ca()

    @property
    def anchor(self) -> bytes:
        return self.opened.certificate("channel")

    def end(
        self,
        name: str = "bot",
        *,
        binding: str | None = None,
        role: Role = Role.AGENT,
        age: int = 0,
        seconds: int = 600,
    ) -> ChannelEnd:
        """A client's end with a certificate that the channel CA really signed."""
        end = ChannelEnd.of_client(self.anchor)
        leaf = self.leaf(
            end.draw_key(), name, binding=binding, role=role, age=age, seconds=seconds
        )
        end.install(leaf, self.anchor)
        return end

    def leaf(  # noqa: PLR0913  each field is one lie
        self,
        key: bytes,
        name: str = "bot",
        *,
        binding: str | None = None,
        role: Role = Role.AGENT,
        age: int = 0,
        seconds: int = 600,
    ) -> bytes:
        """A certificate for this key, begun so many seconds ago."""
        ca = self.ca
        validity = Validity.lasting(new_serial(), now().plus(seconds=-age), seconds)
        basics = Basics(
            operator=ca.installation.operator,
            public_key=key,
            serial=validity.serial,
            not_before=validity.not_before,
            not_after=validity.not_after,
        )
        domain = TrustDomain(self.opened.config.installation.trust_domain)
        request = channel_builder.ChannelRequest(
            basics=basics,
            identity=SpiffeId(trust_domain=domain, role=role, name=name),
            binding=binding or self.bots[name].credential,
        )
        return channel.issue_channel(request, ca.certificate, ca.signer)

    def ask(
        self,
        context: ssl.SSLContext | None,
        method: str,
        path: str,
        body: bytes = b"",
        **headers: str,
    ) -> Reply:
        """One request on a connection of its own."""
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        question = Question(method=method, path=path, body=body, headers=named)
        return ask(self.running.url, question, context, SECONDS)

    def submit(self, context: ssl.SSLContext, note: bytes) -> Reply:
        return self.ask(context, "POST", "/v1/orders", note)

    def ask_desk(self, method: str, body: bytes = b"") -> Reply:
        """One request to the issuer, without a certificate of ours."""
        question = Question(method=method, path="/v1/channel", body=body)
        return ask(self.desk_url, question, client_context(self.anchor), SECONDS)

    def ask_status(self, method: str, path: str, body: bytes = b"") -> Reply:
        """One request to the listener for everybody, in plain HTTP."""
        question = Question(method=method, path=path, body=body)
        return ask(self.status_url, question, None, SECONDS)

    def nonce(self) -> str:
        return self.ask_desk("GET").accepted().body.decode()

    def request(self, bot: Bot, key: bytes, **changes: object) -> ChannelRequest:
        """A valid request for this key, changed as told."""
        usual: dict[str, object] = {
            "holder": bot.name,
            "credential": bot.credential,
            "key": key,
            "nonce": changes.get("nonce") or self.nonce(),
            "at": now(),
        }
        return ChannelRequest(**{**usual, **changes})  # type: ignore[arg-type]

    def certified(self, request: ChannelRequest, *signers: NoteSigner) -> Reply:
        """The issuer's answer to the request under these signatures."""
        note = sign_note(render_channel_request(request), *signers)
        return self.ask_desk("POST", note.render())

    def connection(self, context: ssl.SSLContext) -> HTTPConnection:
        """A connection that stays open."""
        address = urlsplit(self.running.url)
        return HTTPSConnection(
            address.hostname or "", address.port, timeout=SECONDS, context=context
        )


@contextmanager
def secured(
    data: Path, *names: str, arguments: tuple[str, ...] = ("--tls",)
) -> Generator[Secured]:
    """Run a gateway with these agents enrolled."""
    with up(data, *arguments) as running:
        for name in names:
            draft = stored(data / f"{name}.json", a_draft(name))
            signed = running.kya("mandate", "sign", draft, "--as", "a", "--as", "b")
            assert signed.code == 0, signed.err
            enrolled = running.enrol(name)
            assert enrolled.code == 0, enrolled.err
        yield Secured(
            running, {name: Bot.at(name, data / "agents" / name) for name in names}
        )


def rule_in(reply: Reply) -> tuple[int, str]:
    """The status of a refusal and the rule it names."""
    return reply.status, str(json.loads(reply.body).get("rule"))


def problem_in(reply: Reply) -> tuple[int, str]:
    """The status of a problem and its name."""
    name = str(json.loads(reply.body)["type"]).removeprefix("kya:problem/")
    return reply.status, name


def chain_in(reply: Reply) -> tuple[bytes, ...]:
    """The certificates of a good answer."""
    return blocks_of_pem(CERTIFICATE, reply.accepted().body)


def outcome_in(reply: Reply) -> str:
    """The outcome of the decision that the reply holds."""
    note = SignedNote.parse(reply.accepted().body)
    return str(json.loads(note.text)["outcome"])


def exchanged(connection: HTTPConnection, note: bytes) -> int:
    """Submit on an open connection; return the status."""
    connection.request("POST", "/v1/orders", note)
    response = connection.getresponse()
    response.read()
    return response.status
