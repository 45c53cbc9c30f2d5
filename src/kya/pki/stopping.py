"""Who may stop trading, and who may start it again (RTS 6 Art. 12).

Stopping takes one person. Starting takes two, one of whom is of compliance or of risk
management, so that nobody who trades starts it among themselves. Limits of places,
overlays and baselines are theirs alone: tightening takes one person, all else two.
"""

from typing import Final

from kya.core.credential import Credential, Role
from kya.core.errors import DistrustError
from kya.core.incident import Step
from kya.core.limits import LIMITING_MIN, RESUMING_MIN
from kya.core.overlay import OverlayOrdered
from kya.core.overlay_admission import in_force
from kya.core.place_limits import PlaceLimited
from kya.core.state import State

STOPPING: Final = (Role.COMPLIANCE, Role.OPERATOR, Role.RISK)
"""Who may stop trading; nobody else's signature stands under a halt or a resume."""

SUPERVISING: Final = (Role.COMPLIANCE, Role.RISK)
"""Of whom one must agree that trading starts again; and who limit places."""


def require_resuming(signers: tuple[Credential, ...]) -> None:
    """Raise unless two people signed, and one of these two supervises."""
    _require_pair("resume", signers, SUPERVISING, RESUMING_MIN)


def require_erasing(signers: tuple[Credential, ...]) -> None:
    """Raise unless two people signed, and one of these two supervises."""
    _require_pair("erasure", signers, SUPERVISING, RESUMING_MIN)


def require_rolling(signers: tuple[Credential, ...]) -> None:
    """Raise unless two people signed, and one of these two supervises."""
    _require_pair("roll", signers, SUPERVISING, RESUMING_MIN)


def require_rearming(signers: tuple[Credential, ...]) -> None:
    """Raise unless two people signed."""
    _require_pair("re-arming", signers, STOPPING, RESUMING_MIN)


def require_limiting(signers: tuple[Credential, ...]) -> None:
    """Raise unless two people signed, both of whom supervise."""
    what = "limits that are new or widen, or another policy"
    _require_pair(what, signers, SUPERVISING, LIMITING_MIN)


def only_tightens(event: PlaceLimited | OverlayOrdered, state: State) -> bool:
    """Tell whether nothing passes after it that would not have passed before.

    Nobody can tell that of two policies; one where none was only forbids.
    """
    if isinstance(event, OverlayOrdered):
        return in_force(state, event.overlay.name) is None
    former = state.place_limits.get(event.limits.place)
    return event.limits.only_tighten(None if former is None else former.limits)


def require_locking(signers: tuple[Credential, ...]) -> None:
    """Raise unless two people signed, both of whom supervise."""
    _require_pair("baseline lock", signers, SUPERVISING, LIMITING_MIN)


def require_incident_act(signers: tuple[Credential, ...], step: Step) -> None:
    """Raise unless the people may take this step about an incident.

    Anybody who may stop trading may say that they have seen it. What lets the agent go
    on, or on for longer, or ends its certificate for good, takes two; what it was, one
    who supervises says.
    """
    if step in {Step.EXTEND, Step.RELEASE, Step.REVOKE}:
        _require_pair(
            f"{step.value} of an incident", signers, SUPERVISING, RESUMING_MIN
        )
    elif step is Step.CONCLUDE and not any(s.role in SUPERVISING for s in signers):
        named = " or ".join(role.value for role in SUPERVISING)
        msg = f"conclusion of an incident: want the signature of {named}"
        raise DistrustError(msg)


def _require_pair(
    what: str, signers: tuple[Credential, ...], roles: tuple[Role, ...], enough: int
) -> None:
    """Raise unless one of these roles and another person signed.

    Different in name and in key, so that nobody counts twice by having two names.
    """
    if not any(
        one.role in roles and one.name != other.name and one.spki != other.spki
        for one in signers
        for other in signers
    ):
        named = " or ".join(role.value for role in roles)
        names = ", ".join(f"{signer.role.value} {signer.name}" for signer in signers)
        msg = (
            f"{what}: want {enough} different people, one of them of {named};"
            f" signed by {names}"
        )
        raise DistrustError(msg)


def require_people(signers: tuple[Credential, ...], role: Role, enough: int) -> None:
    """Raise unless enough different people signed: starting takes two.

    Different in name and in key, so that nobody counts twice by having two names.
    """
    people = min(
        len({signer.name for signer in signers}),
        len({signer.spki for signer in signers}),
    )
    if people < enough:
        names = ", ".join(signer.name for signer in signers)
        msg = f"want {enough} different {role.value}s, signed by {names}"
        raise DistrustError(msg)
