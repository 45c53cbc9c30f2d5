"""A mandate: the board's resolution that grants a scope to an agent."""

from dataclasses import dataclass

from kya.core import tokens
from kya.core.errors import MalformedError, shown
from kya.core.incident_policy import IncidentPolicy
from kya.core.instant import Instant
from kya.core.limits import GRACE_SECONDS_MAX
from kya.core.scope import LISTED, Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class Mandate:
    """What the board resolved; it counts once enough directors have signed it.

    `resolution` is the SHA-256 of the resolution document itself, `resolved_at` the
    instant of the resolution. `incidents` says what opens an incident, and
    `grace_seconds` how long people then have to act before the agent is suspended;
    without the one the other starts no clock.
    """

    operator: str
    agent: str
    scope: Scope
    resolved_at: Instant
    valid_from: Instant
    valid_until: Instant
    resolution: str
    grace_seconds: int
    incidents: IncidentPolicy | None = None

    def __post_init__(self) -> None:
        """Refuse what no board can have resolved."""
        tokens.require_text("operator", self.operator)
        tokens.require(tokens.NAME, "agent", self.agent)
        tokens.require(tokens.DIGEST, "resolution", self.resolution)
        if not self.resolved_at <= self.valid_from < self.valid_until:
            msg = "mandate: want resolved_at, valid_from, valid_until in this order"
            raise MalformedError(msg)
        seconds = self.grace_seconds
        if type(seconds) is not int or not 0 <= seconds <= GRACE_SECONDS_MAX:
            msg = f"grace_seconds: want 0 to {GRACE_SECONDS_MAX}, got {shown(seconds)}"
            raise MalformedError(msg)


def warnings_about(mandate: Mandate) -> tuple[str, ...]:
    """Return what is lawful in the mandate and yet hardly meant, a sentence each."""
    sentences: list[str] = []
    calendar = mandate.scope.calendar
    valid = (mandate.valid_from.day, mandate.valid_until.day)
    if not all(map(calendar.covers, valid)):
        first, last = LISTED
        sentences.append(
            f"calendar: {calendar.value} lists {first} to {last}, the mandate is valid"
            f" {valid[0]} to {valid[1]}: on days that are not listed no order passes"
        )
    policy = mandate.incidents
    if policy is None:
        sentences.append(
            "incidents: no breach opens one, so that nobody is told and no agent is"
            " suspended"
        )
    elif policy.alert_seconds is None:
        sentences.append("incidents: nobody has to be told of one")
    return tuple(sentences)
