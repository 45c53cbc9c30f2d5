"""An enrolment office over a small world, whose clock a test moves."""

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count

from kya.agent.enrolment import Applicant
from kya.authority import acts
from kya.authority.attestation import Asked, Attestation, NotAttestedError
from kya.authority.enrolment import Authority, EnrolmentOffice
from kya.authority.nonces import Nonces
from kya.codec import canonical
from kya.codec.mandates import render_mandate
from kya.core.errors import TransientError
from kya.core.instant import Instant
from kya.core.mandate import Mandate
from kya.core.registration import Attestor, Registration
from kya.core.state import State
from tests.world import World, signer_for, the_mandate

NEWCOMER = "newcomer"
TOKEN = sha256(b"a token").hexdigest()
NODE = "node=worker-1"


class SaidOnce:
    """An attestor that shows what it was told to, and counts how often it is asked."""

    def __init__(self, *selectors: str) -> None:
        self.selectors = selectors
        self.asked: list[Asked] = []

    def shown(self, asked: Asked) -> tuple[str, ...]:
        self.asked.append(asked)
        return self.selectors


class SaysNo:
    """An attestor that agrees with nobody."""

    def shown(self, asked: Asked) -> tuple[str, ...]:
        raise NotAttestedError(f"{asked.agent}: not from here")


class IsDown:
    """An attestor that nobody reaches."""

    def shown(self, asked: Asked) -> tuple[str, ...]:
        raise TransientError(f"{asked.agent}: no answer")


@dataclass
class House:
    """The authority's record is the world's log; `clock` is what everybody goes by."""

    world: World = field(default_factory=World)
    attestations: dict[Attestor, Attestation] = field(
        default_factory=lambda: {Attestor.TOKEN: SaidOnce()}
    )
    drawn: Callable[[], int] = field(default_factory=lambda: count(2**70).__next__)

    def __post_init__(self) -> None:
        self.clock = self.world.now.plus(seconds=1)
        self.mandate = the_mandate(agent=NEWCOMER)
        self.grant(self.mandate)
        chance = (sha256(b"%d" % number).digest() for number in count())
        self.office = EnrolmentOffice(
            Authority(
                issuer=self.world.issuer,
                signer=self.world.authority,
                attestations=self.attestations,
            ),
            self,
            Nonces(lambda size: next(chance)[:size]),
            lambda: self.clock,
            self.drawn,
        )

    def state(self) -> State:
        return self.world.state

    def append(self, note: bytes) -> int:
        self.world.append(note)
        return len(self.world.entries) - 1

    def grant(self, mandate: Mandate) -> None:
        self.world.append(acts.resolve(mandate, *self.world.directors))

    def register(self, **changes: object) -> Registration:
        """Put the newcomer's registration on record, with the token of this house."""
        usual = {
            "mandate": canonical.digest(render_mandate(self.mandate)),
            "token": sha256(bytes.fromhex(TOKEN)).hexdigest(),
            "at": self.clock,
            "expires_at": self.clock.plus(seconds=3_600),
        }
        registration = self.world.registration(NEWCOMER, **{**usual, **changes})
        self.world.append(acts.register(registration, *self.world.operators))
        return registration

    def later(self, seconds: int) -> Instant:
        self.clock = self.clock.plus(seconds=seconds)
        return self.clock

    @property
    def refusals(self) -> list[str]:
        """The rules of the refusals on record, in their order."""
        found = [raw for raw in self.world.entries if b"kya/refusal/v1" in raw[:30]]
        return [raw.split(b'"rule":"')[1].split(b'"')[0].decode() for raw in found]


def an_applicant(key: str = "newcomer's key", **changes: object) -> Applicant:
    """The newcomer with a key of its own and the right token."""
    usual = {
        "agent": NEWCOMER,
        "signer": signer_for(key),
        "custody": "memory, software, exportable: yes",
        "token": TOKEN,
    }
    return Applicant(**{**usual, **changes})  # type: ignore[arg-type]
