"""Two sessions joined by a transport that garbles, drops and cuts; a clock by hand."""

from collections import deque
from dataclasses import dataclass, field

from kya.core.instant import Instant
from kya.fix.message import Message, Received, fields
from kya.fix.session import Session
from kya.fix.store import MemoryStore, Store
from kya.fix.tags import Tag
from kya.fix.terms import Deliver, Effect, Ended, Phase, Role, Terms, Took, Write
from tests.world import MORNING

REPORT = "8"


def terms(role: Role, **changes: object) -> Terms:
    """Terms between BOT, which dials, and KYA."""
    ours, theirs = ("BOT", "KYA") if role is Role.INITIATOR else ("KYA", "BOT")
    return Terms(ours=ours, theirs=theirs, role=role, **changes)  # type: ignore[arg-type]


def numbered(text: str) -> Message:
    """An application's message that says this."""
    return Message(REPORT, fields((Tag.TEXT, text)))


@dataclass
class Side:
    """A session, what it has delivered, and the frames on their way from it."""

    session: Session
    wire: deque[bytes] = field(default_factory=deque)
    delivered: list[Received] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, role: Role, store: Store | None = None, **changes: object) -> "Side":
        return cls(Session(terms(role, **changes), store or MemoryStore()))

    def carry_out(self, effects: list[Effect]) -> None:
        """Do what a driver does."""
        for effect in effects:
            match effect:
                case Write(raw):
                    self.wire.append(raw)
                case Deliver(received):
                    self.delivered.append(received)
                case Took(number):
                    self.session.store.took(number)
                case Ended(why):
                    self.ended.append(why)
                case _:
                    pass

    def texts(self) -> list[str]:
        """What the delivered messages say."""
        return [each.message.get(Tag.TEXT) for each in self.delivered]


@dataclass
class Pair:
    """An initiator and an acceptor."""

    bot: Side = field(default_factory=lambda: Side.of(Role.INITIATOR))
    kya: Side = field(default_factory=lambda: Side.of(Role.ACCEPTOR))
    now: Instant = MORNING

    def connect(self) -> "Pair":
        """Open the connection, and let both log on."""
        for side in (self.kya, self.bot):
            side.carry_out(side.session.connected(self.now))
        return self.flow()

    def cut(self) -> None:
        """End the connection; what was on its way is gone."""
        for side in (self.bot, self.kya):
            side.wire.clear()
            side.session.lost()

    def send(self, side: Side, text: str) -> None:
        """Have an application say something."""
        side.carry_out(side.session.send(numbered(text), self.now))

    def step(self, sender: Side, *, garbled: bool = False) -> None:
        """Carry one frame across."""
        other = self.kya if sender is self.bot else self.bot
        if not sender.wire:
            return
        frame = sender.wire.popleft()
        if garbled:
            frame = frame.replace(b"\x0134=", b"\x0134=1", 1)
        for whole in other.session.frames.of(frame):
            other.carry_out(other.session.received(whole, self.now))

    def flow(self) -> "Pair":
        """Carry everything across until nobody says anything more."""
        while self.bot.wire or self.kya.wire:
            self.step(self.bot)
            self.step(self.kya)
        return self

    def wait(self, seconds: int) -> "Pair":
        """Let time pass, a second at a time."""
        for _ in range(seconds):
            self.now = self.now.plus(seconds=1)
            for side in (self.bot, self.kya):
                side.carry_out(side.session.ticked(self.now))
            self.flow()
        return self

    @property
    def is_up(self) -> bool:
        """Whether both sides are logged on."""
        phases = {self.bot.session.phase, self.kya.session.phase}
        return phases == {Phase.UP}

    def last_to(self, side: Side) -> bytes:
        """The frame that would reach this side next but for one that was lost."""
        other = self.kya if side is self.bot else self.bot
        return other.wire[-1]
