"""The lines of enrolment: `kya/registration/v1` and `kya/refusal/v1`."""

from typing import Final, Literal

import msgspec

from kya.codec import canonical
from kya.codec.enums import by_value
from kya.core.instant import Instant
from kya.core.power_events import EnrolmentRefused
from kya.core.registration import Attestor, Registration

REGISTRATION_TYPE: Final = "kya/registration/v1"
REFUSAL_TYPE: Final = "kya/refusal/v1"


class RegistrationLine(canonical.Statement, frozen=True, kw_only=True):
    """What two operators sign; `token` is the SHA-256 of the one-time token."""

    type_: Literal["kya/registration/v1"] = msgspec.field(name="_type")
    agent: str
    at: str
    attestor: str
    expires_at: str
    mandate: str
    selectors: tuple[str, ...]
    token: str


class RefusalLine(canonical.Statement, frozen=True, kw_only=True):
    """What the authority signs when it gives no certificate."""

    type_: Literal["kya/refusal/v1"] = msgspec.field(name="_type")
    agent: str
    at: str
    registration: str
    rule: str


_REGISTRATION: Final = msgspec.json.Decoder(RegistrationLine)
_REFUSAL: Final = msgspec.json.Decoder(RefusalLine)
_ATTESTOR: Final = by_value("attestor", Attestor)


def parse_registration(line: bytes) -> Registration:
    """Return the registration of the line; MalformedError otherwise."""
    return canonical.read_line(line, _REGISTRATION, "registration", _registration_from)


def render_registration(registration: Registration) -> bytes:
    """Return the registration's line, LF included."""
    return canonical.encode_line(
        RegistrationLine(
            type_=REGISTRATION_TYPE,
            agent=registration.agent,
            at=str(registration.at),
            attestor=registration.attestor.value,
            expires_at=str(registration.expires_at),
            mandate=registration.mandate,
            selectors=registration.selectors,
            token=registration.token,
        )
    )


def parse_refusal(line: bytes) -> EnrolmentRefused:
    """Return the refusal of the line; MalformedError otherwise."""
    return canonical.read_line(line, _REFUSAL, "refusal", _refusal_from)


def render_refusal(event: EnrolmentRefused) -> bytes:
    """Return the refusal's line, LF included."""
    return canonical.encode_line(
        RefusalLine(
            type_=REFUSAL_TYPE,
            agent=event.agent,
            at=str(event.at),
            registration=event.registration,
            rule=event.rule,
        )
    )


def _registration_from(wire: RegistrationLine) -> Registration:
    """Return the registration of its fields."""
    return Registration(
        agent=wire.agent,
        mandate=wire.mandate,
        attestor=_ATTESTOR(wire.attestor),
        selectors=wire.selectors,
        token=wire.token,
        at=Instant.parse(wire.at),
        expires_at=Instant.parse(wire.expires_at),
    )


def _refusal_from(wire: RefusalLine) -> EnrolmentRefused:
    """Return the refusal of its fields."""
    return EnrolmentRefused(
        agent=wire.agent,
        registration=wire.registration,
        rule=wire.rule,
        at=Instant.parse(wire.at),
    )
